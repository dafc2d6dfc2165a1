"""How the data is doing, in figures: what was deleted, how complete the audit is, where people collide, what grows.

A few set-based queries a model. Whether anything is *wrong* is the affair of `integrity`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, connections, router, transaction
from django.utils import timezone

from .conflicts import VersionConflict
from .introspection import kernel_models

Rows = list[dict[str, Any]]

#: Called with the database's alias; lines for people about what is no mistake and still to be known.
Note = Callable[[str], Iterable[str]]

_notes: list[Note] = []


def note(lines: Note) -> Note:
    """Have `data_health` say these lines too; an app calls it when ready."""
    if lines not in _notes:
        _notes.append(lines)
    return lines


def health(using: str = "default", *, days: int = 30, top: int = 10) -> dict[str, Any]:
    """All of it. Shares are between 0 and 1, None where there is nothing to share out; `notes` are lines for people."""
    models = [model for model in kernel_models() if router.allow_migrate_model(using, model)]
    notes: list[str] = []
    for lines in _notes:
        notes += lines(using)
    return {
        "deletions": [_deletions(model, using) for model in models],
        "audit": [_audit(model, using) for model in models],
        "conflicts": _conflicts(using, days),
        "tables": _tables(using, top, notes),
        "slowest_queries": _slowest_queries(using, top, notes),
        "notes": notes,
    }


def _deletions(model: Any, using: str) -> dict[str, Any]:
    """Soft deletions stand in the trash; of hard ones only the history is left."""
    table, history = model._meta.db_table, model.history.model._meta.db_table
    (alive, trash), (purged,) = (
        _query(
            using,
            "SELECT COALESCE(SUM(CASE WHEN is_deleted THEN 0 ELSE 1 END), 0), "
            f"COALESCE(SUM(CASE WHEN is_deleted THEN 1 ELSE 0 END), 0) FROM {table}",
        )[0],
        _query(
            using,
            f"SELECT COUNT(DISTINCT h.id) FROM {history} h "
            f"WHERE NOT EXISTS (SELECT 1 FROM {table} r WHERE r.id = h.id)",
        )[0],
    )
    oldest = (
        model.all_objects.using(using)
        .dead()
        .order_by("deleted_at")
        .values_list("deleted_at", flat=True)
        .first()
    )
    return {
        "model": model._meta.label,
        "alive": alive,
        "in_trash": trash,
        "purged": purged,
        "oldest_in_trash": oldest,
    }


def _audit(model: Any, using: str) -> dict[str, Any]:
    """A row's history is full when it holds every version from the first; retention makes it shorter."""
    table, history = model._meta.db_table, model.history.model._meta.db_table
    rows, full = _query(
        using,
        f"SELECT COUNT(*), COALESCE(SUM(CASE WHEN h.records = r.version THEN 1 ELSE 0 END), 0) FROM {table} r "
        f"LEFT JOIN (SELECT id, COUNT(*) AS records FROM {history} GROUP BY id) h ON h.id = r.id",
    )[0]
    records, with_actor, with_reason = _query(
        using, f"SELECT COUNT(*), COUNT(history_user_id), COUNT(history_change_reason) FROM {history}"
    )[0]
    return {
        "model": model._meta.label,
        "rows": rows,
        "full_history": _share(full, rows),
        "records": records,
        "with_actor": _share(with_actor, records),
        "with_reason": _share(with_reason, records),
    }


def _conflicts(using: str, days: int) -> Rows:
    since = timezone.localdate() - timedelta(days=days)
    counted = VersionConflict._base_manager.using(using).filter(day__gte=since).order_by("-day", "-count")
    return [{"day": each.day, "model": each.model_label, "conflicts": each.count} for each in counted]


def _tables(using: str, top: int, notes: list[str]) -> Rows:
    """The largest tables with their indexes; PostgreSQL's number of rows is its estimate."""
    if connections[using].vendor == "postgresql":
        found = _query(
            using,
            "SELECT relname, n_live_tup, pg_total_relation_size(relid) FROM pg_stat_user_tables "
            "WHERE schemaname = current_schema() ORDER BY 3 DESC, 1 LIMIT %s",
            [top],
        )
        return [{"table": table, "rows": rows, "bytes": size} for table, rows, size in found]
    names = _query(
        using, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite!_%%' ESCAPE '!'"
    )
    quote = connections[using].ops.quote_name
    sizes = _sqlite_sizes(using)
    if not sizes:
        notes.append("Table sizes: this SQLite was built without dbstat, so that only rows are counted.")
    tables = [
        {
            "table": name,
            "rows": _query(using, f"SELECT COUNT(*) FROM {quote(name)}")[0][0],
            "bytes": sizes.get(name) if sizes else None,
        }
        for (name,) in names
    ]
    return sorted(tables, key=lambda each: (-(each["bytes"] or each["rows"]), each["table"]))[:top]


def _sqlite_sizes(using: str) -> dict[str, int]:
    try:
        with transaction.atomic(using=using):
            return dict(
                _query(
                    using,
                    "SELECT m.tbl_name, SUM(s.pgsize) FROM dbstat s JOIN sqlite_master m ON m.name = s.name "
                    "GROUP BY m.tbl_name",
                )
            )
    except DatabaseError:  # a part of SQLite that not every build has
        return {}


def _slowest_queries(using: str, top: int, notes: list[str]) -> Rows:
    """Where the database keeps account of them."""
    if connections[using].vendor != "postgresql":
        notes.append("Slowest queries: SQLite keeps no account of them.")
        return []
    try:
        with transaction.atomic(using=using):
            found = _query(
                using,
                "SELECT s.query, s.calls, s.mean_exec_time, s.total_exec_time FROM pg_stat_statements s "
                "JOIN pg_database d ON d.oid = s.dbid AND d.datname = current_database() "
                "ORDER BY s.mean_exec_time DESC LIMIT %s",
                [top],
            )
    except DatabaseError:
        notes.append(
            "Slowest queries: pg_stat_statements is not installed, or not to be read (shared_preload_libraries, then "
            "CREATE EXTENSION pg_stat_statements)."
        )
        return []
    return [
        {
            "query": " ".join(query.split()),
            "calls": calls,
            "mean_ms": round(mean, 3),
            "total_ms": round(total, 1),
        }
        for query, calls, mean, total in found
    ]


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _query(using: str, sql: str, params: list[Any] | None = None) -> list[Any]:
    with connections[using].cursor() as cursor:
        cursor.execute(sql, params or [])
        return list(cursor.fetchall())
