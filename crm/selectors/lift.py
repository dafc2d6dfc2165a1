"""The lift of runs, computed from the orders in their windows, of all asked runs at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl
from django.conf import settings

from config.base.clock import now_ms
from config.base.staging import from_milliseconds, in_cents, in_milliseconds, read_frame, stage

from ..attribution import as_person, people, taken_back, window_of
from ..choices import Scenario
from ..lifts import Comparison, Credit, Group, Lift, ScenarioLift
from ..models import RecoRun
from ..models.outcome import Outcome

_ITEMS = {
    **dict.fromkeys(("run", "customer", "product"), pl.Int64),
    "scenario": pl.String,
    "is_holdout": pl.Boolean,
}
_LINES = {
    **dict.fromkeys(("run", "line", "customer", "product", "ms", "quantity", "cents"), pl.Int64),
    "currency": pl.String,
}
_CONTACTS = {"run": pl.Int64, "customer": pl.Int64}
_CREDITS = {
    "run": pl.Int64,
    "outcome": pl.String,
    "currency": pl.String,
    "lines": pl.Int64,
    "cents": pl.Int64,
}


def lift_of(run: RecoRun) -> Lift:
    """What came of this run so far. See `Lift`."""
    return lifts_of([run])[run.pk]


def lifts_of(runs: Sequence[RecoRun], using: str = "default") -> dict[int, Lift]:
    """What came of each run, by its key: five queries, however many runs."""
    bounds = {run.pk: window_of(run) for run in runs}
    rows = [(key, *window) for key, window in bounds.items()]
    windows = pl.DataFrame(rows, schema=dict.fromkeys(("run", "start", "stop"), pl.Int64), orient="row")
    merged = people(using)
    with stage(windows, using=using) as table:
        items = as_person(_items(table, using), merged)
        lines = as_person(_lines(table, using), merged)
        contacted = as_person(_contacted(table, using), merged)
        credits = _credits(table, using)
    groups = items.group_by("run", "person").agg(
        all=pl.col("is_holdout").all(), any=pl.col("is_holdout").any()
    )
    members = groups.filter(pl.col("all") == pl.col("any")).select("run", "person", is_holdout="any")
    mixed = groups.filter(pl.col("all") != pl.col("any")).group_by("run").len()
    lines = lines.join(members.select("run", "person"), on=["run", "person"], how="semi")
    currencies = (
        lines.group_by("run", "currency")
        .len()
        .sort("run", "len", "currency", descending=[False, True, False])
    )
    main = currencies.unique("run", keep="first", maintain_order=True).select("run", main="currency")
    bought = _bought(lines.join(main, on="run", how="left"), windows)
    own = ["run", "person", "product"]
    of_items = bought.join(items.select(own).unique(), on=own, how="semi")
    by_scenario = items.select(*own, "scenario").unique()
    of_scenario = bought.join(by_scenario, on=own)
    in_scenario = members.join(by_scenario.select("run", "person", "scenario").unique(), on=["run", "person"])
    every = _compare(members, bought, ["run"])
    recommended = _compare(members, of_items, ["run"])
    every_by = _compare(in_scenario, bought, ["run", "scenario"])
    recommended_by = _compare(in_scenario, of_scenario, ["run", "scenario"])
    treated = members.filter(~pl.col("is_holdout"))
    reached = treated.join(contacted, on=["run", "person"], how="semi").group_by("run").len()
    names, now = dict(main.iter_rows()), round(now_ms().timestamp() * 1000)
    several = set(currencies.group_by("run").len().filter(pl.col("len") > 1)["run"])
    numbers = {"mixed": dict(mixed.iter_rows()), "contacted": dict(reached.iter_rows())}
    found = {}
    for run in runs:
        start, end = bounds[run.pk]
        currency = names.get(run.pk, settings.DEFAULT_CURRENCY)
        found[run.pk] = Lift(
            run=run,
            start=_moment(start),
            end=_moment(end),
            any_purchase=every.get((run.pk,), Comparison()),
            recommended=recommended.get((run.pk,), Comparison()),
            scenarios=tuple(
                ScenarioLift(name, every_by[run.pk, name], recommended_by[run.pk, name])
                for name in Scenario.values
                if (run.pk, name) in every_by
            ),
            credits=_credits_of(credits, run.pk, currency),
            currency=currency,
            has_other_currencies=run.pk in several,
            is_open=end > now,
            **{name: values.get(run.pk, 0) for name, values in numbers.items()},
        )
    return found


def _items(table: str, using: str) -> pl.DataFrame:
    sql = f"""
        SELECT i.run_id, i.customer_id, i.product_id, i.scenario, i.is_holdout
        FROM {table} w JOIN crm_recoitem i ON i.run_id = w.run AND NOT i.is_deleted
    """
    return read_frame(sql, schema=_ITEMS, using=using)


def _lines(table: str, using: str) -> pl.DataFrame:
    """The lines in each run's window, of everybody."""
    start, stop = (from_milliseconds(f"w.{name}", using=using) for name in ("start", "stop"))
    sql = f"""
        SELECT w.run, l.id, l.customer_id, l.product_id, {in_milliseconds("l.ordered_at", using=using)},
               l.quantity, {in_cents("l.amount", using=using)}, l.currency
        FROM {table} w JOIN crm_orderline l ON l.ordered_at >= {start} AND l.ordered_at < {stop}
        WHERE NOT l.is_deleted
    """
    return read_frame(sql, schema=_LINES, using=using)


def _contacted(table: str, using: str) -> pl.DataFrame:
    """Who was sent something about the run in its window."""
    start, stop = (from_milliseconds(f"w.{name}", using=using) for name in ("start", "stop"))
    sql = f"""
        SELECT DISTINCT c.run_id, c.customer_id FROM {table} w
        JOIN crm_contactevent c ON c.run_id = w.run AND c.occurred_at >= {start} AND c.occurred_at < {stop}
        WHERE c.kind = 'SENT' AND NOT c.is_deleted
    """
    return read_frame(sql, schema=_CONTACTS, using=using)


def _credits(table: str, using: str) -> pl.DataFrame:
    sql = f"""
        SELECT i.run_id, o.outcome, o.currency, COUNT(*), SUM({in_cents("o.amount", using=using)})
        FROM {table} w JOIN crm_recoitem i ON i.run_id = w.run
        JOIN crm_outcomeevent o ON o.reco_item_id = i.id AND NOT o.is_deleted
        GROUP BY i.run_id, o.outcome, o.currency
    """
    return read_frame(sql, schema=_CREDITS, using=using)


def _credits_of(credits: pl.DataFrame, run: int, currency: str) -> tuple[Credit, ...]:
    mine = credits.filter(pl.col("run") == run)
    amounts = {
        row["outcome"]: row["cents"] for row in mine.iter_rows(named=True) if row["currency"] == currency
    }
    lines = dict(mine.group_by("outcome").agg(pl.col("lines").sum()).iter_rows())
    return tuple(Credit(name, lines.get(name, 0), amounts.get(name, 0)) for name in Outcome.values)


def _bought(lines: pl.DataFrame, windows: pl.DataFrame) -> pl.DataFrame:
    """The lines with `is_purchase`, bought and not taken back in the window, and `cents` of the main currency only."""
    back = taken_back(lines.unique("line"))
    found = lines.join(back, on="line", how="left").join(windows, on="run")
    stands = (pl.col("cancelled") >= pl.col("stop")).fill_null(value=True)
    cents = pl.when(pl.col("currency") == pl.col("main")).then("cents").otherwise(0)
    return found.select(
        *("run", "person", "product"), cents=cents, is_purchase=(pl.col("quantity") > 0) & stands
    )


def _compare(members: pl.DataFrame, bought: pl.DataFrame, by: list[str]) -> dict[Any, Comparison]:
    """The two groups for each combination of `by`; who bought nothing spent nothing."""
    keys = [name for name in (*by, "person") if name in bought.columns]
    spent = bought.group_by(keys).agg(cents=pl.col("cents").sum(), bought=pl.col("is_purchase").any())
    everybody = members.join(spent, on=keys, how="left").with_columns(
        pl.col("cents").fill_null(0), pl.col("bought").fill_null(value=False)
    )
    sums = everybody.group_by(*by, "is_holdout").agg(
        n=pl.len(),
        buyers=pl.col("bought").sum(),
        cents=pl.col("cents").sum(),
        variance=pl.col("cents").sort().cast(pl.Float64).var(),
    )
    groups: dict[Any, dict[bool, Group]] = {}
    for row in sums.iter_rows(named=True):
        group = Group(row["n"], row["buyers"], row["cents"], row["variance"] or 0.0)
        groups.setdefault(tuple(row[name] for name in by), {})[row["is_holdout"]] = group
    return {
        key: Comparison(pair.get(False, Group()), pair.get(True, Group())) for key, pair in groups.items()
    }


def _moment(ms: int) -> Any:
    return pl.Series([ms]).cast(pl.Datetime("ms", "UTC")).item()
