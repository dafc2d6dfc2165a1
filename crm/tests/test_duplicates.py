"""Who may be one with whom: what they share, how sure it is, and what is never compared."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.tests.factories import UserFactory
from crm.models import Customer
from crm.selectors.duplicates import CROWD, Crowd, find_duplicates, squeezed, words_of
from crm.services import distinguish_customers, merge_customers, unmerge_customers

from .factories import CustomerFactory

pytestmark = pytest.mark.django_db


def person(name=None, **values):
    return CustomerFactory(**{"full_name": name, "email": None, "phone": None, "postal_code": "", **values})


def found(*rows):
    """{pair: reasons}; of these rows alone where any are named."""
    keys = {row.pk for row in rows}
    return {
        (first, second): tuple(reasons)
        for first, second, _confidence, reasons in find_duplicates().pairs.iter_rows()
        if not rows or {first, second} <= keys
    }


@pytest.mark.parametrize(
    ("reason", "one", "other"),
    [
        ("EMAIL", {"email": "Elodie@Example.org"}, {"email": "ELODIE@example.ORG"}),
        ("PHONE", {"phone": "+33612345678"}, {"phone": "+33 6 12 34 56 78"}),
        ("CODE", {"customer_code": "CUST-001"}, {"customer_code": "cust 001"}),
        (
            "NAME_AND_PLACE",
            {"full_name": "Élodie Œuvré", "postal_code": "21 200"},
            {"full_name": "OEUVRE, Elodie", "postal_code": "21200"},
        ),
    ],
)
def test_who_shares_a_key_is_found_however_it_is_written(reason, one, other):
    first, second = person(**one), person(**other)
    person(email="somebody@example.org", customer_code="else")
    assert found() == {(first.pk, second.pk): (reason,)}


def test_two_customers_of_one_user_are_found():
    user = UserFactory()
    first, second = person(user=user), person(user=user)
    assert found() == {(first.pk, second.pk): ("USER",)}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({}, {}),
        ({"full_name": "Élodie Martin"}, {"full_name": "Élodie Martin"}),
        ({"postal_code": "21200"}, {"postal_code": "21200"}),
        ({"customer_code": "---"}, {"customer_code": "///"}),
        ({"full_name": "…", "postal_code": "21200"}, {"full_name": "!", "postal_code": "21200"}),
    ],
)
def test_what_says_nothing_makes_no_pair(one, other):
    person(**one), person(**other)
    assert found() == {}


def test_who_is_in_the_trash_or_somebody_else_by_now_is_not_proposed():
    rows = [person(email="one@example.org") for _number in range(3)]
    rows[0].delete()
    merge = merge_customers(survivor=rows[1], merged=rows[2])
    assert found() == {}
    unmerge_customers(merge=merge)
    assert found() == {(rows[1].pk, rows[2].pk): ("EMAIL",)}


def test_more_reasons_convince_more_and_other_names_less():
    twins = [person("Zoé Petit", email="a@example.org", phone="+33612345670") for _number in range(2)]
    alike = [person("Zoé Petit", email="b@example.org") for _number in range(2)]
    household = [person(name, email="c@example.org") for name in ("Jean Roy", "Anne Blanc")]
    nameless = [person(name, email="d@example.org") for name in ("Jean Roy", None)]
    assert [row[:3] for row in find_duplicates().pairs.iter_rows()] == [
        (twins[0].pk, twins[1].pk, 92),
        (alike[0].pk, alike[1].pk, 80),
        (nameless[0].pk, nameless[1].pk, 80),
        (household[0].pk, household[1].pk, 40),
    ]


def test_a_crowd_is_named_and_not_compared():
    Customer.objects.bulk_create(
        CustomerFactory.build(full_name=None, email="info@example.org", phone=None, postal_code="")
        for _number in range(CROWD + 1)
    )
    duplicates = find_duplicates()
    assert duplicates.pairs.is_empty()
    assert duplicates.crowds == (Crowd("EMAIL", "info@example.org", CROWD + 1),)
    Customer.objects.first().delete()
    duplicates = find_duplicates()
    assert (duplicates.pairs.height, duplicates.crowds) == (CROWD * (CROWD - 1) // 2, ())


def test_who_was_said_to_be_distinct_is_not_proposed_again_whoever_they_are_by_now():
    one, other = person(email="one@example.org"), person(email="one@example.org")
    pair = distinguish_customers(first=other, second=one)
    assert found() == {}
    third = person()
    merge_customers(survivor=third, merged=one)
    assert found() == {}
    pair.delete()
    assert found() == {(other.pk, third.pk): ("EMAIL",)}


def test_the_pairs_of_one_customer():
    rows = [person(email="one@example.org") for _number in range(3)]
    assert find_duplicates().of(rows[1].pk).select("first", "second").rows() == [
        (rows[0].pk, rows[1].pk),
        (rows[1].pk, rows[2].pk),
    ]


def test_nobody_at_all():
    assert find_duplicates().pairs.is_empty()


def test_three_queries_whatever_the_number(django_assert_num_queries):
    rows = [person(email="one@example.org") for _number in range(6)]
    distinguish_customers(first=rows[0], second=rows[1])
    with django_assert_num_queries(3):
        assert find_duplicates().pairs.height == 14


EMAILS = st.sampled_from([None, "a@example.org", "A@EXAMPLE.org", "b@example.org"])
NAMES = st.sampled_from([None, "Zoé Roy", "ROY, Zoe", "Roy", "Anne Blanc"])
PLACES = st.sampled_from(["", "21200", "21 200", "75001"])


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(EMAILS, NAMES, PLACES), max_size=7))
def test_the_pairs_are_those_of_comparing_everybody_with_everybody(people):
    Customer.objects.all().delete()
    rows = [person(name, email=email, postal_code=place) for email, name, place in people]
    expected = {}
    for at, one in enumerate(rows):
        for other in rows[at + 1 :]:
            reasons = []
            if one.email and other.email and one.email.casefold() == other.email.casefold():
                reasons.append("EMAIL")
            places = [squeezed(row.postal_code) for row in (one, other)]
            names = [words_of(row.full_name or "") for row in (one, other)]
            if all(names) and all(places) and names[0] == names[1] and places[0] == places[1]:
                reasons.append("NAME_AND_PLACE")
            if reasons:
                expected[one.pk, other.pk] = tuple(reasons)
    assert found() == expected
