"""Attribution against an oracle, over any order of runs, lines and recordings; and recordings at the same time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import models, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from config.base.tests.helpers import assert_sound, race
from crm.models import Customer, OrderLine, OutcomeEvent, RecoRun
from crm.services import record_outcomes

from . import outcome_oracle as oracle
from .factories import (
    CONFIG,
    ContactEventFactory,
    CustomerFactory,
    OrderLineFactory,
    ProductFactory,
    RecoItemFactory,
    RecoRunFactory,
)

CLOCK = datetime(2022, 6, 1, tzinfo=UTC)
SPRING = date(2022, 3, 24)  # the clocks change on the 27th
ZONES = ("Europe/Paris", "America/New_York", "Pacific/Auckland")
#: Who ordered → who that is: the second was merged into the first.
PEOPLE = {"ann": "ann", "anne": "ann", "bob": "bob"}
PRODUCTS = ("pinot", "syrah")

moments = st.builds(
    lambda day, minutes: datetime(2022, 3, 23, tzinfo=UTC) + timedelta(days=day, minutes=minutes),
    st.integers(0, 12),
    st.sampled_from((0, 23 * 60, 22 * 60, 4 * 60, 11 * 60, 600)),
)
runs = st.fixed_dictionaries(
    {
        "kind": st.just("run"),
        "day": st.integers(0, 6),
        "days": st.integers(1, 6),
        "zone": st.sampled_from(ZONES),
        "items": st.lists(
            st.tuples(st.sampled_from(sorted(PEOPLE)), st.sampled_from(PRODUCTS), st.booleans()),
            min_size=1,
            max_size=3,
            unique_by=lambda item: (PEOPLE[item[0]], item[1]),
        ),
        "contacts": st.lists(st.tuples(st.sampled_from(sorted(PEOPLE)), moments), max_size=2),
    }
)
lines = st.fixed_dictionaries(
    {
        "kind": st.just("line"),
        "who": st.sampled_from(sorted(PEOPLE)),
        "product": st.sampled_from(PRODUCTS),
        "at": moments,
        "quantity": st.sampled_from((1, 1, 2, 3, -1, -2)),
    }
)
recordings = st.fixed_dictionaries({"kind": st.just("record"), "day": st.none() | st.integers(0, 12)})


class World:
    """The same story told to the database and to the oracle, an hour a step."""

    def __init__(self):
        self.customers = {name: CustomerFactory() for name in PEOPLE}
        self.products = {name: ProductFactory() for name in PRODUCTS}
        merged = Customer.objects.filter(pk=self.customers["anne"].pk)
        merged.update(merged_into=self.customers["ann"])
        self.items, self.lines, self.contacts = [], [], []

    def play(self, story):
        for hour, step in enumerate(story):
            values = {name: value for name, value in step.items() if name != "kind"}
            getattr(self, step["kind"])(CLOCK + timedelta(hours=hour), **values)

    def run(self, now, *, day, days, zone, items, contacts):
        as_of = SPRING + timedelta(days=day)
        stored = RecoRunFactory(
            as_of=as_of,
            config={**CONFIG, "attribution_days": days, "time_zone": zone},
            started_at=now - timedelta(minutes=1),
            finished_at=now,
        )
        run = oracle.Run(stored.pk, as_of, days, zone, now)
        for rank, (who, product, is_holdout) in enumerate(items, start=1):
            item = RecoItemFactory(
                run=stored,
                rank=rank,
                customer=self.customers[who],
                product=self.products[product],
                is_holdout=is_holdout,
            )
            self.items.append(oracle.Item(item.pk, run, PEOPLE[who], product, is_holdout))
        for who, moment in contacts:
            ContactEventFactory(customer=self.customers[who], run=stored, occurred_at=moment)
            self.contacts.append((run.key, PEOPLE[who], moment))

    def line(self, now, *, who, product, at, quantity):
        line = OrderLineFactory(
            customer=self.customers[who], product=self.products[product], ordered_at=at, quantity=quantity
        )
        models.QuerySet(OrderLine).filter(pk=line.pk).update(created_at=now)
        self.lines.append(oracle.Line(line.pk, PEOPLE[who], product, at, quantity, now))

    def record(self, now, *, day):
        record_outcomes(until=None if day is None else CLOCK.replace(month=3, day=23) + timedelta(days=day))

    def credited(self):
        rows = OutcomeEvent.objects.values_list("order_line", "reco_item", "outcome")
        return {line: (item, outcome) for line, item, outcome in rows}

    def expected(self):
        return oracle.credits(self.lines, self.items, self.contacts)


@pytest.mark.django_db
@settings(max_examples=40, deadline=None)
@given(story=st.lists(st.one_of(runs, lines, lines, recordings), min_size=3, max_size=14))
def test_recording_early_and_late_credits_what_the_rule_says(story):
    with transaction.atomic():
        world = World()
        world.play(story)
        record_outcomes()
        assert world.credited() == world.expected()
        assert record_outcomes().credited == record_outcomes().withdrawn == 0
        assert world.credited() == world.expected()
        transaction.set_rollback(True)


@pytest.mark.django_db
@settings(max_examples=15, deadline=None)
@given(story=st.lists(st.one_of(runs, lines, lines), min_size=4, max_size=12), order=st.randoms())
def test_runs_recorded_one_by_one_in_any_order_come_to_the_same(story, order):
    with transaction.atomic():
        world = World()
        world.play(story)
        stored = list(RecoRun.objects.all())
        order.shuffle(stored)
        for run in stored:
            record_outcomes(run=run)
        assert world.credited() == world.expected()
        transaction.set_rollback(True)


@pytest.mark.django_db(transaction=True)
def test_recording_at_once_credits_each_line_once():
    run = RecoRunFactory(config={**CONFIG, "time_zone": "Europe/Paris"})
    item = RecoItemFactory(run=run)
    for hour in range(10):
        OrderLineFactory(
            customer=item.customer,
            product=item.product,
            ordered_at=datetime(2022, 1, 5, hour, tzinfo=UTC),
            quantity=1,
        )
    jobs = [lambda: str(record_outcomes().credited)] * 3
    jobs += [lambda: str(record_outcomes(run=run).credited)] * 3
    assert race(*jobs) == {"10": 1, "0": 5}
    assert OutcomeEvent.all_objects.count() == 10
    assert_sound(OutcomeEvent)
