"""The back office's doors to content."""

from . import bricks, documents, requests, templates  # noqa: F401 - importing registers them
