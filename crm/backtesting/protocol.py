"""The backtest: rolling origins, the whole catalogue, the same models that make a run.

The catalogue is today's, because nobody kept those of then: the names and makers of products that were first sold later
are among the words that tell labels apart. What a customer took back whole counts as never bought, which a run does not
offer as new either.

At each cutoff the methods see the lines before it, and are asked about every customer who bought before it and again
within the horizon after it. They rank all products that had been bought by anybody; the first three count, and of those
that the customer had never bought the first three again. What was bought for the first time by anybody after the cutoff
belongs to what was to be found, though nobody could: no method is spared what it cannot know.

Measures, a mean over the customers of a cutoff and then over the cutoffs:

- `hr`: did they buy any of the three (HR@3);
- `ndcg`: Σ 1 / log₂(rank + 1) over those bought, over the most that was to be had (NDCG@3);
- `new_hr`: HR@3 where only never-bought products are recommended and counted;
- `coverage`: the distinct products among all that were recommended / the products bought before the cutoff.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl
import scipy.sparse as sp

from ..frames import day_number
from ..recommending.demand import buyers
from ..recommending.history import Catalogue, History, Ints, build_history
from ..recommending.similarity import bought_matrix
from .metrics import UNIT, hit_rate, hits, ndcg

#: How many products are recommended to a customer.
PLACES = 3

#: How many customers are scored at a time: what bounds the memory.
CHUNK = 1_024

MEASURES = ("hr", "ndcg", "new_hr")


@dataclass(frozen=True, eq=False)
class Fold:
    """A cutoff: what was known, and what the customers active on both sides bought then.

    `customers` are their numbers; `future` is customers × products: 1 where bought within the horizon.
    """

    history: History
    catalogue: Catalogue
    customers: Ints
    future: sp.csr_array

    @cached_property
    def known(self) -> npt.NDArray[np.bool_]:
        """The products that anybody had bought."""
        return buyers(self.history) > 0

    @cached_property
    def past(self) -> sp.csr_array:
        """Customers × products: 1 where bought before."""
        return bought_matrix(self.history)


@dataclass(frozen=True, eq=False)
class Lists:
    """The products recommended to a fold's customers, customers × PLACES, −1 where there are no more.

    `fresh` are those recommended where only what they never bought is.
    """

    all: Ints
    fresh: Ints


#: A method ranks the catalogue for a fold's customers.
Method = Callable[[Fold], Lists]


@dataclass(frozen=True, eq=False)
class Result:
    """What came of a method at a cutoff: the measures of each customer of the fold in UNIT, and the coverage."""

    measures: Mapping[str, Ints]
    coverage: float


def make_fold(
    orders: pl.DataFrame, customers: pl.DataFrame, catalogue: Catalogue, *, cutoff: date, horizon: int
) -> Fold:
    """The fold of a cutoff and so many days after it; the day of the cutoff is the first of them.

    Everything counts as on sale: what is today says nothing about then.
    """
    catalogue = replace(catalogue, active=np.ones(len(catalogue), dtype=np.bool_))
    history = build_history(orders, customers, catalogue, as_of=cutoff)
    later = orders.filter(pl.col("day") >= day_number(cutoff))
    future = bought_matrix(build_history(later, customers, catalogue, as_of=cutoff + timedelta(days=horizon)))
    before = np.bincount(history.customer, minlength=len(history.customers)) > 0
    after = np.diff(future.indptr) > 0
    return Fold(history, catalogue, np.flatnonzero(before & after), future)


def evaluate(fold: Fold, lists: Lists) -> Result:
    """The measures of these lists."""
    measures: dict[str, list[Ints]] = {name: [] for name in MEASURES}
    for start in range(0, len(fold.customers), CHUNK):
        part = slice(start, start + CHUNK)
        future = fold.future[fold.customers[part]].toarray() > 0
        found = hits(lists.all[part], future)
        measures["hr"].append(hit_rate(found))
        measures["ndcg"].append(ndcg(found, future.sum(axis=1)))
        measures["new_hr"].append(hit_rate(hits(lists.fresh[part], future)))
    recommended = np.unique(lists.all[lists.all >= 0])
    return Result(
        {
            name: np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)
            for name, parts in measures.items()
        },
        len(recommended) / max(1, int(fold.known.sum())),
    )


def by_scores(fold: Fold, scorer: Callable[[Ints], npt.NDArray[np.float64]]) -> Lists:
    """The lists of a method that scores every product; among equals in the order of the products' keys.

    `scorer` takes numbers of customers and returns customers × products, which are consumed.
    """
    whole, fresh = [], []
    for start in range(0, len(fold.customers), CHUNK):
        customers = fold.customers[start : start + CHUNK]
        scores = scorer(customers)
        scores[:, ~fold.known] = -np.inf
        new = scores.copy()
        new[fold.past[customers].nonzero()] = -np.inf
        whole.append(first(scores))
        fresh.append(first(new))
    nobody = np.zeros((0, PLACES), dtype=np.int64)
    return Lists(np.concatenate([nobody, *whole]), np.concatenate([nobody, *fresh]))


def first(scores: npt.NDArray[np.float64]) -> Ints:
    """The PLACES highest of each row, −1 where none are left; the scores are consumed."""
    rows = np.arange(len(scores))
    lists = np.full((len(scores), PLACES), -1, dtype=np.int64)
    for place in range(PLACES):
        at = scores.argmax(axis=1)  # the first of the highest
        lists[:, place] = np.where(scores[rows, at] > -np.inf, at, -1)
        scores[rows, at] = -np.inf
    return lists


def by_candidates(fold: Fold, candidates: pl.DataFrame) -> Ints:
    """The best PLACES of a model's candidates of a fold's customers, −1 where there are no more."""
    table = np.full((len(fold.history.customers), PLACES), -1, dtype=np.int64)
    placed = candidates.with_columns(place=pl.int_range(pl.len()).over("customer"))
    placed = placed.filter(pl.col("place") < PLACES)
    table[placed["customer"].to_numpy(), placed["place"].to_numpy()] = placed["product"].to_numpy()
    return table[fold.customers]


def appended(lists: Ints, others: Ints) -> Ints:
    """The first list, and after its end the other one; they have nothing in common."""
    both = np.concatenate([lists, others], axis=1)
    order = np.argsort(both < 0, axis=1, kind="stable")[:, :PLACES]
    return np.take_along_axis(both, order, axis=1)


def mean(results: Sequence[Result], measure: str) -> float:
    """The mean of a measure over the cutoffs."""
    if measure == "coverage":
        return float(np.mean([result.coverage for result in results]))
    means = [int(result.measures[measure].sum()) / UNIT / len(result.measures[measure]) for result in results]
    return float(np.mean(means))
