"""What somebody is shown of documents that are theirs to see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, Q

from ..models import ContentBrickRating, DocumentBrick, DocumentRequest, GeneratedDocument


@dataclass(frozen=True, slots=True)
class ReceivedBrick:
    """A brick at its place in a document, and what the person thinks of it; `can_rate` unless it is in the trash."""

    part: DocumentBrick
    rating: ContentBrickRating | None
    can_rate: bool


def requests_of(user: Any) -> Any:
    """The requests that the person sees, the newest first, each with `copies`: those of its documents that are theirs.

    A constant number of queries.
    """
    copies = GeneratedDocument.objects.visible_to(user).defer("html", "manifest").order_by("variant")
    return (
        DocumentRequest.objects.visible_to(user)
        .select_related("template", "subject", "student__user", "requester")
        .prefetch_related(Prefetch("documents", queryset=copies, to_attr="copies"))
        .order_by("-created_at", "-id")
    )


def students_in(user: Any) -> list[tuple[int, str]]:
    """Whom those requests are for, other than the person, by name: (key of the profile, name)."""
    rows = DocumentRequest.objects.visible_to(user).filter(student__isnull=False).exclude(student__user=user)
    found = rows.order_by().values_list("student", "student__user__full_name").distinct()
    return sorted(found, key=lambda each: (each[1].casefold(), each[0]))


def has_received(user: Any, document: GeneratedDocument) -> bool:
    """Was it made for this person, or at their request? Who only looks after somebody else's has not received it."""
    asked = document.request
    return user.pk in (asked.requester_id, asked.student.user_id if asked.student else None)


def is_for(user: Any, document: GeneratedDocument) -> bool:
    """Is it this person who works through it: the student, or who asked for nobody else?"""
    asked = document.request
    return user.pk == (asked.student.user_id if asked.student else asked.requester_id)


def bricks_in(document: GeneratedDocument, *, user: Any) -> list[ReceivedBrick]:
    """The bricks of a document in its order, with the person's ratings. Two queries."""
    rows = document.bricks.in_order().select_related("brick_version__brick")
    parts = list(rows.defer("brick_version__body", "brick_version__answer", "brick_version__brick__body"))
    keys = {part.brick_version.brick_id for part in parts}
    ratings = ContentBrickRating.objects.filter(Q(brick__in=keys), user=user)
    mine = {rating.brick_id: rating for rating in ratings}
    received = has_received(user, document)
    return [
        ReceivedBrick(
            part,
            mine.get(part.brick_version.brick_id),
            received and not part.brick_version.brick.is_deleted,
        )
        for part in parts
    ]
