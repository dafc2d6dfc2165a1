"""What happens to content, announced after commit."""

from __future__ import annotations

from dataclasses import dataclass

from config.base.events import DomainEvent


@dataclass(frozen=True)
class BrickPublished(DomainEvent):
    """New documents are made of this version of the brick from now on."""

    brick_id: int
    brick_version_id: int
    number: int


@dataclass(frozen=True)
class DocumentRequested(DomainEvent):
    """Somebody asked for a document; a worker makes it."""

    request_id: int


@dataclass(frozen=True)
class DocumentGenerated(DomainEvent):
    """Every copy that was asked for is there."""

    request_id: int
    document_ids: tuple[int, ...]


@dataclass(frozen=True)
class DocumentFailed(DomainEvent):
    """The request came to no document; it says why in `error`."""

    request_id: int
