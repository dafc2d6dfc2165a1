"""Suppression sticks: what customers said is a fact, and the flags follow it on every path."""

from __future__ import annotations

from datetime import timedelta

import pytest

from config.base import integrity
from config.base.exceptions import DomainError
from config.base.querysets import now_ms
from config.base.tests.helpers import assert_sound, race
from crm.models import AuditItem, ContactEvent, Customer
from crm.services import opt_in_customer, opt_out_customer, resolve_audit_item

from .factories import FIRST_DAY, AuditItemFactory, ContactEventFactory, CustomerFactory

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def flags(customer):
    """(bounced, opted out) as stored."""
    return Customer.all_objects.values_list("is_bounced", "is_opted_out").get(pk=customer.pk)


def happens(customer, kind, day=0, **values):
    return ContactEventFactory(customer=customer, kind=kind, occurred_at=FIRST_DAY + day * DAY, **values)


def test_opting_out_leaves_a_flag_and_a_proof_and_twice_is_once():
    customer = CustomerFactory()
    assert opt_out_customer(customer=customer, channel="PHONE").is_opted_out
    opt_out_customer(customer=customer)
    event = ContactEvent.objects.get()
    assert (event.customer, event.kind, event.channel) == (customer, "OPT_OUT", "PHONE")
    assert customer.version == Customer.objects.get().version == 2
    assert_sound(Customer, ContactEvent)


def test_opting_in_is_the_way_back_also_at_once():
    customer = opt_in_customer(customer=opt_out_customer(customer=CustomerFactory()))
    assert flags(customer) == (False, False)
    opt_out_customer(customer=customer)
    assert flags(customer) == (False, True)
    moments = list(ContactEvent.objects.order_by("id").values_list("occurred_at", flat=True))
    assert moments == sorted(set(moments)), "each word is later than the last"


def test_a_first_consent_is_kept_as_a_proof():
    customer = CustomerFactory()
    opt_in_customer(customer=customer)
    opt_in_customer(customer=customer)
    assert list(ContactEvent.objects.values_list("kind", flat=True)) == ["OPT_IN"]


def test_consent_ends_a_bounce_and_another_bounce_begins_one():
    customer = CustomerFactory()
    happens(customer, "BOUNCED")
    assert flags(customer) == (True, False)
    opt_in_customer(customer=customer)
    assert flags(customer) == (False, False)
    ContactEventFactory(customer=customer, kind="BOUNCED", occurred_at=now_ms() + DAY)
    assert flags(customer) == (True, False)


def test_consent_is_not_asked_of_somebody_in_the_trash():
    customer = CustomerFactory()
    customer.delete()
    for service in (opt_out_customer, opt_in_customer):
        with pytest.raises(DomainError) as error:
            service(customer=customer)
        assert error.value.code == "deleted"
    assert not ContactEvent.objects.exists()


def test_a_flag_that_has_no_proof_gets_one():
    customer = CustomerFactory(is_opted_out=True)
    opt_out_customer(customer=customer)
    assert ContactEvent.objects.get().kind == "OPT_OUT"


@pytest.mark.parametrize(
    ("known", "late", "expected"),
    [
        (("OPT_OUT", 5), ("OPT_IN", 1), True),
        (("OPT_IN", 5), ("OPT_OUT", 1), False),
        (("OPT_OUT", 1), ("OPT_IN", 5), False),
        (("OPT_IN", 1), ("OPT_OUT", 5), True),
        (("OPT_IN", 3), ("OPT_OUT", 3), True),
        (("OPT_OUT", 3), ("OPT_IN", 3), True),
    ],
)
def test_the_newest_word_counts_whenever_it_arrives(known, late, expected):
    customer = CustomerFactory()
    happens(customer, *known)
    happens(customer, *late)
    assert flags(customer)[1] is expected


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_the_order_of_rows_in_a_file_changes_nothing(order):
    customer, other = CustomerFactory(), CustomerFactory()
    rows = [("OPT_IN", 1), ("OPT_OUT", 2), ("BOUNCED", 2)]
    events = [
        ContactEventFactory.build(customer=customer, kind=kind, occurred_at=FIRST_DAY + day * DAY)
        for kind, day in (rows[each] for each in order)
    ]
    ContactEvent.objects.bulk_create([*events, ContactEventFactory.build(customer=other, kind="SENT")])
    assert (flags(customer), flags(other)) == ((True, True), (False, False))
    assert_sound(Customer, ContactEvent)


def test_what_is_no_word_of_the_customer_changes_no_version():
    customer = CustomerFactory()
    for kind in ("SENT", "OPENED", "CLICKED", "REPLIED"):
        happens(customer, kind)
    assert Customer.objects.get().version == 1


def test_an_event_in_the_trash_clears_nothing_and_its_return_undoes_no_newer_consent():
    customer = CustomerFactory()
    event = happens(customer, "OPT_OUT")
    event.delete()
    assert flags(customer) == (False, True)
    opt_in_customer(customer=customer)
    event.restore()
    assert flags(customer) == (False, False)


def test_an_old_consent_that_moves_here_clears_nothing():
    """A merge moves events: the flags of the two are OR-ed, and only a new consent clears them."""
    survivor, merged = CustomerFactory(is_opted_out=True), CustomerFactory()
    happens(merged, "OPT_IN", 9)
    ContactEvent.objects.update(customer=survivor)
    assert flags(survivor) == (False, True)
    happens(survivor, "OPT_IN", 10)
    assert flags(survivor) == (False, False)


def test_an_opt_out_that_moves_here_counts():
    survivor, merged = CustomerFactory(), CustomerFactory()
    happens(merged, "OPT_OUT")
    ContactEvent.objects.update(customer=survivor)
    assert flags(survivor) == (False, True)


def test_who_was_erased_is_still_suppressed_when_they_come_back():
    customer = CustomerFactory()
    customer.delete()
    happens(customer, "OPT_OUT")
    assert Customer.all_objects.get().is_deleted
    Customer.all_objects.get().restore()
    assert flags(customer) == (False, True)
    assert_sound(Customer)


@pytest.mark.django_db(transaction=True)
def test_of_two_words_said_at_once_the_later_counts():
    customer = CustomerFactory()
    opt_out, opt_in = (
        ContactEventFactory.build(customer=customer, kind=kind, occurred_at=FIRST_DAY + day * DAY)
        for kind, day in (("OPT_OUT", 2), ("OPT_IN", 1))
    )
    assert race(opt_out.save, opt_in.save) == {"done": 2}
    assert flags(customer) == (False, True)
    assert_sound(Customer, ContactEvent)


def test_check_data_finds_a_suppression_without_its_flag():
    customer = CustomerFactory()
    happens(customer, "OPT_OUT")
    happens(customer, "BOUNCED")
    assert list(integrity.find_problems()) == []
    Customer.objects.update(is_opted_out=False)
    (problem,) = integrity.find_problems()
    assert (problem.object, problem.found) == ("crm_customer.is_opted_out", f"row {customer.pk}")


def test_an_audit_item_is_resolved_once():
    item = resolve_audit_item(audit_item=AuditItemFactory())
    first = item.resolved_at
    assert resolve_audit_item(audit_item=AuditItem.objects.get()).resolved_at == first is not None
    assert AuditItem.objects.get().version == 2
    assert not AuditItem.objects.open().exists()
