"""Charts drawn on the server, as shapes that a template writes down; each comes with its numbers for a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

#: Units of the drawing; it is stretched to the width that there is.
WIDTH, HEIGHT = 1000, 100


@dataclass(frozen=True)
class Column:
    """A column of a histogram: `height` in whole percent of the highest."""

    label: str
    count: int
    height: int


@dataclass(frozen=True)
class Step:
    """On that day something was done, `total` things by then."""

    day: datetime
    total: int


@dataclass(frozen=True)
class Staircase:
    """How a number grew over time: `points` of a line, in units of the drawing, from the first day to the last."""

    points: str
    steps: list[Step]
    top: int

    @property
    def first(self) -> datetime:
        return self.steps[0].day

    @property
    def last(self) -> datetime:
        return self.steps[-1].day


def columns(buckets: Sequence[tuple[str, int]]) -> list[Column]:
    """The columns of a histogram; what is not empty is seen."""
    highest = max((count for _label, count in buckets), default=0)
    return [Column(label, count, max(100 * count // highest, 2) if count else 0) for label, count in buckets]


def staircase(moments: Sequence[datetime], *, top: int) -> Staircase | None:
    """How many of `top` things were done when, one at each moment; None for none."""
    if not moments:
        return None
    ordered = sorted(moments)
    steps = [Step(moment, number) for number, moment in enumerate(ordered, start=1)]
    top = max(top, len(steps))
    seconds = (ordered[-1] - ordered[0]).total_seconds() or 1
    points = [(0, HEIGHT)]
    for step in steps:
        across = round(WIDTH * (step.day - ordered[0]).total_seconds() / seconds)
        points += [(across, points[-1][1]), (across, HEIGHT - HEIGHT * step.total // top)]
    points.append((WIDTH, points[-1][1]))
    return Staircase(" ".join(f"{x},{y}" for x, y in points), steps, top)
