"""Why: the facts behind an item that anybody can count again, and the JSON that keeps them beside the components."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from ..choices import Scenario
from .candidates import components_of
from .history import Catalogue
from .offers import UNKNOWN, Market

#: What a product may share with what the customer bought, the most telling first.
SHARED = ("grape", "producer", "category", "family")

#: For the scenarios that recommend what was never bought: what speaks for it.
_NEW = (Scenario.CROSS_SELL, Scenario.UPSELL, Scenario.NURTURE)


def add_facts(scenario: str, items: pl.DataFrame, market: Market, products: pl.DataFrame) -> pl.DataFrame:
    """The items of a scenario with all their facts, as columns `f_…`; what is not known is null.

    `f_price` is what the product costs in cents of `f_currency`. `products` is the frame of products, in the order of
    the catalogue.
    """
    at = pl.int_range(pl.len(), dtype=pl.UInt32).alias("product")
    prices = products.select(at, f_price_cents="price", f_currency="price_currency")
    known = items.join(prices, on="product", maintain_order="left")
    if "f_days_since" in known.columns:
        name = (
            "f_last_purchase" if scenario == Scenario.WINBACK else "f_last_bought"
        )  # of anything, of this one
        days = _dates(known["f_days_since"], market.history.as_of)
        known = known.with_columns(days.alias(name)).drop("f_days_since")
    if scenario in (Scenario.REBUY, Scenario.CROSS_SELL):
        ranks = market.on_sale.select("product", "f_buyers", "f_popularity_rank")
        ranks = ranks.drop(name for name in ranks.columns if name in known.columns and name != "product")
        known = known.join(ranks, on="product", how="left", maintain_order="left")
    return _add_shared(known, market) if scenario in _NEW else known


def _dates(days_since: pl.Series, as_of: date) -> pl.Series:
    """So many days before the run as dates, in ISO 8601."""
    distinct = days_since.unique().sort()
    names = [(as_of - timedelta(days=days)).isoformat() for days in distinct.to_list()]
    return days_since.replace_strict(distinct, pl.Series(names, dtype=pl.String), return_dtype=pl.String)


def _add_shared(items: pl.DataFrame, market: Market) -> pl.DataFrame:
    """Which column of SHARED the product has in common with how many different products that the customer bought."""
    mine = items.select("customer").unique()
    pairs = market.history.pairs.select("customer", "product").join(mine, on="customer", how="semi")
    shared = pl.lit(None, dtype=pl.String)
    bought = pl.lit(None, dtype=pl.Int64)
    for name in reversed(SHARED):
        values = pl.Series(f"a_{name}", market.catalogue.attributes[name])
        of = pl.DataFrame(
            {"product": pl.int_range(len(values), dtype=pl.UInt32, eager=True), values.name: values}
        )
        same = (
            pairs.join(of, on="product")
            .filter(pl.col(values.name) != UNKNOWN)
            .group_by("customer", values.name)
            .agg(pl.len().cast(pl.Int64).alias(f"n_{name}"))
        )
        items = items.join(of, on="product", maintain_order="left").join(
            same, on=["customer", values.name], how="left", maintain_order="left"
        )
        found = pl.col(f"n_{name}").is_not_null()
        shared = pl.when(found).then(pl.lit(name)).otherwise(shared)
        bought = pl.when(found).then(pl.col(f"n_{name}")).otherwise(bought)
    helpers = [f"{letter}_{name}" for name in SHARED for letter in "an"]
    return items.with_columns(f_shared=shared, f_shared_products=bought).drop(helpers)


def as_json(items: pl.DataFrame) -> pl.Series:
    """The reasons of each item as JSON: components in the order of their sum, then the facts that are known."""
    facts = [name for name in items.columns if name.startswith("f_")]
    unknown = [name for name in facts if items[name].null_count()]
    rows = items.with_row_index("at").with_columns(
        pl.col(name).is_null().alias(f"?{name}") for name in unknown
    )
    parts = rows.partition_by([f"?{name}" for name in unknown]) if unknown else [rows]
    texts = [_encoded(part, [name for name in facts if not part[name].null_count()]) for part in parts]
    return pl.concat(texts).sort("at")["reasons"].alias("reasons")


def _encoded(part: pl.DataFrame, facts: list[str]) -> pl.DataFrame:
    components = pl.concat_list(
        pl.struct(name=pl.lit(name.removeprefix("c_")), value=pl.col(name)) for name in components_of(part)
    )
    named = pl.struct(pl.col(name).alias(name.removeprefix("f_")) for name in facts)
    both = pl.struct(components=components, facts=named) if facts else pl.struct(components=components)
    return part.select("at", reasons=both.struct.json_encode())


def shared_values(catalogue: Catalogue, products: pl.DataFrame) -> pl.DataFrame:
    """What each product is of each column of SHARED: `product`, `shared`, `value`."""
    at = pl.int_range(len(catalogue), dtype=pl.UInt32, eager=True).alias("product")
    columns = [
        pl.DataFrame([at, pl.Series("value", products[name].cast(pl.String))]).with_columns(
            shared=pl.lit(name)
        )
        for name in SHARED
    ]
    return pl.concat(columns).drop_nulls().select("product", "shared", "value")
