"""What the models have to be better than. Each scores every product for every customer.

How often a customer bought something is on how many days. Popularity, which is how many customers bought a product,
breaks the ties of all; then the products' keys do.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from ..recommending.demand import buyers
from ..recommending.history import Catalogue, Ints
from ..recommending.similarity import bought_matrix, cosine_neighbours
from .protocol import Fold, Lists, by_scores

Floats = npt.NDArray[np.float64]

#: What popularity weighs beside a score, where it breaks its ties: less than any two scores differ by that mean it.
_TIE = 2.0**-40


def popularity(fold: Fold) -> Lists:
    """How many customers bought it."""
    known = buyers(fold.history).astype(np.float64)
    return by_scores(fold, lambda customers: np.tile(known, (len(customers), 1)))


def p_top_freq(fold: Fold) -> Lists:
    """Personal top frequency: how often the customer bought it, then popularity (Hu et al., SIGIR 2020)."""
    times = bought_matrix(fold.history, "times")
    return by_scores(fold, lambda customers: _broken(fold, times[customers].toarray()))


def item_knn(fold: Fold) -> Lists:
    """Σ cosine(product, other) × how often the customer bought the other, over a product's 100 nearest and itself."""
    near = cosine_neighbours(fold.past, itself=True)
    times = bought_matrix(fold.history, "times")
    return by_scores(fold, lambda customers: _broken(fold, (times[customers] @ near).toarray() / 2.0**20))


def content(fold: Fold) -> Lists:
    """(Share of its type + share of its maker in what the customer bought) × √popularity.

    The type is the category, or the family where nobody gave categories. Where there is neither it is popularity.
    """
    times = bought_matrix(fold.history, "times").astype(np.float64)
    root = np.sqrt(buyers(fold.history).astype(np.float64))
    groups = [_members(values) for values in (_types(fold.catalogue), fold.catalogue.attributes["producer"])]

    def score(customers: Ints) -> Floats:
        own = times[customers]
        total = own.sum(axis=1)
        liked = sum(((own @ of) @ of.T).toarray() for of in groups) / total[:, None]
        return _broken(fold, liked * root)

    return by_scores(fold, score)


def _types(catalogue: Catalogue) -> Ints:
    kinds = catalogue.attributes["category"]
    return kinds if (kinds >= 0).any() else catalogue.attributes["family"]


def _members(values: Ints) -> sp.csr_array:
    """Products × values: 1 where the product has the value."""
    known = np.flatnonzero(values >= 0)
    shape = (len(values), max(1, int(values.max(initial=-1)) + 1))
    return sp.csr_array((np.ones(len(known)), (known, values[known])), shape=shape)


def _broken(fold: Fold, scores: npt.NDArray[np.generic]) -> Floats:
    """The scores with their ties broken by popularity."""
    known = buyers(fold.history)
    return scores.astype(np.float64) + known * (_TIE / max(1, int(known.max(initial=0))))
