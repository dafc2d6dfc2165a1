"""What learning computes, as frozen values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

HUNDREDTH = Decimal("0.01")


def percent_of(done: int, total: int) -> int:
    """How many percent of `total` are `done`, rounded down: 100 means all, and nothing at all is 0.

    Every percent of progress that anybody is shown comes from here. ValueError for more done than there is.
    """
    if not 0 <= done <= total:
        raise ValueError(f"Nobody has done {done} of {total}.")
    return 100 * done // total if total else 0


def mean_percent(groups: Iterable[tuple[int, Decimal, int]]) -> Decimal | None:
    """The mean in percent of scores given as groups (points in all, sum of the scores, number of scores).

    Two places, half up, and exact until then; None without a score. Points beyond the maximum do not count.
    """
    total, number = Fraction(), 0
    for max_points, points, scores in groups:
        total += min(Fraction(points) / max_points, Fraction(scores))
        number += scores
    if not number:
        return None
    mean = total * 100 / number
    return (Decimal(mean.numerator) / mean.denominator).quantize(HUNDREDTH, ROUND_HALF_UP)


@dataclass(frozen=True)
class Figures:
    """How far a learner is with a course.

    `lessons_total` are the published required lessons, `lessons_completed` those of them that are done;
    `exercises_attempted` are the exercises of published lessons for which an answer was submitted; `average_score`
    is in percent, None while nothing is graded.
    """

    lessons_completed: int = 0
    lessons_total: int = 0
    exercises_attempted: int = 0
    average_score: Decimal | None = None

    @property
    def percent(self) -> int:
        return percent_of(self.lessons_completed, self.lessons_total)

    @property
    def is_complete(self) -> bool:
        """Is every lesson done, and is there one?"""
        return 0 < self.lessons_total == self.lessons_completed
