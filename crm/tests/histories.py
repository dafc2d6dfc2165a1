"""Small markets for the tests of what is computed from a history: frames as the database's are, made by hypothesis."""

from __future__ import annotations

from datetime import date

import polars as pl
from hypothesis import strategies as st

from crm.recommending.history import Catalogue, History, build_catalogue, build_history

AS_OF = date(2026, 3, 1)
TODAY = (AS_OF - date(1970, 1, 1)).days

COLUMNS = ("line", "order", "customer", "product", "ms", "day", "quantity", "cents")

#: (customer, product, days before AS_OF, quantity)
Line = tuple[int, int, int, int]


def orders(*lines: Line) -> pl.DataFrame:
    """A frame of lines, each an order of its own, at a price that is the product's."""
    rows = [
        (
            at,
            at,
            customer,
            product,
            (TODAY - ago) * 86_400_000,
            TODAY - ago,
            quantity,
            quantity * product * 250,
        )
        for at, (customer, product, ago, quantity) in enumerate(lines)
    ]
    return pl.DataFrame(rows, schema=dict.fromkeys(COLUMNS, pl.Int64), orient="row")


def products(*rows: tuple[str, str | None, str | None]) -> pl.DataFrame:
    """A frame of products 1, 2, 3 … of a label, a maker and a kind; their keys are in the reverse order."""
    return pl.DataFrame(
        {
            "product": range(1, len(rows) + 1),
            "key": [f"K{len(rows) - at:02d}" for at in range(len(rows))],
            "label": [row[0] for row in rows],
            "producer": [row[1] for row in rows],
            "category": [row[2] for row in rows],
        },
        schema_overrides={"product": pl.Int64, "producer": pl.String, "category": pl.String},
    )


def customers(count: int) -> pl.DataFrame:
    """A frame of customers 1, 2, 3 …; their codes are in the reverse order."""
    return pl.DataFrame(
        {"customer": range(1, count + 1), "code": [f"C{count - at:02d}" for at in range(count)]},
        schema_overrides={"customer": pl.Int64},
    )


PRODUCTS = products(
    ("Red hill", "Ada", "red"),
    ("Red river", "Ada", None),
    ("White hill 75", "Bob", "white"),
    ("White cloud", None, "white"),
    ("Blue stone", "Cid", "red"),
    ("", None, None),
)
CUSTOMERS = customers(4)


def market(*lines: Line) -> tuple[History, Catalogue]:
    catalogue = build_catalogue(PRODUCTS)
    return build_history(orders(*lines), CUSTOMERS, catalogue, as_of=AS_OF), catalogue


def lines(*, earliest: int = 40, latest: int = -20) -> st.SearchStrategy[list[Line]]:
    """Lines from so many days before AS_OF to so many."""
    line = st.tuples(
        st.integers(1, 4), st.integers(1, 6), st.integers(latest, earliest), st.integers(-2, 3).filter(bool)
    )
    return st.lists(line, max_size=40)
