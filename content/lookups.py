"""`has_entry`: does a JSON list hold this text? The same on both databases."""

from __future__ import annotations

import json
from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Lookup

from config.base.constraints import NamedIndex


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
    """Finds the lists that hold an entry without reading every row.

    A GIN index on PostgreSQL. SQLite has nothing of the kind: there an index of that name holds no row.
    """

    max_name_length = NamedIndex.max_name_length

    def create_sql(self, model: Any, schema_editor: Any, using: str = "", **kwargs: Any) -> Any:
        if schema_editor.connection.vendor == "postgresql":
            return super().create_sql(model, schema_editor, using, **kwargs)
        fields = [model._meta.get_field(name) for name in self.fields]
        return schema_editor._create_index_sql(model, fields=fields, name=self.name, condition="NULL")
