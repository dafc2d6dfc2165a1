"""REBUY and CROSS_SELL against the formulas they state, written out one pair at a time."""

from __future__ import annotations

from collections import defaultdict
from math import log, sqrt

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.recommending import cross_sell as cross_selling
from crm.recommending.candidates import LIMIT, components_of, score
from crm.recommending.cross_sell import WEIGHTS, cross_sell
from crm.recommending.demand import demand
from crm.recommending.history import build_catalogue, build_history
from crm.recommending.rebuy import rebuy
from crm.recommending.similarity import cosine_neighbours, word_neighbours
from crm.recommending.tastes import Tastes

from .histories import AS_OF, CUSTOMERS, PRODUCTS, Line, customers, lines, market, orders, products

MODELS = [rebuy, cross_sell]

patient = settings(deadline=None, max_examples=50)  # a shared machine pauses now and then


class Oracle:
    """What stands of the lines, by the numbers that the history gives customers and products."""

    def __init__(self, given: list[Line]) -> None:
        self.history, self.catalogue = market(*given)
        self.days: dict[tuple[int, int], set[int]] = defaultdict(set)
        self.visits: dict[int, set[int]] = defaultdict(set)
        found = self.history
        for customer, product, day in zip(found.customer, found.product, found.day, strict=True):
            self.days[int(customer), int(product)].add(int(day))
            self.visits[int(customer)].add(int(day))

    def buyers(self, product: int, least: int = 1) -> int:
        return sum(len(days) >= least for (_, each), days in self.days.items() if each == product)

    def demand(self, product: int) -> float:
        known = {each: self.buyers(each) for each in range(len(self.catalogue))}
        recent = {
            each: sum(
                (7 / (7 + day)) ** 2 for (_, it), days in self.days.items() for day in days if it == each
            )
            for each in known
        }
        expected = known[product] * sum(recent.values()) / max(1, sum(known.values()))
        return known[product] * (recent[product] + 3) / (expected + 3)


@patient
@given(given_lines=lines(latest=1))
def test_rebuy_is_the_sum_it_states(given_lines):
    oracle = Oracle(given_lines)
    found = rebuy(oracle.history, oracle.catalogue)
    assert {(c, p) for c, p in found.select("customer", "product").rows()} == set(oracle.days)
    for row in found.iter_rows(named=True):
        customer, product = row["customer"], row["product"]
        days = oracle.days[customer, product]
        later = [sum(visit < day for visit in oracle.visits[customer]) for day in days]
        assert row["c_habit"] == pytest.approx(log(sum(3 / (3 + n) for n in later)), abs=1e-5)
        assert row["c_demand"] == pytest.approx(0.3 * log(1 + oracle.demand(product)), abs=1e-5)
        known, again = oracle.buyers(product), oracle.buyers(product, 2)
        assert row["c_loyalty"] == pytest.approx(0.1 * log((again + 1) / (known + 5)), abs=1e-5)
        assert (row["f_times_bought"], row["f_days_since"], row["f_visits_since"]) == (
            *(len(days), min(days)),
            min(later),
        )
        assert (row["f_buyers"], row["f_repeat_buyers"]) == (known, again)


@patient
@given(given_lines=lines(latest=1))
def test_cross_sell_offers_what_others_bought_and_they_did_not(given_lines):
    oracle = Oracle(given_lines)
    found = cross_sell(oracle.history, oracle.catalogue)
    sold = {product for _, product in oracle.days}
    wanted = {(c, p) for c in oracle.visits for p in sold if (c, p) not in oracle.days}
    assert set(found.select("customer", "product").rows()) == wanted
    for row in found.iter_rows(named=True):
        assert row["f_buyers"] == oracle.buyers(row["product"])
        assert row["c_demand"] == pytest.approx(log(1 + oracle.demand(row["product"])), abs=1e-5)


@patient
@given(given_lines=lines(latest=1))
def test_a_taste_is_the_excess_over_what_others_buy(given_lines):
    oracle = Oracle(given_lines)
    makers = oracle.catalogue.attributes["producer"]
    for row in cross_sell(oracle.history, oracle.catalogue).iter_rows(named=True):
        maker = makers[row["product"]]
        own = sum(
            len(days) for (c, p), days in oracle.days.items() if c == row["customer"] and makers[p] == maker
        )
        share = sum(oracle.buyers(int(p)) for p in np.flatnonzero(makers == maker)) / len(oracle.days)
        wanted = 0.0 if maker < 0 else WEIGHTS["maker"] * log(1 + own / (2 * share))
        assert row["c_maker"] == pytest.approx(wanted, abs=1e-5)


@patient
@given(given_lines=lines(latest=1))
def test_bought_together_is_the_mean_cosine(given_lines):
    oracle = Oracle(given_lines)
    owners = defaultdict(set)
    for customer, product in oracle.days:
        owners[product].add(customer)
    for row in cross_sell(oracle.history, oracle.catalogue).iter_rows(named=True):
        own = [p for c, p in oracle.days if c == row["customer"]]
        mine = owners[row["product"]]
        alike = [
            len(owners[p] & mine) / (sqrt(len(owners[p]) * len(mine)) + cross_selling.SHRINK) for p in own
        ]
        wanted = WEIGHTS["together"] * log(1 + sum(alike) / len(own) / cross_selling.ALIKE)
        assert row["c_together"] == pytest.approx(wanted, abs=2e-4)


def test_words_in_common_make_labels_alike():
    labels = ["Red hill", "RED hill 75", "red", "river", "stone", *"abcdefghijkl"]
    catalogue = build_catalogue(products(*((label, None, None) for label in labels)))
    near = word_neighbours(catalogue).toarray() / 2**20
    at = {
        label: len(labels) - 1 - place for place, label in enumerate(labels)
    }  # the keys are in reverse order
    red, hill = log(17 / 3), log(17 / 2)
    assert near[at["Red hill"], at["RED hill 75"]] == pytest.approx(1, abs=1e-3)
    assert near[at["Red hill"], at["red"]] == pytest.approx(red / sqrt(red**2 + hill**2), abs=1e-3)
    assert near[at["river"]].sum() == near[at["a"]].sum() == 0


def test_words_that_an_attribute_says_already_are_not_counted_twice():
    rows = [("Red hill", None, "Red wines"), ("Red river", "River Ltd", None), ("Hill", "Ada", "red")]
    assert build_catalogue(products(*rows)).words == (("hill",), ("red",), ("hill",))


def test_of_equally_near_neighbours_those_of_lower_number_are_kept(monkeypatch):
    monkeypatch.setattr("crm.recommending.similarity.NEIGHBOURS", 2)
    history, _ = market(*((1, product, 1, 1) for product in range(1, 7)))
    near = cosine_neighbours(
        cross_selling.bought_matrix(history),
    )
    assert [list(row.indices) for row in near] == [[1, 2], [0, 2], [0, 1], [0, 1], [0, 1], [0, 1]]


@pytest.mark.parametrize("model", MODELS)
@patient
@given(given_lines=lines(), data=st.data())
def test_no_order_of_rows_and_no_numbering_shows(model, given_lines, data):
    shuffled = data.draw(st.permutations(given_lines))
    mapped = [(c + 50, p * 7, ago, quantity) for c, p, ago, quantity in shuffled]
    renamed = build_catalogue(
        PRODUCTS.sample(fraction=1, shuffle=True, seed=1).with_columns(pl.col("product") * 7)
    )
    others = CUSTOMERS.reverse().with_columns(pl.col("customer") + 50)
    # the price of a line follows the product's number in `orders`: keep it
    frame = orders(*mapped).with_columns(cents=pl.col("cents") // 7)
    again = model(build_history(frame, others, renamed, as_of=AS_OF), renamed)
    assert model(*market(*given_lines)).equals(again)


@pytest.mark.parametrize("model", MODELS)
@patient
@given(given_lines=lines(), later=lines(earliest=0))
def test_no_line_on_or_after_the_day_is_read(model, given_lines, later):
    before = [line for line in given_lines if line[2] >= 1]
    assert model(*market(*before)).equals(model(*market(*before, *later)))


@pytest.mark.parametrize("model", MODELS)
@patient
@given(given_lines=lines())
def test_candidates_are_in_the_order_of_their_scores_and_then_their_keys(model, given_lines):
    found = model(*market(*given_lines)).with_columns(score=score())
    parts = components_of(found)
    totals = np.zeros(found.height)
    for name in parts:
        totals += found[name].to_numpy()
    assert (totals == found["score"].to_numpy()).all()
    ranked = sorted(found.rows(named=True), key=lambda row: (row["customer"], -row["score"], row["product"]))
    assert found.rows(named=True) == ranked
    assert found.schema["customer"] == found.schema["product"] == pl.UInt32
    assert {found.schema[name] for name in parts} == {pl.Float64}


@pytest.mark.parametrize("model", MODELS)
def test_equal_scores_are_in_the_order_of_the_keys(model):
    bare = build_catalogue(products(*([("", None, None)] * 6)))
    frame = orders(*((c, p, 5, 1) for c, own in ((1, (1, 3, 5)), (2, (2, 4, 6))) for p in own))
    found = model(build_history(frame.with_columns(cents=pl.lit(0)), customers(2), bare, as_of=AS_OF), bare)
    assert found.group_by("customer").agg(pl.struct(components_of(found)).n_unique())[:, 1].to_list() == [
        1,
        1,
    ]
    for customer in (0, 1):
        own = found.filter(pl.col("customer") == customer)["product"].to_list()
        assert len(own) == 3 and own == sorted(own)


def test_no_more_candidates_than_the_limit_and_the_chunks_do_not_show(monkeypatch):
    generator = np.random.default_rng(7)
    some = [
        (int(c), int(p), int(ago), 1)
        for c, p, ago in zip(
            generator.integers(1, 31, 600),
            generator.integers(1, 61, 600),
            generator.integers(1, 90, 600),
            strict=True,
        )
    ]
    catalogue = build_catalogue(
        products(*((f"wine {at % 9}", f"m{at % 5}", f"k{at % 3}") for at in range(60)))
    )
    history = build_history(orders(*some), customers(30), catalogue, as_of=AS_OF)
    whole = cross_sell(history, catalogue)
    assert whole.group_by("customer").len()["len"].to_list() == [LIMIT] * 30
    monkeypatch.setattr(cross_selling, "CELLS", 1)
    assert cross_sell(history, catalogue).equals(whole)
    monkeypatch.setattr(cross_selling, "_highest", lambda total: np.nonzero(total >= 0))
    assert cross_sell(history, catalogue).equals(whole)


def test_without_attributes_demand_and_company_are_all_there_is():
    bare = build_catalogue(products(*([("", None, None)] * 3)))
    frame = orders((1, 1, 5, 1), (1, 2, 5, 1), (2, 1, 5, 1), (2, 3, 5, 1)).with_columns(cents=pl.lit(0))
    found = cross_sell(build_history(frame, customers(2), bare, as_of=AS_OF), bare)
    assert components_of(found) == ["c_demand", "c_together", "c_words"]
    assert found["c_words"].to_list() == [0, 0]


def test_what_is_asked_for_now_counts_for_more():
    history, _ = market((1, 1, 1, 1), (2, 1, 1, 1), (3, 2, 40, 1), (4, 2, 40, 1))
    now = demand(history)
    assert now[5] > 2 > now[4] > 0  # product 1 has the last key
    assert now[0] == 0


def test_a_taste_of_nothing_known_weighs_nothing():
    taste = Tastes(np.array([0, -1, 0]), np.array([3, 1, 1]), weight=1.0)
    history, _ = market((1, 6, 3, 1))
    table = taste.table(cross_selling.bought_matrix(history, "times")[:, :3])
    assert table[:, taste.columns][:, 1].tolist() == [0, 0, 0, 0]
