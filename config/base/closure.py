"""What falls with a row: the alive CASCADE closure, found level by level.

At each level one statement locks the rows, and one probes all relations at once, so that the number of queries
grows neither with the rows nor with the schema. No child can slip in between: saving one needs FOR KEY SHARE on
the parent, and the deleter holds FOR UPDATE.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import connections, models

from .introspection import Incoming, incoming, is_kernel_model
from .lookups import any_of_param, any_of_sql

Keys = dict[Any, set[Any]]


@dataclass
class Closure:
    """The rows that a deletion takes, by model, and the alive rows outside that refuse it."""

    taken: Keys = field(default_factory=dict)
    protecting: dict[tuple[Any, str], set[Any]] = field(default_factory=dict)


def collect(roots: Keys, *, using: str, lock: bool, alive_only: bool = True) -> Closure:
    """The closure of these rows. Without `lock` it is a preview; without `alive_only` it is what a purge takes.

    PROTECT refuses while an alive row outside the closure points in. KEEP and SET_NULL never take a row along.
    """
    closure = Closure()
    level = roots
    while level:
        fresh: Keys = {}
        for model in sorted(level, key=lambda model: model._meta.label):
            wanted = level[model] - closure.taken.get(model, set())
            if wanted:
                found = set(_rows(model, {"pk__any_of": sorted(wanted)}, using, lock, alive_only))
                if found:
                    fresh[model] = found
                    closure.taken[model] = closure.taken.get(model, set()) | found
        level = defaultdict(set)
        for relation, keys in _hit(fresh, using, alive_only):
            lookup = {f"{relation.field.name}__any_of": sorted(keys)}
            pointing = set(_rows(relation.model, lookup, using, False, alive_only))
            if relation.on_delete is models.CASCADE:
                level[relation.model] |= pointing
            else:
                at = (relation.model, relation.field.name)
                closure.protecting[at] = closure.protecting.get(at, set()) | pointing
    for at, keys in list(closure.protecting.items()):
        keys -= closure.taken.get(at[0], set())
        if not keys:
            del closure.protecting[at]
    return closure


def pointing_at(
    taken: Keys, behaviours: Iterable[Any], *, using: str, alive_only: bool
) -> list[tuple[Incoming, set[Any]]]:
    """The rows outside `taken` that point into it by a foreign key with one of these behaviours."""
    behaviours = tuple(behaviours)
    found = []
    for relation, keys in _hit(taken, using, alive_only, behaviours):
        lookup = {f"{relation.field.name}__any_of": sorted(keys)}
        outside = set(_rows(relation.model, lookup, using, False, alive_only)) - taken.get(
            relation.model, set()
        )
        if outside:
            found.append((relation, outside))
    return found


def _rows(model: Any, lookup: dict[str, Any], using: str, lock: bool, alive_only: bool) -> Iterable[Any]:
    rows = model._base_manager.using(using).filter(**lookup)
    if alive_only:
        rows = rows.filter(is_deleted=False)
    if lock:
        rows = rows.select_for_update()
    return rows.order_by("pk").values_list("pk", flat=True)


def _hit(
    level: Keys, using: str, alive_only: bool, behaviours: tuple[Any, ...] = (models.CASCADE, models.PROTECT)
) -> list[tuple[Incoming, set[Any]]]:
    """Which relations have rows pointing at this level: one UNION ALL of EXISTS over all of them."""
    asked = [
        (relation, keys)
        for model, keys in level.items()
        for relation in incoming(model)
        if relation.on_delete in behaviours and is_kernel_model(relation.model)
    ]
    if not asked:
        return []
    connection = connections[using]
    quote = connection.ops.quote_name
    parts, params = [], []
    for number, (relation, keys) in enumerate(asked):
        table, column = quote(relation.model._meta.db_table), quote(relation.field.column)
        alive = " AND NOT is_deleted" if alive_only else ""
        condition = any_of_sql(connection.vendor, column)
        parts.append(f"SELECT {number} WHERE EXISTS (SELECT 1 FROM {table} WHERE {condition}{alive})")
        params.append(any_of_param(connection.vendor, sorted(keys)))
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), params)
        return [asked[number] for (number,) in cursor.fetchall()]
