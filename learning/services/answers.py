"""Answering exercises: beginning an attempt and submitting it."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from config.base.exceptions import DomainError
from config.base.querysets import now_ms
from courses.models import Exercise

from ..checking import require_fitting, says_the_same
from ..models import ExerciseAttempt, QuizAttempt
from .attempts import copy_exercise, new_attempt, next_numbers
from .availability import require_open
from .enrolments import take_part
from .grades import grade_by_key
from .quizzes import answer_in_quiz, part_of_quiz, require_no_open_quiz
from .snapshots import store_act


@transaction.atomic
def start_attempt(
    *, user: User, exercise: Exercise, quiz_attempt: QuizAttempt | None = None
) -> ExerciseAttempt:
    """The learner's open attempt, begun now if there is none; again, it is the same one.

    It copies the exercise as it is now; one begun earlier without an answer copies it anew. In a quiz the attempt was
    begun with the quiz. Raises DomainError `not_enrolled`, `lesson_not_available`, `prerequisite_missing`,
    `no_attempts_left`; in a quiz `not_in_quiz`.
    """
    if quiz_attempt is not None:
        return part_of_quiz(user=user, exercise=exercise, quiz_attempt=quiz_attempt)
    exercise = _require_work(user=user, exercise=exercise)
    attempt = _open_attempt(user, exercise)
    if attempt is None:
        _require_attempts_left(user, exercise)
        attempt = new_attempt(
            user=user, exercise=exercise, number=next_numbers(user=user, exercises=[exercise.pk])[exercise.pk]
        )
    elif attempt.exercise_revision != exercise.revision:
        copy_exercise(attempt, exercise)
    else:
        return attempt
    attempt.save()
    return attempt


def submit_answer(
    *, user: User, exercise: Exercise, answer: dict[str, Any], quiz_attempt: QuizAttempt | None = None
) -> ExerciseAttempt:
    """Submit an answer, in the shape of `learning.shapes`, as the open attempt or as a new one; grade it at once.

    A free form waits for a person. What says the same as the learner's latest answer to the same revision costs no
    attempt: that one is returned. In a quiz the answer is kept, may be changed until the quiz is submitted, and is
    graded then; the quiz, not `Exercise.max_attempts`, limits how often.

    Raises ValidationError on `answer`, DomainError `not_enrolled`, `lesson_not_available`, `prerequisite_missing`,
    `no_attempts_left`, `quiz_open` while a quiz asks the exercise; in a quiz `not_in_quiz`, `quiz_submitted` and
    `time_is_up`, when the quiz has been closed.
    """
    if quiz_attempt is not None:
        return answer_in_quiz(user=user, exercise=exercise, answer=answer, quiz_attempt=quiz_attempt)
    return _submit_alone(user=user, exercise=exercise, answer=answer)


@transaction.atomic
def _submit_alone(*, user: User, exercise: Exercise, answer: dict[str, Any]) -> ExerciseAttempt:
    exercise = _require_work(user=user, exercise=exercise)
    require_no_open_quiz(user=user, exercises=[exercise.pk])
    attempt = _open_attempt(user, exercise)
    held = attempt or new_attempt(user=user, exercise=exercise, number=1)
    given = require_fitting(
        kind=held.snapshot_kind, key=held.snapshot_key, options=held.snapshot_options, answer=answer
    )
    latest = _alone(user, exercise).submitted().order_by("-number").first()
    same_question = latest is not None and latest.exercise_revision == held.exercise_revision
    if same_question and says_the_same(latest.answer, given):
        return latest
    if attempt is None:
        _require_attempts_left(user, exercise)
        held.number = next_numbers(user=user, exercises=[exercise.pk])[exercise.pk]
    held.answer, held.status, held.submitted_at = given, ExerciseAttempt.Status.COMPLETED, now_ms()
    held.save()
    grade_by_key([held])
    store_act(user=user, course=exercise.lesson.course)
    return held


def _require_work(*, user: User, exercise: Exercise) -> Exercise:
    """The exercise as it is stored, the learner's enrolment locked. Raises as the services say."""
    rows = Exercise.all_objects.select_related("lesson__course")
    stored = rows.get(pk=exercise.pk)
    course = stored.lesson.course
    take_part(user=user, course=course)
    require_open(user=user, course=course, lesson=stored.lesson, part=stored)
    return stored


def _alone(user: User, exercise: Exercise) -> Any:
    """The learner's attempts at this exercise outside quizzes."""
    return ExerciseAttempt.objects.filter(user=user, exercise=exercise, quiz_attempt__isnull=True)


def _open_attempt(user: User, exercise: Exercise) -> ExerciseAttempt | None:
    mine = _alone(user, exercise).filter(submitted_at__isnull=True)
    found: ExerciseAttempt | None = mine.select_for_update(no_key=True).order_by("number").first()
    return found


def _require_attempts_left(user: User, exercise: Exercise) -> None:
    if exercise.max_attempts is not None and _alone(user, exercise).count() >= exercise.max_attempts:
        raise DomainError(_("No attempts are left."), code="no_attempts_left")
