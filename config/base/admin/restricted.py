"""Columns that not everybody may read stay out of the forms; see `config.base.restricted`."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from ..restricted import hidden_fields


class RestrictedMixin:
    """For admins and inlines. Who adds a row writes all of it; who only looks at one sees what they may read."""

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)  # type: ignore[misc]
        hidden = hidden_fields(request.user, self.model) if obj is not None else frozenset()  # type: ignore[attr-defined]
        if not hidden:
            return fieldsets
        kept = [
            (title, {**options, "fields": _without(hidden, options["fields"])})
            for title, options in fieldsets
        ]
        return [(title, options) for title, options in kept if options["fields"]]


def _without(hidden: frozenset[str], fields: Any) -> list[Any]:
    """These fields without the hidden ones; a line is a tuple of several."""
    kept: list[Any] = []
    for each in fields:
        if isinstance(each, (list, tuple)):
            line = tuple(name for name in each if name not in hidden)
            kept += [line] if line else []
        elif each not in hidden:
            kept.append(each)
    return kept
