"""Who is recommended what: the scenarios of each customer, and how they share the ranks.

- A customer whose last purchase is more than `lapsed_days` days before the run is lapsed: WINBACK alone.
- One with fewer than `nurture_orders` orders, or none, is too little known: NURTURE alone.
- Anybody else gets REBUY, CROSS_SELL and UPSELL in turn, rank by rank, each with the best candidate that has no rank
  yet; a scenario that has none left passes its turn on to the next. So rank 1 is what they most likely buy again,
  rank 2 something new, rank 3 something finer.

Scores compare the candidates of one scenario; ranks are the order of the turns. Equal scores are in the order of the
products' keys. Purchases that were cancelled count for nothing, except that what was ever ordered is not called new.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from ..choices import Scenario
from .candidates import LIMIT, score
from .cross_sell import cross_sell
from .history import Catalogue, History
from .offers import UNKNOWN, Market, nurture, upsell, winback
from .rebuy import rebuy

#: The scenarios of those who are known and not lapsed, in the order of their turns.
TURNS = (Scenario.REBUY, Scenario.CROSS_SELL, Scenario.UPSELL)

#: What a model is asked for.
Model = Callable[[History, Catalogue], pl.DataFrame]

#: The components and facts of each scenario's items as a frame, with `customer`, `rank`, `product` and `score`.
Items = dict[str, pl.DataFrame]


def split_customers(
    market: Market, customers: pl.DataFrame, config: Mapping[str, Any]
) -> dict[str, pl.DataFrame]:
    """The rows of these customers (`customer`) with their tastes: "lapsed", "little_known" and "known"."""
    everybody = customers.select("customer").join(
        market.tastes, on="customer", how="left", maintain_order="left"
    )
    everybody = everybody.with_columns(
        pl.col("orders", "products").fill_null(0), pl.col("kind", "grape").fill_null(UNKNOWN)
    )
    lapsed = (pl.col("last") > config["lapsed_days"]).fill_null(False)
    little = pl.col("orders") < config["nurture_orders"]
    return {
        "lapsed": everybody.filter(lapsed),
        "little_known": everybody.filter(~lapsed & little),
        "known": everybody.filter(~lapsed & ~little),
    }


def choose_items(
    market: Market, customers: pl.DataFrame, ordered: pl.DataFrame, config: Mapping[str, Any]
) -> Items:
    """The items of these customers by scenario, those of a customer in different scenarios too.

    `customers` holds the numbers of who may get any; `ordered` every pair `customer`, `product` of numbers that was
    ever ordered, what was cancelled too.
    """
    count: int = config["items_per_customer"]
    weights = config["weights"]
    groups = split_customers(market, customers, config)
    items: Items = {
        Scenario.WINBACK: _with_ranks(winback(market, groups["lapsed"], weights, limit=count)),
        Scenario.NURTURE: _with_ranks(nurture(market, groups["little_known"], weights, limit=count)),
    }
    known = groups["known"]
    fresh = cross_sell(market.history, market.catalogue).join(ordered, on=["customer", "product"], how="anti")
    offers: dict[str, pl.DataFrame] = {
        Scenario.REBUY: rebuy(market.history, market.catalogue),
        Scenario.CROSS_SELL: fresh,
        Scenario.UPSELL: upsell(market, known, weights, limit=LIMIT).join(
            ordered, on=["customer", "product"], how="anti"
        ),
    }
    return {**items, **take_turns(known["customer"], offers, count=count)}


def take_turns(customers: pl.Series, offers: Mapping[str, pl.DataFrame], *, count: int) -> Items:
    """Share the ranks 1…count of each customer among the scenarios; see the module."""
    depth = (
        2 * count - 1
    )  # the others take at most count - 1 of a scenario's best: what is beyond is never reached
    places = pl.DataFrame({"customer": customers.cast(pl.UInt32)}).with_row_index("row")
    best = {name: _best_of(places, frame, depth) for name, frame in offers.items()}
    taken = np.full((len(customers), count), -1, dtype=np.int64)
    by = np.full((len(customers), count), -1, dtype=np.int64)
    filled = np.zeros(len(customers), dtype=np.int64)
    for slot in range(count):
        is_open = filled == slot  # whoever got nothing before gets nothing now either
        for turn in range(len(TURNS)):
            scenario = (slot + turn) % len(TURNS)
            mine = best[TURNS[scenario]]
            left = (mine >= 0) & ~(mine[:, :, None] == taken[:, None, :]).any(axis=2)
            rows = np.flatnonzero(is_open & left.any(axis=1))
            taken[rows, slot] = mine[rows, left[rows].argmax(axis=1)]
            by[rows, slot] = scenario
            filled[rows] += 1
            is_open[rows] = False
    chosen = _chosen(customers, taken, by)
    return {
        name: chosen.filter(pl.col("turn") == at)
        .drop("turn")
        .join(offers[name].with_columns(score=score()), on=["customer", "product"], maintain_order="left")
        for at, name in enumerate(TURNS)
    }


def _best_of(places: pl.DataFrame, offered: pl.DataFrame, depth: int) -> Any:
    """Customers × depth: the numbers of the best products in order, −1 where there are no more."""
    found = places.join(offered.select("customer", "product").with_row_index("at"), on="customer").sort("at")
    found = found.with_columns(place=pl.int_range(pl.len()).over("row")).filter(pl.col("place") < depth)
    table = np.full((places.height, depth), -1, dtype=np.int64)
    table[found["row"].to_numpy(), found["place"].to_numpy()] = found["product"].to_numpy()
    return table


def _chosen(customers: pl.Series, taken: Any, by: Any) -> pl.DataFrame:
    rows, slots = np.nonzero(taken >= 0)
    return pl.DataFrame(
        {
            "customer": customers.cast(pl.UInt32).gather(rows),
            "rank": (slots + 1).astype(np.int64),
            "product": taken[rows, slots].astype(np.uint32),
            "turn": by[rows, slots],
        }
    )


def _with_ranks(offered: pl.DataFrame) -> pl.DataFrame:
    """Candidates that are alone: they rank in their own order."""
    return offered.with_columns(
        rank=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("customer"), score=score()
    )


def scenarios_of(items: Items) -> Sequence[str]:
    """The scenarios that have items, in the order of their declaration."""
    return [name for name in Scenario.values if name in items and not items[name].is_empty()]
