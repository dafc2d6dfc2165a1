"""The back office's doors to customers and all that is known about them."""

from . import customers, imports, orders, products, recommendations  # noqa: F401 - importing registers them
