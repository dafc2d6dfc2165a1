"""The latest documents, on the first page of who is signed in."""

from __future__ import annotations

from typing import Any

from accounts.home import Part

from .asking import may_ask
from .selectors.mine import requests_of

#: More are on the page of their own.
SHOWN = 3


def latest_documents(user: Any) -> Part | None:
    """The latest requests with their documents; for who may ask, the way there when there is none."""
    asks = may_ask(user)
    rows = list(requests_of(user)[:SHOWN])
    return Part("content/home_documents.html", {"rows": rows, "may_ask": asks}) if rows or asks else None
