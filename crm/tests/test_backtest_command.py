"""`backtest_recommendations` on a database's orders."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from crm.models import Customer, OrderLine, Product

from . import factories

pytestmark = pytest.mark.django_db

CUTOFF = datetime(2021, 6, 1, tzinfo=UTC)

METHODS = ["popularity", "p_top_freq", "item_knn", "tifu_knn", "content", "rebuy", "cross_sell"]


def order(customer: Customer, product: Product, days: int, **values: object) -> OrderLine:
    """A line so many days from the cutoff, at noon."""
    return factories.OrderLineFactory(
        customer=customer, product=product, ordered_at=CUTOFF + timedelta(days=days, hours=12), **values
    )


@pytest.fixture
def market() -> list[Product]:
    """Six products and five customers, who all have a favourite that they buy again, and somebody who never does."""
    products = [
        factories.ProductFactory(
            product_key=f"P{at}", label=f"Wine {at}", producer=f"M{at % 2}", category="red"
        )
        for at in range(6)
    ]
    for at in range(5):
        customer = factories.CustomerFactory(customer_code=f"C{at}")
        for days in (-70, -40, -10, 20):
            order(customer, products[at], days)
        order(customer, products[(at + 1) % 5], -30)
    order(factories.CustomerFactory(customer_code="GONE"), products[5], -20)
    return products


def payload(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict:
    capsys.readouterr()
    call_command("backtest_recommendations", "--cutoff", "2021-06-01", *arguments, "--json")
    return json.loads(capsys.readouterr().out)


def test_its_json_holds_the_methods_the_comparisons_and_what_they_are_of(market, capsys):
    found = payload(capsys)
    assert list(found) == ["methods", "comparisons", "customers", "cutoffs"]
    assert list(found["methods"]) == METHODS
    for figures in found["methods"].values():
        assert list(figures) == ["hr", "ndcg", "new_hr", "coverage"]
        assert all(0 <= figure <= 1 for figure in figures.values())
    for each in found["comparisons"]:
        assert list(each) == ["a", "b", "metric", "difference", "low", "high"]
        assert {each["a"], each["b"]} < set(METHODS)
    assert (found["customers"], found["cutoffs"]) == (5, ["2021-06-01"])


def test_a_favourite_is_found_by_who_looks_at_the_person(market, capsys):
    figures = payload(capsys)["methods"]
    assert figures["p_top_freq"]["ndcg"] == figures["rebuy"]["ndcg"] == 1
    assert figures["popularity"]["ndcg"] < 1
    assert figures["cross_sell"]["hr"] == 0


def test_the_horizon_ends_what_counts(market, capsys):
    order(Customer.objects.get(customer_code="GONE"), market[0], 40)
    assert payload(capsys, "--horizon", "41")["customers"] == 6
    assert payload(capsys, "--horizon", "40")["customers"] == 5
    assert payload(capsys)["customers"] == 6


def test_a_day_is_one_of_the_calendar_of_the_site(market, capsys, settings):
    line = order(Customer.objects.get(customer_code="GONE"), market[0], 0)
    late = CUTOFF - timedelta(hours=1)  # one in the morning in Paris, the day before in UTC
    OrderLine.objects.filter(pk=line.pk).update(ordered_at=late)
    assert payload(capsys)["customers"] == 6


def test_what_is_recommended_does_not_depend_on_what_is_on_sale_now(market, capsys):
    before = payload(capsys)
    Product.objects.update(is_active=False, popularity=3)
    assert payload(capsys) == before


def test_several_cutoffs_are_tested_once_each_in_their_order(market, capsys):
    found = payload(capsys, "2021-05-01", "--cutoff", "2021-06-01")
    assert found["cutoffs"] == ["2021-05-01", "2021-06-01"]


def test_cancelled_lines_count_neither_as_known_nor_as_found(market, capsys):
    gone = Customer.objects.get(customer_code="GONE")
    order(gone, market[1], 5)
    order(gone, market[1], 6, quantity=-2, amount=Decimal("-25"))
    assert payload(capsys)["customers"] == 5


def test_a_person_reads_a_table(market, capsys):
    call_command("backtest_recommendations", "--cutoff", "2021-06-01", "--horizon", "30")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["method", "HR@3", "NDCG@3", "newHR@3", "coverage"]
    assert [line.split()[0] for line in lines[1:8]] == METHODS
    assert lines[-1] == "5 customers, cutoffs 2021-06-01."


@pytest.mark.parametrize(
    "arguments",
    [
        ["--cutoff", "yesterday"],
        ["--cutoff", "2021-06-01", "--horizon", "0"],
        ["--cutoff", "9999-12-31"],
        [],
    ],
)
def test_what_makes_no_sense_is_refused(market, arguments):
    with pytest.raises(CommandError):
        call_command("backtest_recommendations", *arguments)


def test_a_cutoff_without_anybody_to_test_is_refused(market):
    with pytest.raises(CommandError, match="No customer bought before 2020-01-01"):
        call_command("backtest_recommendations", "--cutoff", "2020-01-01")


def test_it_costs_as_many_queries_for_any_number_of_lines(market, django_assert_num_queries, capsys):
    with django_assert_num_queries(3):
        payload(capsys)
