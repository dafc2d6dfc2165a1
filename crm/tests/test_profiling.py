"""Profiles against an oracle in plain Python, whatever the order of the rows, the threads and the hash seed."""

import json
import os
import subprocess
import sys
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.choices import Family, Segment
from crm.frames import day_number, start_of
from crm.profiling import SEGMENTS, compute_profiles, quintile
from crm.profiling.netting import with_left
from crm.profiling.tastes import PARTS
from crm.tests.profile_oracle import KINDS, Line, kept_bottles, profiles
from crm.values import AXES

ZONE = "Europe/Paris"
AS_OF = date(2021, 4, 1)
FIRST = datetime(2020, 3, 27, 21, 30, tzinfo=UTC)
LISTS = (*KINDS.values(), "aroma_profile")


def product(number: int, known: list[str | None], axes: list[int] | None) -> dict:
    names = dict(zip(KINDS, known, strict=True))
    return {"key": f"P{number}", **names, **dict.fromkeys(AXES), **dict(zip(AXES, axes or [], strict=False))}


optional = st.none() | st.sampled_from(("A", "B", "É « 1 »"))
catalogues = st.lists(
    st.tuples(
        st.tuples(optional, optional, optional, optional),
        st.none() | st.lists(st.integers(0, 100), min_size=7, max_size=7),
    ),
    min_size=1,
    max_size=6,
).map(lambda rows: [product(number, *row) for number, row in enumerate(rows)])
lines_of = st.lists(
    st.tuples(
        st.integers(0, 4),  # customer
        st.integers(0, 5),  # product
        st.integers(0, 9_000),  # hours since the first moment: some are at or after the limit
        st.integers(-4, 6).filter(bool),
        st.sampled_from((0, 50, 725, 1001)),
        st.sampled_from(("EUR", "EUR", "EUR", "USD")),
    ),
    max_size=40,
)


def lines_from(rows: list, catalogue: list) -> list[Line]:
    return [
        Line(
            f"C{who}",
            catalogue[what % len(catalogue)],
            FIRST + timedelta(hours=hours),
            number,
            number * price,
            money,
        )
        for who, what, hours, number, price, money in rows
    ]


def frames(lines: list[Line], catalogue: list) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The frames that the database would give, customers and products numbered by their names."""
    limit = start_of(AS_OF, zone=ZONE)
    rows = [
        (int(each.customer[1:]), int(each.product["key"][1:]), int(each.moment.timestamp() * 1000),
         each.quantity, each.cents, each.currency)
        for each in lines if each.moment < limit
    ]  # fmt: skip
    names = ("customer", "product", "ms", "quantity", "cents", "currency")
    frame = pl.DataFrame(
        rows, schema={name: pl.String if name == "currency" else pl.Int64 for name in names}, orient="row"
    )
    local = pl.from_epoch("ms", time_unit="ms").dt.replace_time_zone("UTC").dt.convert_time_zone(ZONE)
    described = [{"product": int(each["key"][1:]), **each} for each in catalogue]
    schema = {"product": pl.Int64, **dict.fromkeys(KINDS, pl.String), **dict.fromkeys(AXES, pl.Int64)}
    return frame.with_columns(day=local.dt.date().cast(pl.Int32)), pl.DataFrame(described, schema=schema)


def computed(lines: list[Line], catalogue: list) -> tuple[dict, dict]:
    frame, described = frames(lines, catalogue)
    result = compute_profiles(frame, described, today=day_number(AS_OF))
    found = {}
    for row in result.rows.to_dicts():
        shares = {
            name: row[name] / PARTS
            for name in ("family_diversity", "grape_diversity", "product_diversity", "confidence")
        }
        lists = {name: json.loads(row[name]) for name in LISTS}
        found[f"C{row['customer']}"] = {**row, **shares, **lists, "cents": row["monetary"]}
    return found, {f"P{key}": share / 1_000_000 for key, share in result.popularity.rows()}


@settings(max_examples=150, deadline=None)
@given(rows=lines_of, catalogue=catalogues)
def test_profiles_are_those_of_the_oracle(rows, catalogue):
    lines = lines_from(rows, catalogue)
    expected, popular = profiles(lines, catalogue, as_of=AS_OF, zone=ZONE)
    found, popularity = computed(lines, catalogue)
    assert popularity == popular
    assert set(found) == set(expected)
    for who, profile in expected.items():
        dropped = ("sugar_diversity", "budget_diversity")
        wanted = {name: value for name, value in profile.items() if name not in dropped}
        assert {name: found[who][name] for name in wanted} == wanted


@settings(max_examples=60, deadline=None)
@given(rows=lines_of, catalogue=catalogues, data=st.data())
def test_the_order_of_the_rows_changes_nothing(rows, catalogue, data):
    lines = lines_from(rows, catalogue)
    frame, described = frames(lines, catalogue)
    again = frame[data.draw(st.permutations(range(frame.height)))] if frame.height else frame
    shuffled = described[data.draw(st.permutations(range(described.height)))]
    one = compute_profiles(frame, described, today=day_number(AS_OF))
    other = compute_profiles(again, shuffled, today=day_number(AS_OF))
    assert one.rows.equals(other.rows)
    assert one.popularity.equals(other.popularity)


@settings(max_examples=150, deadline=None)
@given(rows=lines_of, catalogue=catalogues)
def test_what_is_left_of_each_purchase_is_what_a_stack_leaves(rows, catalogue):
    lines = lines_from(rows, catalogue)
    frame = pl.DataFrame(
        [(hash_free(each), int(each.moment.timestamp() * 1000), each.quantity, 0) for each in lines],
        schema=dict.fromkeys(("pair", "ms", "quantity", "cents"), pl.Int64),
        orient="row",
    )
    wanted: Counter = Counter()
    for line, number in kept_bottles(lines):
        wanted[hash_free(line), int(line.moment.timestamp() * 1000)] += number
    left = with_left(frame).group_by("pair", "ms").agg(pl.col("left").sum()).filter(pl.col("left") > 0)
    assert {(pair, ms): number for pair, ms, number in left.rows()} == dict(wanted)


def hash_free(line: Line) -> int:
    return int(line.customer[1:]) * 100 + int(line.product["key"][1:])


def test_no_customers_are_no_profiles():
    assert computed([], [product(0, [None] * 4, None)]) == ({}, {})


def bought(
    customer: int, days_before: int, quantity: int = 1, cents: int = 1000, what: int = 0, **more
) -> Line:
    moment = start_of(AS_OF, zone=ZONE) - timedelta(days=days_before) + timedelta(hours=12)
    known = product(what, ["RED", "Pinot Noir", "DRY", "FINE"], None)
    return Line(f"C{customer}", known, moment, quantity, cents, **more)


def profiles_of(*lines: Line) -> dict:
    catalogue = list({line.product["key"]: line.product for line in lines}.values())
    return computed(list(lines), catalogue)[0]


def test_an_order_that_was_wholly_cancelled_counts_neither_as_recent_nor_as_frequent():
    found = profiles_of(
        bought(1, 90), bought(1, 10, 2, 2000), bought(1, 8, -2, -2000), bought(2, 5), bought(2, 4, -1)
    )
    assert (found["C1"]["recency_days"], found["C1"]["frequency"], found["C1"]["cents"]) == (90, 1, 1000)
    assert "C2" not in found


def test_a_cancellation_does_not_take_back_what_is_bought_after_it():
    found = profiles_of(bought(1, 30), bought(1, 20, -1, -1000), bought(1, 10))
    assert (found["C1"]["recency_days"], found["C1"]["frequency"]) == (10, 1)


def test_a_cancellation_of_what_was_bought_before_the_data_lowers_the_spending_alone():
    found = profiles_of(bought(1, 30, -5, -9000), bought(1, 10))
    assert (found["C1"]["frequency"], found["C1"]["cents"]) == (1, -8000)


def test_orders_of_one_day_are_one():
    found = profiles_of(bought(1, 10), bought(1, 10, what=1), bought(1, 12))
    assert found["C1"]["frequency"] == 2


def test_other_currencies_than_the_main_one_are_not_added():
    usd = {"currency": "USD", "cents": 5000}
    found = profiles_of(bought(1, 10), bought(1, 12), bought(1, 11, **usd), bought(2, 3, **usd), bought(2, 4))
    assert (found["C1"]["currency"], found["C1"]["cents"]) == ("EUR", 2000)
    assert (found["C2"]["currency"], found["C2"]["cents"]) == ("EUR", 1000)  # as many of each: by alphabet


def test_equal_figures_have_equal_scores_and_a_line_apart_is_a_quintile_apart():
    found = profiles_of(*(bought(who, 10 + who, cents=1000) for who in range(10)))
    assert [found[f"C{who}"]["recency_score"] for who in range(10)] == [5, 5, 4, 4, 3, 3, 2, 2, 1, 1]
    assert {each["frequency_score"] for each in found.values()} == {1}
    assert {each["monetary_score"] for each in found.values()} == {1}


def test_scores_reach_from_one_to_five():
    assert [quintile(worse, 4) for worse in range(5)] == [1, 2, 3, 4, 5]
    assert quintile(0, 0) == 1


def test_the_segments_cover_the_map_and_each_is_somewhere():
    assert set(SEGMENTS) == {(recency, frequency) for recency in range(1, 6) for frequency in range(1, 6)}
    assert set(SEGMENTS.values()) == set(Segment)


def test_without_prices_favourites_are_told_by_bottles():
    red, white = (
        product(at, [family, None, None, None], None) for at, family in enumerate(Family.values[:2])
    )
    lines = [Line("C1", red, FIRST, 1, 0), Line("C1", white, FIRST, 3, 0)]
    found, _popularity = computed(lines, [red, white])
    assert found["C1"]["top_families"] == [{"value": "WHITE", "share": 0.75}, {"value": "RED", "share": 0.25}]


SCRIPT = """
import polars as pl
from crm.profiling import compute_profiles
from crm.values import AXES
n = 4000
lines = pl.DataFrame({"customer": [i * 7919 % 300 for i in range(n)], "product": [i * 31 % 40 for i in range(n)],
    "ms": [i * 86_400_00 for i in range(n)], "day": [i // 10 for i in range(n)],
    "quantity": [-1 if i % 9 == 0 else 1 + i % 4 for i in range(n)], "cents": [i % 50 * 100 for i in range(n)],
    "currency": ["EUR"] * n})
names = {"family": "RW", "grape": "XYZ", "sugar": "DS", "budget": "EFL"}
products = pl.DataFrame({"product": list(range(40)),
    **{name: [letters[i % len(letters)] for i in range(40)] for name, letters in names.items()},
    **{axis: [(i * at + at) % 101 for i in range(40)] for at, axis in enumerate(AXES, start=3)}})
result = compute_profiles(lines, products, today=500)
print(result.rows.write_csv(), result.popularity.write_csv())
"""


def test_neither_the_hash_seed_nor_the_number_of_threads_changes_anything():
    outputs = set()
    for seed, threads in (("1", "1"), ("2", "4")):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "POLARS_MAX_THREADS": threads}
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=True
        )
        outputs.add(done.stdout)
    (only,) = outputs
    assert only.count("\n") > 300


@pytest.mark.parametrize("worse", range(4))
def test_a_score_never_falls_as_more_are_worse(worse):
    assert quintile(worse, 7) <= quintile(worse + 1, 7)
