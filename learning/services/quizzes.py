"""Quizzes: beginning one, answering in it, submitting it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import User
from config.base.events import emit
from config.base.exceptions import DomainError
from config.base.querysets import now_ms
from courses.models import Course, Exercise, Quiz, QuizItem

from ..checking import require_fitting
from ..events import QuizFinished
from ..models import ExerciseAttempt, QuizAttempt
from .attempts import new_attempt, next_numbers
from .availability import require_open
from .enrolments import take_part
from .grades import grade_by_key, settle_quizzes
from .snapshots import store_act


def start_quiz(*, user: User, quiz: Quiz) -> QuizAttempt:
    """The learner's open attempt at the quiz, begun now if there is none; again, it is the same one.

    It holds the quiz as it is now: its exercises, what each is worth, the percent to pass, the end of the time.
    Exercises whose lessons learners cannot open are left out. One whose time is up is closed first.

    Raises DomainError `not_enrolled`, `lesson_not_available`, `prerequisite_missing`, `no_attempts_left`,
    `quiz_empty`, `quiz_open` while another quiz asks one of the same exercises.
    """
    for overdue in QuizAttempt.objects.overdue().filter(user=user, quiz=quiz):
        submit_quiz(quiz_attempt=overdue)
    return _start(user=user, quiz=quiz)


@transaction.atomic
def submit_quiz(*, quiz_attempt: QuizAttempt) -> QuizAttempt:
    """Hand in what has been answered and grade it; once more changes nothing.

    After the time is up that is what was answered in time, submitted when it ended. Score and result are there at
    once, or when the last part that waits for a person is graded.
    """
    stored = _lock(quiz_attempt.pk)
    if stored.submitted_at is None:
        now = now_ms()
        _close(stored, now)
        if not _is_late(stored, now):
            store_act(user=stored.user, course=_course_of(stored.quiz))
    return stored


def close_overdue_quizzes(*, user: User | None = None, limit: int | None = None) -> int:
    """Close what nobody has submitted in time, of one learner or of all, the oldest first; how many those were."""
    overdue = QuizAttempt.objects.overdue().order_by("due_at", "pk")
    if user is not None:
        overdue = overdue.filter(user=user)
    found = list(overdue[:limit])
    for quiz_attempt in found:
        submit_quiz(quiz_attempt=quiz_attempt)
    return len(found)


def require_no_open_quiz(*, user: User, exercises: Iterable[int]) -> None:
    """No quiz that the learner is in the middle of asks one of these exercises: its answer would be told beforehand.

    The learner's enrolment is locked by the caller. Raises DomainError `quiz_open`, naming the quiz.
    """
    parts = ExerciseAttempt.objects.filter(user=user, exercise__any_of=list(exercises))
    going_on = QuizAttempt.objects.open().exclude(due_at__lt=now_ms())
    part = parts.filter(quiz_attempt__in=going_on).select_related("quiz_attempt__quiz").first()
    if part is not None and part.quiz_attempt is not None:
        message = _("The quiz “%(quiz)s” asks this, and is open: hand it in first.")
        raise DomainError(message % {"quiz": part.quiz_attempt.quiz}, code="quiz_open")


@transaction.atomic
def part_of_quiz(*, user: User, exercise: Exercise, quiz_attempt: QuizAttempt) -> ExerciseAttempt:
    """The learner's attempt at this exercise in their attempt at the quiz. Raises DomainError `not_in_quiz`."""
    parts = ExerciseAttempt.objects.select_for_update(no_key=True)
    part = parts.filter(user=user, exercise=exercise, quiz_attempt=quiz_attempt).first()
    if part is None:
        raise DomainError(_("This exercise is not part of this attempt."), code="not_in_quiz")
    return part


def answer_in_quiz(
    *, user: User, exercise: Exercise, answer: dict[str, Any], quiz_attempt: QuizAttempt
) -> ExerciseAttempt:
    """Keep this answer, in place of an earlier one, until the quiz is submitted; see `submit_answer`."""
    part, in_time = _answer(user=user, exercise=exercise, answer=answer, quiz_attempt=quiz_attempt)
    if not in_time:  # outside the transaction, which has closed the attempt
        raise DomainError(
            _("The time is up: what was answered before has been submitted."), code="time_is_up"
        )
    return part


@transaction.atomic
def _answer(
    *, user: User, exercise: Exercise, answer: dict[str, Any], quiz_attempt: QuizAttempt
) -> tuple[ExerciseAttempt, bool]:
    stored = _lock(quiz_attempt.pk)
    part = part_of_quiz(user=user, exercise=exercise, quiz_attempt=stored)
    if stored.submitted_at is not None:
        raise DomainError(_("This quiz has been submitted."), code="quiz_submitted")
    take_part(user=user, course=_course_of(stored.quiz))
    now = now_ms()
    if _is_late(stored, now):
        _close(stored, now)
        return part, False
    given = require_fitting(
        kind=part.snapshot_kind, key=part.snapshot_key, options=part.snapshot_options, answer=answer
    )
    if given != part.answer:
        part.answer, part.status = given, ExerciseAttempt.Status.IN_PROGRESS
        part.save(update_fields=["answer", "status"])
    return part, True


@transaction.atomic
def _start(*, user: User, quiz: Quiz) -> QuizAttempt:
    stored = Quiz.all_objects.select_related("course", "lesson__course").get(pk=quiz.pk)
    course = _course_of(stored)
    take_part(user=user, course=course)
    require_open(user=user, course=course, lesson=stored.lesson, part=stored)
    mine = QuizAttempt.objects.filter(user=user, quiz=stored)
    begun = mine.open().order_by("number").first()
    if begun is not None:
        return begun
    if stored.max_attempts is not None and mine.count() >= stored.max_attempts:
        raise DomainError(_("No attempts are left."), code="no_attempts_left")
    items = _items(stored)
    if not items:
        raise DomainError(_("There is nothing in this quiz yet."), code="quiz_empty")
    require_no_open_quiz(user=user, exercises=[item.exercise_id for item in items])
    attempt = _new_attempt(user, stored)
    attempt.save()
    _begin_parts(user, attempt, items)
    return attempt


def _items(quiz: Quiz) -> list[QuizItem]:
    """What the quiz asks now, in order: exercises, not in the trash, of lessons that learners can open."""
    rows = QuizItem.objects.filter(quiz=quiz, exercise__is_deleted=False)
    rows = rows.filter(exercise__lesson__is_deleted=False, exercise__lesson__is_published=True)
    return list(rows.select_related("exercise").order_by("position", "id"))


def _new_attempt(user: User, quiz: Quiz) -> QuizAttempt:
    last = QuizAttempt.all_objects.filter(user=user, quiz=quiz).aggregate(last=Max("number"))["last"]
    now = now_ms()
    minutes = quiz.time_limit_minutes
    return QuizAttempt(
        user=user,
        quiz=quiz,
        number=(last or 0) + 1,
        pass_percent=quiz.pass_percent,
        started_at=now,
        due_at=None if minutes is None else now + timedelta(minutes=minutes),
    )


def _begin_parts(user: User, quiz_attempt: QuizAttempt, items: list[QuizItem]) -> None:
    numbers = next_numbers(user=user, exercises=[item.exercise_id for item in items])
    parts = []
    for item in items:
        part = new_attempt(user=user, exercise=item.exercise, number=numbers[item.exercise_id])
        part.quiz_attempt, part.max_points = quiz_attempt, item.points
        part.status = ExerciseAttempt.Status.NOT_STARTED
        parts.append(part)
    ExerciseAttempt.objects.bulk_create(parts)


def _course_of(quiz: Quiz) -> Course:
    course = quiz.lesson.course if quiz.lesson is not None else quiz.course
    assert course is not None  # of one of them, says the table
    return course


def _lock(key: int) -> QuizAttempt:
    return QuizAttempt.objects.select_for_update(no_key=True).get(pk=key)


def _is_late(quiz_attempt: QuizAttempt, now: datetime) -> bool:
    return quiz_attempt.due_at is not None and now > quiz_attempt.due_at


def _close(quiz_attempt: QuizAttempt, now: datetime) -> None:
    """Submit what was answered, at the end of the time at the latest; grade it; compute the result."""
    moment = quiz_attempt.due_at if _is_late(quiz_attempt, now) else max(now, quiz_attempt.started_at)
    parts = ExerciseAttempt.objects.select_for_update(no_key=True).filter(quiz_attempt=quiz_attempt)
    answered = list(parts.filter(answer__isnull=False).order_by("pk"))
    for part in answered:
        part.status, part.submitted_at = ExerciseAttempt.Status.COMPLETED, moment
    if answered:
        ExerciseAttempt.objects.bulk_update(answered, ["status", "submitted_at"])
    quiz_attempt.submitted_at = moment
    quiz_attempt.save(update_fields=["submitted_at"])
    grade_by_key(answered)
    settle_quizzes([quiz_attempt])
    emit(
        QuizFinished(
            quiz_attempt_id=quiz_attempt.pk, quiz_id=quiz_attempt.quiz_id, user_id=quiz_attempt.user_id
        )
    )
