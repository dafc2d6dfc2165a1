"""Reads that join what learners did with what there is to do."""

from .classes import class_report
from .figures import figures
from .outline import course_outline, my_courses
from .several import bring_up_to_date, figures_of
from .snapshots import current_snapshot, refresh

__all__ = [
    "bring_up_to_date",
    "class_report",
    "course_outline",
    "current_snapshot",
    "figures",
    "figures_of",
    "my_courses",
    "refresh",
]
