"""What customers bought before a day, and what was for sale, as arrays of integers that need no database.

Customers and products are numbered from 0 in the order of their codes and keys, which are the same in every database,
so that neither the order of rows nor who was given which id can change a score or a tie.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from ..profiling.netting import with_left

Ints = npt.NDArray[np.int64]

#: What a product may have in common with another, besides the words of its label.
ATTRIBUTES = ("producer", "category", "family", "grape", "budget")

_EPOCH = date(1970, 1, 1)

#: A word of a label: letters, three or more; numbers say nothing by themselves.
_WORD = re.compile(r"[^\W\d_]{3,}")


@dataclass(frozen=True, eq=False)
class Catalogue:
    """The products, in the order of their keys.

    `ids` are the database's, `active` tells what is on sale, `attributes` holds a number for each value of a column of
    ATTRIBUTES, −1 where it is not known; `words` are those of each label that none of its attributes says already.
    """

    ids: Ints
    keys: tuple[str, ...]
    words: tuple[tuple[str, ...], ...]
    active: npt.NDArray[np.bool_]
    attributes: Mapping[str, Ints]

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, eq=False)
class History:
    """The lines that stand after cancellations, sorted by customer, product, day and order.

    `customers` are the ids of the database in the order of their codes; `customer` and `product` count from 0 in that
    order and the catalogue's. `day` is how many days before `as_of` (at least 1); `order` numbers the orders;
    `quantity` and `cents` are what was kept.
    """

    as_of: date
    customers: Ints
    product_count: int
    customer: Ints
    product: Ints
    day: Ints
    order: Ints
    quantity: Ints
    cents: Ints

    @cached_property
    def pairs(self) -> pl.DataFrame:
        """A row for each product that a customer bought: what there is to say about it.

        `times` is on how many days, `last` and `first` how many days ago; sorted by customer and product.
        """
        return (
            self.days.group_by("customer", "product")
            .agg(
                times=pl.len().cast(pl.Int64),
                last=pl.col("day").min(),
                first=pl.col("day").max(),
                quantity=pl.col("quantity").sum(),
                cents=pl.col("cents").sum(),
            )
            .sort("customer", "product")
        )

    @cached_property
    def days(self) -> pl.DataFrame:
        """A row for each day on which a customer bought a product, however many orders that took.

        `visits_since`: on how many later days the customer bought anything; sorted by customer, product and day.
        """
        lines = pl.DataFrame(
            {
                "customer": self.customer.astype(np.uint32),
                "product": self.product.astype(np.uint32),
                "day": self.day,
                "quantity": self.quantity,
                "cents": self.cents,
            }
        )
        return (
            lines.group_by("customer", "product", "day")
            .agg(pl.col("quantity").sum(), pl.col("cents").sum())
            .with_columns(visits_since=pl.col("day").rank("dense").over("customer").cast(pl.Int64) - 1)
            .sort("customer", "product", "day")
        )


def build_catalogue(products: pl.DataFrame) -> Catalogue:
    """The catalogue of a frame of products with `product` (the id), `key` and what else is known."""
    products = products.sort("key")
    count = products.height

    def column(name: str, default: Any) -> pl.Series:
        return products[name] if name in products.columns else pl.Series(name, [default] * count)

    attributes = {}
    for name in ATTRIBUTES:
        values = column(name, None).cast(pl.String)
        known = values.drop_nulls().unique().sort()
        numbers = {value: at for at, value in enumerate(known.to_list())}
        attributes[name] = np.array([numbers.get(value, -1) for value in values.to_list()], dtype=np.int64)
    return Catalogue(
        ids=products["product"].cast(pl.Int64).to_numpy(),
        keys=tuple(products["key"].to_list()),
        words=_words(*(column(name, None).cast(pl.String).to_list() for name in ("label", *ATTRIBUTES))),
        active=column("is_active", True).cast(pl.Boolean).fill_null(True).to_numpy(),
        attributes=attributes,
    )


def _words(labels: list[str | None], *attributes: list[str | None]) -> tuple[tuple[str, ...], ...]:
    """The distinct words of each label, in their order, without those of the attributes beside it."""
    said = [" ".join(value for value in row if value) for row in zip(*attributes, strict=True)]
    return tuple(
        tuple(sorted(_split(label or "") - _split(attribute)))
        for label, attribute in zip(labels, said, strict=True)
    )


def _split(text: str) -> set[str]:
    return set(_WORD.findall(unicodedata.normalize("NFKC", text).casefold()))


def build_history(
    orders: pl.DataFrame, customers: pl.DataFrame, catalogue: Catalogue, *, as_of: date
) -> History:
    """The history before a day, of frames of order lines and customers (`customer`, `code`).

    Lines on or after `as_of` and lines of customers or products that the frames do not hold are left out. `order`
    decides which of two purchases that are alike a cancellation takes back: for a result that is the same in every
    database it is to be one there, too.
    """
    today = (as_of - _EPOCH).days
    people = (
        customers.sort("code")
        .select(pl.col("customer").cast(pl.Int64))
        .with_row_index("who")
        .with_columns(pl.col("who").cast(pl.Int64))
    )
    goods = pl.DataFrame({"product": catalogue.ids, "what": np.arange(len(catalogue), dtype=np.int64)})
    lines = (
        orders.lazy()
        .filter(pl.col("day") < today)
        .select(
            *("order", "customer", "product", "ms", "quantity", "cents"),
            day=today - pl.col("day").cast(pl.Int64),
        )
        .join(people.lazy(), on="customer")
        .join(goods.lazy(), on="product")
        .collect()
    )
    lines = _without_cancelled(lines, len(catalogue)).sort(
        "who", "what", "day", "ms", "order", "quantity", "cents"
    )
    return History(
        as_of=as_of,
        customers=people["customer"].to_numpy(),
        product_count=len(catalogue),
        customer=lines["who"].to_numpy(),
        product=lines["what"].to_numpy(),
        day=lines["day"].to_numpy(),
        order=lines["order"].rank("dense").cast(pl.Int64).to_numpy(),
        quantity=lines["quantity"].cast(pl.Int64).to_numpy(),
        cents=lines["cents"].cast(pl.Int64).to_numpy(),
    )


def _without_cancelled(lines: pl.DataFrame, products: int) -> pl.DataFrame:
    """The purchases less what was taken back, as `profiling.netting` has it.

    Of a purchase taken back in part, the amount stands in proportion, in whole cents rounded down.
    """
    plain = lines.with_columns(
        pl.col("quantity", "cents").cast(pl.Int64), pair=pl.col("who") * products + pl.col("what")
    )
    kept = with_left(plain).filter(pl.col("left") > 0)
    return kept.with_columns(
        cents=pl.col("cents") * pl.col("left") // pl.col("quantity"), quantity="left"
    ).select(lines.columns)
