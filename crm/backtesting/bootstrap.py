"""How sure a difference between two methods is: a paired bootstrap, clustered by customer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..recommending.history import Ints
from .metrics import UNIT

#: How often the customers are drawn again, and from which start.
DRAWS, SEED = 2_000, 20_200_725

#: What the interval leaves out on either side.
TAIL = 0.025


def interval(customers: Sequence[Ints], differences: Sequence[Ints]) -> tuple[float, float]:
    """The 95 % interval of the mean difference, the mean over the customers of a cutoff and then over the cutoffs.

    `customers` are the numbers of each cutoff's customers, `differences` theirs in UNIT. Customers are drawn with
    replacement, each with all of their cutoffs: what somebody does at one cutoff says something of the next. The limits
    are percentiles of DRAWS draws (Efron 1979; Field and Welsh 2007 for clusters).
    """
    everybody = np.unique(np.concatenate(customers))
    count = len(everybody)
    places = [np.searchsorted(everybody, each) for each in customers]
    generator = np.random.default_rng(SEED)
    means = np.empty(DRAWS)
    for draw in range(DRAWS):
        weights = np.bincount(generator.integers(0, count, count), minlength=count)
        parts = []
        for place, difference in zip(places, differences, strict=True):
            weight = weights[place]
            number = int(weight.sum())
            if number:
                parts.append(int((weight * difference).sum()) / UNIT / number)
        means[draw] = sum(parts) / max(1, len(parts))
    low, high = np.quantile(means, [TAIL, 1 - TAIL])
    return float(low), float(high)
