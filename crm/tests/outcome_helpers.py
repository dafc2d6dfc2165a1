"""Runs of a month, what was bought of their items, and what was credited."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from crm.models import OutcomeEvent

from .factories import CONFIG, OrderLineFactory, RecoRunFactory

PARIS = ZoneInfo("Europe/Paris")


def at(month, day, hour=12, *, year=2022, zone=PARIS, **more):
    return datetime(year, month, day, hour, tzinfo=zone, **more)


def run_of(month=1, day=1, *, days=30, zone="Europe/Paris", **values):
    config = {**CONFIG, "attribution_days": days, "time_zone": zone}
    return RecoRunFactory(as_of=date(2022, month, day), config=config, **values)


def bought(item, moment, quantity=1, **values):
    values = {"customer": item.customer, "product": item.product, **values}
    return OrderLineFactory(ordered_at=moment, quantity=quantity, **values)


def credited():
    """Line → (item, outcome) as stored."""
    rows = OutcomeEvent.objects.values_list("order_line", "reco_item", "outcome")
    return {line: (item, outcome) for line, item, outcome in rows}
