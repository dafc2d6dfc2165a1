"""Completing courses: by the learner's last step, or because what was left to do has been taken out."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from accounts.models import User
from config.base.events import emit
from config.base.querysets import now_ms
from courses.models import Lesson

from ..events import CourseCompleted
from ..models import Enrollment
from ..selectors.figures import is_done_by


def complete_course(*, enrollment: Enrollment) -> None:
    """The learner has done all there is. The first date stays, whatever is added later."""
    if enrollment.completed_at is not None:
        return
    enrollment.completed_at = max(now_ms(), enrollment.enrolled_at)
    enrollment.status = Enrollment.Status.COMPLETED
    enrollment.save(update_fields=["status", "completed_at"])
    emit(
        CourseCompleted(
            enrollment_id=enrollment.pk, course_id=enrollment.course_id, user_id=enrollment.user_id
        )
    )


def complete_if_done(*, enrollment: Enrollment) -> None:
    """Complete the course if nothing is left to do in it; the enrolment is locked by the caller."""
    if _all_done().filter(pk=enrollment.pk).exists():
        complete_course(enrollment=enrollment)


def complete_courses(*, user: User | None = None) -> int:
    """Complete the courses in which nothing is left to do, of one learner or of all; how many those were.

    Staff take back the last lesson that somebody has not done, and no learner's row is written then. So this is asked
    where learners read how far they are, and by `check_progress --fix`: one query where there is nothing to complete.
    """
    found = _all_done() if user is None else _all_done().filter(user=user)
    keys = list(found.order_by("pk").values_list("pk", flat=True))
    for key in keys:
        with transaction.atomic():
            enrollment = Enrollment.objects.filter(pk=key).select_for_update(no_key=True).first()
            if enrollment is not None:
                complete_if_done(enrollment=enrollment)
    return len(keys)


def _all_done() -> Any:
    """Active enrolments with every required lesson done, and at least one there."""
    required = Lesson.objects.filter(course=OuterRef("course")).published().required().order_by()
    active = Enrollment.objects.filter(status=Enrollment.Status.ACTIVE, course__is_deleted=False)
    return active.filter(Exists(required), ~Exists(required.filter(~is_done_by(OuterRef(OuterRef("user"))))))
