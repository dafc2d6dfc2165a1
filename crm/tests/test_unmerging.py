"""Undoing merges: the rows are as they were, or nothing is done and every reason is listed."""

from __future__ import annotations

import pytest

from config.base.exceptions import DomainError
from config.base.tests.helpers import assert_sound
from crm.models import Customer, OrderLine, RecoItem
from crm.services import (
    MergeConflict,
    merge_customers,
    undo_conflicts,
    unmerge_customers,
)

from .factories import (
    ClientMasterProfileFactory,
    ContactEventFactory,
    CustomerFactory,
    OrderLineFactory,
    ProductFactory,
    RecoItemFactory,
    RecoRunFactory,
)
from .merge_helpers import everything, stored

pytestmark = pytest.mark.django_db


@pytest.fixture
def two():
    survivor = CustomerFactory(email=None, phone=None)
    merged = CustomerFactory(is_contactable=False)
    for customer in (survivor, merged):
        OrderLineFactory(customer=customer)
        ContactEventFactory(customer=customer)
        ClientMasterProfileFactory(customer=customer)
    return survivor, merged


def merge_of(two, **fields):
    return merge_customers(survivor=two[0], merged=two[1], fields=fields)


def reasons(merge):
    """Why it is refused: the same whether one asks or tries; and trying changes nothing."""
    before = everything()
    with pytest.raises(MergeConflict) as error:
        unmerge_customers(merge=merge)
    assert everything() == before
    merge.refresh_from_db()
    assert merge.undone_at is None
    assert undo_conflicts(merge=merge) == error.value.conflicts
    return [conflict.message for conflict in error.value.conflicts]


def test_undoing_puts_every_row_back(two):
    before = everything()
    merge = merge_of(two, full_name="merged")
    assert everything() != before
    unmerge_customers(merge=merge)
    assert everything() == before
    assert merge.undone_at >= merge.merged_at
    assert Customer.objects.resolve(two[1].customer_code) == two[1]
    assert_sound()


def test_undone_once_and_merged_again(two):
    merge = merge_of(two)
    unmerge_customers(merge=merge)
    with pytest.raises(DomainError) as error:
        unmerge_customers(merge=merge)
    assert error.value.code == "undone"
    again = merge_of(two)
    before = everything()
    unmerge_customers(merge=again)
    merge_of(two)
    assert everything().keys() == before.keys()


def test_chains_are_undone_from_the_end(two):
    before = everything()
    first = merge_of(two)
    between = everything()
    third = CustomerFactory()
    second = merge_customers(survivor=third, merged=stored(two[0]))
    (reason,) = {each.split(")")[-1] for each in reasons(first) if "further" in each}
    assert reason == " has been merged further since. Undo that first."
    unmerge_customers(merge=second)
    now = everything()
    assert {key: now[key] for key in between} == between
    unmerge_customers(merge=first)
    now = everything()
    assert {key: now[key] for key in before} == before


def test_two_merges_into_one_are_undone_in_any_order(two):
    survivor = two[0]
    other = CustomerFactory(email="other@example.org")
    OrderLineFactory(customer=other)
    before = everything()
    first = merge_of(two)
    second = merge_customers(survivor=survivor, merged=other)
    unmerge_customers(merge=first)
    unmerge_customers(merge=second)
    assert everything() == before


def test_rows_that_arrived_for_the_old_number_go_back_and_others_stay(two):
    survivor, merged = two
    merge = merge_of(two)
    late, new = OrderLineFactory(customer=merged), OrderLineFactory(customer=survivor)
    unmerge_customers(merge=merge)
    owners = dict(OrderLine.objects.values_list("pk", "customer"))
    assert (owners[late.pk], owners[new.pk]) == (merged.pk, survivor.pk)


def test_a_row_that_was_changed_since_is_a_conflict_and_no_longer_when_it_is_changed_back(two):
    line = OrderLine.objects.get(customer=two[1])
    merge = merge_of(two)
    OrderLine.objects.filter(pk=line.pk).update(quantity=7)
    assert reasons(merge) == [f"order line #{line.pk} has been changed since."]
    OrderLine.objects.filter(pk=line.pk).update(quantity=line.quantity)
    unmerge_customers(merge=merge)
    assert OrderLine.objects.get(pk=line.pk).customer == two[1]


def test_a_row_that_was_given_away_deleted_or_purged_is_a_conflict(two):
    _survivor, merged = two
    lines = [
        OrderLine.objects.get(customer=merged),
        *(OrderLineFactory(customer=merged) for _each in range(2)),
    ]
    merge = merge_of(two)
    OrderLine.objects.filter(pk=lines[0].pk).update(customer=CustomerFactory())
    OrderLine.objects.get(pk=lines[1].pk).delete()
    OrderLine.objects.get(pk=lines[2].pk).purge()
    assert reasons(merge) == [
        f"order line #{lines[0].pk} belongs to another customer by now.",
        f"order line #{lines[1].pk} has been changed since.",
        f"order line #{lines[2].pk} is gone.",
    ]


def test_what_the_merge_filled_and_somebody_changed_is_a_conflict(two):
    survivor, _merged = two
    merge = merge_of(two)
    Customer.objects.filter(pk=survivor.pk).update(email="new@example.org", city="Dijon")
    assert reasons(merge) == [f"{stored(survivor)}: “e-mail” has been changed since."]
    Customer.objects.filter(pk=survivor.pk).update(email=None)
    unmerge_customers(merge=merge)
    assert (stored(survivor).email, stored(survivor).city) == (None, "Dijon")


@pytest.mark.parametrize("which", [0, 1])
def test_somebody_in_the_trash_or_erased_is_a_conflict(two, which):
    merge = merge_of(two)
    customer = two[which]
    stored(customer).delete()
    assert f"{customer} is in the trash. Restore it first." in reasons(merge)
    Customer.all_objects.get(pk=customer.pk).restore()
    Customer.objects.filter(pk=customer.pk).update(customer_code=f"ERASED-{customer.pk}")
    assert any("was erased" in each for each in reasons(merge))


def test_a_history_that_was_pruned_is_a_conflict(two):
    merge = merge_of(two)
    Customer.history.model._base_manager.filter(id=two[0].pk, version=1)._raw_delete("default")
    assert reasons(merge) == [
        f"The history that holds the former values of {stored(two[0])} is no longer kept."
    ]


def test_many_conflicts_are_counted(two):
    product = ProductFactory()
    OrderLine.objects.bulk_create(
        OrderLineFactory.build(customer=two[1], product=product) for _number in range(120)
    )
    merge = merge_of(two)
    OrderLine.objects.update(raw_label="changed")
    listed = reasons(merge)
    assert (len(listed), listed[-1]) == (101, "… and 21 more.")


def test_what_stayed_stays(two):
    _survivor, merged = two
    run = RecoRunFactory()
    for customer in two:
        RecoItemFactory(run=run, customer=customer)
    before = everything()
    merge = merge_of(two)
    assert RecoItem.objects.filter(customer=merged).count() == 1
    unmerge_customers(merge=merge)
    assert everything() == before


def test_queries_do_not_grow_with_the_rows(two, django_assert_max_num_queries):
    product = ProductFactory()
    OrderLine.objects.bulk_create(
        OrderLineFactory.build(customer=two[1], product=product) for _number in range(60)
    )
    merge = merge_of(two)
    with django_assert_max_num_queries(75):
        unmerge_customers(merge=merge)
    assert OrderLine.objects.filter(customer=two[1]).count() == 61
