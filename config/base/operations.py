"""Migration operations for tables that are in use, and writes of data migrations that stay recorded.

An index is built without locking the table on PostgreSQL and plainly elsewhere, by the same migration. And a data
migration meets models as they were, which know neither versions nor history: it writes through `audited_update`,
`audited_bulk_update` and `audited_bulk_create`, so that the invariants hold for what it wrote as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib.postgres import operations as postgres
from django.db import migrations, transaction
from django.db.models import F

from .audit import current_actor_id
from .history import record
from .querysets import now_ms

__all__ = [
    "AddIndexConcurrently",
    "RemoveIndexConcurrently",
    "audited_bulk_create",
    "audited_bulk_update",
    "audited_update",
]


class AddIndexConcurrently(postgres.AddIndexConcurrently):
    """Build an index while the table is read and written. The migration sets `atomic = False`.

    A build that failed leaves an invalid index of that name on PostgreSQL; running the migration again replaces it.
    """

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            _drop_invalid(schema_editor, self.index.name)
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        else:
            migrations.AddIndex.database_forwards(self, app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            super().database_backwards(app_label, schema_editor, from_state, to_state)
        else:
            migrations.AddIndex.database_backwards(self, app_label, schema_editor, from_state, to_state)


class RemoveIndexConcurrently(postgres.RemoveIndexConcurrently):
    """Drop an index while the table is read and written. The migration sets `atomic = False`."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        else:
            migrations.RemoveIndex.database_forwards(self, app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            _drop_invalid(schema_editor, self.name)
            super().database_backwards(app_label, schema_editor, from_state, to_state)
        else:
            migrations.RemoveIndex.database_backwards(self, app_label, schema_editor, from_state, to_state)


def _drop_invalid(schema_editor: Any, name: str) -> None:
    quoted = schema_editor.quote_name(name)
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_index WHERE indexrelid = to_regclass(%s) AND NOT indisvalid", [quoted]
        )
        if cursor.fetchone():
            cursor.execute(f"DROP INDEX CONCURRENTLY {quoted}")


def audited_update(rows: Any, *, reason: str, **values: Any) -> int:
    """Update the rows of a queryset of a migration's model, as a new version each, recorded; their number.

    def forwards(apps, schema_editor):
        Course = apps.get_model("courses", "Course")
        audited_update(Course.objects.filter(level=""), reason="courses.0007", level="BEGINNER")

    Rows in the trash are rows too: filter by `is_deleted` to leave them out.
    """
    with transaction.atomic(using=rows.db, savepoint=False):
        keys = list(rows.order_by("pk").select_for_update().values_list("pk", flat=True))
        return _write(rows.model, keys, values, reason, rows.db)


def audited_bulk_update(
    objs: Iterable[Any], fields: Sequence[str], *, reason: str, using: str = "default"
) -> int:
    """Write these fields of these instances of a migration's model, as a new version each, recorded; their number."""
    objs = list(objs)
    if not objs:
        return 0
    model = type(objs[0])
    with transaction.atomic(using=using, savepoint=False):
        model._base_manager.using(using).bulk_update(objs, fields)
        return _write(model, sorted(obj.pk for obj in objs), {}, reason, using)


def audited_bulk_create(objs: Iterable[Any], *, reason: str, using: str = "default") -> list[Any]:
    """Insert these instances of a migration's model as version 1, recorded."""
    objs = list(objs)
    if not objs:
        return []
    model, actor, now = type(objs[0]), current_actor_id(), now_ms()
    for obj in objs:
        obj.version, obj.created_by_id, obj.updated_by_id, obj.updated_at = 1, actor, actor, now
    with transaction.atomic(using=using, savepoint=False):
        created = model._base_manager.using(using).bulk_create(objs)
        _record(model, [obj.pk for obj in created], reason, using)
    return list(created)


def _write(model: Any, keys: list[Any], values: dict[str, Any], reason: str, using: str) -> int:
    stamp = {"updated_at": now_ms(), "updated_by_id": current_actor_id(), "version": F("version") + 1}
    rows = model._base_manager.using(using).filter(pk__any_of=keys)
    changed = rows.update(**{**stamp, **values})
    _record(model, keys, reason, using)
    return int(changed)


def _record(model: Any, keys: list[Any], reason: str, using: str) -> None:
    """Into the history table as it is at this point of the migrations."""
    history = model._meta.apps.get_model(model._meta.app_label, f"Historical{model.__name__}")
    record(model, keys, using=using, history_model=history, reason=reason)
