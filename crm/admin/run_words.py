"""A run in figures and words, for its page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from ..choices import Exclusion, Scenario
from ..models import AuditItem, RecoItem, RecoRun
from ..selectors.runs import Change, RunComparison, compare_runs
from ..services.contacting import GONE, HOLDOUT
from .links import list_url


@dataclass(frozen=True)
class Bar:
    """A row of a chart: `width` in whole percent of the longest, `share` of all in words."""

    label: str
    count: str
    share: str
    width: int
    url: str


def shown(run: RecoRun) -> dict[str, Any]:
    """What a completed run's page shows."""
    counts = run.counts
    compared = compare_runs(run)
    return {
        "figures": figures_of(run),
        "scenarios": bars(
            counts.get("scenarios", {}),
            dict(Scenario.choices),
            lambda name: list_url(RecoItem, run__id__exact=run.pk, scenario__exact=name),
        ),
        "excluded": bars(
            counts.get("excluded", {}),
            dict(Exclusion.choices),
            lambda name: list_url(AuditItem, run__id__exact=run.pk, code=name.lower()),
        ),
        "compared": compared,
        "changes": changes_of(compared) if compared else [],
        "kept": kept_in_words(compared, counts) if compared else "",
        "before_url": reverse("admin:crm_recorun_change", args=[compared.before.pk]) if compared else "",
        "total_seconds": number_format(sum(run.timings.values()), 1),
    }


def figures_of(run: RecoRun) -> list[dict[str, Any]]:
    """The numbers at the top of the page."""
    counts = run.counts
    customers, holdout = counts.get("customers", 0), counts.get("holdout", 0)
    held = ngettext("%(count)s in the holdout", "%(count)s in the holdout", holdout)
    different = ngettext("%(count)s product", "%(count)s products", counts.get("products", 0))
    return [
        {
            "label": _("Customers"),
            "value": _number(customers),
            "hint": held % {"count": _number(holdout)},
        },
        {
            "label": _("Recommendations"),
            "value": _number(counts.get("items", 0)),
            "url": list_url(RecoItem, run__id__exact=run.pk),
        },
        {
            "label": _("Coverage of what is on sale"),
            "value": percent(counts.get("coverage", 0)),
            "hint": different % {"count": _number(counts.get("products", 0))},
        },
        {
            "label": _("Customers without any"),
            "value": _number(sum(counts.get("excluded", {}).values())),
            "url": list_url(AuditItem, run__id__exact=run.pk),
        },
    ]


def bars(counts: Mapping[str, int], labels: Mapping[str, Any], url: Any) -> list[Bar]:
    """The rows of a chart, in the order in which the names are declared."""
    longest, total = max(counts.values(), default=0), sum(counts.values())
    return [
        Bar(
            capfirst(str(labels[name])),
            _number(counts[name]),
            percent(counts[name] / total),
            max(1, 100 * counts[name] // longest),
            url(name),
        )
        for name in labels
        if counts.get(name)
    ]


def changes_of(compared: RunComparison) -> list[tuple[str, str, str, str, bool]]:
    """Label, then, now, difference, and whether the row is a part of another."""
    figures = {
        "customers": _("Customers"),
        "items": _("Recommendations"),
        "holdout": _("Customers in the holdout"),
        "products": _("Different products"),
    }
    groups = (
        (compared.figures, figures, False),
        (compared.scenarios, dict(Scenario.choices), True),
        (compared.excluded, dict(Exclusion.choices), True),
    )
    return [
        (capfirst(str(labels[each.name])), _number(each.before), _number(each.now), signed(each), is_part)
        for changes, labels, is_part in groups
        for each in changes
    ]


def kept_in_words(compared: RunComparison, counts: Mapping[str, Any]) -> list[str]:
    """Who is new, who is gone, and how much stayed."""
    return [
        _(
            "New customers: %(gained)s; who get nothing any more: %(lost)s; who get something both times: %(kept)s."
        )
        % {
            "gained": _number(compared.gained),
            "lost": _number(compared.lost),
            "kept": _number(compared.kept),
        },
        _(
            "Recommendations that were made then too: %(same)s of %(all)s; first choices that stayed: %(first)s."
        )
        % {
            "same": _number(compared.same_items),
            "all": _number(counts.get("items", 0)),
            "first": _number(compared.same_first),
        },
    ]


def signed(change: Change) -> str:
    """“+3”, “−3”, “0”."""
    sign = "+" if change.difference > 0 else "−" if change.difference < 0 else ""
    return f"{sign}{_number(abs(change.difference))}"


def passed_over(skipped: Mapping[str, int]) -> str:
    """« Passed over: holdout 3, opted out 1. »"""
    labels = {**dict(Exclusion.choices), HOLDOUT: _("holdout"), GONE: _("deleted or merged")}
    reasons = ", ".join(f"{labels[name]} {_number(count)}" for name, count in skipped.items())
    return _("Passed over: %(reasons)s.") % {"reasons": reasons}


def percent(share: float) -> str:
    """« 12,3 % »"""
    return f"{number_format(round(100 * share, 1), 1)}\u00a0%"


def _number(value: int) -> str:
    return number_format(value, 0, use_l10n=True, force_grouping=True)


def steps_of(run: RecoRun) -> list[tuple[str, str]]:
    """The steps of a run with their seconds."""
    steps = {
        "load": pgettext("step", "read"),
        "hash": pgettext("step", "hash"),
        "score": pgettext("step", "score"),
        "write": pgettext("step", "write"),
    }
    return [(steps.get(name, name), number_format(value, 2)) for name, value in run.timings.items()]
