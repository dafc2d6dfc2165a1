"""Stored figures are marked as out of date by whatever writes what they count, past the services too.

The guards mark the snapshots of the learners and courses concerned; the next who reads one has it computed again
(see `learning.selectors.snapshots`). A change of a course's structure marks nothing: it raises the course's version.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef

from config.base.guards import guard

from .models import ExerciseAttempt, Grade, LessonProgress, ProgressSnapshot
from .selectors.snapshots import STALE


def watch() -> None:
    """Put the models under guard; called once when the app is ready."""
    guard(LessonProgress, mark_for_lessons)
    guard(ExerciseAttempt, mark_for_attempts)
    guard(Grade, mark_for_grades)
    guard(ProgressSnapshot, mark_written)


def mark_for_lessons(keys: list[int], using: str) -> None:
    """Progress in lessons was written."""
    _mark(LessonProgress, keys, using, learner="user_id", course="lesson__course_id")


def mark_for_attempts(keys: list[int], using: str) -> None:
    """Attempts were written."""
    _mark(ExerciseAttempt, keys, using, learner="user_id", course="exercise__lesson__course_id")


def mark_for_grades(keys: list[int], using: str) -> None:
    """Grades were written."""
    course = "attempt__exercise__lesson__course_id"
    _mark(Grade, keys, using, learner="attempt__user_id", course=course)


def mark_written(keys: list[int], using: str) -> None:
    """Snapshots were inserted, restored or loaded: whoever wrote their figures, they are checked before they are used.

    A refresh writes untracked columns alone and does not come by here.
    """
    ProgressSnapshot.all_objects.using(using).filter(pk__any_of=keys).update(structure_version=STALE)


def _mark(model: Any, keys: list[int], using: str, *, learner: str, course: str) -> None:
    """Mark the snapshots of everybody, and of every course, that these rows are or ever were of.

    The history knows where a row was. The snapshots are locked in a fixed order, marked already or not: somebody may
    be computing one this very moment without having seen these rows.
    """
    records = model.history.model._base_manager.using(using).filter(id__any_of=keys).order_by()
    concerned = records.filter(**{learner: OuterRef("user_id"), course: OuterRef("course_id")})
    rows = ProgressSnapshot.all_objects.using(using)
    # The learners again, because by them the snapshots are found at once.
    rows = rows.filter(Exists(concerned), user__in=records.values(learner)).order_by("pk")
    found = list(rows.select_for_update(no_key=True, of=("self",)).values_list("pk", flat=True))
    if found:
        ProgressSnapshot.all_objects.using(using).filter(pk__any_of=found).update(structure_version=STALE)
