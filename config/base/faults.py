"""What an error of the database means: a race that was lost, or a named rule that was broken."""

from __future__ import annotations

import re

from django.db import IntegrityError, OperationalError, models

from .constraints import constraint_fields
from .introspection import kernel_models

#: SQLSTATEs of a transaction that lost a race and may be tried again, and SQLite's words for it.
RETRYABLE = frozenset({"40001", "40P01", "55P03"})
SQLITE_BUSY = ("database is locked", "database table is locked")


def is_lost_race(error: BaseException) -> bool:
    """A deadlock, a serialization failure, a lock not granted: the same request may succeed a moment later."""
    if not isinstance(error, OperationalError):
        return False
    state = getattr(error.__cause__, "sqlstate", None)
    return state in RETRYABLE or any(words in str(error) for words in SQLITE_BUSY)


def broken_rule(error: IntegrityError) -> models.BaseConstraint | None:
    """The named constraint that refused a write; by name, or on SQLite by its columns. None when unknown."""
    text = str(error)
    for model in kernel_models():
        table = model._meta.db_table
        for constraint in model._meta.constraints:
            if re.search(rf"\b{re.escape(constraint.name)}\b", text):
                return constraint
            if isinstance(constraint, models.UniqueConstraint) and constraint.fields:
                columns = [model._meta.get_field(name).column for name in constraint_fields(constraint)]
                if text.endswith(
                    "UNIQUE constraint failed: " + ", ".join(f"{table}.{each}" for each in columns)
                ):
                    return constraint
    return None
