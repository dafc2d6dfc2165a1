"""What happens with customers, announced after commit."""

from __future__ import annotations

from dataclasses import dataclass

from config.base.events import DomainEvent


@dataclass(frozen=True)
class BatchImported(DomainEvent):
    """A file has been read to its end, and what it says stands in the tables."""

    batch_id: int


@dataclass(frozen=True)
class CustomersMerged(DomainEvent):
    """Two customers turned out to be one."""

    merge_id: int
    survivor_id: int
    merged_id: int


@dataclass(frozen=True)
class RunCompleted(DomainEvent):
    """There are recommendations as of a day."""

    run_id: int


@dataclass(frozen=True)
class OutcomeRecorded(DomainEvent):
    """Order lines were credited to the items of a run, so many, or lost their credit because they were cancelled."""

    run_id: int
    credited: int
    withdrawn: int
