"""Where somebody goes on, of lessons that are in memory already; `get_current_lesson` asks the database the same."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

Found = TypeVar("Found")

#: Position and key of a lesson: the order of a course.
Place = tuple[int, int]


def resume_at(undone: Iterable[tuple[Place, Found]], pointer: Place | None) -> Found | None:
    """The first of what is not done, given in its order, at or after the pointer, else the first of all."""
    earliest = None
    for place, found in undone:
        if pointer is None or place >= pointer:
            return found
        earliest = earliest or found
    return earliest
