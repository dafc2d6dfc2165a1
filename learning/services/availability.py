"""Who may work at what: asked before an answer or a quiz is begun."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.models import User
from config.base.exceptions import DomainError
from courses.models import Course, Lesson
from courses.querysets import OPEN_STATUSES

from ..models import Enrollment


def lock_enrollment(*, user: User, course: Course) -> Enrollment:
    """The learner's enrolment, locked: of two attempts begun at once the second counts the first.

    Raises DomainError `not_enrolled` for who is not, or no longer, enrolled.
    """
    mine = Enrollment.objects.current().filter(user=user, course=course)
    enrollment = mine.select_for_update(no_key=True).first()
    if enrollment is None:
        raise DomainError(_("Only somebody enrolled in this course works in it."), code="not_enrolled")
    return enrollment


def require_open(*, course: Course, lesson: Lesson | None, parts: tuple[bool, ...] = ()) -> None:
    """The course can be read, the lesson, if any, is published and nothing is in the trash (`parts` say of what else).

    Raises DomainError `lesson_not_available`.
    """
    shut = course.is_deleted or course.status not in OPEN_STATUSES or any(parts)
    if shut or (lesson is not None and (lesson.is_deleted or not lesson.is_published)):
        raise DomainError(_("This lesson is not available."), code="lesson_not_available")
