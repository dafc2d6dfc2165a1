"""The measures of a ranked list, in whole numbers, so that their sums do not depend on their order."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..recommending.history import Ints

#: What 1.0 is in the integers that are summed.
UNIT = 1_000_000_000


def hits(lists: Ints, future: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Which of the products recommended (customers × places, −1 for none) were bought (customers × products)."""
    return np.take_along_axis(future, np.maximum(lists, 0), axis=1) & (lists >= 0)


def hit_rate(found: npt.NDArray[np.bool_]) -> Ints:
    """Was anything of each row of `hits` bought: UNIT or 0."""
    return np.where(found.any(axis=1), UNIT, 0).astype(np.int64)


def ndcg(found: npt.NDArray[np.bool_], bought: Ints) -> Ints:
    """The normalised discounted cumulative gain of each row of `hits`, in UNIT; 0 for who bought nothing.

    Järvelin and Kekäläinen (2002), gain 1: Σ 1 / log₂(rank + 1) over the hits, over the same sum of the ranks that as
    many products as were bought could have filled.
    """
    discounts = 1 / np.log2(np.arange(2, found.shape[1] + 2))
    gains = np.where(found, discounts, 0.0)
    most = np.concatenate([[np.inf], np.cumsum(discounts)])[np.minimum(bought, found.shape[1])]
    total = np.zeros(len(found))
    for place in range(found.shape[1]):
        total += gains[:, place]
    return np.rint(UNIT * total / most).astype(np.int64)
