"""CROSS_SELL: which products a customer never bought they may like.

score = log(1 + demand) + Σ w log(1 + n / 2p) over maker, kind, family, grape and price band
        + 0.55 log(1 + 100 × mean cosine with what they bought, by who bought both)
        + 0.6 log(1 + 100 × mean cosine with what they bought, by the words of the labels)

Demand: see `demand`; n and p, how often the customer and how much everybody buys of the product's maker, and so on: see
`tastes`; the cosines: see `similarity`. What a catalogue does not say adds nothing, so the same weights serve a shop
that knows the maker of each bottle and one that knows labels alone. What nobody bought yet is never offered.

Tuned on the wine orders (90 days from 1 April, May, June 2017) and Online Retail (28 days from 10 and 24 January and
7 February 2011): newHR@3 is .091 and .319, where item-kNN has .038 and .249 and content .057 on wine. On the last
cutoffs, 3 July and 4 March, looked at once, it is .056 and .257, item-kNN's .019 and .242, content's .037 on wine.

The weights come from a conditional logit of what was bought next over both files, rounded; a third more or less of
any of them stays within the noise. Tried by themselves: co-purchase (.019 and .289), maker and kind with popularity
(.078 on wine), words with demand (.259 on Online Retail), recent popularity (.024 and .240); neighbours among customers
added nothing to the rest. It stops at what can be known: who tries a new wine picks one of hundreds, mostly of a kind
they know. Weights of families and grapes are guesses: neither file has any.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import scipy.sparse as sp

from .candidates import LIMIT, UNIT, best, in_units
from .demand import buyers, demand
from .history import Catalogue, History
from .similarity import bought_matrix, cosine_neighbours, word_neighbours
from .tastes import Tastes, attributes_of

#: What each component counts for.
WEIGHTS = {
    "demand": 1.0,
    "maker": 0.25,
    "kind": 0.5,
    "family": 0.2,
    "grape": 0.3,
    "price": 0.2,
    "together": 0.55,
    "words": 0.6,
}

#: Pairs bought by fewer in common than this are hardly alike.
SHRINK = 5

#: How alike to what a customer bought a product must be, on average, to add log 2.
ALIKE = 0.01

#: How many scores are computed at a time: what bounds the memory, and few enough for a processor's cache.
CELLS = 1 << 19

#: At most so many chunks at a time: each has its own customers, and all sums are of integers.
THREADS = min(4, os.cpu_count() or 1)

Scores = npt.NDArray[np.int32]


def cross_sell(history: History, catalogue: Catalogue) -> pl.DataFrame:
    """The candidates among what each customer never bought, others did, and is on sale.

    Facts: `f_buyers` (customers who bought it).
    """
    known = buyers(history)
    tastes = {
        f"c_{name}": Tastes(values, known, weight=WEIGHTS[name])
        for name, values in attributes_of(history, catalogue).items()
    }
    bought, times = bought_matrix(history), bought_matrix(history, "times")
    alike = {
        "c_together": (cosine_neighbours(bought, shrink=SHRINK), WEIGHTS["together"]),
        "c_words": (word_neighbours(catalogue), WEIGHTS["words"]),
    }
    asked = in_units(WEIGHTS["demand"] * np.log1p(demand(history)))
    closed = np.flatnonzero(~catalogue.active | (known == 0))

    def candidates_of(rows: npt.NDArray[np.intp]) -> pl.DataFrame:
        own = bought[rows]
        total = np.tile(asked, (len(rows), 1))
        room = np.empty_like(total)
        tables = {name: taste.table(times[rows]) for name, taste in tastes.items()}
        for name, table in tables.items():
            total += np.take(table, tastes[name].columns, axis=1, out=room, mode="clip")
        likeness = {name: _likeness(own, near, weight) for name, (near, weight) in alike.items()}
        for values in likeness.values():
            total += values
        total[own.nonzero()] = -1
        total[:, closed] = -1
        who, what = _highest(total)
        pairs = {
            "customer": rows[who].astype(np.uint32),
            "product": what.astype(np.uint32),
            "c_demand": asked[what],
            **{name: table[who, tastes[name].columns[what]] for name, table in tables.items()},
            **{name: values[who, what] for name, values in likeness.items()},
            "f_buyers": known[what],
        }
        return best(pl.DataFrame(pairs))

    with ThreadPoolExecutor(THREADS) as threads:
        return pl.concat(threads.map(candidates_of, _chunks(bought)))


def _chunks(bought: sp.csr_array) -> Iterator[npt.NDArray[np.intp]]:
    """The numbers of the customers who bought anything, so many at a time; one empty chunk if there are none."""
    rows = np.flatnonzero(np.diff(bought.indptr))
    size = max(1, CELLS // max(1, bought.shape[1]))
    for start in range(0, max(1, len(rows)), size):
        yield rows[start : start + size]


def _likeness(own: sp.csr_array, near: sp.csr_array, weight: float) -> Scores:
    """Customers × products, in UNIT: log(1 + mean likeness to what the customer bought / ALIKE)."""
    sums = (own @ near).tocsr()
    counts = np.repeat(np.diff(own.indptr), np.diff(sums.indptr))
    sums.data = in_units(weight * np.log1p(sums.data / (counts * (ALIKE * UNIT))))
    return sums.astype(np.int32).toarray()


def _highest(total: Scores) -> tuple[Any, ...]:
    """Where the LIMIT highest of each row are, and what equals the last of them; never what is below 0."""
    width = total.shape[1]
    if width <= LIMIT:
        return np.nonzero(total >= 0)
    last = np.partition(total, width - LIMIT, axis=1)[:, width - LIMIT]
    return np.nonzero(total >= np.maximum(last, 0)[:, None])
