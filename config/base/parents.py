"""No alive row hangs under a dead parent.

On PostgreSQL foreign keys are checked at commit, so inserting a child would not wait for somebody who is
deleting its parent. Here it does: the child's transaction takes FOR KEY SHARE on its parents, the deleter takes
FOR UPDATE, level by level; whoever comes second sees what the first has done. On SQLite a writer is alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db import connections, models

from .exceptions import DeletedParentError
from .introspection import parent_fields
from .lookups import any_of_param, any_of_sql


def alive_keys(model: Any, keys: Iterable[Any], *, using: str) -> set[Any]:
    """Which of these rows are alive; locks them against deletion until the transaction ends."""
    connection = connections[using]
    quote = connection.ops.quote_name
    sql = (
        f"SELECT id FROM {quote(model._meta.db_table)} "
        f"WHERE {any_of_sql(connection.vendor, 'id')} AND NOT is_deleted ORDER BY id"
    )
    if connection.vendor == "postgresql":
        sql += " FOR KEY SHARE"
    with connection.cursor() as cursor:
        cursor.execute(sql, [any_of_param(connection.vendor, keys)])
        return {row[0] for row in cursor.fetchall()}


def require_alive_parents(
    instances: Iterable[Any],
    *,
    using: str,
    names: Iterable[str] | None = None,
    missing_ok: bool = False,
) -> None:
    """Lock the parents of these instances of one model and refuse dead ones: DeletedParentError.

    `names` limits it to the foreign keys about to be written. `missing_ok` is for fixtures, where a parent may
    follow its child; that it exists in the end is the database's to check.
    """
    instances = list(instances)
    if not instances:
        return
    model: Any = type(instances[0])
    fields = [field for field in parent_fields(model) if names is None or field.name in names]
    require_alive(
        {field: {getattr(instance, field.attname) for instance in instances} - {None} for field in fields},
        using=using,
        missing_ok=missing_ok,
    )


def require_alive_parents_of_rows(
    model: Any, keys: Iterable[Any], names: Iterable[str], *, using: str
) -> None:
    """The same for rows just written in the database, whatever expression wrote them."""
    fields = [field for field in parent_fields(model) if field.name in names]
    if not fields:
        return
    rows = model._base_manager.using(using).filter(pk__any_of=list(keys))
    values = list(rows.values_list(*(field.attname for field in fields)))
    require_alive(
        {field: {row[position] for row in values} - {None} for position, field in enumerate(fields)},
        using=using,
    )


def require_alive(
    wanted: dict[models.ForeignKey[Any, Any], set[Any]], *, using: str, missing_ok: bool = False
) -> None:
    """Lock the targets of these foreign keys, one query a model, and refuse the first that is dead."""
    by_model: dict[Any, set[Any]] = defaultdict(set)
    for field, keys in wanted.items():
        if keys:
            by_model[field.related_model._meta.concrete_model] |= keys
    alive = {
        model: alive_keys(model, sorted(by_model[model]), using=using)
        for model in sorted(by_model, key=lambda model: model._meta.label)
    }
    for field, keys in wanted.items():
        parent: Any = field.related_model
        dead = keys - alive.get(parent._meta.concrete_model, set())
        if dead and missing_ok:
            rows = parent.all_objects.using(using).filter(pk__any_of=sorted(dead))
            dead = set(rows.values_list("pk", flat=True))
        if dead:
            raise DeletedParentError(parent, field.name, sorted(dead))
