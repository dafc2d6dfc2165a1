"""Which purchase counts for which recommendation: windows, people, cancellations.

A run's window goes from the beginning of `as_of`, in the run's time zone, to the beginning of the day
`attribution_days` later, which is out. All of it is read from the run's own config: later settings never move it.

**Which run.** Windows overlap. A line counts for the run that was in force when the line became known: of the runs
completed by then the one with the latest `as_of`, of these the one completed last. A line that was known before any of
its runs was completed (a run made for a day of the past) counts for the run completed first. So a run that is completed
later never takes over a line that could have been credited before, and recording often or once comes to the same.

**Cancellations.** A line of negative quantity takes back what the same customer bought of the same product before it,
the newest first. A purchase counts unless all of it is taken back before the window ends.

**People.** Whoever was merged into a customer is that customer.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import polars as pl

from config.base.staging import read_frame

from .frames import start_of

#: A run's window, in milliseconds since 1970; `end` is out, `done` is when the run was completed.
WINDOWS = dict.fromkeys(("run", "day", "start", "end", "done"), pl.Int64)


def window_of(run: Any) -> tuple[int, int]:
    """(start, end) of the run's window in milliseconds since 1970; `end` is out."""
    zone = run.config.get("time_zone")
    last = run.as_of + timedelta(days=run.config["attribution_days"])
    return _ms(start_of(run.as_of, zone=zone)), _ms(start_of(last, zone=zone))


def windows_of(runs: Iterable[Any]) -> pl.DataFrame:
    """The windows of completed runs, a row each: see `WINDOWS`."""
    rows = [(run.pk, run.as_of.toordinal(), *window_of(run), _ms(run.finished_at)) for run in runs]
    return pl.DataFrame(rows, schema=WINDOWS, orient="row")


def people(using: str = "default") -> pl.DataFrame:
    """Who is somebody else by now: `customer`, and `person`, whom a chain of merges leads to."""
    merged = dict(
        read_frame(
            "SELECT id, merged_into_id FROM crm_customer WHERE merged_into_id IS NOT NULL",
            schema={"id": pl.Int64, "into": pl.Int64},
            using=using,
        ).iter_rows()
    )
    rows = []
    for customer in merged:
        seen, person = {customer}, merged[customer]
        while person in merged and person not in seen:
            seen.add(person)
            person = merged[person]
        rows.append((customer, person))
    return pl.DataFrame(rows, schema={"customer": pl.Int64, "person": pl.Int64}, orient="row")


def as_person(frame: pl.DataFrame, merged: pl.DataFrame) -> pl.DataFrame:
    """The frame with a column `person` beside its `customer`."""
    return frame.join(merged, on="customer", how="left").with_columns(
        person=pl.coalesce("person", "customer")
    )


def taken_back(lines: pl.DataFrame) -> pl.DataFrame:
    """The purchases that were cancelled in full: `line`, and `cancelled`, the moment of the last part.

    `lines` has line, person, product, ms, quantity and cents. Of lines of the same moment the purchases come first, the
    larger and dearer before the others, as in `profiling.netting`. What a cancellation takes back beyond the purchases
    given here was bought before them, and counts nowhere.
    """
    schema = {"line": pl.Int64, "cancelled": pl.Int64}
    both = ["person", "product"]
    concerned = lines.filter(pl.col("quantity") < 0).select(both).unique()
    if concerned.is_empty():
        return pl.DataFrame(schema=schema)
    by = {**dict.fromkeys((*both, "ms"), False), "quantity": True, "cents": True, "line": False}
    ordered = lines.join(concerned, on=both, how="semi").sort(*by, descending=list(by.values()))
    rows: list[tuple[int, int]] = []
    standing: list[list[int]] = []
    whose = None
    for person, product, line, ms, quantity in ordered.select(*both, "line", "ms", "quantity").iter_rows():
        if whose != (person, product):
            whose, standing = (person, product), []
        if quantity > 0:
            standing.append([line, quantity])
            continue
        left = -quantity
        while left and standing:
            taken = min(left, standing[-1][1])
            left -= taken
            standing[-1][1] -= taken
            if not standing[-1][1]:
                rows.append((standing.pop()[0], ms))
    return pl.DataFrame(rows, schema=schema, orient="row")


def in_force(candidates: pl.DataFrame) -> pl.DataFrame:
    """One row a line: the item that it counts for.

    `candidates` has a row for each item whose window a line is in: line, known (when the line was stored), item, rank,
    owner (whether the item is the customer's own, not that of somebody merged into them), and the run's day and done.
    """
    late = pl.col("done") > pl.col("known")
    return (
        candidates.with_columns(late=late)
        .sort(
            "line",
            "late",
            pl.when(late).then(0).otherwise(-pl.col("day")),
            pl.when(late).then(pl.col("done")).otherwise(-pl.col("done")),
            pl.when(late).then(pl.col("run")).otherwise(-pl.col("run")),
            ~pl.col("owner"),
            *("rank", "item"),
        )
        .unique("line", keep="first", maintain_order=True)
        .drop("late")
    )


def _ms(moment: Any) -> int:
    """Milliseconds since 1970, exactly."""
    return round(moment.timestamp() * 1000)
