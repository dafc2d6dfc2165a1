"""The lift of a run: two groups, their purchases in the window, and how sure the difference is."""

from __future__ import annotations

import statistics
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from crm.intervals import newcombe, welch, wilson
from crm.lifts import ENOUGH, Comparison, Group, Verdict
from crm.models import Customer
from crm.selectors.lift import lift_of, lifts_of
from crm.services import record_outcomes

from .factories import ContactEventFactory, CustomerFactory, OrderLineFactory, ProductFactory, RecoItemFactory
from .test_outcomes import at, bought, run_of


@pytest.mark.parametrize(
    ("counts", "low", "high"),
    [
        ((56, 70, 48, 80), 0.0524, 0.3339),
        ((9, 10, 3, 10), 0.1705, 0.8090),
        ((6, 7, 2, 7), 0.0582, 0.8062),
        ((5, 56, 0, 29), -0.0381, 0.1926),
        ((0, 10, 0, 20), -0.1611, 0.2775),
        ((0, 10, 0, 10), -0.2775, 0.2775),
        ((10, 10, 0, 20), 0.6791, 1.0000),
        ((10, 10, 0, 10), 0.6075, 1.0000),
    ],
)
def test_the_interval_of_a_difference_is_the_published_one(counts, low, high):
    """Newcombe 1998, table II, method 10, examples (a) to (h)."""
    assert newcombe(*counts) == pytest.approx((low, high), abs=5e-5)


@given(n=st.integers(1, 500), other=st.integers(1, 500), data=st.data())
def test_an_interval_holds_its_difference_and_turns_round_with_it(n, other, data):
    hits, others = data.draw(st.integers(0, n)), data.draw(st.integers(0, other))
    low, high = newcombe(hits, n, others, other)
    assert -1 - 1e-12 <= low <= hits / n - others / other + 1e-12
    assert hits / n - others / other - 1e-12 <= high <= 1 + 1e-12
    assert newcombe(others, other, hits, n) == pytest.approx((-high, -low))
    assert wilson(hits, n) == pytest.approx(
        tuple(stats.binomtest(hits, n).proportion_ci(method="wilson")), abs=1e-9
    )


def test_the_interval_of_a_mean_is_welchs():
    some, others = [3.0, 0.0, 12.5, 7.25, 1.0], [0.0, 4.0, 2.0]
    expected = stats.ttest_ind(some, others, equal_var=False).confidence_interval(0.95)
    args = [
        value
        for each in (some, others)
        for value in (statistics.mean(each), statistics.variance(each), len(each))
    ]
    assert welch(*args) == pytest.approx(tuple(expected))
    assert welch(1.0, 0.0, 5, 2.0, 0.0, 5) is None
    assert welch(1.0, 1.0, 1, 2.0, 1.0, 5) is None


def test_a_small_group_is_too_few_to_tell():
    small = Comparison(Group(1000, 200, 50_000, 4.0), Group(ENOUGH - 1, 2, 100, 4.0))
    assert small.verdict is Verdict.TOO_FEW
    assert (small.difference, small.interval, small.relative, small.amount_difference) == (None,) * 4
    enough = Comparison(Group(1000, 200, 50_000, 4.0), Group(ENOUGH, 2, 100, 4.0))
    assert enough.verdict is not Verdict.TOO_FEW


@pytest.mark.parametrize(
    ("treated", "holdout", "verdict"),
    [(300, 100, "MORE"), (100, 300, "FEWER"), (200, 198, "NONE_SHOWN")],
)
def test_an_interval_across_zero_shows_nothing(treated, holdout, verdict):
    found = Comparison(Group(1000, treated), Group(1000, holdout))
    assert found.verdict == verdict
    assert (found.low <= 0 <= found.high) == (verdict == "NONE_SHOWN")
    assert found.relative == pytest.approx((treated - holdout) / holdout)


def customers_of(run, number, *, is_holdout, product, scenario="REBUY"):
    return [
        RecoItemFactory(run=run, is_holdout=is_holdout, product=product, scenario=scenario)
        for _ in range(number)
    ]


@pytest.fixture
def run():
    """40 treated and 30 held out with the same product: 10 of the one and 3 of the other buy something for 25 euros.

    Of these 4 and 1 buy the very product.
    """
    run, product, other = run_of(), ProductFactory(), ProductFactory()
    treated = customers_of(run, 40, is_holdout=False, product=product)
    holdout = customers_of(run, 30, is_holdout=True, product=product)
    for group, buyers, exactly in ((treated, 10, 4), (holdout, 3, 1)):
        for number, item in enumerate(group[:buyers]):
            bought(item, at(1, 5), 2, product=product if number < exactly else other)
    return run


@pytest.mark.django_db
def test_both_groups_are_counted_by_any_purchase_and_by_the_recommended_one(run):
    lift = lift_of(run)
    assert (lift.treated.customers, lift.treated.buyers) == (40, 10)
    assert (lift.holdout.customers, lift.holdout.buyers) == (30, 3)
    assert (lift.recommended.treated.buyers, lift.recommended.holdout.buyers) == (4, 1)
    assert lift.difference == pytest.approx(0.25 - 0.1)
    assert (lift.low, lift.high) == newcombe(10, 40, 3, 30)
    assert lift.any_purchase.relative == pytest.approx(1.5)
    amounts = [25.0] * 10 + [0.0] * 30, [25.0] * 3 + [0.0] * 27
    expected = stats.ttest_ind(*amounts, equal_var=False).confidence_interval(0.95)
    assert lift.any_purchase.amount_interval == pytest.approx(tuple(expected))
    assert lift.any_purchase.amount_difference == pytest.approx(6.25 - 2.5)
    assert (lift.currency, lift.has_other_currencies, lift.is_open, lift.mixed) == ("EUR", False, False, 0)


@pytest.mark.django_db
def test_the_lift_does_not_hang_on_what_was_credited_or_contacted(run):
    before = lift_of(run)
    item = run.items.filter(is_holdout=False).order_by("pk")[0]
    ContactEventFactory(customer=item.customer, run=run, occurred_at=at(1, 2))
    record_outcomes()
    after = lift_of(run)
    assert (after.any_purchase, after.recommended) == (before.any_purchase, before.recommended)
    assert (before.contacted, after.contacted) == (0, 1)
    assert {each.outcome: each.lines for each in after.credits} == {
        "CONTACTED": 1,
        "UNCONTACTED": 3,
        "HOLDOUT": 1,
    }
    assert sum(each.cents for each in after.credits) == 5 * 2500


@pytest.mark.django_db
def test_purchases_outside_the_window_and_those_taken_back_are_none():
    run = run_of()
    first, second, third = customers_of(run, 3, is_holdout=False, product=ProductFactory())
    bought(first, at(12, 31, year=2021))
    bought(first, at(1, 31, 0))
    bought(second, at(1, 5), 2)
    bought(second, at(1, 6), -2)
    bought(third, at(1, 5), 2)
    bought(third, at(1, 6), -1)
    lift = lift_of(run)
    assert (lift.treated.buyers, lift.treated.cents) == (1, 1250)


@pytest.mark.django_db
def test_whoever_a_merge_put_into_both_groups_is_in_none(run):
    treated, holdout = (
        run.items.filter(is_holdout=each).order_by("pk")[0].customer for each in (False, True)
    )
    Customer.objects.filter(pk=holdout.pk).update(merged_into=treated)
    lift = lift_of(run)
    assert (lift.treated.customers, lift.holdout.customers, lift.mixed) == (39, 29, 1)


@pytest.mark.django_db
def test_two_customers_of_one_group_who_are_one_count_once(run):
    one, other = (item.customer for item in run.items.filter(is_holdout=False).order_by("pk")[:2])
    Customer.objects.filter(pk=other.pk).update(merged_into=one)
    lift = lift_of(run)
    assert (lift.treated.customers, lift.treated.buyers, lift.treated.cents) == (39, 9, 10 * 2500)


@pytest.mark.django_db
def test_each_scenario_is_compared_among_its_own_customers(run):
    wine = ProductFactory()
    for item in customers_of(run, 5, is_holdout=False, product=wine, scenario="CROSS_SELL"):
        bought(item, at(1, 5))
    rebuy, cross = lift_of(run).scenarios
    assert (rebuy.scenario, cross.scenario) == ("REBUY", "CROSS_SELL")
    assert (rebuy.any_purchase.treated.customers, rebuy.recommended.treated.buyers) == (40, 4)
    assert (cross.any_purchase.treated.customers, cross.recommended.treated.buyers) == (5, 5)
    assert cross.any_purchase.verdict == Verdict.TOO_FEW
    assert lift_of(run).treated.customers == 45


@pytest.mark.django_db
def test_amounts_are_of_the_commonest_currency_and_the_others_are_told(run):
    item = run.items.filter(is_holdout=False).order_by("pk")[20]
    bought(item, at(1, 5), currency="USD", amount=Decimal("99.00"), unit_price=Decimal("99.00"))
    lift = lift_of(run)
    assert (lift.currency, lift.has_other_currencies) == ("EUR", True)
    assert (lift.treated.buyers, lift.treated.cents) == (11, 25000)


@pytest.mark.django_db
def test_a_run_without_items_and_a_window_that_is_not_over():
    lift = lift_of(run_of())
    assert (lift.treated, lift.holdout, lift.scenarios) == (Group(), Group(), ())
    assert lift.any_purchase.verdict == Verdict.TOO_FEW
    run = run_of()
    run.as_of += timedelta(days=365 * 100)
    assert lift_of(run).is_open


@pytest.mark.django_db
def test_many_runs_are_told_apart_with_the_queries_of_one(run):
    other = run_of(2, 1)
    for item in customers_of(other, 2, is_holdout=False, product=ProductFactory()):
        OrderLineFactory(customer=item.customer, ordered_at=at(2, 5))
    CustomerFactory()
    with CaptureQueriesContext(connection) as one:
        alone = lift_of(run)
    with CaptureQueriesContext(connection) as two:
        both = lifts_of([run, other])
    assert len(one) == len(two)
    assert both[run.pk] == alone
    assert (both[other.pk].treated.customers, both[other.pk].treated.buyers) == (2, 2)
