"""Profiles worked out one customer after the other, in plain Python with fractions: slow, and easy to believe."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from crm.profiling import segment_of
from crm.values import AXES

KINDS = {"family": "top_families", "grape": "top_grapes", "sugar": "top_sugars", "budget": "top_budgets"}


@dataclass(frozen=True)
class Line:
    """An order line; `product` is a dictionary of what is known of it, with its `key`."""

    customer: str
    product: Any
    moment: datetime
    quantity: int
    cents: int
    currency: str = "EUR"


def rounded(share: Fraction, places: int = 4) -> float:
    """Half up."""
    return int(share * 10**places + Fraction(1, 2)) / 10**places


def kept_bottles(lines: list[Line]) -> list[tuple[Line, int]]:
    """Purchases with what is left of each: a cancellation pops the bottles bought last, as far as there are any."""
    left: list[list[Any]] = []
    stacks: dict[tuple[str, str], list[list[Any]]] = defaultdict(list)
    for line in sorted(lines, key=lambda line: (line.moment, line.quantity < 0)):
        stack = stacks[line.customer, line.product["key"]]
        if line.quantity > 0:
            entry = [line, line.quantity]
            stack.append(entry)
            left.append(entry)
            continue
        to_cancel = -line.quantity
        while to_cancel and stack:
            taken = min(to_cancel, stack[-1][1])
            stack[-1][1] -= taken
            to_cancel -= taken
            if not stack[-1][1]:
                stack.pop()
    return [(line, number) for line, number in left if number]


def profiles(
    lines: list[Line], catalogue: list[Any], *, as_of: date, zone: str
) -> tuple[dict[str, dict[str, Any]], dict[str, float]]:
    """({customer: profile}, {product: popularity})."""
    here = ZoneInfo(zone)
    lines = [
        line for line in lines if line.moment < datetime(as_of.year, as_of.month, as_of.day, tzinfo=here)
    ]
    picks: dict[str, dict[tuple[str, date], int]] = defaultdict(Counter)
    products = {line.product["key"]: line.product for line in lines}
    for line, number in kept_bottles(lines):
        picks[line.customer][line.product["key"], line.moment.astimezone(here).date()] += number
    found = {
        who: _profile([line for line in lines if line.customer == who], kept, products, catalogue, as_of)
        for who, kept in picks.items()
    }
    for mine in found.values():
        others = [each for each in found.values() if each is not mine]
        same_money = [each for each in others if each["currency"] == mine["currency"]]
        mine["recency_score"] = _score(
            sum(each["recency_days"] > mine["recency_days"] for each in others), others
        )
        mine["frequency_score"] = _score(
            sum(each["frequency"] < mine["frequency"] for each in others), others
        )
        mine["monetary_score"] = _score(sum(each["cents"] < mine["cents"] for each in same_money), same_money)
        mine["segment"] = segment_of(mine["recency_score"], mine["frequency_score"]).value
    lately = as_of - timedelta(days=365)
    buyers = {
        key: {who for who in picks for k, day in picks[who] if k == key and day >= lately} for key in products
    }
    everybody = set().union(*buyers.values())
    popular = {key: rounded(Fraction(len(who), len(everybody)), 6) for key, who in buyers.items() if who}
    return found, popular


def _score(worse: int, others: list[Any]) -> int:
    return min(5, 1 + int(5 * Fraction(worse, len(others)))) if others else 1


def _profile(
    lines: list[Line], kept: Any, products: Any, catalogue: list[Any], as_of: date
) -> dict[str, Any]:
    currencies = Counter(line.currency for line in lines)
    currency = min(currencies, key=lambda name: (-currencies[name], name))
    money: Counter[str] = Counter()
    for line in lines:
        money[line.product["key"]] += line.cents if line.currency == currency else 0
    days = {day for _key, day in kept}
    bottles: Counter[str] = Counter()
    for (key, _day), number in kept.items():
        bottles[key] += number
    weights = {key: max(0, money[key]) for key in bottles}
    if not any(weights.values()):
        weights = dict(bottles)
    bought = [products[key] for key, _day in kept]
    profile = {
        "recency_days": (as_of - max(days)).days,
        "frequency": len(days),
        "cents": sum(money.values()),
        "currency": currency,
        "product_diversity": _diversity([product["key"] for product in bought]),
        "aroma_profile": _aromas(bottles, products, catalogue),
    }
    for kind, column in KINDS.items():
        known = {key: weight for key, weight in weights.items() if products[key][kind] is not None}
        spent: Counter[str] = Counter()
        for key, weight in known.items():
            spent[products[key][kind]] += weight
        top = sorted((name for name in spent if spent[name]), key=lambda name: (-spent[name], name.encode()))[
            :2
        ]
        profile[column] = [
            {"value": name, "share": rounded(Fraction(spent[name], sum(known.values())))} for name in top
        ]
        profile[f"{kind}_diversity"] = _diversity([each[kind] for each in bought if each[kind] is not None])
    told = sum(each[kind] is not None for each in bought for kind in (*KINDS, "fruit"))
    often = Fraction(len(days), len(days) + 3)
    profile["confidence"] = rounded(often * (Fraction(1, 2) + Fraction(told, 10 * len(bought))))
    return profile


def _diversity(things: list[str]) -> float:
    """The share of the pairs of different draws that differ, counted pair by pair."""
    pairs = [(one, other) for at, one in enumerate(things) for other in things[at + 1 :]]
    return rounded(Fraction(sum(one != other for one, other in pairs), len(pairs))) if pairs else 0.0


def _aromas(bottles: Counter[str], products: Any, catalogue: list[Any]) -> list[dict[str, Any]]:
    known = [each for each in catalogue if each["fruit"] is not None]
    mine = {key: number for key, number in bottles.items() if products[key]["fruit"] is not None}
    if not mine:
        return []
    above: dict[str, Fraction] = {}
    for axis in AXES:
        mean = int(Fraction(1000 * sum(each[axis] for each in known), len(known)) + Fraction(1, 2))
        total = sum(number * products[key][axis] for key, number in mine.items())
        lift = Fraction(1000 * total, sum(mine.values())) - mean
        if lift > 0:
            above[axis] = lift
    top = sorted(above, key=lambda axis: (-above[axis], AXES.index(axis)))[:3]
    return [{"axis": axis, "weight": rounded(above[axis] / sum(above.values()))} for axis in top]
