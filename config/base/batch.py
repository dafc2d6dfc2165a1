"""One batch of a deletion or a restore, and the write that both share."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Count, F, Value

from .history import record
from .introspection import kernel_models
from .querysets import stamp


@dataclass(frozen=True)
class Deletion:
    """One batch: its id and how many rows of each model (by label) it took or brought back."""

    id: uuid.UUID | None
    counts: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    def as_django_result(self) -> tuple[int, dict[str, int]]:
        """The pair that Django's delete() returns."""
        return self.total, self.counts


def write(model: Any, keys: Iterable[Any], values: dict[str, Any], using: str) -> None:
    """Update locked rows as a new version and record them; the one place that may touch the deletion columns."""
    keys = sorted(keys)
    rows = model._base_manager.using(using).filter(pk__any_of=keys)
    models.QuerySet.update(rows, **{**stamp(), **values, "version": F("version") + 1})
    record(model, keys, using=using)


def batch_contents(deletion_id: Any, using: str = "default") -> dict[Any, int]:
    """How many rows of each model a deletion still holds in the trash; one query."""
    found = list(kernel_models())
    queries = [
        model.all_objects.using(using)
        .filter(deletion_id=deletion_id, is_deleted=True)
        .order_by()
        .annotate(at=Value(number))
        .values("at")
        .annotate(n=Count("pk"))
        .values_list("at", "n")
        for number, model in enumerate(found)
    ]
    return {found[at]: n for at, n in sorted(queries[0].union(*queries[1:], all=True)) if n}


def batch_rows(deletion_id: Any, using: str = "default") -> dict[Any, Any]:
    """The rows that a deletion still holds in the trash: a queryset of each model that has any; one query."""
    return {
        model: model.all_objects.using(using).filter(deletion_id=deletion_id, is_deleted=True)
        for model in batch_contents(deletion_id, using)
    }
