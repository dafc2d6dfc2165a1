"""Columns that not everybody who sees a row may read, such as the key of an exercise.

A model names them, each with the permission that it takes to read it:

    restricted_fields = {"answer": "courses.change_exercise"}

The API leaves them out of rows, of their history and of rows as they were; the admin out of forms, inlines, old
versions and filters.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import FieldDoesNotExist


def hidden_fields(user: Any, model: Any) -> frozenset[str]:
    """The columns of this model that this person may not read."""
    restricted = getattr(model, "restricted_fields", {})
    return frozenset(name for name, permission in restricted.items() if not user.has_perm(permission))


def leads_to_hidden(user: Any, model: Any, lookup: str) -> bool:
    """Does a lookup (`quiz__exercise__answer__icontains`) go through a column that is secret or not theirs to read?"""
    for part in lookup.split("__"):
        if part in getattr(model, "secret_fields", ()) or part in hidden_fields(user, model):
            return True
        try:
            field = model._meta.get_field(part)
        except FieldDoesNotExist:
            return False
        if not field.is_relation or field.related_model is None:
            return False
        model = field.related_model
    return False
