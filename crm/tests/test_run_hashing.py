"""The hash of what a run reads: blind to the order of rows and to columns' order, to nothing else."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.recommending.hashing import hash_input

AS_OF = date(2022, 1, 1)
TEXTS = st.one_of(st.none(), st.text(alphabet="aéÉ\x00,\n", max_size=3))
LINES = st.lists(
    st.tuples(TEXTS, st.sampled_from("PQ"), st.integers(-(2**40), 2**40), st.none() | st.integers(-3, 3)),
    max_size=6,
)
SCHEMA = {"customer_code": pl.String, "product_key": pl.String, "ms": pl.Int64, "cents": pl.Int64}


def hashed(rows, tables=None, as_of=AS_OF):
    lines = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    return hash_input(as_of=as_of, lines=lines, tables=tables or {})


@given(LINES.flatmap(lambda rows: st.tuples(st.just(rows), st.permutations(rows))))
def test_the_order_of_rows_and_columns_changes_nothing(two):
    rows, shuffled = two
    lines = pl.DataFrame(shuffled, schema=SCHEMA, orient="row").select(*reversed(SCHEMA))
    assert hash_input(as_of=AS_OF, lines=lines, tables={}) == hashed(rows)


@given(LINES, LINES)
def test_two_sets_of_rows_have_one_hash_only_when_they_are_one(some, others):
    def key(row):
        return tuple((value is not None, value) for value in row)

    assert (hashed(some) == hashed(others)) == (sorted(some, key=key) == sorted(others, key=key))


def test_the_day_and_each_further_table_count():
    products = pl.DataFrame({"key": ["P", "Q"], "is_active": [True, False]})
    hashes = {
        hashed([]),
        hashed([], as_of=date(2022, 1, 2)),
        hashed([], {"products": products}),
        hashed([], {"customers": products}),
        hashed([], {"products": products.with_columns(is_active=pl.lit(True))}),
        hashed([], {"products": products.rename({"key": "code"})}),
    }
    assert len(hashes) == 6


def test_floats_are_refused():
    with pytest.raises(TypeError, match="popularity"):
        hashed([], {"products": pl.DataFrame({"popularity": [0.5]})})


def test_the_hash_of_a_version_stays():
    rows = [("CUST_1", "PINOT", 1_600_000_000_000, 1250), ("CUST_2", "PINOT", 1_600_000_000_001, None)]
    assert hashed(rows) == "f1b17907c1173a6fd82ec82f9de1e68ef8454484bca74ded4dd2d3c799ade0dd"
