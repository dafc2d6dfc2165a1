"""What a customer buys more often than others do: of a maker, a kind, a grape, a price."""

from __future__ import annotations

from math import isqrt

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from .candidates import in_units
from .history import Catalogue, History, Ints

#: How many purchases a customer's tastes are doubted by: with so many of a value, and no more than others buy of it,
#: an excess of log 2 is reached.
DOUBT = 2

#: The lower limits of the bands of prices, in cents: each √2 times the one before it, from one cent to ten millions.
_BANDS = np.array([isqrt(isqrt(1 << (2 * step - 1))) for step in range(1, 61)])


def price_bands(history: History) -> Ints:
    """The band of what was paid for a piece of each product on average, −1 where it was never sold or for nothing."""
    size = history.product_count
    pieces, cents = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    np.add.at(pieces, history.product, history.quantity)
    np.add.at(cents, history.product, history.cents)
    prices = cents // np.maximum(pieces, 1)
    return np.where(prices > 0, np.searchsorted(_BANDS, prices, side="right"), -1)


def attributes_of(history: History, catalogue: Catalogue) -> dict[str, Ints]:
    """The numbers of the values of each attribute that tastes are read from, where there are any."""
    found = {
        "maker": catalogue.attributes["producer"],
        "kind": catalogue.attributes["category"],
        "family": catalogue.attributes["family"],
        "grape": catalogue.attributes["grape"],
        "price": price_bands(history),
    }
    return {name: values for name, values in found.items() if (values >= 0).any()}


class Tastes:
    """The excess of each value of an attribute in what a customer bought: log(1 + n / (DOUBT · p)).

    n is on how many days the customer bought something of that value, product by product, and p the value's share of
    all that customers bought. 0 for what they never bought of, and where nothing is known.
    """

    def __init__(self, values: Ints, bought: Ints, *, weight: float) -> None:
        """`values` of the products, −1 where not known, `bought` by how many customers; a component of this weight."""
        self.weight = weight
        known = np.flatnonzero(values >= 0)
        count = int(values.max()) + 1
        of = (np.ones(len(known), dtype=np.int64), (known, values[known]))
        self.of = sp.csr_array(of, shape=(len(values), count))
        sold = np.asarray(self.of.T @ bought).ravel()
        self.share = np.maximum(sold, 1) / max(1, int(bought.sum()))
        #: Which column of the table a product's component is in.
        self.columns = np.where(values >= 0, values, count)

    def table(self, times: sp.csr_array) -> npt.NDArray[np.int32]:
        """Customers × values, in UNIT, of the days on which these customers bought each product.

        The last column, of zeros, is for what is not known.
        """
        own = (times @ self.of).tocsr()
        table = np.zeros((own.shape[0], own.shape[1] + 1), dtype=np.int32)
        rows = np.repeat(np.arange(own.shape[0]), np.diff(own.indptr))
        excess = np.log1p(own.data / (DOUBT * self.share[own.indices]))
        table[rows, own.indices] = in_units(self.weight * excess)
        return table
