"""Merges and imports at the same moment: real threads, and the rows that arrive too late."""

from __future__ import annotations

import pytest

from config.base.tests.helpers import assert_sound, race
from crm.models import Customer, CustomerMerge, OrderLine
from crm.services import merge_customers, unmerge_customers

from .factories import ContactEventFactory, CustomerFactory, OrderLineFactory
from .merge_helpers import everything, flags


def pair():
    return CustomerFactory(), CustomerFactory()


pytestmark = pytest.mark.django_db


def test_a_row_for_the_merged_goes_the_way_of_the_others_and_is_noted():
    survivor, merged = pair()
    third = CustomerFactory()
    merge = merge_customers(survivor=survivor, merged=merged)
    later = merge_customers(survivor=third, merged=survivor)
    line = OrderLineFactory(customer=merged)
    assert OrderLine.objects.get().customer == third
    for each in (merge, later):
        each.refresh_from_db()
        assert line.pk in {entry["id"] for entry in each.moved if entry["model"] == "crm.orderline"}
    assert_sound(OrderLine, CustomerMerge)


def test_rows_that_are_loaded_before_their_merge_stay_as_they_are_given():
    survivor, merged = pair()
    Customer.objects.filter(pk=merged.pk).update(merged_into=survivor)
    assert OrderLineFactory(customer=merged).customer == OrderLine.objects.get().customer == merged


def test_an_opt_out_told_of_the_old_code_counts_for_both():
    survivor, merged = pair()
    merge_customers(survivor=survivor, merged=merged)
    ContactEventFactory(customer=merged, kind="OPT_OUT")
    assert flags(survivor) == flags(merged) == (False, True)


@pytest.mark.django_db(transaction=True)
def test_of_two_merges_of_the_same_two_at_once_one_is_made():
    one, other = pair()
    OrderLineFactory(customer=one), OrderLineFactory(customer=other)
    outcomes = race(
        lambda: merge_customers(survivor=one, merged=other) and "merged",
        lambda: merge_customers(survivor=other, merged=one) and "merged",
    )
    assert outcomes == {"merged": 1, "DomainError": 1}
    merge = CustomerMerge.objects.get()
    assert set(OrderLine.objects.values_list("customer", flat=True)) == {merge.survivor_id}
    assert_sound()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(3))
def test_a_line_that_arrives_while_its_customer_is_merged_is_not_lost(attempt):
    survivor, merged = pair()
    line = OrderLineFactory(customer=merged)
    new = [OrderLineFactory.build(customer=merged, product=line.product) for _number in range(20)]
    outcomes = race(
        lambda: merge_customers(survivor=survivor, merged=merged) and "merged",
        lambda: OrderLine.objects.bulk_create(new) and "imported",
    )
    assert outcomes == {"merged": 1, "imported": 1}
    assert set(OrderLine.objects.values_list("customer", flat=True)) == {survivor.pk}
    noted = {each["id"] for each in CustomerMerge.objects.get().moved if each["model"] == "crm.orderline"}
    assert noted == set(OrderLine.objects.values_list("pk", flat=True))
    assert_sound(OrderLine, Customer, CustomerMerge)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_undo_at_once_one_does():
    survivor, merged = pair()
    OrderLineFactory(customer=merged)
    before = everything()
    merge = merge_customers(survivor=survivor, merged=merged)
    outcomes = race(
        *(lambda: unmerge_customers(merge=CustomerMerge.objects.get(pk=merge.pk)) and "undone",) * 2
    )
    assert outcomes == {"undone": 1, "DomainError": 1}
    assert everything() == before
    assert_sound()


@pytest.mark.django_db(transaction=True)
def test_a_line_that_arrives_while_a_merge_is_undone_belongs_to_one_of_the_two():
    survivor, merged = pair()
    product = OrderLineFactory(customer=merged).product
    merge = merge_customers(survivor=survivor, merged=merged)
    new = OrderLineFactory.build(customer=merged, product=product)
    outcomes = race(lambda: unmerge_customers(merge=merge) and "undone", lambda: new.save() or "imported")
    assert outcomes == {"undone": 1, "imported": 1}
    assert OrderLine.objects.get(pk=new.pk).customer == merged
    assert_sound()
