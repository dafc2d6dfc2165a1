"""Domain events: frozen facts carrying ids, delivered after commit.

An event is emitted inside the transaction that makes it true and reaches its receivers only once that
transaction is committed. A receiver that fails is logged and neither reaches the caller nor stops the others.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from django.db import transaction
from django.utils import timezone

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class DomainEvent:
    """The base of every event; subclasses add ids, never instances."""

    occurred_at: datetime = field(default_factory=timezone.now, kw_only=True)


E = TypeVar("E", bound=DomainEvent)
Receiver = Callable[[Any], None]

_receivers: dict[type[DomainEvent], list[Receiver]] = defaultdict(list)


def subscribe(event_type: type[E], receiver: Callable[[E], None] | None = None) -> Any:
    """Call `receiver` with every event of exactly this type; usable as a decorator. Twice is once."""
    if receiver is None:
        return partial(subscribe, event_type)
    if receiver not in _receivers[event_type]:
        _receivers[event_type].append(receiver)
    return receiver


def unsubscribe(event_type: type[E], receiver: Callable[[E], None]) -> None:
    """Stop calling `receiver`; ValueError if it was not subscribed."""
    _receivers[event_type].remove(receiver)


def emit(event: DomainEvent, *, using: str | None = None) -> None:
    """Deliver the event after the current transaction commits (at once without one)."""
    transaction.on_commit(partial(_deliver, event), using=using)


def _deliver(event: DomainEvent) -> None:
    for receiver in tuple(_receivers[type(event)]):
        try:
            receiver(event)
        except Exception:  # a receiver's failure is its own: the fact has already happened
            logger.exception("The receiver %r failed on %r", receiver, event)
