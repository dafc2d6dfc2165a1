"""Noting who was contacted about a run: once, never the holdout, nobody who is to be left alone."""

import io
import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from config.base.exceptions import DomainError
from config.base.querysets import now_ms
from config.base.tests.helpers import assert_sound, race
from crm.models import ContactEvent, Customer, RecoItem, RecoRun
from crm.services import mark_contacted, opt_out_customer, recommend
from crm.tests.factories import ContactEventFactory, CustomerFactory, RecoItemFactory, RecoRunFactory
from crm.tests.run_helpers import AS_OF, buy, customer, product

pytestmark = pytest.mark.django_db


@pytest.fixture
def run():
    """Three customers and one of the holdout."""
    run = RecoRunFactory()
    for number in range(4):
        who = CustomerFactory(customer_code=f"C_{number}")
        RecoItemFactory(run=run, customer=who, rank=1, is_holdout=number == 3)
        RecoItemFactory(run=run, customer=who, rank=2, is_holdout=number == 3)
    return run


def person(number):
    return Customer.objects.get(customer_code=f"C_{number}")


def contacted(run):
    events = ContactEvent.objects.filter(run=run).order_by("customer__customer_code", "channel")
    return [(event.customer.customer_code, event.channel, event.kind) for event in events]


def test_everybody_but_the_holdout_is_noted_once(run):
    result = mark_contacted(run=run, channel="EMAIL")
    assert (result.contacted, result.already, result.skipped) == (3, 0, {"HOLDOUT": 1})
    assert contacted(run) == [(f"C_{number}", "EMAIL", "SENT") for number in range(3)]
    again = mark_contacted(run=run, channel="EMAIL")
    assert (again.contacted, again.already, again.skipped) == (0, 3, {"HOLDOUT": 1})
    assert ContactEvent.objects.count() == 3
    event = ContactEvent.objects.first()
    assert [record.version for record in event.history.all()] == [1]
    assert abs(event.occurred_at - now_ms()) < timedelta(minutes=1)
    assert_sound(ContactEvent)


def test_another_channel_is_another_contact_about_the_same_run(run):
    mark_contacted(run=run, channel="EMAIL", customers=[person(0).pk])
    assert mark_contacted(run=run, channel="PHONE", customers=[person(0).pk]).contacted == 1
    assert contacted(run) == [("C_0", "EMAIL", "SENT"), ("C_0", "PHONE", "SENT")]


def test_the_key_is_the_same_wherever_it_is_computed(run):
    mark_contacted(run=run, channel="EMAIL", customers=[person(0).pk])
    event = ContactEvent.objects.get()
    event.delete()
    mark_contacted(run=run, channel="EMAIL", customers=[person(0).pk])
    assert ContactEvent.objects.get().event_key == event.event_key


def test_items_name_their_customers(run):
    items = RecoItem.objects.filter(run=run, customer__customer_code__in=("C_1", "C_3"))
    result = mark_contacted(run=run, channel="POST", items=items)
    assert (result.contacted, result.skipped) == (1, {"HOLDOUT": 1})
    assert contacted(run) == [("C_1", "POST", "SENT")]


def test_who_may_not_be_contacted_by_now_is_passed_over_and_counted(run):
    opt_out_customer(customer=person(0))
    ContactEventFactory(customer=person(1), occurred_at=now_ms() - timedelta(days=3))
    person(2).delete()
    result = mark_contacted(run=run, channel="EMAIL")
    assert (result.contacted, result.already) == (0, 0)
    assert result.skipped == {"HOLDOUT": 1, "OPTED_OUT": 1, "SILENCE": 1, "GONE": 1}
    assert contacted(run) == []


def test_two_runs_do_not_contact_anybody_twice_within_the_window(run):
    mark_contacted(run=run, channel="EMAIL")
    other = RecoRunFactory()
    RecoItemFactory(run=other, customer=person(0))
    assert mark_contacted(run=other, channel="PHONE").skipped == {"SILENCE": 1}


def test_a_merged_customer_is_gone(run):
    Customer.objects.filter(customer_code="C_0").update(merged_into=person(1))
    assert mark_contacted(run=run, channel="EMAIL").skipped == {"GONE": 1, "HOLDOUT": 1}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda run: {"channel": "PIGEON"}, "channel"),
        (lambda run: {"customers": [CustomerFactory().pk]}, "not_in_run"),
        (lambda run: {"items": [RecoItemFactory()]}, "not_in_run"),
        (lambda run: {"run": RecoRunFactory(status="FAILED")}, "run_not_done"),
    ],
)
def test_what_cannot_be_is_refused(run, change, code):
    with pytest.raises(DomainError) as refused:
        mark_contacted(**{"run": run, "channel": "EMAIL", **change(run)})
    assert refused.value.code == code
    assert not ContactEvent.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_at_once_contact_everybody_once(run):
    noted = race(*[lambda: str(mark_contacted(run=run, channel="EMAIL").contacted)] * 3)
    assert noted == {"3": 1, "0": 2}
    assert ContactEvent.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_contact_nobody_twice(run):
    other = RecoRunFactory()
    for number in range(3):
        RecoItemFactory(run=other, customer=person(number))
    noted = race(
        lambda: str(mark_contacted(run=run, channel="EMAIL").contacted),
        lambda: str(mark_contacted(run=other, channel="EMAIL").contacted),
    )
    assert noted == {"3": 1, "0": 1}


@pytest.mark.django_db(transaction=True)
def test_two_recommendations_at_once_are_two_runs():
    for number in range(5):
        buy(customer(f"C_{number}"), product(f"P_{number}"), 10)
    assert race(*[lambda: recommend(as_of=AS_OF).status] * 2) == {"DONE": 2}
    one, other = RecoRun.objects.all()
    assert RecoItem.objects.filter(run=one).count() == RecoItem.objects.filter(run=other).count() > 0
    assert (one.counts, one.input_hash) == (other.counts, other.input_hash)


def call(*arguments):
    out = io.StringIO()
    call_command("mark_contacted", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_notes_and_counts(run):
    said = json.loads(
        call(f"--run={run.pk}", "--channel=EMAIL", "--customer=c_0", "--customer=C_3", "--json")
    )
    assert said == {
        "run": run.pk,
        "channel": "EMAIL",
        "contacted": 1,
        "already": 0,
        "skipped": {"HOLDOUT": 1},
    }
    assert "2 customers noted as contacted, 1 already were, 1 passed over" in call(
        f"--run={run.pk}", "--channel=EMAIL"
    )


@pytest.mark.parametrize("arguments", [("--run=0",), ("--customer=NOBODY",), ("--customer=STRANGER",)])
def test_the_command_refuses_what_there_is_not(run, arguments):
    CustomerFactory(customer_code="STRANGER")
    with pytest.raises(CommandError):
        call(f"--run={run.pk}", "--channel=EMAIL", *arguments)
