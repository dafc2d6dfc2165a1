"""A radar of several axes as shapes that a template writes down."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

#: Units of the drawing: the radius of the outermost ring, and the room for the words round it.
RADIUS, MARGIN = 100, 60
RINGS = (25, 50, 75, 100)


@dataclass(frozen=True)
class Spoke:
    """An axis: where it ends, where its name stands, and on which side of that point."""

    label: str
    x: float
    y: float
    label_x: float
    label_y: float
    anchor: str


@dataclass(frozen=True)
class Radar:
    """`points` of polygons in units of the drawing, `box` the view box."""

    spokes: list[Spoke]
    rings: list[str]
    mine: str
    others: str
    box: str


def radar(labels: Sequence[str], mine: Sequence[float], others: Sequence[float]) -> Radar:
    """The axes clockwise from the top, values from 0 in the middle to 100 at the rim."""
    turns = [2 * math.pi * at / len(labels) for at in range(len(labels))]
    spokes = []
    for label, turn in zip(labels, turns, strict=True):
        side = round(math.sin(turn), 3)
        anchor = "middle" if abs(side) < 0.1 else "start" if side > 0 else "end"
        spokes.append(Spoke(label, *_at(turn, 100), *_at(turn, 112), anchor))
    return Radar(
        spokes=spokes,
        rings=[_points(turns, [ring] * len(turns)) for ring in RINGS],
        mine=_points(turns, mine),
        others=_points(turns, others),
        box=f"{-RADIUS - MARGIN} {-RADIUS - 25} {2 * (RADIUS + MARGIN)} {2 * (RADIUS + 25)}",
    )


def _at(turn: float, value: float) -> tuple[float, float]:
    length = RADIUS * value / 100
    return round(length * math.sin(turn), 1) + 0.0, round(-length * math.cos(turn), 1) + 0.0


def _points(turns: Sequence[float], values: Sequence[float]) -> str:
    return " ".join(
        f"{x},{y}" for x, y in (_at(turn, value) for turn, value in zip(turns, values, strict=True))
    )
