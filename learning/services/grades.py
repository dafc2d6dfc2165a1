"""Giving grades, by whomever: what the services of answers, grading and regrading share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Max

from accounts.models import User
from config.base.events import emit
from config.base.querysets import now_ms

from ..checking import Result, check
from ..events import AttemptGraded
from ..models import ExerciseAttempt, Grade, QuizAttempt


@dataclass(frozen=True)
class Opinion:
    """What somebody, or the program, makes of an attempt."""

    attempt: ExerciseAttempt
    result: Result
    source: str
    grader: User | None = None


def give_grades(opinions: Iterable[Opinion]) -> list[Grade]:
    """Append a grade an opinion, each later than every grade of its attempt, and announce them.

    The attempts are locked by the caller.
    """
    opinions = list(opinions)
    if not opinions:
        return []
    last = _last_moments([opinion.attempt.pk for opinion in opinions])
    now = now_ms()
    grades = [_grade(opinion, _after(last.get(opinion.attempt.pk), now)) for opinion in opinions]
    for grade in grades:
        grade.clean()
    Grade.objects.bulk_create(grades)
    for grade, opinion in zip(grades, opinions, strict=True):
        attempt = opinion.attempt
        emit(
            AttemptGraded(
                grade_id=grade.pk,
                attempt_id=attempt.pk,
                exercise_id=attempt.exercise_id,
                user_id=attempt.user_id,
            )
        )
    return grades


def grade_by_key(attempts: Iterable[ExerciseAttempt]) -> list[Grade]:
    """Grade submitted attempts by the keys that they hold. A free form gets no grade: it waits for a person.

    What else cannot be decided, an expression having taken too long, gets one without a score, and waits too.
    """
    opinions = [
        Opinion(attempt, result_of(attempt), Grade.Source.AUTO)
        for attempt in attempts
        if attempt.snapshot_kind != ExerciseAttempt.Kind.FREE_FORM
    ]
    return give_grades(opinions)


def result_of(attempt: ExerciseAttempt) -> Result:
    """What the attempt's answer is worth by the exercise as it was."""
    return check(
        kind=attempt.snapshot_kind,
        key=attempt.snapshot_key,
        options=attempt.snapshot_options,
        answer=attempt.answer or {},
        max_points=attempt.max_points,
    )


def settle_quizzes(quiz_attempts: Iterable[QuizAttempt]) -> None:
    """Compute score and result of these submitted attempts, locked by the caller, from their parts' newest grades.

    A part that nobody answered is worth nothing. While one that was answered has no score, there is no result.
    """
    found = {each.pk: each for each in quiz_attempts if each.submitted_at is not None}
    if not found:
        return
    totals: dict[int, Decimal | None] = dict.fromkeys(found, Decimal("0.00"))
    points = dict.fromkeys(found, 0)
    parts = ExerciseAttempt.objects.filter(quiz_attempt__in=list(found)).with_current_grade().order_by()
    for part in parts:
        key: Any = part.quiz_attempt_id
        points[key] += part.max_points
        total = totals[key]
        if part.submitted_at is not None and total is not None:
            totals[key] = None if part.current_score is None else total + part.current_score
    for key, quiz_attempt in found.items():
        score = totals[key]
        passed = None if score is None else score * 100 >= quiz_attempt.pass_percent * points[key]
        if (quiz_attempt.score, quiz_attempt.passed) != (score, passed):
            quiz_attempt.score, quiz_attempt.passed = score, passed
            quiz_attempt.save(update_fields=["score", "passed"])


def _last_moments(attempts: list[int]) -> dict[int, datetime]:
    rows = Grade.all_objects.filter(attempt__any_of=attempts).order_by()
    return dict(rows.values_list("attempt").annotate(at=Max("graded_at")))


def _after(last: datetime | None, now: datetime) -> datetime:
    return now if last is None or last < now else last + timedelta(milliseconds=1)


def _grade(opinion: Opinion, moment: datetime) -> Grade:
    result = opinion.result
    return Grade(
        attempt=opinion.attempt,
        score=result.score,
        is_correct=result.is_correct,
        feedback=result.feedback,
        source=opinion.source,
        grader=opinion.grader,
        graded_at=moment,
    )
