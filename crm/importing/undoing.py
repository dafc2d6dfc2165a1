"""Taking an import back, from the audit trail.

The writes of an import are told from all others by their reason. What it created goes to the trash by the kernel's
deletion, with what hangs on it (the outcomes that were credited to a line, the profile of a customer). What it updated
becomes again what stood there before, as a new version. Where somebody has changed such a row since, or put something
of their own on it, nothing at all is undone and every reason is listed.

Suppression sticks: a customer's flags for bounces and opting out stay as they are.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import polars as pl
from django.db import connections, models
from django.db.models import ProtectedError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.base.closure import pointing_at
from config.base.deletion import KEEP, soft_delete
from config.base.exceptions import Conflict, DomainError
from config.base.history import tracked_columns
from config.base.models import KERNEL_FIELDS
from config.base.staging import read_frame, update_staged

from ..models import ContactEvent, Customer, ImportBatch, OrderLine, Product, ProductAlias

DONE_REASON = "import"
UNDONE_REASON = "undo import"

#: What imports write, each before what it points at.
WRITTEN: tuple[Any, ...] = (OrderLine, ContactEvent, ProductAlias, Customer, Product)

#: Columns that no undoing puts back.
STICKING = {Customer: {"is_bounced", "is_opted_out"}}

#: What others hang their rows on.
PARENTS: tuple[Any, ...] = (Customer, Product)

_LOCK = 0x63726D  # "crm"

#: So many conflicts are listed.
LISTED = 100


def one_at_a_time(using: str) -> None:
    """Until this transaction ends no other import is settled or undone: no two of them create the same row, and none
    hangs its rows on one that is taken back."""
    if connections[using].vendor == "postgresql":
        with connections[using].cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def reason_of(batch: ImportBatch) -> str:
    """Why the rows that this import writes are written."""
    return f"{DONE_REASON} {batch.pk}"


def reason_of_undoing(batch: ImportBatch) -> str:
    """Why the rows that this import wrote are put back."""
    return f"{UNDONE_REASON} {batch.pk}"


@dataclass
class UndoResult:
    """How many rows of each model (by label) went to the trash, and how many are again what they were."""

    removed: dict[str, int] = field(default_factory=dict)
    restored: dict[str, int] = field(default_factory=dict)


class UndoConflict(DomainError):
    """An import cannot be taken back as a whole; nothing was changed. `conflicts` lists the reasons."""

    code = "undo_conflict"

    def __init__(self, conflicts: list[Conflict]) -> None:
        self.conflicts = conflicts
        more = len(conflicts) - 10
        parts = [conflict.message for conflict in conflicts[:10]]
        if more > 0:
            parts.append(ngettext("And %(number)d more.", "And %(number)d more.", more) % {"number": more})
        super().__init__(" ".join(parts))


def undo(batch: ImportBatch, *, using: str) -> UndoResult:
    """Take back what this import wrote; to be called in a transaction. Raises UndoConflict."""
    result = UndoResult()
    conflicts: list[Conflict] = []
    tables = {model: f"undo_{uuid.uuid4().hex[:12]}" for model in WRITTEN}
    one_at_a_time(using)
    for model, table in tables.items():
        _find(model, table, batch, using)
    for model in PARENTS:
        _hold(model, tables[model], using)
    for model, table in tables.items():
        conflicts += _changed_since(model, table, using)
    if conflicts:
        raise UndoConflict(conflicts)
    for model, table in tables.items():
        if restored := _put_back(model, table, using):
            result.restored[model._meta.label] = restored
    created = {model: _created(model, table, using) for model, table in tables.items()}
    if conflicts := list(_leaned_on({model: keys for model, keys in created.items() if keys}, using)):
        raise UndoConflict(conflicts)
    for model, keys in created.items():
        if keys:
            _remove(model, keys, result, using)
    for table in tables.values():
        _run(f"DROP TABLE {table}", [], using)
    return result


def _find(model: Any, table: str, batch: ImportBatch, using: str) -> None:
    """The rows that the import wrote: its first and last version of each, and whether it created the row."""
    history = model.history.model
    since = history._meta.get_field("history_date").get_db_prep_save(batch.started_at, connections[using])
    _run(
        f"CREATE TEMPORARY TABLE {table} (id bigint PRIMARY KEY, first bigint, last bigint, is_new boolean)",
        [],
        using,
    )
    _run(
        f"""
        INSERT INTO {table} SELECT id, MIN(version), MAX(version), MIN(version) = 1
        FROM {history._meta.db_table} WHERE history_date >= %s AND history_change_reason = %s GROUP BY id
        """,
        [since, reason_of(batch)],
        using,
    )


def _hold(model: Any, table: str, using: str) -> None:
    """Lock what the import created, in the order of the rows: nobody hangs anything on it from now on."""
    if connections[using].vendor == "postgresql":
        _run(
            f"SELECT t.id FROM {model._meta.db_table} t JOIN {table} u ON u.id = t.id WHERE u.is_new"
            " ORDER BY t.id FOR UPDATE OF t",
            [],
            using,
        )


def _changed_since(model: Any, table: str, using: str) -> Iterator[Conflict]:
    """Rows that are not as the import left them; one that it created and somebody deleted is no matter.

    What was changed and changed back, as by a merge that was undone, is as the import left it.
    """
    history = model.history.model
    columns = [column for column in tracked_columns(history) if column not in _of_the_kernel(model)]
    differs = " OR ".join(f"t.{column} IS DISTINCT FROM h.{column}" for column in (*columns, "is_deleted"))
    touched = f"""
        SELECT t.id FROM {model._meta.db_table} t JOIN {table} u ON u.id = t.id
        LEFT JOIN {history._meta.db_table} h ON h.id = u.id AND h.version = u.last
        WHERE t.version <> u.last AND NOT (t.is_deleted AND u.is_new) AND (h.id IS NULL OR {differs})
        ORDER BY t.id LIMIT {LISTED}
    """
    for row in _rows(model, touched, using):
        yield _conflict(row, _("%(row)s has been changed since."))


def _put_back(model: Any, table: str, using: str) -> int:
    """What was updated holds again what its record before says; how many rows."""
    if not _value(f"SELECT COUNT(*) FROM {table} WHERE NOT is_new", using):
        return 0
    history = model.history.model
    kept = _of_the_kernel(model) | STICKING.get(model, set())
    columns = [column for column in tracked_columns(history) if column not in kept]
    before = f"{table}_before"
    names = ", ".join(f"h.{column}" for column in columns)
    _run(
        f"""
        CREATE TEMPORARY TABLE {before} AS SELECT u.id, t.version, {names}
        FROM {table} u JOIN {history._meta.db_table} h ON h.id = u.id AND h.version = u.first - 1
        JOIN {model._meta.db_table} t ON t.id = u.id
        WHERE NOT u.is_new
        """,
        [],
        using,
    )
    conflicts = list(_lost_parents(model, before, using))
    if conflicts:
        raise UndoConflict(conflicts)
    differs = " OR ".join(f"t.{column} IS DISTINCT FROM s.{column}" for column in columns)
    changed = update_staged(
        model,
        before,
        {column: f"s.{column}" for column in columns},
        match=f"t.id = s.id AND t.version = s.version AND ({differs})",
        using=using,
    )
    _run(f"DROP TABLE {before}", [], using)
    return changed


def _of_the_kernel(model: Any) -> set[str]:
    return {model._meta.get_field(name).column for name in KERNEL_FIELDS}


def _lost_parents(model: Any, before: str, using: str) -> Iterator[Conflict]:
    """Rows that would hang again on something that lies in the trash by now."""
    for each in model._meta.concrete_fields:
        if isinstance(each, models.ForeignKey) and each.name not in KERNEL_FIELDS:
            related: Any = each.related_model
            parent = related._meta
            if not any(column.name == "is_deleted" for column in parent.concrete_fields):
                continue
            lost = f"""
                SELECT s.id FROM {before} s JOIN {parent.db_table} p ON p.id = s.{each.column}
                WHERE p.is_deleted ORDER BY s.id LIMIT {LISTED}
            """
            for row in _rows(model, lost, using):
                yield _conflict(row, _("%(row)s was about something that is in the trash by now."), each.name)


def _created(model: Any, table: str, using: str) -> set[int]:
    alive = f"""
        SELECT t.id FROM {model._meta.db_table} t JOIN {table} u ON u.id = t.id
        WHERE u.is_new AND NOT t.is_deleted
    """
    return set(_keys(alive, using))


def _leaned_on(created: dict[Any, set[int]], using: str) -> Iterator[Conflict]:
    """What was put since on rows that the import created, by others than the import."""
    behaviours = (KEEP, models.PROTECT, models.SET_NULL)
    for relation, keys in pointing_at(created, behaviours, using=using, alive_only=True):
        if relation.model is ImportBatch:
            continue
        for row in relation.model._base_manager.using(using).filter(pk__any_of=sorted(keys)[:LISTED]):
            parent = getattr(row, relation.field.name)
            message = _("%(name)s “%(row)s” hangs on %(parent)s, which the import created.") % {
                "name": row._meta.verbose_name,
                "row": row,
                "parent": parent,
            }
            yield Conflict(row._meta.label, row.pk, relation.field.name, message)


def _remove(model: Any, keys: set[int], result: UndoResult, using: str) -> None:
    rows = model._base_manager.using(using).filter(pk__any_of=sorted(keys))
    try:
        deletion = soft_delete(rows, using=using)
    except (
        ProtectedError
    ) as error:  # an orphan of the checks above: a relation that this module does not know
        raise UndoConflict([Conflict(model._meta.label, None, "", str(error.args[0]))]) from error
    for label, number in deletion.counts.items():
        result.removed[label] = result.removed.get(label, 0) + number


def _conflict(row: Any, message: str, name: str = "") -> Conflict:
    named = _("%(kind)s “%(name)s”") % {"kind": row._meta.verbose_name, "name": row}
    return Conflict(row._meta.label, row.pk, name, message % {"row": named[:1].upper() + named[1:]})


def _rows(model: Any, sql: str, using: str) -> list[Any]:
    return list(model._base_manager.using(using).filter(pk__any_of=_keys(sql, using)).order_by("pk"))


def _keys(sql: str, using: str) -> list[int]:
    return read_frame(sql, schema={"id": pl.Int64}, using=using)["id"].to_list()


def _value(sql: str, using: str) -> Any:
    with connections[using].cursor() as cursor:
        cursor.execute(sql, [])
        return cursor.fetchone()[0]


def _run(sql: str, params: list[Any], using: str) -> None:
    with connections[using].cursor() as cursor:
        cursor.execute(sql, params)
