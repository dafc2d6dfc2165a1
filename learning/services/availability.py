"""What can be worked at: asked before an answer or a quiz is begun."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.models import User
from config.base.exceptions import DomainError
from courses.models import Course, Exercise, Lesson, Quiz
from courses.querysets import OPEN_STATUSES

from ..models import LessonProgress
from .progress import require_prerequisites


def require_open(*, user: User, course: Course, lesson: Lesson | None, part: Exercise | Quiz) -> None:
    """The course can be read, the lesson, if any, is published and its turn has come, nothing is in the trash.

    Raises DomainError `lesson_not_available`, `prerequisite_missing`.
    """
    shut = course.is_deleted or course.status not in OPEN_STATUSES or part.is_deleted
    if shut or (lesson is not None and (lesson.is_deleted or not lesson.is_published)):
        raise DomainError(_("This lesson is not available."), code="lesson_not_available")
    if lesson is not None and not LessonProgress.objects.passed().filter(user=user, lesson=lesson).exists():
        require_prerequisites(user, lesson)
