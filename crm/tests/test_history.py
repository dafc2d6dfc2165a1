"""The history that the models score: what counts as bought, and that no order of rows shows."""

from __future__ import annotations

from datetime import date

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.recommending.cross_sell import cross_sell
from crm.recommending.history import Catalogue, History, build_catalogue, build_history
from crm.recommending.rebuy import rebuy

AS_OF = date(2026, 3, 1)
TODAY = (AS_OF - date(1970, 1, 1)).days

patient = settings(deadline=None, max_examples=50)  # a shared machine pauses now and then

PRODUCTS = pl.DataFrame(
    {"product": [7, 3, 5], "key": ["C", "A", "B"], "is_active": [True, True, False]},
)
CUSTOMERS = pl.DataFrame({"customer": [20, 10], "code": ["ANN", "BOB"]})


def orders(*lines: tuple[int, int, int, int]) -> pl.DataFrame:
    """Lines of (customer, product, days before AS_OF, quantity), a euro a piece, each an order of its own."""
    return pl.DataFrame(
        {
            "line": range(len(lines)),
            "order": range(len(lines)),
            "customer": [line[0] for line in lines],
            "product": [line[1] for line in lines],
            "ms": [(TODAY - line[2]) * 86_400_000 for line in lines],
            "day": [TODAY - line[2] for line in lines],
            "quantity": [line[3] for line in lines],
            "cents": [line[3] * 100 for line in lines],
        },
        schema=dict.fromkeys(
            ("line", "order", "customer", "product", "ms", "day", "quantity", "cents"), pl.Int64
        ),
    )


def history(*lines: tuple[int, int, int, int]) -> tuple[History, Catalogue]:
    catalogue = build_catalogue(PRODUCTS)
    return build_history(orders(*lines), CUSTOMERS, catalogue, as_of=AS_OF), catalogue


def test_customers_and_products_are_numbered_by_code_and_key():
    found, catalogue = history((10, 7, 1, 2))
    assert catalogue.keys == ("A", "B", "C")
    assert list(catalogue.ids) == [3, 5, 7]
    assert list(found.customers) == [20, 10]
    assert (found.customer[0], found.product[0]) == (1, 2)


def test_a_line_on_the_day_itself_is_not_read():
    found, _ = history((10, 7, 1, 2), (10, 7, 0, 5), (10, 7, -1, 5), (10, 7, 0, -2))
    assert list(found.day) == [1]
    assert list(found.quantity) == [2]


def test_a_cancellation_takes_back_the_latest_purchases():
    found, _ = history((10, 7, 9, 4), (10, 7, 5, 3), (10, 7, 4, -5), (20, 7, 5, 1))
    assert found.pairs.rows() == [(0, 2, 1, 5, 5, 1, 100), (1, 2, 1, 9, 9, 2, 200)]


def test_a_cancellation_of_what_was_bought_before_the_data_begins_takes_nothing_back():
    found, _ = history((10, 7, 9, -2), (10, 7, 5, 2))
    assert found.pairs.rows() == [(1, 2, 1, 5, 5, 2, 200)]


def test_what_was_cancelled_whole_was_never_bought():
    found, catalogue = history((10, 7, 9, 4), (10, 7, 9, -4), (20, 3, 1, 1))
    assert found.pairs.rows() == [(0, 0, 1, 1, 1, 1, 100)]
    assert rebuy(found, catalogue)["customer"].to_list() == [0]


def test_two_orders_of_a_day_are_one_time():
    found, _ = history((10, 7, 9, 4), (10, 7, 9, 4), (10, 7, 3, 4))
    assert found.pairs["times"].to_list() == [2]


def test_nothing_off_sale_is_a_candidate():
    found, catalogue = history((10, 5, 9, 1), (10, 3, 9, 1), (20, 5, 8, 1), (20, 3, 8, 1))
    assert rebuy(found, catalogue)["product"].unique().to_list() == [0]
    assert cross_sell(found, catalogue)["product"].to_list() == []


def test_an_empty_history_has_no_candidates():
    found, catalogue = history()
    assert rebuy(found, catalogue).height == cross_sell(found, catalogue).height == 0


LINES = st.lists(
    st.tuples(
        st.sampled_from([10, 20]),
        st.sampled_from([3, 5, 7]),
        st.integers(0, 6),
        st.integers(-3, 4).filter(bool),
    ),
    max_size=20,
)


@patient
@given(lines=LINES, data=st.data())
def test_the_order_of_rows_changes_nothing(lines, data):
    shuffled = data.draw(st.permutations(lines))
    for model in (rebuy, cross_sell):
        assert model(*history(*lines)).equals(model(*history(*shuffled)))


@patient
@given(lines=LINES)
def test_quantities_net_out(lines):
    found, _ = history(*lines)
    kept: dict[tuple[int, int], int] = {}
    # Day by day, purchases first; more cannot be taken back than was bought before.
    for customer, product, ago, quantity in sorted(lines, key=lambda line: (-line[2], -line[3])):
        if ago >= 1:
            kept[customer, product] = max(0, kept.get((customer, product), 0) + quantity)
    wanted = {(1 if c == 10 else 0, {3: 0, 5: 1, 7: 2}[p]): n for (c, p), n in kept.items() if n > 0}
    assert {(c, p): n for c, p, n in found.pairs.select("customer", "product", "quantity").rows()} == wanted
