"""Taking part in a course, and leaving it."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from config.base.events import emit
from config.base.exceptions import DomainError
from courses.models import Course

from ..events import LearnerEnrolled
from ..models import Enrollment
from .completion import complete_if_done
from .snapshots import start_snapshot


@transaction.atomic
def enrol(*, user: User, course: Course) -> Enrollment:
    """Let the learner take part in the course; again, and by many at once, it is the same enrolment.

    Who had withdrawn takes part again, and has completed the course still if they had, or now if nothing is left to do
    there. Raises DomainError
    `course_not_published` for a course that is not, or no longer, on offer.
    """
    enrollment = _locked(user, course)
    if enrollment is None or enrollment.status == Enrollment.Status.WITHDRAWN:
        if not Course.objects.published().filter(pk=course.pk).exists():
            raise DomainError(_("This course is not on offer."), code="course_not_published")
        enrollment = _insert(user, course) if enrollment is None else _reopen(enrollment)
    start_snapshot(user=user, course=course)
    complete_if_done(enrollment=enrollment)
    return enrollment


@transaction.atomic
def withdraw(*, user: User, course: Course) -> Enrollment:
    """Let the learner leave the course. What they did stays, and so does the date on which they completed it.

    Twice is once. Raises DomainError `not_enrolled` for somebody who never took part.
    """
    enrollment = _locked(user, course)
    if enrollment is None:
        raise not_enrolled()
    if enrollment.status != Enrollment.Status.WITHDRAWN:
        enrollment.status = Enrollment.Status.WITHDRAWN
        enrollment.save(update_fields=["status"])
    return enrollment


def take_part(*, user: User, course: Course) -> Enrollment:
    """The learner's enrolment, locked: what they do in a course happens one after the other.

    Raises DomainError `not_enrolled` for somebody who is not, or no longer, enrolled.
    """
    enrollment = _locked(user, course)
    if enrollment is None or enrollment.status == Enrollment.Status.WITHDRAWN:
        raise not_enrolled()
    return enrollment


def not_enrolled() -> DomainError:
    """The error of whoever takes no part in a course."""
    return DomainError(_("Enrol in this course first."), code="not_enrolled")


def _locked(user: User, course: Course) -> Enrollment | None:
    return Enrollment.objects.filter(user=user, course=course).select_for_update(no_key=True).first()


def _insert(user: User, course: Course) -> Enrollment:
    """A new enrolment, announced; or the one that somebody else has inserted meanwhile."""
    try:
        with transaction.atomic():
            enrollment = Enrollment.objects.create(user=user, course=course)
    except IntegrityError:
        found = _locked(user, course)
        if found is None:
            raise
        return found
    _announce(enrollment)
    return enrollment


def _reopen(enrollment: Enrollment) -> Enrollment:
    completed = enrollment.completed_at is not None
    enrollment.status = Enrollment.Status.COMPLETED if completed else Enrollment.Status.ACTIVE
    enrollment.save(update_fields=["status"])
    _announce(enrollment)
    return enrollment


def _announce(enrollment: Enrollment) -> None:
    emit(
        LearnerEnrolled(
            enrollment_id=enrollment.pk, course_id=enrollment.course_id, user_id=enrollment.user_id
        )
    )
