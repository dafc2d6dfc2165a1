"""Contacts with customers: one row an event, known by a hash of what it says.

| column | rule |
|---|---|
| customer_code | who was merged is the survivor; who is unknown is rejected, unless the mapping says otherwise |
| channel, kind | by code or by label, see `words` |
| occurred_at | see `values.moments` |
| campaign | may be empty; capitals and accents as first told |

The same event told twice, in one file or in two, is one event: the exact repeat is unchanged, with a note. The hash is
of the code as told, so that a merge of customers makes no event a new one.

BOUNCED and OPT_OUT set the customer's flags (`crm.invariants.keep_flags`). OPT_IN is kept as an event and does no more:
a file proves no consent, so it neither lifts a suppression nor keeps one from being set, and the outcome cannot
depend on the order of rows or files. A row that tells of the consent of somebody who is suppressed is noted, so that
a person may record that consent.
"""

from __future__ import annotations

import polars as pl

from ..choices import Channel, ContactKind
from ..models import ContactEvent
from ..privacy import ERASED_CODE
from ..validators import normalize_key, normalize_label
from . import contact_problems as wrong
from . import lookups, words
from .kinds import Counts, Kind, Work
from .mappings import Mapping
from .merging import merge
from .problems import Problem
from .repeats import count_repeats, note_spellings, numbered_repeats
from .values import customer_codes, digests, indexable, joined, mapped, moments, said, spelling, text_of

SCHEMA = {
    "event_key": pl.String,
    "mark": pl.Int64,
    "customer_code": pl.String,
    "channel": pl.String,
    "kind": pl.String,
    "occurred_at": pl.Int64,
    "campaign": pl.String,
    "code_written": pl.String,
}


def parse(raw: pl.DataFrame, mapping: Mapping) -> tuple[dict[str, pl.Series], dict[Problem, pl.Series]]:
    """See `Kind.parse`."""
    codes, channel, kind = customer_codes(raw), text_of(raw, "channel"), text_of(raw, "kind")
    code, when = mapped(codes, normalize_key), text_of(raw, "occurred_at")
    occurred_at = moments(when, date_format=mapping.date_format)
    campaign, is_long = words.line(text_of(raw, "campaign"), ContactEvent._meta.get_field("campaign"))
    found = {"channel": words.choice(channel, Channel), "kind": words.choice(kind, ContactKind)}
    flags = {
        wrong.MISSING_CUSTOMER: code.is_null(),
        wrong.LONG_CUSTOMER: code.str.len_chars() > 100,
        wrong.ERASED_CUSTOMER: code.str.starts_with(ERASED_CODE),
        wrong.MISSING_CHANNEL: channel.is_null(),
        wrong.BAD_CHANNEL: found["channel"].is_null() & channel.is_not_null(),
        wrong.MISSING_KIND: kind.is_null(),
        wrong.BAD_KIND: found["kind"].is_null() & kind.is_not_null(),
        wrong.BAD_DATE: occurred_at.is_null(),
        wrong.LONG_CAMPAIGN: is_long,
    }
    content = [code, said(found["channel"], channel), said(found["kind"], kind), said(occurred_at, when)]
    digest, mark = digests(joined([*content, mapped(campaign, normalize_label)]))
    return {
        "event_key": digest,
        "mark": mark,
        "customer_code": indexable(code),
        **found,
        "occurred_at": occurred_at,
        "campaign": campaign,
        "code_written": spelling(codes, code),
    }, flags


def settle(work: Work) -> Counts:
    """See `Kind.settle`."""
    note_spellings(work, wrong.CUSTOMER_CASE, "customer_code", "code_written")
    with (
        numbered_repeats(work, wrong.REPEAT, order="s.campaign, s.line") as repeats,
        lookups.customers(work) as customers,
    ):
        named = f"SELECT s.line FROM {work.table} s JOIN {customers} c ON c.code = s.customer_code"
        work.note(wrong.CUSTOMER_GONE, f"{named} WHERE c.gone")
        policy = work.mapping.policy("customer")
        if policy != "create":
            unknown = wrong.PARKED_CUSTOMER if policy == "park" else wrong.UNKNOWN_CUSTOMER
            work.note(unknown, f"{named} WHERE c.id IS NULL AND NOT c.gone")
        work.refuse()
        accepted = work.accepted()
        also = {"customers": lookups.create_customers(work, customers, accepted)}
        counts = merge(
            work,
            ContactEvent,
            key=("event_key",),
            values={
                "event_key": "s.event_key",
                "customer_id": "c.id",
                "channel": "s.channel",
                "kind": "s.kind",
                "occurred_at": "s.occurred_at",
                "campaign": "COALESCE(t.campaign, s.campaign, '')",
            },
            joins=f"JOIN {customers} c ON c.code = s.customer_code LEFT JOIN {repeats} n ON n.line = s.line"
            " LEFT JOIN crm_contactevent t ON t.event_key = s.event_key AND NOT t.is_deleted",
            accepted=f"{accepted} AND n.line IS NULL",
            on_creation={"batch_id": str(work.batch.pk)},
        )
        counts.unchanged += count_repeats(work, repeats, accepted)
        counts.also = also
        suppressed = f"{named} JOIN crm_customer t ON t.id = c.id AND (t.is_opted_out OR t.is_bounced)"
        work.note(
            wrong.STILL_SUPPRESSED, f"{suppressed} WHERE s.kind = '{ContactKind.OPT_IN}' AND {accepted}"
        )
    return counts


CONTACTS = Kind(
    name="CONTACTS",
    needs=(("customer_code",), ("channel",), ("kind",), ("occurred_at",)),
    problems=wrong.PROBLEMS,
    schema=SCHEMA,
    parse=parse,
    settle=settle,
)
