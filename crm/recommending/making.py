"""From what was read to the items of a run: exclusions, scenarios, facts, words. No database is needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import polars as pl

from ..choices import Exclusion, Scenario
from .explanations import add_explanations
from .loading import Inputs
from .reasons import add_facts, as_json
from .scenarios import choose_items, scenarios_of

#: The columns of an item as it is written; customers and products by their keys in the database.
ITEM = {
    "customer": pl.Int64,
    "product": pl.Int64,
    "rank": pl.Int64,
    "scenario": pl.String,
    "score": pl.Float64,
    "reasons": pl.String,
    "explanation_fr": pl.String,
    "explanation_en": pl.String,
    "is_holdout": pl.Boolean,
}


@dataclass(frozen=True, eq=False)
class Made:
    """The items, sorted by the customers' codes and the ranks; who got none, `customer` and `reason`, in that order."""

    items: pl.DataFrame
    excluded: pl.DataFrame
    on_sale: int

    def counts(self) -> dict[str, Any]:
        """What `RecoRun.counts` keeps."""
        items = self.items
        products = items["product"].n_unique()
        return {
            "customers": items["customer"].n_unique(),
            "items": items.height,
            "holdout": items.filter("is_holdout")["customer"].n_unique(),
            "products": products,
            "coverage": products / self.on_sale if self.on_sale else 0.0,
            "scenarios": _counted(items["scenario"], Scenario.values),
            "excluded": _counted(self.excluded["reason"], Exclusion.values),
        }


def _counted(values: pl.Series, names: list[str]) -> dict[str, int]:
    found = dict(values.value_counts().iter_rows())
    return {name: found[name] for name in names if name in found}


def is_in_holdout(customer_code: str, config: Mapping[str, Any]) -> bool:
    """Is this customer kept for comparison? A hash of the code decides, so that it is the same in every run."""
    digest = sha256(f"{config['holdout_salt']}:{customer_code}".encode()).digest()
    return int.from_bytes(digest[:8]) % 100 < config["holdout_percent"]


def make_items(inputs: Inputs, config: Mapping[str, Any]) -> Made:
    """The recommendations, each with its reasons and words, and those who get none."""
    everybody = inputs.customers.select("customer", "code").with_row_index("who")
    refused = inputs.excluded.join(everybody, on="customer").sort("who").select("customer", "reason")
    open_to = everybody.join(refused, on="customer", how="anti", maintain_order="left")
    market = inputs.market
    chosen = choose_items(market, open_to.select(customer="who"), inputs.ordered(), config)
    parts = [pl.DataFrame(schema={**ITEM, "who": pl.UInt32}).drop("customer", "is_holdout")]
    for scenario in scenarios_of(chosen):
        items = add_facts(scenario, chosen[scenario], market, inputs.products)
        told = add_explanations(scenario, items, inputs.products)
        ids = pl.Series(market.catalogue.ids)
        parts.append(
            told.select(
                product=ids.gather(told["product"]),
                rank="rank",
                scenario=pl.lit(str(scenario)),
                score="score",
                reasons=as_json(items),
                explanation_fr="explanation_fr",
                explanation_en="explanation_en",
                who="customer",
            )
        )
    items = pl.concat(parts).sort("who", "rank")
    flags = pl.Series([is_in_holdout(code, config) for code in open_to["code"]], dtype=pl.Boolean)
    items = items.join(open_to.with_columns(is_holdout=flags), on="who", maintain_order="left")
    nothing = open_to.join(items, on="who", how="anti", maintain_order="left")
    excluded = pl.concat([refused, nothing.select("customer", reason=pl.lit(str(Exclusion.NO_CANDIDATE)))])
    in_order = excluded.join(everybody, on="customer").sort("who").select("customer", "reason")
    return Made(items.select(list(ITEM)), in_order, on_sale=int(market.catalogue.active.sum()))
