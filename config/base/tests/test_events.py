"""Events reach their receivers after commit, and a receiver's failure stays its own."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, dataclass

import pytest
from django.db import transaction

from config.base.events import DomainEvent, emit, subscribe, unsubscribe


@dataclass(frozen=True)
class SomethingHappened(DomainEvent):
    thing_id: int


@pytest.fixture
def seen():
    events: list[SomethingHappened] = []
    subscribe(SomethingHappened, events.append)
    yield events
    unsubscribe(SomethingHappened, events.append)


@pytest.mark.django_db(transaction=True)
def test_an_event_is_delivered_after_commit_and_not_before(seen):
    with transaction.atomic():
        emit(SomethingHappened(thing_id=1))
        assert seen == []
    assert [event.thing_id for event in seen] == [1]


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_has_not_happened(seen):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        emit(SomethingHappened(thing_id=1))
        raise ZeroDivisionError
    assert seen == []


@pytest.mark.django_db(transaction=True)
def test_a_failing_receiver_is_logged_and_stops_nobody(seen, caplog):
    def fail(event: SomethingHappened) -> None:
        raise RuntimeError("the post office is closed")

    subscribe(SomethingHappened, fail)
    later: list[SomethingHappened] = []
    subscribe(SomethingHappened, later.append)
    subscribe(SomethingHappened, later.append)
    try:
        emit(SomethingHappened(thing_id=2))
    finally:
        unsubscribe(SomethingHappened, fail)
        unsubscribe(SomethingHappened, later.append)
    assert len(seen) == len(later) == 1, "subscribed twice is called once"
    assert "the post office is closed" in caplog.text


def test_an_event_is_a_frozen_fact():
    event = SomethingHappened(thing_id=3)
    with pytest.raises(FrozenInstanceError):
        event.thing_id = 4  # type: ignore[misc]
    assert event.occurred_at.tzinfo is not None
