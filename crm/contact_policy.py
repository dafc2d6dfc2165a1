"""Whom not to contact, in one place: every run, every campaign and every list of recommendations asks here.

Reasons in a fixed order, of which the first counts: messages bounce, opted out, switched off by the merchant, in the
silence window. The flags are those of today, whatever day is asked about, because nobody is contacted in the past.

The silence window of W days keeps any two contacts of a customer at least W days apart, counted in whole days of one
time zone: as of a day, a contact W − 1 days away is in the window, one W days away is not. Away in either direction:
who was contacted this morning is not recommended anything as of yesterday.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
from django.db import connections
from django.db.models import Count, Max, Q

from config.base.staging import read_frame

from .choices import ContactKind, Exclusion
from .frames import start_of
from .models import ContactEvent, Customer

#: One row a customer who is not to be contacted, ordered by the customer.
SCHEMA = {"customer": pl.Int64, "reason": pl.String}


def exclusion_of(
    *,
    is_bounced: bool,
    is_opted_out: bool,
    is_contactable: bool,
    sent_on: Iterable[date],
    as_of: date,
    silence_days: int,
) -> str | None:
    """Why a customer with these flags, sent to on these days, is not to be contacted on that day; None if they may."""
    if is_bounced:
        return Exclusion.BOUNCED
    if is_opted_out:
        return Exclusion.OPTED_OUT
    if not is_contactable:
        return Exclusion.UNCONTACTABLE
    if any(abs((as_of - day).days) < silence_days for day in sent_on):
        return Exclusion.SILENCE
    return None


def exclusions(
    as_of: date, silence_days: int, time_zone: str, using: str = "default", *, besides_run: int | None = None
) -> pl.DataFrame:
    """Everybody alive and unmerged who is not to be contacted on that day: customer, reason; by customer, one query.

    `besides_run` passes over contacts about one run, where one asks whom of it to contact by another channel too.
    """
    customers, contacts = Customer._meta.db_table, ContactEvent._meta.db_table
    moments = silence_window(as_of, silence_days, time_zone)
    occurred_at, connection = ContactEvent._meta.get_field("occurred_at"), connections[using]
    window = [occurred_at.get_db_prep_value(moment, connection) for moment in moments]
    reasons = (Exclusion.BOUNCED, Exclusion.OPTED_OUT, Exclusion.UNCONTACTABLE, Exclusion.SILENCE)
    others = "" if besides_run is None else "AND (e.run_id IS NULL OR e.run_id <> %s)"
    sql = f"""
        SELECT c.id, CASE WHEN c.is_bounced THEN %s WHEN c.is_opted_out THEN %s WHEN NOT c.is_contactable THEN %s
            ELSE %s END
        FROM {customers} c
        LEFT JOIN (
            SELECT DISTINCT e.customer_id FROM {contacts} e
            WHERE e.kind = %s AND e.occurred_at >= %s AND e.occurred_at < %s AND NOT e.is_deleted {others}
        ) sent ON sent.customer_id = c.id
        WHERE NOT c.is_deleted AND c.merged_into_id IS NULL
            AND (c.is_bounced OR c.is_opted_out OR NOT c.is_contactable OR sent.customer_id IS NOT NULL)
        ORDER BY c.id
    """
    params = [*(str(each) for each in reasons), str(ContactKind.SENT), *window]
    params += [] if besides_run is None else [besides_run]
    return read_frame(sql, params, schema=SCHEMA, using=using)


def exclusion_on(customer: Customer, day: date, *, silence_days: int, time_zone: str) -> str | None:
    """The same for one customer, as stored."""
    start, end = silence_window(day, silence_days, time_zone)
    sent = ContactEvent.objects.sent().filter(customer=customer, occurred_at__gte=start, occurred_at__lt=end)
    return exclusion_of(
        is_bounced=customer.is_bounced,
        is_opted_out=customer.is_opted_out,
        is_contactable=customer.is_contactable and customer.merged_into_id is None,
        sent_on=_days(sent, time_zone),
        as_of=day,
        silence_days=silence_days,
    )


def objection_to(contact: ContactEvent, *, silence_days: int, time_zone: str) -> str | None:
    """What spoke against sending this when it was sent; None for nothing, and for what was not sent by us.

    What was sent is recorded all the same, because it happened and silences the customer. What bounced, was said or was
    sent after it is no objection.
    """
    if contact.kind != ContactKind.SENT:
        return None
    customer = Customer.all_objects.get(pk=contact.customer_id)
    day = contact.occurred_at.astimezone(ZoneInfo(time_zone)).date()
    start, _end = silence_window(day, silence_days, time_zone)
    sent = ContactEvent.objects.sent().filter(
        customer=customer, occurred_at__gte=start, occurred_at__lte=contact.occurred_at
    )
    return exclusion_of(
        is_bounced=_stood(ContactKind.BOUNCED, contact, flag=customer.is_bounced),
        is_opted_out=_stood(ContactKind.OPT_OUT, contact, flag=customer.is_opted_out),
        is_contactable=customer.is_contactable and customer.merged_into_id is None,
        sent_on=_days(sent.exclude(pk=contact.pk), time_zone),
        as_of=day,
        silence_days=silence_days,
    )


def _stood(kind: str, contact: ContactEvent, *, flag: bool) -> bool:
    """Did an event of this kind speak against the contact when it was made? Without any event the flag of today counts.

    As for the flags, a later consent lifts it, unless it is out of a file; of the same moment what forbids wins.
    """
    until, consents = Q(occurred_at__lte=contact.occurred_at), Q(kind=ContactKind.OPT_IN, batch=None)
    found = ContactEvent.objects.filter(customer=contact.customer_id).aggregate(
        ever=Count("pk", filter=Q(kind=kind)),
        against=Max("occurred_at", filter=until & Q(kind=kind)),
        consent=Max("occurred_at", filter=until & consents),
    )
    if not found["ever"]:
        return flag
    against, consent = found["against"], found["consent"]
    return against is not None and (consent is None or consent <= against)


def _days(contacts: Any, time_zone: str) -> list[date]:
    zone = ZoneInfo(time_zone)
    return [
        moment.astimezone(zone).date() for moment in contacts.order_by().values_list("occurred_at", flat=True)
    ]


def silence_window(as_of: date, silence_days: int, time_zone: str) -> tuple[datetime, datetime]:
    """From when on (included) until when (excluded) a contact keeps somebody silent on that day."""
    if silence_days == 0:
        return start_of(as_of, zone=time_zone), start_of(as_of, zone=time_zone)
    first = start_of(as_of - timedelta(days=silence_days - 1), zone=time_zone)
    return first, start_of(as_of + timedelta(days=silence_days), zone=time_zone)
