"""Attribution written out line by line, slowly: what `record_outcomes` is held against."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Run:
    key: int
    as_of: date
    days: int
    zone: str
    done: datetime

    def holds(self, moment: datetime) -> bool:
        day = moment.astimezone(ZoneInfo(self.zone)).date()
        return self.as_of <= day < self.as_of + timedelta(days=self.days)


@dataclass(frozen=True)
class Item:
    key: int
    run: Run
    person: str
    product: str
    is_holdout: bool


@dataclass(frozen=True)
class Line:
    key: int
    person: str
    product: str
    at: datetime
    quantity: int
    known: datetime


def taken_back_at(line: Line, lines: list[Line]) -> datetime | None:
    """Play all lines of the pair, unit by unit, and see when the line's last unit goes."""
    same = [each for each in lines if (each.person, each.product) == (line.person, line.product)]
    units: list[int] = []
    for each in sorted(same, key=lambda one: (one.at, -one.quantity, one.key)):
        if each.quantity > 0:
            units += [each.key] * each.quantity
            continue
        for _unit in range(-each.quantity):
            if units:
                gone = units.pop()
                if gone == line.key and line.key not in units:
                    return each.at
    return None


def item_of(line: Line, items: list[Item]) -> Item | None:
    fitting = [
        each
        for each in items
        if (each.person, each.product) == (line.person, line.product) and each.run.holds(line.at)
    ]
    early = [each for each in fitting if each.run.done <= line.known]
    if early:
        return max(early, key=lambda each: (each.run.as_of, each.run.done, each.run.key))
    return min(fitting, key=lambda each: (each.run.done, each.run.key), default=None)


def credits(
    lines: list[Line], items: list[Item], contacts: list[tuple[int, str, datetime]]
) -> dict[int, tuple[int, str]]:
    """Line → (item, outcome); `contacts` are (run, person, moment)."""
    found = {}
    for line in lines:
        item = item_of(line, items) if line.quantity > 0 else None
        if item is None:
            continue
        back = taken_back_at(line, lines)
        if back is not None and item.run.holds(back):
            continue
        told = any(
            (run, person) == (item.run.key, item.person)
            and at < line.at
            and at.astimezone(ZoneInfo(item.run.zone)).date() >= item.run.as_of
            for run, person, at in contacts
        )
        found[line.key] = item.key, "HOLDOUT" if item.is_holdout else "CONTACTED" if told else "UNCONTACTED"
    return found
