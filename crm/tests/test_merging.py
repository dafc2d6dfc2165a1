"""Merging customers: everything moves, nothing is lost, and what was seen before is what is done."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from accounts.tests.factories import UserFactory
from config.base import integrity
from config.base.events import subscribe, unsubscribe
from config.base.exceptions import DomainError
from config.base.introspection import is_kernel_model
from config.base.tests.helpers import assert_sound, factory_for
from crm.belongings import BOOKKEEPING, belongings, is_derived
from crm.events import CustomersMerged
from crm.models import Customer, CustomerMerge, DistinctPair, OrderLine
from crm.services import distinguish_customers, merge_customers, preview_merge

from .factories import (
    ClientMasterProfileFactory,
    ContactEventFactory,
    CustomerFactory,
    OrderLineFactory,
    RecoItemFactory,
    RecoRunFactory,
)
from .merge_helpers import everything, flags, stored

pytestmark = pytest.mark.django_db

RELATIONS = {(each.model._meta.label_lower, each.field.name): each for each in belongings()}


def pair(**values):
    return CustomerFactory(**values), CustomerFactory()


def test_every_link_to_a_customer_is_known():
    """A foreign key of next year belongs to a customer, unless somebody says that it is about the row itself."""
    links = {
        (relation.related_model._meta.label_lower, relation.field.name)
        for relation in Customer._meta.related_objects
        if not relation.related_model._meta.model_name.startswith("historical")
    }
    assert links == set(RELATIONS) | BOOKKEEPING
    assert all(is_kernel_model(each.model) for each in RELATIONS.values())
    assert not any(field.many_to_many for field in Customer._meta.get_fields(include_hidden=True))


@pytest.mark.parametrize("relation", RELATIONS.values(), ids=map(".".join, RELATIONS))
def test_every_row_moves_the_dead_ones_too(relation):
    survivor, merged = pair()
    rows = [factory_for(relation.model)(**{relation.field.name: merged})]
    if not is_derived(relation):
        rows.append(factory_for(relation.model)(**{relation.field.name: merged}))
        rows[1].delete()
    merge = merge_customers(survivor=survivor, merged=merged)
    links = relation.model.all_objects.order_by("pk").values_list("pk", relation.field.name, "is_deleted")
    if is_derived(relation):
        assert list(links) == [(rows[0].pk, merged.pk, True)]
    else:
        assert list(links) == [(rows[0].pk, survivor.pk, False), (rows[1].pk, survivor.pk, True)]
    assert {each["id"] for each in merge.moved if each["model"] != "crm.customer"} == {row.pk for row in rows}
    assert_sound(relation.model, Customer, CustomerMerge)


def test_the_survivor_keeps_its_number_and_the_old_code_leads_there():
    survivor, merged = pair()
    merge_customers(survivor=survivor, merged=merged)
    assert (survivor.pk, survivor.merged_into_id) == (stored(survivor).pk, None)
    assert merged.merged_into == survivor
    assert Customer.objects.resolve(merged.customer_code.lower()) == survivor
    assert Customer.objects.resolve(survivor.customer_code) == survivor
    third = CustomerFactory()
    merge_customers(survivor=third, merged=survivor)
    assert Customer.objects.resolve(merged.customer_code) == third
    assert Customer.objects.survivors() == {merged.pk: third.pk, survivor.pk: third.pk}
    with pytest.raises(Customer.DoesNotExist):
        Customer.objects.resolve("nobody")


def test_the_survivor_takes_what_it_lacks_and_an_address_as_a_whole():
    survivor = CustomerFactory(email=None, phone=None, address_line="", postal_code="", city="", country="")
    merged = CustomerFactory(full_name="Somebody Else", email="Else@Example.org", country="BE")
    name = survivor.full_name
    merge_customers(survivor=survivor, merged=merged)
    assert (survivor.full_name, survivor.email, survivor.email_key) == (name, merged.email, merged.email_key)
    assert (survivor.phone, survivor.city, survivor.country) == (merged.phone, "Beaune", "BE")
    partly = CustomerFactory(address_line="", postal_code="", city="Lyon", country="")
    merge_customers(survivor=partly, merged=CustomerFactory(city="Beaune"))
    assert (partly.address_line, partly.city) == ("", "Lyon")


def test_what_was_chosen_is_taken():
    survivor, merged = pair()
    merged.user = UserFactory()
    merged.save()
    merge_customers(
        survivor=survivor,
        merged=merged,
        fields={"email": "merged", "user": "survivor", "full_name": "merged"},
    )
    assert (survivor.email, survivor.full_name, survivor.user) == (merged.email, merged.full_name, None)


@pytest.mark.parametrize("fields", [{"colour": "merged"}, {"email": "other@example.org"}])
def test_what_cannot_be_chosen_is_refused(fields):
    survivor, merged = pair()
    before = everything()
    with pytest.raises(ValidationError) as error:
        merge_customers(survivor=survivor, merged=merged, fields=fields)
    assert set(error.value.message_dict) == set(fields)
    assert everything() == before


@pytest.mark.parametrize("bounced", [(True, False), (False, True), (True, True), (False, False)])
@pytest.mark.parametrize("opted_out", [(True, False), (False, True)])
def test_suppression_is_or_and_permission_is_and(bounced, opted_out):
    one, other = (
        CustomerFactory(is_bounced=bounced[at], is_opted_out=opted_out[at], is_contactable=not opted_out[at])
        for at in (0, 1)
    )
    merge_customers(survivor=one, merged=other)
    assert flags(one) == (any(bounced), any(opted_out))
    assert not stored(one).is_contactable
    assert not Customer.objects.contactable().exists()


def test_a_consent_of_the_one_does_not_clear_what_the_other_said():
    survivor, merged = pair()
    ContactEventFactory(customer=survivor, kind="OPT_OUT")
    ContactEventFactory(customer=merged, kind="OPT_IN")
    merge_customers(survivor=survivor, merged=merged)
    assert flags(survivor) == (False, True)
    assert list(integrity.find_problems()) == []


def test_what_a_constraint_keeps_apart_stays_and_the_rest_moves():
    survivor, merged = pair()
    run = RecoRunFactory()
    RecoItemFactory(run=run, customer=survivor, rank=1)
    twice = RecoItemFactory(run=run, customer=merged, rank=1)
    third = RecoItemFactory(run=run, customer=merged, rank=3)
    elsewhere = RecoItemFactory(customer=merged, rank=1)
    (items,) = preview_merge(survivor=survivor, merged=merged).rows
    assert (items.moved, items.fell, items.stayed) == (2, 0, 1)
    merge_customers(survivor=survivor, merged=merged)
    merge = CustomerMerge.objects.get()
    assert [each["id"] for each in merge.moved if "stayed" in each] == [twice.pk]
    type(twice).objects.filter(pk=twice.pk).update(score=0.75)  # nor does it move when it is written again
    owners = {row.pk: row.customer_id for row in (type(twice).objects.all())}
    assert (owners[twice.pk], owners[third.pk], owners[elsewhere.pk]) == (merged.pk, survivor.pk, survivor.pk)


def test_the_profile_of_the_merged_falls_and_no_profile_is_left():
    survivor, merged = pair()
    ClientMasterProfileFactory(customer=survivor)
    ClientMasterProfileFactory(customer=merged)
    (profiles,) = preview_merge(survivor=survivor, merged=merged).rows
    assert (profiles.moved, profiles.fell, profiles.stayed) == (0, 1, 0)
    merge_customers(survivor=survivor, merged=merged)
    assert not merged.profiles.exists() and survivor.profiles.exists()


def test_a_preview_writes_nothing_and_says_what_is_done():
    survivor = CustomerFactory(email=None)
    merged = CustomerFactory(is_opted_out=True, user=UserFactory())
    OrderLineFactory(customer=merged), OrderLineFactory(customer=merged), ContactEventFactory(customer=merged)
    before = everything()
    preview = preview_merge(survivor=survivor, merged=merged, fields={"full_name": "merged"})
    assert (everything(), CustomerMerge.all_objects.count()) == (before, 0)
    assert survivor.version == stored(survivor).version == 1
    assert {each.part: each.chosen for each in preview.differences} == {
        "full_name": "merged",
        "email": "merged",
        "user": "merged",
    }
    assert {each.model._meta.model_name: each.moved for each in preview.rows} == {
        "orderline": 2,
        "contactevent": 1,
    }
    assert preview.flags == {"is_bounced": False, "is_opted_out": True, "is_contactable": True}
    merge = merge_customers(survivor=survivor, merged=merged, fields={"full_name": "merged"})
    moved = [each["model"] for each in merge.moved if "before" not in each]
    assert sorted(moved) == ["crm.contactevent", "crm.orderline", "crm.orderline"]


def test_a_preview_warns_of_what_speaks_against_it():
    survivor, merged = CustomerFactory(user=UserFactory()), CustomerFactory(user=UserFactory())
    distinguish_customers(first=merged, second=survivor)
    assert preview_merge(survivor=survivor, merged=merged).warnings == (
        "Somebody said that these two are not the same.",
        "They sign in as two different users.",
    )


def refusal(survivor, merged):
    before = everything()
    codes = set()
    for service in (merge_customers, preview_merge):
        with pytest.raises(DomainError) as error:
            service(survivor=survivor, merged=merged)
        codes.add(error.value.code)
    assert everything() == before
    (code,) = codes
    return code


def test_who_cannot_be_merged_is_refused():
    survivor, merged = pair()
    assert refusal(survivor, survivor) == "same"
    dead = CustomerFactory()
    dead.delete()
    assert refusal(survivor, dead) == refusal(dead, survivor) == "deleted"
    erased = CustomerFactory()
    Customer.objects.filter(pk=erased.pk).update(customer_code=f"ERASED-{erased.pk}")
    assert refusal(survivor, erased) == refusal(erased, survivor) == "erased"
    merge_customers(survivor=survivor, merged=merged)
    other = CustomerFactory()
    assert refusal(survivor, merged) == refusal(merged, survivor) == refusal(merged, other) == "merged"


def test_the_merge_is_announced_and_a_preview_is_not(django_capture_on_commit_callbacks):
    heard = []
    subscribe(CustomersMerged, heard.append)
    survivor, merged = pair()
    try:
        with django_capture_on_commit_callbacks(execute=True):
            preview_merge(survivor=survivor, merged=merged)
        assert heard == []
        with django_capture_on_commit_callbacks(execute=True):
            merge = merge_customers(survivor=survivor, merged=merged)
    finally:
        unsubscribe(CustomersMerged, heard.append)
    assert [(each.merge_id, each.survivor_id, each.merged_id) for each in heard] == [
        (merge.pk, survivor.pk, merged.pk)
    ]


@pytest.mark.parametrize("number", [1, 40])
def test_the_number_of_queries_does_not_grow_with_the_rows(number, django_assert_max_num_queries):
    survivor, merged = pair()
    line = OrderLineFactory(customer=merged)
    OrderLine.objects.bulk_create(
        OrderLineFactory.build(customer=merged, product=line.product) for _number in range(number)
    )
    with django_assert_max_num_queries(60):
        merge_customers(survivor=survivor, merged=merged)
    assert survivor.order_lines.count() == number + 1


def test_saying_that_two_are_distinct_twice_is_once():
    one, other = pair()
    first = distinguish_customers(first=one, second=other)
    assert distinguish_customers(first=other, second=one) == first
    assert DistinctPair.objects.count() == 1
    with pytest.raises(DomainError) as error:
        distinguish_customers(first=one, second=one)
    assert error.value.code == "same"
