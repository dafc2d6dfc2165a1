"""A lift in words that a merchant reads, and its intervals as bars on one axis."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..choices import Scenario
from ..lifts import Comparison, Lift, Verdict

#: What an interval says, and the colour that says it again.
VERDICTS: dict[str, Promise] = {
    Verdict.TOO_FEW: gettext_lazy("too few customers to tell"),
    Verdict.NONE_SHOWN: gettext_lazy("no effect shown yet"),
    Verdict.MORE: gettext_lazy("the recommendations bring buyers"),
    Verdict.FEWER: gettext_lazy("fewer buyers than without"),
}


@dataclass(frozen=True)
class Bar:
    """An interval as it is drawn: places in percent of the axis, written with a point."""

    left: str
    width: str
    point: str
    zero: str


@dataclass(frozen=True)
class Row:
    """A comparison as the page shows it."""

    name: str
    treated: str
    holdout: str
    difference: str
    range: str
    verdict: Any
    kind: str
    bar: Bar | None
    is_part: bool = False


def signed(value: float, places: int = 1) -> str:
    """With its sign, a true minus, and the digits of the language; what rounds to nothing has none."""
    text = number(abs(value), places)
    is_zero = round(abs(value), places) == 0
    return text if is_zero else f"{'−' if value < 0 else '+'}{text}"


def number(value: float, places: int) -> str:
    """Rounded, where Django cuts off."""
    return number_format(round(value, places), places, force_grouping=True)


def points(share: float | None) -> str:
    """A difference of shares in points of percent."""
    return "–" if share is None else signed(100 * share)


def percent(share: float | None) -> str:
    return "–" if share is None else f"{number(100 * share, 1)}\u00a0%"


def range_of(comparison: Comparison) -> str:
    """« between −1 and +4 points », or nothing where the groups are too small."""
    if comparison.interval is None:
        return ""
    low, high = comparison.interval
    return _("between %(low)s and %(high)s points") % {"low": points(low), "high": points(high)}


def sentence(comparison: Comparison) -> str:
    """The interval and what it says, in one sentence."""
    words = str(VERDICTS[comparison.verdict])
    found = range_of(comparison)
    return _("%(range)s: %(verdict)s") % {"range": found, "verdict": words} if found else words


def amount(value: float | None, currency: str, *, sign: bool = False) -> str:
    if value is None:
        return "–"
    return f"{signed(value, 2) if sign else number(value, 2)} {currency}"


def amount_sentence(lift: Lift) -> str:
    """What a customer spent more or less, on average, with its interval; nothing where the groups are too small."""
    comparison = lift.any_purchase
    if comparison.amount_interval is None:
        return ""
    low, high = (amount(each, lift.currency, sign=True) for each in comparison.amount_interval)
    mean = amount(comparison.amount_difference, lift.currency, sign=True)
    return _("%(mean)s a customer, between %(low)s and %(high)s") % {"mean": mean, "low": low, "high": high}


def rows_of(lift: Lift) -> list[Row]:
    """The two measures of a run, then those of each scenario, on one axis."""
    named = [
        (_("Any purchase"), lift.any_purchase, False),
        (_("A recommended product"), lift.recommended, False),
    ]
    for each in lift.scenarios:
        label = str(Scenario(each.scenario).label).capitalize()
        named.append((_("%(scenario)s: any purchase") % {"scenario": label}, each.any_purchase, True))
        named.append((_("%(scenario)s: a recommended product") % {"scenario": label}, each.recommended, True))
    return rows(named)


def rows(named: Iterable[tuple[str, Comparison, bool]]) -> list[Row]:
    """The comparisons with their bars on an axis that holds them all, and zero."""
    named = list(named)
    ends = [end for _name, each, _part in named for end in (each.interval or ())]
    low, high = min([0.0, *ends]), max([0.0, *ends])
    margin = 0.05 * (high - low) or 0.01
    return [
        Row(
            name=name,
            treated=_group(each.treated),
            holdout=_group(each.holdout),
            difference=points(each.difference),
            range=range_of(each),
            verdict=VERDICTS[each.verdict],
            kind=each.verdict.value.lower(),
            bar=_bar(each, low - margin, high + margin),
            is_part=is_part,
        )
        for name, each, is_part in named
    ]


def _group(group: Any) -> str:
    """« 12.3 % (37 of 300) »."""
    counts = {"buyers": number_format(group.buyers), "customers": number_format(group.customers)}
    return f"{percent(group.share)} ({_('%(buyers)s of %(customers)s') % counts})"


def _bar(comparison: Comparison, low: float, high: float) -> Bar | None:
    if comparison.interval is None or comparison.difference is None:
        return None

    def place(value: float) -> float:
        return 100 * (value - low) / (high - low)

    start, end = (place(each) for each in comparison.interval)
    return Bar(
        *(f"{start:.2f}", f"{end - start:.2f}", f"{place(comparison.difference):.2f}", f"{place(0.0):.2f}")
    )
