"""The back office's doors to customers and all that is known about them."""

from . import (  # noqa: F401 - importing registers them
    customers,
    imports,
    merges,
    orders,
    outcomes,
    products,
    recommendations,
    work,
)
