"""Attempts that hold the exercise as it is when they are begun."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Max

from accounts.models import User
from courses.models import Exercise

from ..models import ExerciseAttempt


def new_attempt(*, user: User, exercise: Exercise, number: int) -> ExerciseAttempt:
    """An attempt, not saved, that holds the exercise as it is now."""
    attempt = ExerciseAttempt(user=user, number=number, status=ExerciseAttempt.Status.IN_PROGRESS)
    copy_exercise(attempt, exercise)
    return attempt


def copy_exercise(attempt: ExerciseAttempt, exercise: Exercise) -> None:
    """Let the attempt hold the exercise as it is now."""
    attempt.exercise = exercise
    attempt.exercise_revision = exercise.revision
    attempt.snapshot_kind = exercise.kind
    attempt.snapshot_prompt = exercise.prompt
    attempt.snapshot_options = exercise.options
    attempt.snapshot_key = exercise.answer
    attempt.max_points = exercise.points


def next_numbers(*, user: User, exercises: Iterable[int]) -> dict[int, int]:
    """{exercise: the number of the learner's next attempt}: after all there have been, those in the trash too."""
    wanted = list(exercises)
    mine = ExerciseAttempt.all_objects.filter(user=user, exercise__any_of=wanted).order_by()
    last = dict(mine.values_list("exercise").annotate(last=Max("number")))
    return {exercise: last.get(exercise, 0) + 1 for exercise in wanted}
