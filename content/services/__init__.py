"""What is done with content, one function an intention."""

from .publication import archive_brick, publish_brick
from .rating import rate_brick

__all__ = ["archive_brick", "publish_brick", "rate_brick"]
