"""Duplicates, merges and their undoing over the API."""

from __future__ import annotations

import pytest

from accounts.tests.factories import StaffFactory
from config.base.testing import api_client, etag
from crm.models import Customer, CustomerMerge, DistinctPair, OrderLine

from .factories import CustomerFactory, OrderLineFactory
from .merge_helpers import everything

pytestmark = pytest.mark.django_db

CUSTOMERS, MERGES = "/api/v1/crm/customers/", "/api/v1/crm/customer-merges/"


@pytest.fixture
def two():
    survivor = CustomerFactory(email="one@example.org", phone=None)
    merged = CustomerFactory(email="ONE@example.org", full_name="Zoé Roy")
    OrderLineFactory(customer=merged)
    return survivor, merged


def client_for(*permissions):
    return api_client(StaffFactory(permissions=list(permissions)))


def merge(client, survivor, **body):
    stored = Customer.objects.get(pk=survivor.pk)
    return client.post(
        f"{CUSTOMERS}{survivor.pk}/merge/", body, format="json", headers={"If-Match": etag(stored)}
    )


def undo(client, key):
    headers = {"If-Match": etag(CustomerMerge.objects.get(pk=key))}
    return client.post(f"{MERGES}{key}/undo/", headers=headers)


def test_who_may_be_the_same_is_listed(staff_api, two):
    survivor, merged = two
    answer = staff_api.get(f"{CUSTOMERS}{survivor.pk}/duplicates/")
    assert answer.json() == [
        {
            "customer": merged.pk,
            "customer_code": merged.customer_code,
            "full_name": "Zoé Roy",
            "confidence": 40,
            "reasons": ["EMAIL"],
        }
    ]
    body = {"first": merged.pk, "second": survivor.pk}
    assert staff_api.post("/api/v1/crm/distinct-pairs/", body, format="json").status_code == 201
    again = {"first": survivor.pk, "second": merged.pk}
    refused = staff_api.post("/api/v1/crm/distinct-pairs/", again, format="json")
    assert refused.status_code == 400, "it is said already, the other way round"
    assert staff_api.get(f"{CUSTOMERS}{survivor.pk}/duplicates/").json() == []
    assert DistinctPair.objects.count() == 1


def test_a_dry_run_says_what_the_merge_then_does(staff_api, two):
    survivor, merged = two
    before = everything()
    asked = {"merged": merged.pk, "fields": {"full_name": "merged"}}
    preview = merge(staff_api, survivor, **asked, dry_run=True)
    assert (preview.status_code, everything()) == (200, before)
    assert {each["part"]: each["chosen"] for each in preview.json()["differences"]} == {
        "full_name": "merged",
        "email": "survivor",
        "phone": "merged",
    }
    assert preview.json()["rows"] == [{"model": "crm.orderline", "moved": 1, "fell": 0, "stayed": 0}]
    answer = merge(staff_api, survivor, **asked)
    assert answer.status_code == 201, answer.json()
    assert (answer.json()["survivor"], answer.json()["merged"]) == (survivor.pk, merged.pk)
    assert Customer.objects.get(pk=survivor.pk).full_name == "Zoé Roy"
    assert OrderLine.objects.get().customer == survivor
    old = staff_api.get(f"{CUSTOMERS}{merged.pk}/")
    assert (old.status_code, old.json()["merged_into"]) == (200, survivor.pk)


def test_undoing_puts_everything_back_and_a_second_time_is_refused(staff_api, two):
    before = everything()
    made = merge(staff_api, two[0], merged=two[1].pk).json()["id"]
    answer = undo(staff_api, made)
    assert answer.status_code == 200 and answer.json()["undone_at"]
    assert everything() == before
    again = undo(staff_api, made)
    assert (again.status_code, again.json()["code"]) == (409, "undone")


def test_conflicts_are_listed_with_their_rows(staff_api, two):
    made = merge(staff_api, two[0], merged=two[1].pk).json()["id"]
    line = OrderLine.objects.get()
    OrderLine.objects.update(quantity=9)
    answer = undo(staff_api, made)
    assert (answer.status_code, answer.json()["code"]) == (409, "merge_conflict")
    (error,) = answer.json()["errors"]
    assert (error["object"], error["id"]) == ("crm.OrderLine", line.pk)
    assert CustomerMerge.objects.get().undone_at is None


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "merged"),
        ({"merged": 999999}, "merged"),
        ({"merged": 1.5}, "merged"),
        ({"merged": 1e200}, "merged"),
        ({"merged": 10**30}, "merged"),
        ({"fields": {"email": "somebody"}}, "fields.email"),
        ({"fields": {"colour": "merged"}}, "fields.colour"),
        ({"fast": True}, "fast"),
    ],
)
def test_what_is_wrong_is_named(staff_api, two, body, field):
    answer = merge(staff_api, two[0], **({"merged": two[1].pk} if field != "merged" else {}), **body)
    assert (answer.status_code, [each["field"] for each in answer.json()["errors"]]) == (400, [field])


def test_who_is_somebody_else_already_is_refused(staff_api, two):
    merge(staff_api, two[0], merged=two[1].pk)
    answer = merge(staff_api, two[1], merged=two[0].pk)
    assert (answer.status_code, answer.json()["code"]) == (409, "merged")
    assert merge(staff_api, two[0], merged=two[0].pk).json()["code"] == "same"


def test_each_needs_its_right(two):
    survivor, merged = two
    reader = client_for("crm.view_customer", "crm.change_customer", "crm.view_customermerge")
    assert reader.get(f"{CUSTOMERS}{survivor.pk}/duplicates/").status_code == 200
    for dry_run in (True, False):
        assert merge(reader, survivor, merged=merged.pk, dry_run=dry_run).status_code == 403
    merger = client_for("crm.view_customer", "crm.view_customermerge", "crm.add_customermerge")
    made = merge(merger, survivor, merged=merged.pk)
    assert made.status_code == 201
    assert undo(merger, made.json()["id"]).status_code == 403
