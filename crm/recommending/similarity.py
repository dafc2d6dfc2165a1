"""How alike two products are, by who bought them and by what they are called.

All in integers, so that sums over neighbours are exact. Of each product the nearest are kept.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
import scipy.sparse as sp

from .candidates import UNIT
from .history import Catalogue, History, Ints

#: How many neighbours of a product count.
NEIGHBOURS = 100

#: What a word's weight is in the integers that are multiplied.
_WEIGHT = 1 << 10


def bought_matrix(history: History, values: str | None = None) -> sp.csr_array:
    """Customers × products: 1 where bought, or that column of the history's pairs."""
    pairs = history.pairs
    data = np.ones(pairs.height, dtype=np.int64) if values is None else pairs[values].to_numpy()
    shape = (len(history.customers), history.product_count)
    where = (pairs["customer"].to_numpy(), pairs["product"].to_numpy())
    return sp.csr_array((data, where), shape=shape)


def cosine_neighbours(bought: sp.csr_array, *, shrink: int = 0, itself: bool = False) -> sp.csr_array:
    """Products × products: how alike those nearest to each row's product are, in UNIT.

    |a ∩ b| / (√(|a| |b|) + shrink) over the customers who bought them: the cosine, less sure where few bought both.
    With `itself` a product is its own neighbour.
    """
    together = (bought.T @ bought).tocoo()
    sizes = np.bincount(bought.indices, minlength=bought.shape[1])
    return _nearest(together, sizes, shrink, itself)


def word_neighbours(catalogue: Catalogue) -> sp.csr_array:
    """Products × products: how alike the labels of those nearest to each row's product are, in UNIT.

    The cosine of their words, each weighing the more the rarer it is (log of products / products with it). Words of a
    single product join nothing, words of more than a fifth of them tell nothing apart.
    """
    count = len(catalogue)
    spread = Counter(word for each in catalogue.words for word in each)
    kept = sorted(word for word, times in spread.items() if times >= 2 and times * 5 <= count)
    telling = {word: at for at, word in enumerate(kept)}
    rows = [at for at, each in enumerate(catalogue.words) for word in each if word in telling]
    columns = [telling[word] for each in catalogue.words for word in each if word in telling]
    rarity = np.rint(_WEIGHT * np.log([count / spread[word] for word in kept])).astype(np.int64)
    weights = rarity[columns] if columns else np.zeros(0, dtype=np.int64)
    bags = sp.csr_array((weights, (rows, columns)), shape=(count, max(1, len(kept))))
    squares = np.asarray((bags * bags).sum(axis=1)).ravel()
    return _nearest((bags @ bags.T).tocoo(), squares, 0, False)


def _nearest(products: sp.coo_array, squares: Ints, shrink: int, itself: bool) -> sp.csr_array:
    """The cosines of those products with the greatest; among equals those of lower number."""
    rows, columns, values = products.row, products.col, products.data
    if not itself:
        apart = rows != columns
        rows, columns, values = rows[apart], columns[apart], values[apart]
    lengths = np.sqrt(squares.astype(np.float64))
    alike = np.rint(values * UNIT / (lengths[rows] * lengths[columns] + shrink)).astype(np.int64)
    order = np.lexsort((columns, -alike, rows))
    rows, columns, alike = rows[order], columns[order], alike[order]
    place = np.arange(len(rows)) - np.searchsorted(rows, np.arange(products.shape[0]))[rows]
    near = place < NEIGHBOURS
    return sp.csr_array((alike[near], (rows[near], columns[near])), shape=products.shape)
