"""`has_entry`: does a JSON list hold this text? The same on both databases."""

from __future__ import annotations

import json
from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Lookup


@models.JSONField.register_lookup
class HasEntry(Lookup):  # type: ignore[type-arg]
    """filter(tags__has_entry="fractions"). Django's `contains` is PostgreSQL's alone, its `has_key` reads objects."""

    lookup_name = "has_entry"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        lhs, params = self.process_lhs(compiler, connection)
        if connection.vendor == "postgresql":
            return f"{lhs} @> %s::jsonb", [*params, json.dumps([self.rhs])]
        return f"EXISTS (SELECT 1 FROM json_each({lhs}) WHERE json_each.value = %s)", [*params, self.rhs]


class EntryIndex(GinIndex):
    """Finds the lists that hold an entry: a GIN index on PostgreSQL; SQLite has none and gets a plain one."""

    max_name_length = 63

    def create_sql(self, model: Any, schema_editor: Any, using: str = "", **kwargs: Any) -> Any:
        if schema_editor.connection.vendor == "postgresql":
            return super().create_sql(model, schema_editor, using=using, **kwargs)
        return models.Index.create_sql(self, model, schema_editor, using=using, **kwargs)
