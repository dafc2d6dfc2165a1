"""Regrading: an exercise's present key against the answers that were submitted to it, shown before it is done."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from config.base.exceptions import DomainError
from courses.models import Exercise

from ..checking import Result, check
from ..models import ExerciseAttempt, Grade, QuizAttempt
from .grades import Opinion, give_grades, settle_quizzes


@dataclass(frozen=True)
class RegradeDifference:
    """What a regrade would do with one attempt: from `old` points to `new`, both of `attempt.max_points`.

    `old` is None where there is no score. Where `refusal` says in words why the answer cannot be held against the
    present exercise, `new` is None, and the attempt keeps the grade that it has.
    """

    attempt: ExerciseAttempt
    old: Decimal | None
    new: Decimal | None
    result: Result | None
    refusal: str = ""

    @property
    def is_raised(self) -> bool:
        return self.new is not None and (self.old is None or self.new > self.old)

    @property
    def is_lowered(self) -> bool:
        return self.new is not None and self.old is not None and self.new < self.old


def plan_regrade(exercise: Exercise) -> list[RegradeDifference]:
    """What a regrade would change or has to refuse, by learner and number; nothing is written.

    Attempts whose grade a person gave are not looked at, nor what only a person can grade. Those that stay as they
    are, are not listed. An answer given to another kind, to other options or to another number of blanks is refused.
    """
    stored = Exercise.all_objects.get(pk=exercise.pk)
    attempts = _attempts(stored).select_related("user").order_by("user__full_name", "user_id", "number")
    return _differences(stored, attempts)


@transaction.atomic
def regrade(
    *, exercise: Exercise, grader: User, only_raise: bool = False, skip_incompatible: bool = False
) -> list[Grade]:
    """Append a grade to each attempt that the exercise's present key judges otherwise; the grades.

    Attempts, their numbers and their times stay: the latest remains the latest. `only_raise` leaves those alone that
    would lose points. Points are out of what the attempt was worth when it was begun. Grades given by a person stand.

    Raises DomainError `regrade_incompatible`, with the attempts, where answers do not fit the present exercise,
    unless they are to be skipped.
    """
    stored = Exercise.all_objects.get(pk=exercise.pk)
    quizzes = list(
        QuizAttempt.objects.select_for_update(no_key=True)
        .filter(pk__in=_attempts(stored).order_by().values("quiz_attempt"))
        .order_by("pk")
    )
    list(_submitted(stored).select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
    differences = _differences(stored, _attempts(stored).select_related("user").order_by("pk"))
    refused = [each for each in differences if each.refusal]
    if refused and not skip_incompatible:
        raise DomainError(_words(refused), code="regrade_incompatible")
    changed = [each for each in differences if each.is_raised or (each.is_lowered and not only_raise)]
    opinions = [
        Opinion(each.attempt, each.result, Grade.Source.REGRADE, grader)
        for each in changed
        if each.result is not None
    ]
    grades = give_grades(opinions)
    touched = {each.attempt.quiz_attempt_id for each in changed}
    settle_quizzes(each for each in quizzes if each.pk in touched)
    return grades


def _submitted(exercise: Exercise) -> Any:
    return ExerciseAttempt.objects.filter(exercise=exercise).submitted()


def _attempts(exercise: Exercise) -> Any:
    """Submitted attempts, each with its newest grade, that no person has graded."""
    by_hand = Grade.objects.filter(source=Grade.Source.MANUAL).values("attempt")
    return _submitted(exercise).exclude(pk__in=by_hand).with_current_grade()


def _differences(exercise: Exercise, attempts: Iterable[Any]) -> list[RegradeDifference]:
    found = []
    known: dict[tuple[str, int], Result | None] = {}  # many learners answer the same
    for attempt in attempts:
        if exercise.kind == attempt.snapshot_kind == Exercise.Kind.FREE_FORM:
            continue
        refusal = _refusal(exercise, attempt)
        result = None
        if not refusal:
            same = (json.dumps(attempt.answer, sort_keys=True), attempt.max_points)
            if same not in known:
                known[same] = _result(exercise, attempt)
            result = known[same]
        new = None if result is None else result.score
        if refusal or (new is not None and new != attempt.current_score):
            found.append(RegradeDifference(attempt, attempt.current_score, new, result, refusal))
    return found


def _refusal(exercise: Exercise, attempt: ExerciseAttempt) -> str:
    """Why the answer cannot be held against the present exercise, in words without the key; empty where it can."""
    if exercise.kind != attempt.snapshot_kind:
        return _("The exercise was of another kind: %(kind)s.") % {
            "kind": attempt.get_snapshot_kind_display()
        }
    if exercise.kind == Exercise.Kind.MULTIPLE_CHOICE:
        then = {option["id"] for option in attempt.snapshot_options}
        if then != {option["id"] for option in exercise.options}:
            return _("The options were others: %(ids)s.") % {"ids": ", ".join(sorted(then))}
    if exercise.kind == Exercise.Kind.CODE_COMPLETION:
        then_blanks = len(attempt.snapshot_key["blanks"])
        if then_blanks != len(exercise.answer["blanks"]):
            return _("The number of blanks was another: %(count)d.") % {"count": then_blanks}
    return ""


def _result(exercise: Exercise, attempt: ExerciseAttempt) -> Result | None:
    try:
        return check(
            kind=exercise.kind,
            key=exercise.answer,
            options=exercise.options,
            answer=attempt.answer or {},
            max_points=attempt.max_points,
        )
    except ValidationError:
        return None  # an answer that was never valid keeps the grade that it has


def _words(refused: list[RegradeDifference]) -> str:
    names = [f"{each.attempt.user} ({each.attempt.number}): {each.refusal}" for each in refused[:20]]
    if len(refused) > 20:
        names.append("…")
    message = _("%(count)d answers do not fit the exercise as it is now. %(attempts)s")
    return message % {"count": len(refused), "attempts": " ".join(names)}
