"""Noting that a run's customers were contacted about their recommendations."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from config.base.exceptions import DomainError
from config.base.querysets import now_ms
from config.base.staging import from_milliseconds, insert_staged, stage

from ..choices import Channel, ContactKind
from ..contact_policy import exclusions
from ..models import ContactEvent, Customer, RecoItem, RecoRun

#: Why somebody asked for is not contacted, besides the reasons of `contact_policy`.
HOLDOUT, GONE = "HOLDOUT", "GONE"


@dataclass(frozen=True)
class ContactedResult:
    """How many customers were noted as contacted, how many had been already, how many were passed over and why.

    The reasons are HOLDOUT, GONE (deleted, or merged into somebody else) and those of `choices.Exclusion`.
    """

    contacted: int
    already: int
    skipped: dict[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """What the command and the API say."""
        return {"contacted": self.contacted, "already": self.already, "skipped": self.skipped}


@transaction.atomic
def mark_contacted(
    *,
    run: RecoRun,
    channel: str,
    items: Iterable[RecoItem] | None = None,
    customers: Iterable[int] | None = None,
) -> ContactedResult:
    """Note a contact, now and by this channel, with each customer of the run, or of these items, or with these keys.

    The holdout is never contacted, and nobody whom `contact_policy` protects by now; contacts about this very run
    keep nobody from being contacted by another channel. Once a customer, run and channel: twice is once, also at the
    same time. Raises DomainError `run_not_done`, `channel` for an unknown one, `not_in_run` for an item or a customer
    that the run has none for.
    """
    if channel not in Channel.values:
        raise DomainError(_("There is no channel “%(name)s”.") % {"name": channel}, code="channel")
    # Of two at once the second sees what the first wrote.
    run = RecoRun.objects.select_for_update(no_key=True).get(pk=run.pk)
    if run.status != RecoRun.Status.DONE:
        raise DomainError(_("Only a run that is completed has anybody to contact."), code="run_not_done")
    asked = _asked(run, items, customers)
    # Another run may contact the same people at this moment.
    people = Customer.all_objects.filter(pk__any_of=asked["customer"].to_list()).order_by("pk")
    columns = ("pk", "customer_code", "is_deleted", "merged_into_id")
    locked = list(people.select_for_update(no_key=True).values_list(*columns))
    moment = now_ms()
    known = _with_reasons(run, channel, asked, locked, moment)
    to_contact = known.filter(pl.col("reason").is_null(), ~pl.col("already"))
    _write(run, channel, to_contact, moment)
    passed = known.filter(pl.col("reason").is_not_null())["reason"].value_counts().sort("reason")
    return ContactedResult(
        contacted=to_contact.height,
        already=known.filter(pl.col("reason").is_null(), "already").height,
        skipped=dict(passed.iter_rows()),
    )


def _asked(run: RecoRun, items: Iterable[RecoItem] | None, customers: Iterable[int] | None) -> pl.DataFrame:
    """`customer` and `is_holdout` of those of the run who were asked for: all without a choice."""
    rows = run.items.order_by().values_list("customer_id", "is_holdout").distinct()
    found = pl.DataFrame(list(rows), schema={"customer": pl.Int64, "is_holdout": pl.Boolean}, orient="row")
    # A merge may have brought items of both kinds together.
    found = found.group_by("customer").agg(pl.col("is_holdout").any()).sort("customer")
    if items is None and customers is None:
        return found
    wanted = set(customers or ())
    for item in items or ():
        if item.run_id != run.pk:
            raise DomainError(_("Choose recommendations of one run."), code="not_in_run")
        wanted.add(item.customer_id)
    strangers = sorted(wanted - set(found["customer"]))
    if strangers:
        message = _("This run recommends nothing to the customers %(keys)s.")
        keys = ", ".join(f"#{key}" for key in strangers[:10])
        raise DomainError(message % {"keys": keys}, code="not_in_run")
    return found.filter(pl.col("customer").is_in(sorted(wanted)))


def _with_reasons(
    run: RecoRun, channel: str, asked: pl.DataFrame, locked: list[Any], moment: datetime
) -> pl.DataFrame:
    """What is asked with `code`, `reason` (why not to contact them, or null) and `already`."""
    zone = run.config.get("time_zone") or settings.TIME_ZONE
    day = moment.astimezone(ZoneInfo(zone)).date()
    refused = exclusions(day, run.config["silence_days"], zone, besides_run=run.pk)
    events = ContactEvent.objects.sent().filter(run=run, channel=channel)
    told = pl.Series(
        "customer", list(events.order_by().values_list("customer_id", flat=True)), dtype=pl.Int64
    )
    schema = {"customer": pl.Int64, "code": pl.String, "is_deleted": pl.Boolean, "merged_into": pl.Int64}
    known = asked.join(pl.DataFrame(locked, schema=schema, orient="row"), on="customer", how="left")
    return (
        known.join(refused, on="customer", how="left")
        .with_columns(
            already=pl.col("customer").is_in(told.implode()),
            reason=pl.when("is_holdout")
            .then(pl.lit(HOLDOUT))
            .when(pl.col("is_deleted").fill_null(True) | pl.col("merged_into").is_not_null())
            .then(pl.lit(GONE))
            .otherwise("reason"),
        )
        .sort("code")
    )


def _write(run: RecoRun, channel: str, people: pl.DataFrame, moment: datetime) -> None:
    name = f"{run.as_of.isoformat()}:{run.started_at.isoformat()}:{channel}"
    keys = [sha256(f"recommended:{name}:{code}".encode()).hexdigest() for code in people["code"]]
    frame = people.select("customer").with_columns(
        key=pl.Series(keys, dtype=pl.String), ms=pl.lit(round(moment.timestamp() * 1000))
    )
    values = {
        "event_key": "s.key",
        "customer_id": "s.customer",
        "channel": f"'{channel}'",
        "kind": f"'{ContactKind.SENT}'",
        "occurred_at": from_milliseconds("s.ms"),
        "run_id": str(run.pk),
    }
    with stage(frame) as table:
        insert_staged(ContactEvent, table, values)
