"""Profiles and scores in words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from ..choices import Budget, Family, Segment, Sugar
from ..models import Product
from ..values import AXES

#: What the segment is told by, and what one does about it.
ADVICE = {
    Segment.CHAMPIONS: _("They ordered lately and order often: thank them, show them what is new first."),
    Segment.LOYAL: _("They order often: offer them something finer, ask for their opinion."),
    Segment.POTENTIAL_LOYALIST: _(
        "They ordered lately and more than once: give them a reason for the next order."
    ),
    Segment.NEW: _("They ordered lately for the first time: welcome them, help them to choose."),
    Segment.PROMISING: _("They ordered once, not long ago: remind them of you before they forget."),
    Segment.NEEDS_ATTENTION: _(
        "They are in the middle in everything: an offer for a time may bring them back."
    ),
    Segment.ABOUT_TO_SLEEP: _("They ordered seldom and some time ago: show them what others like."),
    Segment.AT_RISK: _("They used to order, and have not for long: write to them personally."),
    Segment.CANNOT_LOSE: _("They used to order most often, and have not for long: call them."),
    Segment.HIBERNATING: _("They ordered seldom and long ago: try once with what they know."),
    Segment.LOST: _("They ordered seldom and longest ago: leave them in peace, or try a last time."),
}

#: What the parts of a score are called.
COMPONENTS = {
    "habit": _("their own habit"),
    "demand": _("asked for by others"),
    "loyalty": _("bought again by others"),
    "together": _("bought together"),
    "words": _("similar names"),
    "maker": _("same maker"),
    "kind": _("same category"),
    "family": _("same family"),
    "grape": _("same grape"),
    "price": _("similar price"),
    "popularity": _("popularity"),
    "step": _("one step finer"),
    "taste": _("their taste"),
    "frequency": _("how often"),
    "recency": _("how lately"),
}

SCALE = {5: _("best fifth"), 4: _("good"), 3: _("middling"), 2: _("low"), 1: _("lowest")}

_KINDS = (
    ("top_families", _("Families"), Family),
    ("top_grapes", _("Grapes"), None),
    ("top_sugars", _("Sweetness"), Sugar),
    ("top_budgets", _("Price bands"), Budget),
)


def component(name: str) -> Any:
    """What a part of a score is called; `upsell_grape` and `grape` are one."""
    return COMPONENTS.get(name) or COMPONENTS.get(name.rpartition("_")[2]) or name.replace("_", " ")


def axis_labels() -> list[str]:
    """The names of the seven aromas in their order."""
    fields: list[Any] = [Product._meta.get_field(f"aroma_{axis}") for axis in AXES]
    return [str(each.verbose_name) for each in fields]


def favourites(profile: Any) -> list[tuple[Any, list[tuple[str, int]]]]:
    """[(kind, [(name, percent), …])] of what is known."""
    found = []
    for column, title, choices in _KINDS:
        names = dict(choices.choices) if choices else {}
        rows = [
            (str(names.get(each["value"], each["value"])), round(100 * each["share"]))
            for each in getattr(profile, column)
        ]
        if rows:
            found.append((title, rows))
    return found


def percents(profile: Any) -> list[tuple[Any, int]]:
    """Diversities and confidence as (name, percent)."""
    names = ("family_diversity", "grape_diversity", "product_diversity", "confidence")
    return [
        (profile._meta.get_field(name).verbose_name, round(100 * getattr(profile, name))) for name in names
    ]


def scores(profile: Any) -> list[tuple[Any, int, Any, str]]:
    """[(what, score, in words, the figure's field)] of recency, frequency, spending."""
    return [
        (_("Recency"), profile.recency_score, SCALE[profile.recency_score], "recency"),
        (_("Frequency"), profile.frequency_score, SCALE[profile.frequency_score], "frequency"),
        (_("Spending"), profile.monetary_score, SCALE[profile.monetary_score], "monetary"),
    ]


def parts_of(item: Any) -> list[tuple[Any, float, int]]:
    """[(name, value, width of its bar in percent of the largest part)] of a score, the largest first."""
    parts = [(component(each["name"]), each["value"]) for each in item.reasons["components"]]
    highest = max((abs(value) for _name, value in parts), default=0) or 1
    ordered = sorted(parts, key=lambda part: -abs(part[1]))
    return [(name, value, round(100 * abs(value) / highest)) for name, value in ordered]
