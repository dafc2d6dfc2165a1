"""Customers, products and orders in any number: the same for the same number, shaped like a shop's.

A tenth of the customers brings a quarter of the lines, a fifth of the products half of them; two lines in five are of
one of the customer's three favourites, and one in fifty takes something back.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from config.base.staging import from_cents, from_milliseconds, insert_staged, read_frame, stage

from ..choices import Budget, Family, Sugar
from ..models import Customer, OrderLine, Product
from ..values import AXES
from .place import execute, without_history

PRODUCTS = 1_000
LINES_A_CUSTOMER = 10
LINES_AN_ORDER = 4
SEED = 20_211_231
#: The first of two years of orders, 2020-01-01, and how many milliseconds they take.
FIRST, SPAN = 1_577_836_800_000, 731 * 86_400_000
GRAPES = ("Pinot Noir", "Syrah", "Chardonnay", "Merlot", "Gamay", "Riesling", "Chenin", "Grenache")


def order_rows(lines: int) -> pl.DataFrame:
    """`order`, `line`, `customer`, `product` (places, from 0), `ms`, `quantity`, `cents` for one; the oldest first."""
    chance = np.random.default_rng(SEED)
    customers = max(1, lines // LINES_A_CUSTOMER)
    orders = max(1, lines // LINES_AN_ORDER)
    order = np.minimum(np.arange(lines) // LINES_AN_ORDER, orders - 1)
    who = (customers * chance.random(orders) ** 1.5).astype(np.int64)[order]
    favourite = (PRODUCTS * chance.random((customers, 3)) ** 3).astype(np.int64)
    again = chance.random(lines) < 0.4
    anything = (PRODUCTS * chance.random(lines) ** 2).astype(np.int64)
    product = np.where(again, favourite[who, chance.integers(0, 3, lines)], anything)
    moment = np.sort(chance.integers(0, SPAN // 1000, orders)) * 1000 + FIRST
    quantity = np.where(chance.random(lines) < 0.02, -1, chance.integers(1, 7, lines))
    return pl.DataFrame(
        {
            "order": order,
            "line": np.arange(lines) - order * LINES_AN_ORDER + 1,
            "customer": who,
            "product": product,
            "ms": moment[order],
            "quantity": quantity,
            "cents": 500 + 37 * product % 4000,
        }
    )


def fill_parents(customers: int) -> None:
    """So many customers and the products."""
    people = pl.DataFrame({"place": range(customers)}).select(code=customer_code("place"))
    with without_history(), stage(people) as table:
        insert_staged(Customer, table, {"customer_code": "s.code"})
    products = _products()
    with without_history(), stage(products) as table:
        insert_staged(Product, table, {name: f"s.{name}" for name in products.columns})


def fill_orders(rows: pl.DataFrame, connection: Any) -> None:
    """These lines, of customers and products that are there."""
    schema = {"id": pl.Int64, "code": pl.String}
    people = read_frame("SELECT id, customer_code FROM crm_customer", schema=schema)
    things = read_frame("SELECT id, product_key FROM crm_product", schema=schema)
    keyed = (
        rows.with_columns(who=customer_code("customer"), what=product_key("product"))
        .join(people.rename({"id": "customer_id"}), left_on="who", right_on="code", maintain_order="left")
        .join(things.rename({"id": "product_id"}), left_on="what", right_on="code", maintain_order="left")
        .select(
            *("customer_id", "product_id", "ms", "quantity", "cents"),
            reference=pl.col("order").cast(pl.String),
            key=pl.col("line").cast(pl.String),
        )
    )
    values = {
        "source": "'SHOP'",
        "order_reference": "s.reference",
        "line_key": "s.key",
        "customer_id": "s.customer_id",
        "product_id": "s.product_id",
        "ordered_at": from_milliseconds("s.ms"),
        "quantity": "s.quantity",
        "unit_price": from_cents("s.cents"),
        "amount": from_cents("(s.cents * s.quantity)"),
        "currency": "'EUR'",
    }
    with without_history(), stage(keyed) as table:
        insert_staged(OrderLine, table, values)
    execute(connection, "ANALYZE")


def write_file(rows: pl.DataFrame, path: Path) -> Path:
    """The same lines as a file for `import_orders`, in the canonical form."""
    cents = (pl.col("cents") % 100).cast(pl.String).str.zfill(2)
    rows.select(
        order_reference=pl.col("order"),
        line_number=pl.col("line"),
        ordered_at=pl.from_epoch("ms", time_unit="ms").dt.strftime("%Y-%m-%d %H:%M:%S"),
        customer_code=customer_code("customer"),
        product_key=product_key("product"),
        quantity=pl.col("quantity"),
        unit_price=pl.format("{}.{}", pl.col("cents") // 100, cents),
        currency=pl.lit("EUR"),
    ).write_csv(path)
    return path


def customer_code(place: str) -> pl.Expr:
    return pl.format("CUST_{}", pl.col(place).cast(pl.String).str.zfill(7))


def product_key(place: str) -> pl.Expr:
    return pl.format("WINE_{}", pl.col(place).cast(pl.String).str.zfill(5))


def _products() -> pl.DataFrame:
    """With everything that profiles and recommendations look at."""
    place = pl.col("place")

    def one_of(names: Any) -> pl.Expr:
        return (place % len(names)).replace_strict(dict(enumerate(names)), return_dtype=pl.String)

    return pl.DataFrame({"place": range(PRODUCTS)}).select(
        product_key=product_key("place"),
        label=pl.format("Wine {}", place),
        family=one_of([str(each) for each in Family]),
        grape=one_of(GRAPES),
        sugar=one_of([str(each) for each in Sugar]),
        budget=one_of([str(each) for each in Budget]),
        premium_tier=place % 5 + 1,
        **{f"aroma_{axis}": place * (number + 7) % 101 for number, axis in enumerate(AXES)},
    )
