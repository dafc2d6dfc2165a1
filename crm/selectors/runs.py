"""What a run changed, compared with the one before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl
from django.db.models import Q

from config.base.staging import read_frame

from ..choices import Exclusion, Scenario
from ..models import RecoItem, RecoRun

_ITEMS = {"customer": pl.Int64, "product": pl.Int64, "rank": pl.Int64}


@dataclass(frozen=True)
class Change:
    """A number then and now."""

    name: str
    before: int
    now: int

    @property
    def difference(self) -> int:
        return self.now - self.before


@dataclass(frozen=True)
class RunComparison:
    """A run beside the one before. Customers are counted who have items now and had none (gained), the other way
    round (lost), or both times (kept); `same_items` are products recommended to a customer both times, `same_first`
    customers whose first choice stayed."""

    before: RecoRun
    same_config: bool
    same_input: bool
    figures: tuple[Change, ...]
    scenarios: tuple[Change, ...]
    excluded: tuple[Change, ...]
    gained: int
    lost: int
    kept: int
    same_items: int
    same_first: int


def run_before(run: RecoRun) -> RecoRun | None:
    """The completed run next before, in the order of the days, and of the starts on one day."""
    earlier = Q(as_of__lt=run.as_of) | Q(as_of=run.as_of, started_at__lt=run.started_at)
    found: RecoRun | None = (
        RecoRun.objects.done().filter(earlier).exclude(pk=run.pk).order_by("-as_of", "-started_at").first()
    )
    return found


def compare_runs(run: RecoRun) -> RunComparison | None:
    """What changed since the completed run before; None where there is none."""
    before = run_before(run)
    if before is None:
        return None
    then, now = _items(before), _items(run)
    people_then, people_now = (items.select("customer").unique() for items in (then, now))
    kept = people_now.join(people_then, on="customer", how="semi").height
    pair = ["customer", "product"]
    return RunComparison(
        before=before,
        same_config=before.config_hash == run.config_hash,
        same_input=before.input_hash == run.input_hash,
        figures=_changes(before.counts, run.counts, ("customers", "items", "holdout", "products")),
        scenarios=_changes(
            before.counts.get("scenarios", {}), run.counts.get("scenarios", {}), Scenario.values
        ),
        excluded=_changes(
            before.counts.get("excluded", {}), run.counts.get("excluded", {}), Exclusion.values
        ),
        gained=people_now.height - kept,
        lost=people_then.height - kept,
        kept=kept,
        same_items=now.join(then, on=pair, how="semi").height,
        same_first=now.filter(pl.col("rank") == 1)
        .join(then.filter(pl.col("rank") == 1), on=pair, how="semi")
        .height,
    )


def _items(run: RecoRun) -> pl.DataFrame:
    sql = f"SELECT customer_id, product_id, rank FROM {RecoItem._meta.db_table} WHERE run_id = %s AND NOT is_deleted"
    return read_frame(sql, [run.pk], schema=_ITEMS, using=RecoItem.objects.db)


def _changes(before: dict[str, Any], now: dict[str, Any], names: Any) -> tuple[Change, ...]:
    return tuple(
        Change(name, before.get(name, 0), now.get(name, 0)) for name in names if name in before or name in now
    )
