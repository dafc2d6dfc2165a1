"""All that the page of a customer tells: a fixed number of queries, however long the story is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Avg, Count, Max, Sum

from ..choices import Exclusion
from ..contact_policy import exclusion_on
from ..models import (
    ClientMasterProfile,
    ContactEvent,
    Customer,
    OrderLine,
    OutcomeEvent,
    Product,
    RecoItem,
    RecoRun,
)
from ..recommending.config import default_config
from ..values import AROMA_COLUMNS, AXES

#: How many orders and contacts are told; the lists have the rest.
STEPS = 20
#: How many credited lines are told.
OUTCOMES = 10


@dataclass(frozen=True)
class Order:
    """One order of one source, in one currency, with its lines."""

    reference: str
    source: str
    moment: datetime
    currency: str
    lines: list[OrderLine]

    @property
    def amount(self) -> Decimal:
        return sum((line.amount for line in self.lines), Decimal())

    @property
    def is_cancellation(self) -> bool:
        """Does it take back, and sell nothing?"""
        return all(line.is_cancellation for line in self.lines)


@dataclass(frozen=True)
class Silence:
    """May they be contacted on this day? `reason` says why not; `until` from when on they may, where waiting helps."""

    reason: Exclusion | None
    last_sent: datetime | None
    days: int
    until: date | None


@dataclass(frozen=True)
class Axis:
    """An aroma: the mean of the bottles bought and of the catalogue, 0…100."""

    name: str
    mine: float
    catalogue: float


@dataclass(frozen=True)
class Dossier:
    """What is told of a customer; a part that the reader may not see is empty or None."""

    profile: ClientMasterProfile | None = None
    axes: list[Axis] = field(default_factory=list)
    silence: Silence | None = None
    steps: list[Order | ContactEvent] = field(default_factory=list)
    has_more: bool = False
    run: RecoRun | None = None
    items: list[RecoItem] = field(default_factory=list)
    outcomes: list[OutcomeEvent] = field(default_factory=list)


def customer_dossier(*, customer: Customer, today: date, may_view: Any) -> Dossier:
    """The customer's story for somebody who `may_view` (a model) some of it, as of today."""
    profile, axes = None, []
    if may_view(ClientMasterProfile):
        profile = ClientMasterProfile.objects.filter(customer=customer).first()
        axes = aroma_axes(customer) if may_view(OrderLine) else []
    run = RecoRun.objects.done().order_by("-started_at", "-id").first() if may_view(RecoItem) else None
    items: list[RecoItem] = []
    if run is not None:
        items = list(run.items.filter(customer=customer).select_related("product").order_by("rank"))
    contacts = may_view(ContactEvent)
    steps = [
        *(newest_orders(customer) if may_view(OrderLine) else ()),
        *(
            ContactEvent.objects.filter(customer=customer).order_by("-occurred_at", "-id")[: STEPS + 1]
            if contacts
            else ()
        ),
    ]
    steps.sort(key=_moment, reverse=True)
    credited = OutcomeEvent.objects.filter(reco_item__customer=customer)
    return Dossier(
        profile=profile,
        axes=axes,
        silence=silence_of(customer, today) if contacts else None,
        steps=steps[:STEPS],
        has_more=len(steps) > STEPS,
        run=run,
        items=items,
        outcomes=list(
            credited.select_related("order_line__product", "reco_item__run").order_by("-occurred_at", "-id")[
                :OUTCOMES
            ]
        )
        if may_view(OutcomeEvent)
        else [],
    )


def _moment(step: Any) -> datetime:
    moment: datetime = step.moment if isinstance(step, Order) else step.occurred_at
    return moment


def newest_orders(customer: Customer) -> list[Order]:
    """The newest orders, one more than are told, each with its lines."""
    lines = OrderLine.objects.filter(customer=customer)
    keys = ("source", "order_reference", "currency")
    newest = (
        lines.order_by()
        .values_list(*keys)
        .annotate(last=Max("ordered_at"))
        .order_by("-last", *keys)[: STEPS + 1]
    )
    wanted = {tuple(key): last for *key, last in newest}
    named = lines.filter(order_reference__in={reference for _source, reference, _currency in wanted})
    orders = []
    rows = named.select_related("product").order_by(*keys, "line_key", "id")
    for key, found in groupby(rows, key=lambda line: tuple(getattr(line, name) for name in keys)):
        if key in wanted:
            orders.append(Order(key[1], key[0], wanted[key], key[2], list(found)))
    return orders


def silence_of(customer: Customer, today: date) -> Silence:
    """Whether they may be contacted today, under the usual settings."""
    config = default_config()
    days, zone = config["silence_days"], config["time_zone"]
    reason = exclusion_on(customer, today, silence_days=days, time_zone=zone)
    sent = ContactEvent.objects.sent().filter(customer=customer)
    last = sent.aggregate(last=Max("occurred_at"))["last"]
    until = None
    if reason == Exclusion.SILENCE and last is not None:
        until = last.astimezone(ZoneInfo(zone)).date() + timedelta(days=days)
    return Silence(None if reason is None else Exclusion(reason), last, days, until)


def aroma_axes(customer: Customer) -> list[Axis]:
    """The seven axes of what the customer bought, less what was taken back, beside the catalogue; none if not known."""
    bought = (
        OrderLine.objects.filter(customer=customer, product__aroma_fruit__isnull=False)
        .order_by()
        .values_list("product_id", *(f"product__{name}" for name in AROMA_COLUMNS))
        .annotate(bottles=Sum("quantity"))
    )
    kept = [(values, bottles) for _product, *values, bottles in bought if bottles > 0]
    total = sum(bottles for _values, bottles in kept)
    if not total:
        return []
    means = Product.objects.with_aromas().aggregate(**{axis: Avg(f"aroma_{axis}") for axis in AXES})
    return [
        Axis(axis, sum(values[at] * bottles for values, bottles in kept) / total, float(means[axis]))
        for at, axis in enumerate(AXES)
    ]


def segment_counts() -> dict[tuple[int, int], int]:
    """{(recency score, frequency score): number of profiles}."""
    profiles = ClientMasterProfile.objects.order_by().values_list("recency_score", "frequency_score")
    return {
        (recency, frequency): number for recency, frequency, number in profiles.annotate(number=Count("pk"))
    }
