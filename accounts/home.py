"""What stands on the first page of who is signed in: each app says its part, in the order of the apps.

    register(courses_of)        # in the app's `ready()`

A part is asked for at every visit, in a constant number of queries; None leaves it out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Part:
    """A template, and what it is drawn with: `{% include part.template with part=part.content %}`."""

    template: str
    content: dict[str, Any] = field(default_factory=dict)


#: From a person to their part of the page, or None.
Source = Callable[[Any], Part | None]

_sources: dict[str, Source] = {}


def register(source: Source) -> None:
    """Let this stand on the page; twice is once."""
    _sources[f"{source.__module__}.{source.__qualname__}"] = source


def parts_for(user: Any) -> list[Part]:
    """What there is for this person."""
    found = [source(user) for source in _sources.values()]
    return [part for part in found if part is not None]
