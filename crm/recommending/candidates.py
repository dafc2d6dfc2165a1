"""What the models hand over: the best products of each customer, with what their scores are made of.

A frame with `customer` and `product` (numbers of the history and the catalogue), a column `c_…` for each component, in
the order in which they are summed, and columns `f_…` with the facts behind them. Scores are whole numbers of UNIT: the
sums are exact, in whatever order and on whatever machine they are made.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

#: What a component of 1.0 is in the integers that are computed with: a power of two, so that turning them into floats
#: loses nothing and the components add up exactly.
UNIT = 1 << 20

#: How many candidates a customer has at most.
LIMIT = 20


def in_units(values: Any) -> npt.NDArray[np.int32]:
    """Floats as whole numbers of UNIT, rounded: what a logarithm's last bits may differ by is gone."""
    return np.rint(np.asarray(values) * UNIT).astype(np.int32)


def components_of(candidates: pl.DataFrame) -> list[str]:
    """The columns of the components, in the order in which they are summed."""
    return [name for name in candidates.columns if name.startswith("c_")]


def score() -> pl.Expr:
    """The score: the sum of the components from left to right."""
    return pl.sum_horizontal(pl.col("^c_.*$"))


def best(candidates: pl.DataFrame, *, limit: int = LIMIT) -> pl.DataFrame:
    """The best of each customer, the highest score first and, among equals, in the order of the products' keys.

    Takes components in integers of UNIT and returns them as floats.
    """
    return (
        candidates.with_columns(score=score())
        .sort("customer", "score", "product", descending=[False, True, False])
        .filter(pl.int_range(pl.len()).over("customer") < limit)
        .drop("score")
        .with_columns(pl.col("^c_.*$").cast(pl.Float64) / UNIT)
    )
