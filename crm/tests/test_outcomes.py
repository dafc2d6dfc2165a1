"""Recording outcomes: which line counts for which recommendation, once and for good."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.base import events
from config.base.exceptions import DomainError
from config.base.tests.helpers import assert_sound
from crm.events import OutcomeRecorded
from crm.models import Customer, OrderLine, OutcomeEvent, RecoRun
from crm.services import record_outcomes

from .factories import (
    ContactEventFactory,
    CustomerFactory,
    OrderLineFactory,
    ProductFactory,
    RecoItemFactory,
)
from .outcome_helpers import at, bought, credited, run_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def item():
    return RecoItemFactory(run=run_of())


def test_a_line_is_credited_with_its_amount_and_moment_and_twice_is_once(item):
    line = bought(item, at(1, 5), 2)
    first, second = record_outcomes(), record_outcomes()
    assert (first.credited, first.unchanged, first.outcomes) == (1, 0, {"UNCONTACTED": 1})
    assert (second.credited, second.unchanged, second.withdrawn) == (0, 1, 0)
    event = OutcomeEvent.objects.get()
    assert (event.order_line, event.reco_item, event.amount) == (line, item, line.amount)
    assert (event.currency, event.occurred_at) == ("EUR", line.ordered_at)
    assert_sound(OutcomeEvent)


@pytest.mark.parametrize(
    ("moment", "counts"),
    [
        (at(1, 1, 0) - timedelta(milliseconds=1), False),
        (at(1, 1, 0), True),
        (at(1, 30, 23, minute=59), True),
        (at(1, 31, 0) - timedelta(milliseconds=1), True),
        (at(1, 31, 0), False),
    ],
)
def test_the_window_begins_with_as_of_and_ends_before_the_day_after_its_last(item, moment, counts):
    bought(item, moment)
    assert record_outcomes().credited == counts


def test_days_are_those_of_the_runs_own_zone_through_summer_time():
    item = RecoItemFactory(run=run_of(3, 20, days=10))  # the night of 27 March has 23 hours
    inside = bought(item, datetime(2022, 3, 29, 21, 59, tzinfo=UTC))
    bought(item, datetime(2022, 3, 29, 22, 0, tzinfo=UTC))
    other = RecoItemFactory(run=run_of(3, 20, days=10, zone="America/New_York"))
    later = bought(other, datetime(2022, 3, 30, 3, 59, tzinfo=UTC))
    bought(other, datetime(2022, 3, 20, 3, 59, tzinfo=UTC))
    record_outcomes()
    assert set(credited()) == {inside.pk, later.pk}


def test_another_customer_and_another_product_count_nowhere(item):
    bought(item, at(1, 5), customer=CustomerFactory())
    bought(item, at(1, 5), product=ProductFactory())
    assert record_outcomes().credited == 0


def test_whoever_was_merged_is_the_survivor_also_by_a_chain(item):
    """Lines that stayed with the merged count, and so does an item that stayed with them."""
    middle, survivor = CustomerFactory(), CustomerFactory()
    theirs = bought(item, at(1, 5), customer=survivor)
    between = bought(item, at(1, 6), customer=middle)
    Customer.objects.filter(pk=item.customer.pk).update(merged_into=middle)
    Customer.objects.filter(pk=middle.pk).update(merged_into=survivor)
    record_outcomes()
    assert {line: found for line, (found, _outcome) in credited().items()} == {
        theirs.pk: item.pk,
        between.pk: item.pk,
    }


def test_of_runs_in_force_the_latest_as_of_has_the_line_and_of_these_the_newest():
    customer, product = CustomerFactory(), ProductFactory()
    old, new, same = (
        RecoItemFactory(run=run_of(1, day), customer=customer, product=product) for day in (1, 10, 10)
    )
    early = OrderLineFactory(customer=customer, product=product, ordered_at=at(1, 9))
    late = OrderLineFactory(customer=customer, product=product, ordered_at=at(1, 10, 0))
    record_outcomes()
    assert credited()[early.pk][0] == old.pk
    assert credited()[late.pk][0] == same.pk > new.pk


def test_a_run_that_comes_after_the_line_takes_nothing_over(item):
    line = bought(item, at(1, 15))
    later = RecoRun.objects.filter(
        pk=RecoItemFactory(
            run=run_of(1, 10, started_at=line.created_at, finished_at=line.created_at + timedelta(hours=1)),
            customer=item.customer,
            product=item.product,
        ).run.pk
    )
    record_outcomes()
    assert credited()[line.pk][0] == item.pk
    assert record_outcomes(run=later.get()).credited == 0


def test_one_run_takes_what_counts_for_it_and_leaves_the_rest_to_the_others():
    customer, product = CustomerFactory(), ProductFactory()
    old, new = (RecoItemFactory(run=run_of(1, day), customer=customer, product=product) for day in (1, 10))
    line = OrderLineFactory(customer=customer, product=product, ordered_at=at(1, 15))
    assert record_outcomes(run=old.run).credited == 0
    assert record_outcomes(run=new.run).credited == 1
    assert credited()[line.pk][0] == new.pk


@pytest.mark.parametrize(
    ("values", "outcome"),
    [
        ({}, "CONTACTED"),
        ({"occurred_at": at(1, 5)}, "UNCONTACTED"),  # at the same moment is not before
        ({"occurred_at": at(12, 31, year=2021)}, "UNCONTACTED"),
        ({"run": None}, "UNCONTACTED"),
        ({"kind": "OPENED"}, "UNCONTACTED"),
        ({"is_deleted": True}, "UNCONTACTED"),
    ],
)
def test_contacted_is_who_was_sent_something_about_the_run_before_the_purchase(item, values, outcome):
    gone = values.pop("is_deleted", False) if "is_deleted" in values else False
    event = ContactEventFactory(
        **{"customer": item.customer, "run": item.run, "occurred_at": at(1, 4), **values}
    )
    if gone:
        event.delete()
    line = bought(item, at(1, 5))
    record_outcomes()
    assert credited()[line.pk] == (item.pk, outcome)


def test_the_holdout_stays_the_holdout_whatever_was_sent():
    item = RecoItemFactory(run=run_of(), is_holdout=True)
    ContactEventFactory(customer=item.customer, run=item.run, occurred_at=at(1, 2))
    bought(item, at(1, 5))
    assert record_outcomes().outcomes == {"HOLDOUT": 1}


def test_only_completed_runs_have_outcomes():
    item = RecoItemFactory(run=run_of(status="RUNNING", finished_at=None))
    bought(item, at(1, 5))
    assert record_outcomes().credited == 0
    with pytest.raises(DomainError, match="completed"):
        record_outcomes(run=item.run)


def test_what_is_in_the_trash_counts_for_nothing(item):
    line = bought(item, at(1, 5))
    line.delete()
    other = RecoItemFactory(run=run_of())
    bought(other, at(1, 5))
    other.run.delete()
    assert record_outcomes().credited == 0


def test_until_leaves_later_lines_for_later(item):
    bought(item, at(1, 5))
    bought(item, at(1, 9))
    assert [record_outcomes(until=moment).credited for moment in (at(1, 5), at(1, 9), at(1, 9, 13))] == [
        0,
        1,
        1,
    ]


def test_later_settings_do_not_move_a_window(item, settings):
    settings.TIME_ZONE = "Pacific/Auckland"
    bought(item, at(1, 1, 0))
    assert record_outcomes().credited == 1


def test_what_was_credited_is_announced_run_by_run(item, django_capture_on_commit_callbacks):
    heard = []
    events.subscribe(OutcomeRecorded, heard.append)
    try:
        bought(item, at(1, 5))
        bought(item, at(1, 6))
        for _twice in range(2):
            with django_capture_on_commit_callbacks(execute=True):
                record_outcomes()
    finally:
        events.unsubscribe(OutcomeRecorded, heard.append)
    assert [(each.run_id, each.credited, each.withdrawn) for each in heard] == [(item.run.pk, 2, 0)]


def test_as_many_queries_for_many_lines_as_for_few():
    def count(lines):
        item = RecoItemFactory(run=run_of())
        for number in range(lines):
            bought(item, at(1, 2, minute=number))
        with CaptureQueriesContext(connection) as captured:
            assert record_outcomes().credited == lines
        return len(captured)

    assert count(1) == count(20)


def test_the_command_says_what_it_did_and_takes_a_run_and_a_day(item, capsys):
    bought(item, at(1, 5))
    call_command("record_outcomes", run=item.run.pk, until=date(2022, 1, 5), json=True)
    none = json.loads(capsys.readouterr().out)
    assert none == {
        "runs": 1,
        "credited": 0,
        "unchanged": 0,
        "withdrawn": 0,
        "outcomes": {"CONTACTED": 0, "UNCONTACTED": 0, "HOLDOUT": 0},
    }
    call_command("record_outcomes", "--until", "2022-01-06")
    assert "record_outcomes: 1 line credited over 1 run, 0 credited before" in capsys.readouterr().out
    with pytest.raises(CommandError, match="There is no run 0"):
        call_command("record_outcomes", "--run", "0")
    assert OrderLine.objects.count() == 1
