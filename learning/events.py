"""What happens in learning, announced after commit."""

from __future__ import annotations

from dataclasses import dataclass

from config.base.events import DomainEvent


@dataclass(frozen=True)
class ReviewPosted(DomainEvent):
    """A learner has said what they think of a course, for the first time or in other words."""

    review_id: int
    course_id: int
    user_id: int
