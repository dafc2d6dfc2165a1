"""Is the data what the kernel's invariants say? Set-based: a few queries a model, whatever its size.

An app adds a check of its own from `AppConfig.ready`:

    @integrity.register
    def prices_have_a_currency(using):
        for product in Product.objects.using(using).filter(currency=""):
            yield Difference("shop_product.currency", "price without a currency", found=f"product {product.pk}")
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.apps import apps
from django.db import connections, models, router

from .differences import Difference
from .history import tracked_columns
from .introspection import kernel_models, parent_fields

Check = Callable[[str], Iterable[Difference]]

#: How many keys a difference names.
EXAMPLES = 5

_checks: list[Check] = []


def register(check: Check) -> Check:
    """Have `check_data` run this check, which takes the database's alias; usable as a decorator."""
    if check not in _checks:
        _checks.append(check)
    return check


def find_problems(
    using: str = "default", progress: Callable[[str], None] = lambda _: None
) -> Iterator[Difference]:
    """Everything that is wrong: each kernel model, then every link, then the apps' own checks."""
    for model in kernel_models():
        if router.allow_migrate_model(using, model):
            progress(f"{model._meta.label} …")
            yield from history_problems(model, using)
            yield from content_problems(model, using)
            yield from deletion_problems(model, using)
    progress("links …")
    yield from dangling_links(using)
    for check in _checks:
        progress(f"{check.__module__}.{getattr(check, '__name__', check)} …")
        yield from check(using)


def history_problems(model: Any, using: str) -> Iterator[Difference]:
    """Invariant 1: versions without a gap up to the row's, and a last word on every row that is gone.

    Retention drops the oldest records; those that are left have to follow each other. The database itself refuses
    two records of one version, so that as many records as versions means no gap.
    """
    table, history = model._meta.db_table, model.history.model._meta.db_table
    spans = f"""
        SELECT id, MIN(version) AS low, MAX(version) AS high, COUNT(*) AS records FROM {history} GROUP BY id
    """
    rows = f"FROM {table} r LEFT JOIN ({spans}) h ON h.id = r.id"
    gone = f"FROM ({spans}) h JOIN {history} n ON n.id = h.id AND n.version = h.high"
    last = f"FROM {table} r JOIN {history} n ON n.id = r.id AND n.version = r.version"
    at = f"{table}.version"
    yield from _found(
        using, at, "no history", "a record of every version", f"{rows} WHERE h.id IS NULL", "r.id"
    )
    yield from _found(
        using,
        at,
        "history and version disagree",
        "the newest record to be of the row's version",
        f"{rows} WHERE h.high <> r.version",
        "r.id",
    )
    yield from _found(
        using,
        at,
        "gap in the history",
        "versions that follow each other",
        f"FROM ({spans}) h WHERE h.records <> h.high - h.low + 1 OR h.low < 1",
        "h.id",
    )
    yield from _found(
        using,
        at,
        "gone without a record",
        "rows that are gone to end with a deletion",
        f"{gone} WHERE n.history_type <> '-' AND NOT EXISTS (SELECT 1 FROM {table} r WHERE r.id = h.id)",
        "h.id",
    )
    yield from _found(
        using,
        f"{history}.history_type",
        "wrong kind of record",
        "a deletion for a row in the trash, and for no other",
        f"{last} WHERE (n.history_type = '-') <> r.is_deleted",
        "r.id",
    )


def content_problems(model: Any, using: str) -> Iterator[Difference]:
    """Invariant 2: the newest record equals the row on every tracked column."""
    connection = connections[using]
    quote = connection.ops.quote_name
    table, history = model._meta.db_table, model.history.model._meta.db_table
    unlike = "IS DISTINCT FROM" if connection.vendor == "postgresql" else "IS NOT"
    columns = [column for column in tracked_columns(model.history.model) if column not in ("id", "version")]
    joined = f"FROM {table} r JOIN {history} n ON n.id = r.id AND n.version = r.version"
    differs = {column: f"r.{quote(column)} {unlike} n.{quote(column)}" for column in columns}
    counts = ", ".join(f"SUM(CASE WHEN {condition} THEN 1 ELSE 0 END)" for condition in differs.values())
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {counts} {joined} WHERE {' OR '.join(differs.values())}")
        numbers = cursor.fetchone()
    for column, number in zip(columns, numbers, strict=True):
        if number:
            yield from _found(
                using,
                f"{table}.{column}",
                "history and row differ",
                "the newest record to equal the row",
                f"{joined} WHERE {differs[column]}",
                "r.id",
            )


def deletion_problems(model: Any, using: str) -> Iterator[Difference]:
    """Invariant 9, and the deletion columns that have to agree."""
    quote = connections[using].ops.quote_name
    table = model._meta.db_table
    yield from _found(
        using,
        f"{table}.is_deleted",
        "deletion columns disagree",
        "a date and a deletion for rows in the trash, and for no other",
        f"FROM {table} r "
        f"WHERE (r.deleted_at IS NOT NULL) <> r.is_deleted OR (r.deletion_id IS NOT NULL) <> r.is_deleted",
        "r.id",
    )
    for field in parent_fields(model):
        parent = field.related_model._meta.db_table
        target = quote(field.target_field.column)
        yield from _found(
            using,
            f"{table}.{field.column}",
            "alive under a dead parent",
            "rows in the trash together with their parent",
            f"FROM {table} r JOIN {parent} p ON p.{target} = r.{quote(field.column)} "
            f"WHERE p.is_deleted AND NOT r.is_deleted",
            "r.id",
        )


def dangling_links(using: str) -> Iterator[Difference]:
    """Foreign keys that point nowhere, in every table; those without a constraint may (people may be gone)."""
    quote = connections[using].ops.quote_name
    for model in apps.get_models(include_auto_created=True):
        if not model._meta.can_migrate(connections[using]) or not router.allow_migrate_model(using, model):
            continue
        for field in model._meta.local_concrete_fields:
            if not isinstance(field, models.ForeignKey) or not field.db_constraint:
                continue
            table, column = quote(model._meta.db_table), quote(field.column)
            target_table = field.target_field.model._meta.db_table
            target = f"p.{quote(field.target_field.column)}"
            yield from _found(
                using,
                f"{model._meta.db_table}.{field.column}",
                "link that points nowhere",
                f"a row of {target_table}",
                f"FROM {table} r LEFT JOIN {quote(target_table)} p ON {target} = r.{column} "
                f"WHERE r.{column} IS NOT NULL AND {target} IS NULL",
                f"r.{quote(model._meta.pk.column)}",
            )


def _found(using: str, at: str, kind: str, expected: str, rest: str, key: str) -> Iterator[Difference]:
    """One difference if the query finds rows: how many, and the keys of the first."""
    with connections[using].cursor() as cursor:
        cursor.execute(f"SELECT {key} AS pk, COUNT(*) OVER () {rest} ORDER BY pk LIMIT {EXAMPLES}")
        rows = cursor.fetchall()
    if rows:
        number = rows[0][1]
        named = ", ".join(str(row[0]) for row in rows) + (" …" if number > len(rows) else "")
        yield Difference(at, kind, expected, f"{number:,} row{'s' if number > 1 else ''}: {named}")
