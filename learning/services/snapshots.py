"""Keeping stored figures honest: saying that they are out of date, and storing what a learner's act has made them."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from config.base.querysets import now_ms
from courses.models import Course, Lesson

from ..models import ProgressSnapshot
from ..selectors.snapshots import STALE, current_snapshot, refresh

__all__ = ["current_snapshot", "mark_stale", "refresh", "start_snapshot", "store_act"]


def mark_stale(*, user: User, course: Course) -> None:
    """The learner's stored figures in the course are out of date: the next who reads them has them computed again."""
    ProgressSnapshot.objects.filter(user=user, course=course).update(structure_version=STALE)


def start_snapshot(*, user: User, course: Course) -> ProgressSnapshot:
    """The learner's stored figures in the course, stored now if there were none."""
    snapshot = ProgressSnapshot.objects.get_user_progress(user, course)
    if snapshot is not None:
        return snapshot
    snapshot, _created = ProgressSnapshot.objects.create_or_update(user=user, course=course)
    return refresh(snapshot)


def store_act(*, user: User, course: Course, reached: Lesson | None = None) -> ProgressSnapshot:
    """After something that the learner did: their figures, the moment, and the lesson they have reached.

    Who goes back to an earlier lesson has reached the later one all the same.
    """
    snapshot = start_snapshot(user=user, course=course)
    values: dict[str, Any] = {"last_activity_at": now_ms()}
    if reached is not None and _is_ahead(reached, snapshot.current_lesson):
        values["current_lesson"] = reached
    ProgressSnapshot.objects.filter(pk=snapshot.pk).update(**values)
    return refresh(snapshot)


def _is_ahead(lesson: Lesson, pointer: Lesson | None) -> bool:
    if pointer is None or pointer.course_id != lesson.course_id:
        return True
    return (lesson.position, lesson.pk) > (pointer.position, pointer.pk)
