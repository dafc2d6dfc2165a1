"""The back office's doors to content."""

from . import bricks, documents, figures, requests, templates  # noqa: F401 - importing registers them
