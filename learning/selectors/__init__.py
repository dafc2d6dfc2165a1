"""Reads that join what learners did with what there is to do."""

from .classes import class_report
from .figures import figures
from .outline import course_outline, my_courses
from .snapshots import current_snapshot, refresh

__all__ = ["class_report", "course_outline", "current_snapshot", "figures", "my_courses", "refresh"]
