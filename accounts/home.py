"""What stands on the first page of who is signed in: each app says its parts, and which comes first.

    register(courses_of, place=10)      # in the app's `ready()`

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

_sources: dict[str, tuple[int, Source]] = {}


def register(source: Source, *, place: int) -> None:
    """Let this stand on the page, before whatever has a higher place; twice is once."""
    _sources[f"{source.__module__}.{source.__qualname__}"] = (place, source)


def parts_for(user: Any) -> list[Part]:
    """What there is for this person."""
    found = [source(user) for _place, source in sorted(_sources.values(), key=lambda each: each[0])]
    return [part for part in found if part is not None]
