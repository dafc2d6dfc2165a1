"""TIFU-KNN: a customer's own frequencies, decayed by basket, blended with those of the customers most like them.

Hu, He, Gao and Zhang, « Modeling Personalized Item Frequency Information for Next-basket Recommendation », SIGIR 2020.
With the values published with it for the dataset nearest to a shop's, and not tuned here.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl
import scipy.sparse as sp

from ..recommending.history import History, Ints
from .protocol import Fold, Lists, by_scores

#: The neighbours, what the customer's own vector weighs, the decays within and between groups, and how many groups.
NEIGHBOURS, OWN, WITHIN, BETWEEN, GROUPS = 300, 0.7, 0.9, 0.7, 7

#: How many customers' distances to all others are held at a time.
ROWS = 256


def tifu_knn(fold: Fold) -> Lists:
    """The blend of the customer's vector and the mean of their neighbours'; a basket is a day's purchases."""
    vectors = frequency_vectors(fold.history)
    there = np.flatnonzero(np.diff(vectors.indptr))
    others = vectors[there]
    squares = np.asarray((others * others).sum(axis=1)).ravel()

    def score(customers: Ints) -> npt.NDArray[np.float64]:
        parts = []
        for start in range(0, len(customers), ROWS):
            asked = customers[start : start + ROWS]
            near = _neighbours(vectors[asked], others, squares, np.searchsorted(there, asked))
            parts.append((OWN * vectors[asked] + (1 - OWN) * (near @ others)).toarray())
        return np.concatenate(parts)

    return by_scores(fold, score)


def frequency_vectors(history: History) -> sp.csr_array:
    """Customers × products: the mean over the groups, decayed, of the mean over their baskets, decayed.

    A customer's baskets in their order are cut into at most GROUPS groups, the latest ones a basket larger where they
    cannot be equal.
    """
    days = history.days
    visits = days.group_by("customer").agg(visits=pl.col("visits_since").max() + 1)
    days = days.join(visits, on="customer", maintain_order="left")
    count, ago = days["visits"].to_numpy(), days["visits_since"].to_numpy()
    groups = np.minimum(count, GROUPS)
    small, large = np.divmod(count, groups)
    edge = large * (small + 1)
    is_large = ago < edge
    size = np.where(is_large, small + 1, small)
    rest = np.where(is_large, ago, ago - edge)
    group = rest // size + np.where(is_large, 0, large)
    weights = _powers(WITHIN, rest % size) / size * _powers(BETWEEN, group) / groups
    where = (days["customer"].to_numpy(), days["product"].to_numpy())
    return sp.csr_array((weights, where), shape=(len(history.customers), history.product_count))


def _powers(base: float, exponents: Ints) -> npt.NDArray[np.float64]:
    """The powers, by multiplication alone."""
    table = np.cumprod(np.concatenate([[1.0], np.full(int(exponents.max(initial=0)), base)]))
    return table[exponents]


def _neighbours(
    asked: sp.csr_array, others: sp.csr_array, squares: npt.NDArray[np.float64], own: Ints
) -> sp.csr_array:
    """Customers × others: what each of the nearest weighs in their mean; nobody is their own neighbour."""
    distances = squares - 2 * (asked @ others.T).toarray()  # each less the same number in its row
    distances[np.arange(len(own)), own] = np.inf
    count = min(NEIGHBOURS, others.shape[0] - 1)
    near = np.argsort(distances, axis=1, kind="stable")[:, :count]
    rows = np.repeat(np.arange(len(own)), count)
    weights = np.full(len(rows), 1 / max(1, count))
    return sp.csr_array((weights, (rows, near.ravel())), shape=distances.shape)
