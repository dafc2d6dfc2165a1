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
