"""The simpler scenarios: something finer, something popular for the lapsed, something to begin with.

Each returns candidates as the models do (see `candidates`): customers and products by their numbers, `c_…` components,
`f_…` facts; at most `limit` a customer, the best first, and among equals in the order of the products' keys. All three
are rankings that many customers share, so each is made once for a group of customers.

A product's kind is its family or, where that is not known, its category. A customer's kind is the one of the products
that they bought on most days, and their grape the one among those; of equals the first in the order of the names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from .candidates import UNIT, best
from .history import Catalogue, History, Ints

#: No kind, no grape.
UNKNOWN = -1


@dataclass(frozen=True, eq=False)
class Market:
    """What was bought, what is for sale, and the tier of each product, 1…5, in the order of the catalogue."""

    history: History
    catalogue: Catalogue
    tiers: Ints

    @cached_property
    def kinds(self) -> Ints:
        """The kind of each product as a number, families first; UNKNOWN where nothing is known."""
        families, categories = self.catalogue.attributes["family"], self.catalogue.attributes["category"]
        other = np.where(categories >= 0, categories + families.max(initial=UNKNOWN) + 1, UNKNOWN)
        return np.where(families >= 0, families, other)

    @cached_property
    def buyers(self) -> Ints:
        """How many customers bought each product."""
        return np.bincount(self.history.pairs["product"].to_numpy(), minlength=len(self.catalogue))

    @cached_property
    def shares(self) -> Ints:
        """Which share of those who ever bought bought each product, in UNIT."""
        everybody: int = self.history.pairs["customer"].n_unique()
        return self.buyers * UNIT // max(1, everybody)

    @cached_property
    def on_sale(self) -> pl.DataFrame:
        """What is for sale and was bought before, the most popular first: `product`, `kind`, `grape`, `tier`, `share`,
        `f_buyers`, and `f_popularity_rank` among them, from 1."""
        goods = pl.DataFrame(
            {
                "product": np.arange(len(self.catalogue), dtype=np.uint32),
                "kind": self.kinds,
                "grape": self.catalogue.attributes["grape"],
                "tier": self.tiers,
                "share": self.shares,
                "f_buyers": self.buyers,
                "active": self.catalogue.active,
            }
        )
        popular = goods.filter("active", pl.col("f_buyers") > 0).drop("active")
        return popular.sort("f_buyers", "product", descending=[True, False]).with_columns(
            f_popularity_rank=pl.int_range(1, pl.len() + 1, dtype=pl.Int64)
        )

    @cached_property
    def tastes(self) -> pl.DataFrame:
        """A row for each customer who bought something: `customer`, `orders`, `last` (days ago), `products` (how many
        different ones), `top_tier` (the highest bought), `kind` and `grape`."""
        lines = pl.DataFrame(
            {
                "customer": self.history.customer.astype(np.uint32),
                "order": self.history.order,
                "day": self.history.day,
            }
        )
        orders = lines.group_by("customer").agg(orders=pl.col("order").n_unique(), last=pl.col("day").min())
        what = self.history.pairs["product"].to_numpy()
        bought = self.history.pairs.select("customer", "times").with_columns(
            tier=pl.Series(self.tiers[what]),
            kind=pl.Series(self.kinds[what]),
            grape=pl.Series(self.catalogue.attributes["grape"][what]),
        )
        tiers = bought.group_by("customer").agg(top_tier=pl.col("tier").max(), products=pl.len())
        kinds = _most(bought, "kind", by=["customer"])
        grapes = _most(bought, "grape", by=["customer", "kind"])
        return (
            orders.join(tiers, on="customer")
            .join(kinds, on="customer", how="left")
            .join(grapes, on=["customer", "kind"], how="left")
            .with_columns(
                pl.col("kind", "grape").fill_null(UNKNOWN), pl.col("orders", "products").cast(pl.Int64)
            )
            .sort("customer")
        )


def _most(bought: pl.DataFrame, name: str, *, by: list[str]) -> pl.DataFrame:
    """The value of a column that was bought on most days, of those that are known."""
    known = bought.filter(pl.col(name) != UNKNOWN).group_by(*by, name).agg(days=pl.col("times").sum())
    first = known.sort(*by, "days", name, descending=[*(False for _each in by), True, False])
    return first.unique(by, keep="first", maintain_order=True).drop("days")


def fixed(weights: Mapping[str, float], name: str) -> int:
    """A weight in UNIT, rounded."""
    return round(weights[name] * UNIT)


def upsell(
    market: Market, customers: pl.DataFrame, weights: Mapping[str, float], *, limit: int
) -> pl.DataFrame:
    """UPSELL: of the customer's kind, of a tier strictly above every one they bought, so never bought before.

    The score is the share of buyers, more for the customer's own grape, and for a tier that is not far: the weight of
    the step is divided by how many tiers it goes up. `customers` are rows of `Market.tastes`. Facts: `f_buyers`,
    `f_popularity_rank`, `f_tier`, `f_highest_tier_bought`.
    """
    groups = customers.filter(pl.col("kind") != UNKNOWN).select("kind", "top_tier", "grape").unique()
    offered = (
        groups.sort(groups.columns)
        .with_row_index("group")
        .join(market.on_sale.rename({"grape": "own_grape"}), on="kind")
        .filter(pl.col("tier") > pl.col("top_tier"))
        .with_columns(
            c_popularity=pl.col("share") * fixed(weights, "upsell_popularity") // UNIT,
            c_grape=((pl.col("grape") == pl.col("own_grape")) & (pl.col("grape") != UNKNOWN)).cast(pl.Int64)
            * fixed(weights, "upsell_grape"),
            c_step=fixed(weights, "upsell_step") // (pl.col("tier") - pl.col("top_tier")),
            f_tier="tier",
            f_highest_tier_bought="top_tier",
        )
    )
    return _handed_out(offered, customers, ["kind", "top_tier", "grape"], limit)


def winback(
    market: Market, customers: pl.DataFrame, weights: Mapping[str, float], *, limit: int
) -> pl.DataFrame:
    """WINBACK: what most customers bought, to everybody the same, bought before or not.

    Facts: `f_buyers`, `f_popularity_rank`, and `f_days_since` the customer's last purchase.
    """
    offered = market.on_sale.with_columns(
        group=pl.lit(0), c_popularity=pl.col("share") * fixed(weights, "winback_popularity") // UNIT
    )
    handed = _handed_out(offered, customers.with_columns(group=pl.lit(0)), ["group"], limit)
    return handed.join(
        customers.select("customer", f_days_since="last"), on="customer", maintain_order="left"
    )


def nurture(
    market: Market, customers: pl.DataFrame, weights: Mapping[str, float], *, limit: int
) -> pl.DataFrame:
    """NURTURE: what most customers bought and this one did not, more of it from the customer's kind where it is known.

    `customers` has the columns `customer`, `kind` and `products` (how many they bought, 0 for none at all). Facts:
    `f_buyers`, `f_popularity_rank`.
    """
    groups = customers.select("kind").unique().sort("kind").with_row_index("group")
    offered = groups.join(market.on_sale.rename({"kind": "own_kind"}), how="cross").with_columns(
        c_popularity=pl.col("share") * fixed(weights, "nurture_popularity") // UNIT,
        c_taste=((pl.col("kind") == pl.col("own_kind")) & (pl.col("kind") != UNKNOWN)).cast(pl.Int64)
        * fixed(weights, "nurture_taste"),
    )
    ranked = _ranked(offered)
    bought = market.history.pairs.select("customer", "product")
    most: int = customers["products"].max() or 0  # type: ignore[assignment]  # of an empty column
    parts, done, bound = [], -1, 1
    while done < most:  # those who bought few need few places looked at
        some = customers.filter(pl.col("products").is_between(done, bound, closed="right"))
        found = (
            some.select("customer", "kind")
            .join(ranked.filter(pl.col("place") < bound + limit), on="kind")
            .join(bought, on=["customer", "product"], how="anti")
        )
        parts.append(best(found.select("customer", "product", pl.col("^[cf]_.*$")), limit=limit))
        done, bound = bound, 4 * bound
    return pl.concat(parts).sort("customer", maintain_order=True)


def _handed_out(offered: pl.DataFrame, customers: pl.DataFrame, group: list[str], limit: int) -> pl.DataFrame:
    """Each customer gets the best of their group's offers."""
    found = customers.select("customer", *group).join(
        _ranked(offered).filter(pl.col("place") < limit), on=group
    )
    return best(found.select("customer", "product", pl.col("^[cf]_.*$")), limit=limit)


def _ranked(offered: pl.DataFrame) -> pl.DataFrame:
    """The offers of each `group`, the best first, with their `place` from 0; components in integers."""
    return (
        offered.with_columns(score=pl.sum_horizontal(pl.col("^c_.*$")))
        .sort("group", "score", "product", descending=[False, True, False])
        .with_columns(place=pl.int_range(pl.len()).over("group"))
        .drop("score")
    )
