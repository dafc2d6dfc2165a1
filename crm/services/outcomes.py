"""Recording what came of the recommendations: order lines are credited to the items that recommended their product."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import polars as pl
from django.db import transaction
from django.utils.translation import gettext as _

from config.base.events import emit
from config.base.exceptions import DomainError
from config.base.staging import from_milliseconds, in_cents, in_milliseconds, insert_staged, read_frame, stage

from ..attribution import as_person, in_force, people, taken_back, windows_of
from ..events import OutcomeRecorded
from ..models import OutcomeEvent, RecoRun
from ..models.outcome import Outcome

_MATCHES = {
    **dict.fromkeys(("run", "item", "customer", "rank", "product", "line", "buyer"), pl.Int64),
    **dict.fromkeys(("ms", "known", "quantity", "cents"), pl.Int64),
    "is_holdout": pl.Boolean,
    **dict.fromkeys(("event", "credited"), pl.Int64),
}


@dataclass(frozen=True)
class OutcomeResult:
    """What one recording did: lines newly credited, by outcome; credits of before that stand; those taken back."""

    runs: int
    credited: int
    unchanged: int
    withdrawn: int
    outcomes: dict[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """What `record_outcomes --json` prints."""
        return {
            "runs": self.runs,
            "credited": self.credited,
            "unchanged": self.unchanged,
            "withdrawn": self.withdrawn,
            "outcomes": {each: self.outcomes.get(each, 0) for each in Outcome.values},
        }


@transaction.atomic
def record_outcomes(*, run: RecoRun | None = None, until: datetime | None = None) -> OutcomeResult:
    """Credit the lines ordered before `until` (all of them without it) to the items of `run`, or of all runs.

    `crm.attribution` says which line counts for which item; runs that are not completed have none, and a line that
    counts for another run than `run` is left to that one. A purchase in the holdout is HOLDOUT; where something was
    sent about the run before it CONTACTED; else UNCONTACTED. What is credited stays as it is, except that a purchase
    taken back before the window ends loses its credit. Twice is once, also at the same time.

    Raises DomainError `run_not_done` for a run that is not completed.
    """
    if run is not None and run.status != RecoRun.Status.DONE:
        raise DomainError(_("Only a run that is completed has outcomes."), code="run_not_done")
    # Recordings take turns: what one has credited the next one sees.
    runs = list(RecoRun.objects.done().order_by("pk").select_for_update(no_key=True))
    wanted = [each.pk for each in runs if run is None or each.pk == run.pk]
    if not wanted:
        return OutcomeResult(0, 0, 0, 0)
    windows = windows_of(runs)
    using = OutcomeEvent.objects.db
    matches = _matches(windows, using)
    back = taken_back(matches.unique("line"))
    matches = matches.join(back, on="line", how="left").with_columns(
        void=(pl.col("cancelled") < pl.col("end")).fill_null(value=False)
    )
    mine = pl.col("run").is_in(wanted)
    standing = matches.filter(mine, pl.col("credited") == pl.col("item"))
    withdrawn = standing.filter("void")
    # The item that a line counts for is found first: a purchase that is void there counts nowhere else instead.
    gone = withdrawn["event"].unique().to_list()
    is_open = pl.col("event").is_null() | pl.col("event").is_in(gone)
    new = in_force(matches.filter(is_open, pl.col("quantity") > 0)).filter(mine, ~pl.col("void"))
    if until is not None:
        new = new.filter(pl.col("ms") < round(until.timestamp() * 1000))
    new = _with_outcome(new, windows, using)
    if gone:
        OutcomeEvent.objects.filter(pk__any_of=gone).delete()
    credited = _insert(new, using)
    _announce(new, withdrawn)
    return OutcomeResult(
        runs=len(wanted),
        credited=credited,
        unchanged=standing["event"].n_unique() - len(gone),
        withdrawn=len(gone),
        outcomes=dict(Counter(new["outcome"].to_list())),
    )


def _matches(windows: pl.DataFrame, using: str) -> pl.DataFrame:
    """Every line in the window of an item of the same person and product, cancellations too, a row for each pair.

    Besides the columns of the tables `person`, `owner`, and the run's day, end and done.
    """
    merged = people(using)
    same = _same_people(merged)
    line = "l.product_id = i.product_id AND NOT l.is_deleted"
    start, stop = (from_milliseconds(f"w.{name}", using=using) for name in ("start", "stop"))
    with stage(windows.rename({"end": "stop"}), using=using) as table, stage(same, using=using) as others:
        columns = f"""
            i.run_id, i.id, i.customer_id, i.rank, l.product_id, l.id, l.customer_id,
            {in_milliseconds("l.ordered_at", using=using)}, {in_milliseconds("l.created_at", using=using)},
            l.quantity, {in_cents("l.amount", using=using)}, i.is_holdout, o.id, o.reco_item_id
        """
        between = f"l.ordered_at >= {start} AND l.ordered_at < {stop}"
        credited = "LEFT JOIN crm_outcomeevent o ON o.order_line_id = l.id AND NOT o.is_deleted"
        sql = f"""
            SELECT {columns} FROM {table} w
            JOIN crm_recoitem i ON i.run_id = w.run AND NOT i.is_deleted
            JOIN crm_orderline l ON l.customer_id = i.customer_id AND {line} AND {between} {credited}
            UNION ALL
            SELECT {columns} FROM {table} w
            JOIN crm_recoitem i ON i.run_id = w.run AND NOT i.is_deleted
            JOIN {others} p ON p.customer = i.customer_id
            JOIN crm_orderline l ON l.customer_id = p.other AND {line} AND {between} {credited}
        """
        found = read_frame(sql, schema=_MATCHES, using=using)
    found = as_person(found, merged).with_columns(owner=pl.col("customer") == pl.col("buyer"))
    return found.join(windows.select("run", "day", "end", "done"), on="run")


def _same_people(merged: pl.DataFrame) -> pl.DataFrame:
    """Pairs of different customers who are one person by now, both ways round: `customer`, `other`."""
    survivors = merged.select(customer="person", person="person").unique()
    everybody = pl.concat([merged, survivors])
    pairs = everybody.join(everybody.rename({"customer": "other"}), on="person")
    return pairs.filter(pl.col("customer") != pl.col("other")).select("customer", "other")


def _with_outcome(new: pl.DataFrame, windows: pl.DataFrame, using: str) -> pl.DataFrame:
    """The lines with their outcome: was something sent about the run, in its window and before the purchase?"""
    runs = new["run"].unique().to_list()
    schema = {"run": pl.Int64, "customer": pl.Int64, "sent": pl.Int64}
    contacts = pl.DataFrame(schema=schema)
    if runs:
        moment = in_milliseconds("c.occurred_at", using=using)
        with stage(windows.filter(pl.col("run").is_in(runs)).select("run", "start"), using=using) as table:
            sql = f"""
                SELECT c.run_id, c.customer_id, MIN({moment}) FROM {table} w
                JOIN crm_contactevent c ON c.run_id = w.run
                WHERE c.kind = 'SENT' AND NOT c.is_deleted AND {moment} >= w.start
                GROUP BY c.run_id, c.customer_id
            """
            contacts = read_frame(sql, schema=schema, using=using)
    first = as_person(contacts, people(using)).group_by("run", "person").agg(pl.col("sent").min())
    contacted = (pl.col("sent") < pl.col("ms")).fill_null(value=False)
    return new.join(first, on=["run", "person"], how="left").with_columns(
        outcome=pl.when("is_holdout")
        .then(pl.lit(Outcome.HOLDOUT.value))
        .when(contacted)
        .then(pl.lit(Outcome.CONTACTED.value))
        .otherwise(pl.lit(Outcome.UNCONTACTED.value))
    )


def _insert(new: pl.DataFrame, using: str) -> int:
    if new.is_empty():
        return 0
    values = {
        "reco_item_id": "s.item",
        "order_line_id": "l.id",
        "outcome": "s.outcome",
        "amount": "l.amount",
        "currency": "l.currency",
        "occurred_at": "l.ordered_at",
    }
    joins = "JOIN crm_orderline l ON l.id = s.line AND NOT l.is_deleted"
    with stage(new.select("item", "line", "outcome").sort("line"), using=using) as table:
        return insert_staged(OutcomeEvent, table, values, joins=joins, using=using)


def _announce(new: pl.DataFrame, withdrawn: pl.DataFrame) -> None:
    """One event for each run in which something changed."""
    credited, gone = (Counter(frame["run"].to_list()) for frame in (new, withdrawn))
    for run in sorted({*credited, *gone}):
        emit(OutcomeRecorded(run_id=run, credited=credited[run], withdrawn=gone[run]))
