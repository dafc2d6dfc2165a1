"""Grading by people: claiming an answer, so that nobody else reads it, and saying what it is worth."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from config.base.exceptions import DomainError
from config.base.querysets import now_ms

from ..checking import Result
from ..models import ExerciseAttempt, Grade, QuizAttempt
from .grades import Opinion, give_grades, settle_quizzes

#: Who has claimed an answer and does nothing for so long has let it go.
CLAIM_LASTS = timedelta(minutes=30)


@transaction.atomic
def grade_attempt(
    *, attempt: ExerciseAttempt, grader: User, score: Decimal | int | str, feedback: str = ""
) -> Grade:
    """Say what a submitted attempt is worth, 0…`max_points`; the newest grade counts, and the claim ends.

    It makes no difference whether attempts are left. The result of the quiz that it is part of follows.

    Raises ValidationError on `score`, DomainError `not_submitted`, and `attempt_claimed` while somebody else has
    claimed it.
    """
    stored, quiz_attempt = lock_attempt(attempt)
    _require_submitted(stored)
    _require_unclaimed(stored, grader)
    points = _points(score, stored.max_points)
    is_correct = True if points == stored.max_points else None if points else False
    result = Result(score=points, is_correct=is_correct, feedback=feedback)
    (grade,) = give_grades([Opinion(stored, result, Grade.Source.MANUAL, grader)])
    _claim(stored, None)
    if quiz_attempt is not None:
        settle_quizzes([quiz_attempt])
    return grade


@transaction.atomic
def claim_attempt(*, attempt: ExerciseAttempt, user: User) -> ExerciseAttempt:
    """Take an answer to grade; again renews the claim, which lasts for `CLAIM_LASTS`.

    Raises DomainError `not_submitted`, and `attempt_claimed`, with the name, while somebody else has it.
    """
    stored, _quiz_attempt = lock_attempt(attempt)
    _require_submitted(stored)
    _require_unclaimed(stored, user)
    _claim(stored, user)
    return stored


@transaction.atomic
def release_attempt(*, attempt: ExerciseAttempt, user: User) -> ExerciseAttempt:
    """Give up a claim; what one has not claimed stays as it is."""
    stored, _quiz_attempt = lock_attempt(attempt)
    if stored.claimed_by_id == user.pk:
        _claim(stored, None)
    return stored


def claimant(attempt: ExerciseAttempt) -> User | None:
    """Who has claimed the attempt, unless it was too long ago."""
    if attempt.claimed_at is None or attempt.claimed_at + CLAIM_LASTS <= now_ms():
        return None
    return attempt.claimed_by


def lock_attempt(attempt: ExerciseAttempt) -> tuple[ExerciseAttempt, QuizAttempt | None]:
    """The stored attempt and the quiz's that it is part of, which is locked first, as everywhere."""
    quiz_attempt = None
    if attempt.quiz_attempt_id is not None:
        quizzes = QuizAttempt.objects.select_for_update(no_key=True)
        quiz_attempt = quizzes.filter(pk=attempt.quiz_attempt_id).first()
    return ExerciseAttempt.objects.select_for_update(no_key=True).get(pk=attempt.pk), quiz_attempt


def _require_submitted(attempt: ExerciseAttempt) -> None:
    if attempt.submitted_at is None:
        raise DomainError(_("Nothing has been submitted yet."), code="not_submitted")


def _require_unclaimed(attempt: ExerciseAttempt, user: User) -> None:
    other = claimant(attempt)
    if other is not None and other.pk != user.pk:
        raise DomainError(_("%(name)s is reading this answer.") % {"name": other}, code="attempt_claimed")


def _claim(attempt: ExerciseAttempt, user: User | None) -> None:
    if user is None and attempt.claimed_by_id is None:
        return
    attempt.claimed_by, attempt.claimed_at = user, None if user is None else now_ms()
    attempt.save(update_fields=["claimed_by", "claimed_at"])


def _points(score: Decimal | int | str, max_points: int) -> Decimal:
    """The score to two places. Raises ValidationError on `score`."""
    try:
        points = Decimal(score)
    except (InvalidOperation, ValueError, TypeError):
        points = Decimal("NaN")
    if not points.is_finite():
        raise ValidationError({"score": ValidationError(_("Enter a number."), code="score_invalid")})
    if points < 0:
        raise ValidationError(
            {"score": ValidationError(_("A score cannot be negative."), code="score_negative")}
        )
    if points > max_points:
        message = _("The exercise was worth %(points)d at most.") % {"points": max_points}
        raise ValidationError({"score": ValidationError(message, code="score_too_high")})
    rounded = points.quantize(Decimal("0.01"))
    if rounded != points:
        raise ValidationError(
            {"score": ValidationError(_("A score has two decimal places at most."), code="score_places")}
        )
    return rounded
