"""The stored figures of a learner in a course, brought up to date where they are read."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from accounts.models import User
from courses.models import Course

from ..models import Enrollment, ProgressSnapshot
from .figures import figures

#: The structure version of figures that are known to be out of date: no course has it.
STALE = 0


def current_snapshot(*, user: User, course: Course) -> ProgressSnapshot:
    """The learner's figures in the course, computed again if anything has changed since they were stored.

    Somebody who never enrolled has none stored: theirs are computed and not saved.
    """
    snapshot = ProgressSnapshot.objects.get_user_progress(user, course)
    if snapshot is None:
        if not Enrollment.objects.filter(user=user, course=course).exists():
            return ProgressSnapshot(
                user=user, course=course, structure_version=STALE, **counted(user, course)
            )
        snapshot, _created = ProgressSnapshot.objects.create_or_update(user=user, course=course)
    return snapshot if is_fresh(snapshot) else refresh(snapshot)


def is_fresh(snapshot: ProgressSnapshot) -> bool:
    """Were the figures computed from the course as it is now, and from what the learner has done until now?"""
    versions = Course.all_objects.filter(pk=snapshot.course_id).values_list("structure_version", flat=True)
    return snapshot.structure_version == versions.get()


@transaction.atomic
def refresh(snapshot: ProgressSnapshot) -> ProgressSnapshot:
    """Compute the figures again and store them; the same instance, up to date.

    The stored row is locked first, and the version of the course read before anything is counted: of two at once the
    second counts what the first has seen and more, and whoever writes what counts meanwhile waits, and then marks
    the row as out of date.
    """
    mine = ProgressSnapshot.all_objects.filter(pk=snapshot.pk)
    if mine.select_for_update(no_key=True).values_list("pk", flat=True).first() is not None:
        course = Course.all_objects.only("pk", "structure_version").get(pk=snapshot.course_id)
        mine.update(structure_version=course.structure_version, **counted(snapshot.user, course))
        snapshot.refresh_from_db()
    return snapshot


def counted(user: User, course: Course) -> dict[str, Any]:
    """The figures as columns of a snapshot."""
    return figures(user, course).as_columns()
