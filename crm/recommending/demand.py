"""How much a product is asked for at present."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .candidates import UNIT
from .history import History, Ints

#: After so many days a purchase counts for a quarter.
DAYS = 7

#: So many recent purchases are needed before they count for as much as what was to be expected.
EXPECTED = 3


def buyers(history: History) -> Ints:
    """How many customers bought each product."""
    return np.bincount(history.pairs["product"].to_numpy(), minlength=history.product_count)


def repeat_buyers(history: History) -> Ints:
    """How many customers bought each product on two days or more."""
    pairs = history.pairs
    often = pairs["product"].to_numpy()[pairs["times"].to_numpy() > 1]
    return np.bincount(often, minlength=history.product_count)


def demand(history: History) -> npt.NDArray[np.float64]:
    """The buyers of each product, times how far its recent sales go beyond what so many buyers lead to expect.

    Recent sales are v = Σ (7 / (7 + days ago))² over the days on which a customer bought it; the buyers n of all
    products together lead to expect e = n Σv / Σn. The result is n (v + 3) / (e + 3): of what sells seldom the long
    run decides, of what sells often the last weeks do.
    """
    known = buyers(history).astype(np.float64)
    days = history.days
    weights = UNIT * DAYS**2 // (DAYS + days["day"].to_numpy()) ** 2
    recent = np.zeros(history.product_count, dtype=np.int64)
    np.add.at(recent, days["product"].to_numpy(), weights)
    sales = recent / UNIT
    expected = known * (int(recent.sum()) / UNIT / max(1.0, known.sum()))
    return known * (sales + EXPECTED) / (expected + EXPECTED)
