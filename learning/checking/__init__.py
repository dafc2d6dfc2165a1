"""Comparing an answer with a key: pure functions, one module a kind. Nothing that a learner sends is executed.

The shapes of options and keys are described in `courses.shapes`, those of answers in `learning.shapes`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError

from .. import shapes
from . import choices, code, free_form, true_or_false
from .results import UNDECIDED, Result, Verdict
from .texts import canonical, says_the_same

__all__ = ["Result", "canonical", "check", "require_fitting", "says_the_same"]

_CHECKS: dict[str, Callable[[dict[str, Any], list[dict[str, str]], dict[str, Any]], Verdict]] = {
    "MULTIPLE_CHOICE": choices.judge,
    "TRUE_FALSE": true_or_false.judge,
    "CODE_COMPLETION": code.judge,
    "FREE_FORM": free_form.judge,
}


def check(
    *,
    kind: str,
    key: dict[str, Any],
    options: list[dict[str, str]],
    answer: dict[str, Any],
    max_points: int,
) -> Result:
    """What this answer is worth by this key, in points out of `max_points`, to two places, half up.

    `score` is None where only a person can tell, which is not 0; `is_correct` is None then too, and for what is worth
    a part of the points. Raises ValidationError on `answer` for one that does not fit the question; the message never
    holds the key.
    """
    answer = require_fitting(kind=kind, key=key, options=options, answer=answer)
    verdict = _CHECKS[kind](key, options, answer)
    return UNDECIDED if verdict.share is None else verdict.in_points(max_points)


def require_fitting(
    *, kind: str, key: dict[str, Any], options: list[dict[str, str]], answer: Any
) -> dict[str, Any]:
    """The answer in its canonical form; raises ValidationError on `answer` where it does not fit the question."""
    try:
        shapes.check_given(kind, answer, options, key)
        return canonical(kind, answer)
    except ValidationError as error:
        raise ValidationError({"answer": error}) from error
