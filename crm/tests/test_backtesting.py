"""The backtest: its measures and baselines against plain ones, and what no method may see."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from math import log2, sqrt

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crm.backtesting.baselines import content, item_knn, p_top_freq, popularity
from crm.backtesting.bootstrap import interval
from crm.backtesting.metrics import UNIT, hit_rate, hits, ndcg
from crm.backtesting.protocol import Fold, appended, evaluate, first, make_fold
from crm.backtesting.report import BASELINES, models, tabulate
from crm.backtesting.tifu import frequency_vectors, tifu_knn
from crm.recommending.history import build_catalogue

from .histories import AS_OF, CUSTOMERS, PRODUCTS, Line, lines, market, orders

HORIZON = 15

patient = settings(deadline=None, max_examples=50)  # a shared machine pauses now and then

Scores = dict[int, float]


def fold_of(given_lines: list[Line]) -> Fold:
    return make_fold(
        orders(*given_lines), CUSTOMERS, build_catalogue(PRODUCTS), cutoff=AS_OF, horizon=HORIZON
    )


class Plain:
    """A fold as dictionaries: the days on which each customer bought each product."""

    def __init__(self, fold: Fold) -> None:
        found = fold.history
        self.fold = fold
        self.days: dict[int, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
        for customer, product, day in zip(found.customer, found.product, found.day, strict=True):
            self.days[int(customer)][int(product)].add(int(day))
        self.known = sorted({product for own in self.days.values() for product in own})
        self.buyers = {p: sum(p in own for own in self.days.values()) for p in self.known}

    def lists(self, customer: int, scores: Scores) -> tuple[list[int], list[int]]:
        """The best three by score, popularity and key; and of what the customer never bought."""
        ranked = sorted(self.known, key=lambda p: (-round(scores.get(p, 0), 5), -self.buyers[p], p))
        return ranked[:3], [p for p in ranked if p not in self.days[customer]][:3]

    def times(self, customer: int) -> Scores:
        return {product: len(days) for product, days in self.days[customer].items()}

    def cosine(self, a: int, b: int) -> float:
        both = sum(a in own and b in own for own in self.days.values())
        return both / sqrt(self.buyers[a] * self.buyers[b])

    def nearest(self, customer: int) -> Scores:
        times = self.times(customer)
        return {p: sum(self.cosine(p, q) * times[q] for q in times) for p in self.known}

    def liked(self, customer: int) -> Scores:
        times = self.times(customer)
        scores = {}
        for p in self.known:
            shares = 0.0
            for values in (self.fold.catalogue.attributes[name] for name in ("category", "producer")):
                if values[p] >= 0:
                    shares += sum(n for q, n in times.items() if values[q] == values[p]) / sum(times.values())
            scores[p] = shares * sqrt(self.buyers[p])
        return scores


def trimmed(row: np.ndarray) -> list[int]:
    return [int(product) for product in row if product >= 0]


@pytest.mark.parametrize(
    ("method", "scores"),
    [
        (popularity, lambda plain, customer: {}),
        (p_top_freq, Plain.times),
        (item_knn, Plain.nearest),
        (content, Plain.liked),
    ],
)
@patient
@given(given_lines=lines())
def test_a_baseline_ranks_as_its_formula_says(method, scores, given_lines):
    fold = fold_of(given_lines)
    plain = Plain(fold)
    found = method(fold)
    for at, customer in enumerate(fold.customers):
        whole, fresh = plain.lists(int(customer), scores(plain, int(customer)))
        assert (trimmed(found.all[at]), trimmed(found.fresh[at])) == (whole, fresh)


def test_content_weighs_popularity_by_its_root():
    """Product 2 is of the maker of most that the customer bought, product 4 of a rarer kind that more people buy."""
    mine = [(1, 1, 9, 1), (1, 1, 8, 1), (1, 3, 7, 1)]
    fold = fold_of([*mine, (2, 2, 5, 1), *((c, 4, 5, 1) for c in (2, 3, 4)), (1, 1, -1, 1)])
    shares = {2: 2 / 3 * sqrt(1), 4: 1 / 3 * sqrt(3)}
    assert shares[2] > shares[4] and 2 / 3 < 1 / 3 * 3  # the other way round without the root
    found = content(fold)
    keys = {product: 6 - product for product in shares}
    assert trimmed(found.fresh[0])[:2] == [keys[2], keys[4]]


@patient
@example(given_lines=[(1, 1 + day % 6, day, 1) for day in range(1, 18)])
@given(given_lines=lines(latest=1))
def test_frequencies_are_the_mean_of_decayed_groups_of_decayed_baskets(given_lines):
    history, _ = market(*given_lines)
    found = frequency_vectors(history).toarray()
    baskets: dict[int, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    for customer, product, day in zip(history.customer, history.product, history.day, strict=True):
        baskets[int(customer)][-int(day)].add(int(product))
    wanted = np.zeros_like(found)
    for customer, of_days in baskets.items():
        ordered = [of_days[day] for day in sorted(of_days)]
        count = min(7, len(ordered))
        sizes = [len(ordered) // count + (at >= count - len(ordered) % count) for at in range(count)]
        start = 0
        for at, size in enumerate(sizes):
            for place, basket in enumerate(ordered[start : start + size]):
                weight = 0.9 ** (size - 1 - place) / size * 0.7 ** (count - 1 - at) / count
                for product in basket:
                    wanted[customer, product] += weight
            start += size
    assert found == pytest.approx(wanted, abs=1e-12)


@patient
@given(given_lines=lines())
def test_neighbours_are_the_nearest_others(given_lines):
    fold = fold_of(given_lines)
    vectors = frequency_vectors(fold.history).toarray()
    there = [each for each in range(len(vectors)) if vectors[each].any()]
    found = tifu_knn(fold)
    known = np.flatnonzero(fold.known)
    for at, customer in enumerate(fold.customers):
        others = [vectors[each] for each in there if each != customer]  # fewer than 300: all are neighbours
        blend = 0.7 * vectors[customer] + (0.3 * np.mean(others, axis=0) if others else 0)
        chosen = trimmed(found.all[at])
        rest = [product for product in known if product not in chosen]
        assert list(blend[chosen]) == pytest.approx(sorted(blend[chosen], reverse=True))
        assert all(blend[chosen].min() >= blend[product] - 1e-9 for product in rest)


@patient
@given(st.lists(st.integers(0, 9), max_size=3, unique=True), st.sets(st.integers(0, 9)))
def test_the_measures_are_the_textbook_s(recommended, bought):
    lists = np.array([recommended + [-1] * (3 - len(recommended))])
    future = np.array([[product in bought for product in range(10)]])
    found = hits(lists, future)
    assert hit_rate(found)[0] == UNIT * bool(set(recommended) & bought)
    gain = sum(1 / log2(rank + 1) for rank, product in enumerate(recommended, 1) if product in bought)
    most = sum(1 / log2(rank + 1) for rank in range(1, min(3, len(bought)) + 1))
    assert ndcg(found, future.sum(axis=1))[0] / UNIT == pytest.approx(gain / most if bought else 0, abs=1e-8)


def test_customers_are_those_active_on_both_sides():
    fold = fold_of(
        [(1, 1, 5, 1), (1, 2, -3, 1), (2, 1, 5, 1), (3, 1, 0, 1), (4, 1, 5, 1), (4, 2, -HORIZON, 1)]
    )
    assert list(fold.history.customers[fold.customers]) == [1]
    assert trimmed(np.flatnonzero(fold.future.toarray().any(axis=0))) == [4, 5]  # products 2 and 1


def test_the_day_of_the_cutoff_is_to_be_found_and_not_known():
    fold = fold_of([(1, 1, 1, 1), (1, 2, 0, 1)])
    assert list(fold.past.indices) == [5]
    assert list(fold.future.indices) == [4]


def test_what_was_taken_back_within_the_horizon_was_not_bought():
    fold = fold_of([(1, 1, 1, 1), (1, 2, -1, 2), (1, 2, -3, -2), (1, 3, -1, 1)])
    assert list(fold.future.indices) == [3]


def test_what_is_off_sale_by_now_was_on_sale_then():
    stopped = build_catalogue(PRODUCTS.with_columns(is_active=False))
    fold = make_fold(orders((1, 1, 1, 1), (1, 1, -1, 1)), CUSTOMERS, stopped, cutoff=AS_OF, horizon=2)
    assert trimmed(models(fold)["rebuy"].all[0]) == [5]


@patient
@given(given_lines=lines(latest=1), one=lines(earliest=0), two=lines(earliest=0))
def test_what_came_later_changes_no_list(given_lines, one, two):
    everybody = [(customer, 1, -1, 1) for customer in range(1, 5)]
    found = [fold_of(given_lines + later + everybody) for later in (one, two)]
    shared = np.intersect1d(found[0].customers, found[1].customers)
    methods = [
        *BASELINES.values(),
        *(lambda fold, name=name: models(fold)[name] for name in ("rebuy", "cross_sell")),
    ]
    for method in methods:
        a, b = (
            (lists.all[np.isin(fold.customers, shared)], lists.fresh[np.isin(fold.customers, shared)])
            for fold in found
            for lists in [method(fold)]
        )
        assert (a[0] == b[0]).all() and (a[1] == b[1]).all()


@patient
@given(given_lines=lines())
def test_new_lists_hold_nothing_that_was_bought_and_all_lists_nothing_twice(given_lines):
    fold = fold_of(given_lines)
    past = fold.past.toarray()
    for lists in [method(fold) for method in BASELINES.values()] + list(models(fold).values()):
        for at, customer in enumerate(fold.customers):
            for row in (trimmed(lists.all[at]), trimmed(lists.fresh[at])):
                assert len(set(row)) == len(row)
                assert fold.known[row].all()
            assert not past[customer, trimmed(lists.fresh[at])].any()


def test_coverage_counts_what_was_recommended_to_anybody_once():
    fold = fold_of([(1, 1, 3, 1), (1, 2, 3, 1), (2, 1, 3, 1), (2, 3, 3, 1), (1, 1, -1, 1), (2, 1, -1, 1)])
    lists = popularity(fold)
    assert evaluate(fold, lists).coverage == 1
    lists.all[:] = 5
    assert evaluate(fold, lists).coverage == pytest.approx(1 / 3)


def test_the_first_of_equal_scores_comes_first():
    scores = np.array([[1.0, 2.0, 2.0, -np.inf], [-np.inf, -np.inf, 0.0, -np.inf]])
    assert first(scores).tolist() == [[1, 2, 0], [2, -1, -1]]


def test_a_list_goes_on_with_another_where_it_ends():
    both = appended(np.array([[4, -1, -1], [1, 2, 3]]), np.array([[7, 8, 9], [7, 8, 9]]))
    assert both.tolist() == [[4, 7, 8], [1, 2, 3]]


def test_the_interval_holds_customers_together():
    generator = np.random.default_rng(1)
    values = generator.integers(-UNIT, UNIT, 200)
    people = np.arange(200)
    once = interval([people], [values])
    assert interval([people] * 4, [values] * 4) == pytest.approx(once)  # four times the same says no more
    low, high = interval([people + 200 * at for at in range(4)], [values] * 4)  # other customers do
    assert high - low < 0.6 * (once[1] - once[0])
    spread = values.std() / UNIT / sqrt(200)
    assert once[1] - once[0] == pytest.approx(2 * 1.96 * spread, rel=0.1)
    assert once == interval([people], [values])


def test_differences_are_those_of_the_methods():
    fold = fold_of(
        [
            (c, p, ago, 1)
            for c in range(1, 5)
            for p, ago in ((c, 9), (c, 4), (6, 3), (c, -1), ((c + 1) % 5 + 1, -2))
        ]
    )
    other = make_fold(
        orders((1, 1, 3, 1), (1, 1, -1, 1)),
        CUSTOMERS,
        fold.catalogue,
        cutoff=AS_OF + timedelta(days=1),
        horizon=5,
    )
    folds = [fold, other]
    results = [
        {name: evaluate(each, method(each)) for name, method in BASELINES.items()}
        | {name: evaluate(each, lists) for name, lists in models(each).items()}
        for each in folds
    ]
    table = tabulate(folds, results)
    assert table["cutoffs"] == ["2026-03-01", "2026-03-02"]
    assert table["customers"] == 4
    for each in table["comparisons"]:
        a, b = (table["methods"][each[side]][each["metric"]] for side in "ab")
        assert each["difference"] == pytest.approx(a - b, abs=2e-6)
        assert each["low"] <= each["difference"] <= each["high"]
