"""How bricks fare with those who get them: counted from documents, interactions and ratings, never stored."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q

from ..choices import InteractionKind
from ..models import ContentBrick, DocumentBrick

#: Who fetched a document opened it, whichever way.
OPENED = (InteractionKind.VIEW, InteractionKind.DOWNLOAD)


@dataclass(frozen=True, slots=True)
class Usage:
    """Of a brick: in how many requests' documents it was given, in how many of these somebody opened a copy, in how
    many somebody completed one; the mean of its ratings and their number. Both copies of a request count once."""

    given: int = 0
    opened: int = 0
    completed: int = 0
    rating: Decimal | None = None
    rating_count: int = 0


def usage_of(bricks: Iterable[ContentBrick]) -> dict[int, Usage]:
    """{brick's key: its figures}, for each of these bricks; one query, however many there are."""
    asked = {brick.pk: brick for brick in bricks}
    rows = (
        DocumentBrick.objects.filter(brick_version__brick__in=asked, document__is_deleted=False)
        .order_by()
        .values("brick_version__brick")
        .annotate(
            given=_requests(),
            opened=_requests(document__interactions__kind__in=OPENED),
            completed=_requests(document__interactions__kind=InteractionKind.COMPLETE),
        )
    )
    found = {row.pop("brick_version__brick"): row for row in rows}
    return {
        key: Usage(**found.get(key, {}), rating=brick.rating, rating_count=brick.rating_count)
        for key, brick in asked.items()
    }


def _requests(**interactions: Any) -> Count:
    alive = Q(document__interactions__is_deleted=False, **interactions) if interactions else None
    return Count("document__request", distinct=True, filter=alive)
