"""The pages on which duplicates are looked at, merged, said to be distinct, and merges undone."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config.base.tests.admin_helpers import signed_in, text_of, url_of
from crm.models import ContactEvent, Customer, CustomerMerge, DistinctPair, OrderLine
from crm.services import merge_customers

from .factories import CustomerFactory, OrderLineFactory
from .merge_helpers import everything

pytestmark = pytest.mark.django_db

LIST = "admin:crm_customer_duplicates"


@pytest.fixture
def boss():
    return signed_in()


@pytest.fixture
def two():
    survivor = CustomerFactory(full_name="Élodie Martin", email="one@example.org", phone=None)
    merged = CustomerFactory(full_name="Élodie Martin-Roy", email="ONE@example.org", phone="+33612345670")
    (
        OrderLineFactory(customer=survivor),
        OrderLineFactory(customer=survivor),
        OrderLineFactory(customer=merged),
    )
    return survivor, merged


def merge_url(two):
    return reverse("admin:crm_customer_merge", args=[each.pk for each in two])


def seen(client, two):
    return client.get(merge_url(two)).context["seen"]


def test_the_pairs_are_shown_with_what_they_share_and_who_ordered_more_survives(boss, two):
    page = text_of(boss.get(reverse(LIST)))
    for words in (
        "Élodie Martin-Roy",
        "same e-mail",
        "80 %",
        "2 order lines",
        "1 order line",
        "Not the same",
    ):
        assert words in page
    (pair,) = boss.get(reverse(LIST)).context["pairs"]
    assert pair.merge_url == merge_url(two)
    of_one = boss.get(reverse("admin:crm_customer_duplicates_of", args=[two[0].pk]))
    assert len(of_one.context["pairs"]) == 1


def test_nobody_alike_is_said(boss):
    customer = CustomerFactory()
    assert "No two customers look like one." in text_of(boss.get(reverse(LIST)))
    url = reverse("admin:crm_customer_duplicates_of", args=[customer.pk])
    assert "Nobody looks like this customer." in text_of(boss.get(url))


def test_a_crowd_is_named(boss):
    Customer.objects.bulk_create(CustomerFactory.build(phone="+33612345678") for _number in range(21))
    page = text_of(boss.get(reverse(LIST)))
    assert "Shared by too many to say anything" in page and "+33612345678 (21 customers)" in page


def test_not_the_same_is_remembered_and_leads_back(boss, two):
    url = reverse("admin:crm_customer_distinct", args=[each.pk for each in two])
    back = reverse("admin:crm_customer_duplicates_of", args=[two[0].pk])
    assert boss.post(url, {"next": back}).url == back
    assert boss.post(url, {"next": "https://elsewhere.example/"}).url == reverse(LIST)
    assert DistinctPair.objects.count() == 1
    assert "No two customers look like one." in text_of(boss.get(reverse(LIST)))
    assert boss.get(url).status_code == 405


def test_looking_merges_nothing_and_confirming_does_what_was_chosen(boss, two):
    before = everything()
    page = text_of(boss.get(merge_url(two)))
    for words in ("Survives", "Élodie Martin-Roy", "Order lines: 1 moves"):
        assert words in page
    assert everything() == before
    body = {"seen": seen(boss, two), "part_full_name": "merged"}
    answer = boss.post(merge_url(two), body, follow=True)
    assert "has been merged into" in text_of(answer) and "Undo" in text_of(answer)
    survivor = Customer.objects.get(pk=two[0].pk)
    assert (survivor.full_name, survivor.phone.as_e164) == ("Élodie Martin-Roy", "+33612345670")
    assert OrderLine.objects.filter(customer=survivor).count() == 3
    assert CustomerMerge.objects.get().created_by == boss.user


def test_what_was_changed_meanwhile_is_shown_and_not_merged(boss, two):
    body = {"seen": seen(boss, two)}
    Customer.objects.filter(pk=two[1].pk).update(city="Dijon")
    answer = boss.post(merge_url(two), body)
    assert answer.status_code == 409 and "Nothing was merged:" in answer.content.decode()
    assert not CustomerMerge.objects.exists()


def test_the_page_of_the_merged_says_into_whom(boss, two):
    merge_customers(survivor=two[0], merged=two[1])
    page = text_of(boss.get(url_of(Customer, "change", two[1].pk)))
    assert "This customer has been merged into" in page
    assert "This customer has been merged into" not in text_of(
        boss.get(url_of(Customer, "change", two[0].pk))
    )
    refused = boss.get(merge_url(two), follow=True)
    assert "has been merged into" in text_of(refused)
    listed = boss.get(url_of(Customer, "changelist"), {"merged": "yes"}).context["cl"].result_list
    assert list(listed) == [two[1]]


def test_a_merge_is_undone_on_its_page(boss, two):
    before = everything()
    merge = merge_customers(survivor=two[0], merged=two[1])
    url = reverse("admin:crm_customermerge_unmerge", args=[merge.pk])
    page = text_of(boss.get(url_of(CustomerMerge, "change", merge.pk)))
    assert url in page and "Order lines: 1" in page
    assert "Order lines: 1" in text_of(boss.get(url))
    assert "are two customers again" in text_of(boss.post(url, follow=True))
    assert everything() == before
    assert "This merge was undone on" in text_of(boss.get(url))


def test_conflicts_are_listed_and_nothing_is_undone(boss, two):
    merge = merge_customers(survivor=two[0], merged=two[1])
    line = OrderLine.objects.latest("pk")
    OrderLine.objects.filter(pk=line.pk).update(quantity=9)
    url = reverse("admin:crm_customermerge_unmerge", args=[merge.pk])
    before = everything()
    for answer in (boss.get(url), boss.post(url)):
        assert answer.status_code == 409
        assert f"order line #{line.pk} has been changed since." in answer.content.decode()
    assert everything() == before


def test_each_page_needs_its_right(two):
    reader = signed_in(permissions=["crm.view_customer", "crm.change_customer", "crm.view_customermerge"])
    merge = CustomerMerge(survivor=two[0], merged=two[1])
    merge.save()
    distinct = reverse("admin:crm_customer_distinct", args=[each.pk for each in two])
    assert reader.get(reverse(LIST)).status_code == 403
    assert reader.get(merge_url(two)).status_code == reader.post(merge_url(two)).status_code == 403
    assert reader.post(distinct).status_code == 403
    assert reader.post(reverse("admin:crm_customermerge_unmerge", args=[merge.pk])).status_code == 403
    assert reverse(LIST) not in text_of(reader.get(url_of(Customer, "changelist")))


def test_the_queries_of_the_page_do_not_grow_with_the_pairs(boss, two):
    def queries():
        with CaptureQueriesContext(
            connection,
        ) as captured:
            boss.get(reverse(LIST))
        return len(captured)

    queries()
    few = queries()
    for number in range(8):
        for _twice in range(2):
            OrderLineFactory(customer=CustomerFactory(email=f"twin{number}@example.org", phone=None))
    assert queries() == few <= 14


@pytest.mark.parametrize(("kind", "is_warned"), [("SENT", True), ("REPLIED", False)])
def test_a_contact_against_the_customers_word_is_recorded_and_said(boss, kind, is_warned):
    customer = CustomerFactory(is_opted_out=True)
    body = {"customer": customer.pk, "channel": "EMAIL", "kind": kind, "campaign": "Spring"}
    body |= {"occurred_at_0": "2022-03-01", "occurred_at_1": "09:00:00"}
    answer = boss.post(url_of(ContactEvent, "add"), body, follow=True)
    assert ContactEvent.objects.get().kind == kind
    assert ("should not have been contacted: opted out" in text_of(answer)) is is_warned
