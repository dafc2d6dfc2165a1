"""What belongs to a customer: the rows that point at one, whatever their model, and how they change hands.

The foreign keys are found by introspection, so that a model of next year moves with a merge the day it is written.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import cache
from typing import Any

from django.db import IntegrityError, connections, transaction

from config.base.batch import write
from config.base.deletion import soft_delete
from config.base.introspection import Incoming, incoming
from config.base.lookups import any_of_param, any_of_sql
from config.base.models import KERNEL_FIELDS

from .models import Customer, CustomerMerge

#: Links that say something about the rows of customers themselves: who became whom. They never change hands.
BOOKKEEPING = {
    ("crm.customer", "merged_into"),
    ("crm.customermerge", "survivor"),
    ("crm.customermerge", "merged"),
    ("crm.distinctpair", "first"),
    ("crm.distinctpair", "second"),
}

#: One row that a merge touched; see `shapes.MOVED`.
Entry = dict[str, Any]


@cache
def belongings() -> tuple[Incoming, ...]:
    """The foreign keys by which rows belong to a customer, in a fixed order."""
    return tuple(
        each
        for each in incoming(Customer)
        if (each.model._meta.label_lower, each.field.name) not in BOOKKEEPING
    )


def is_derived(relation: Incoming) -> bool:
    """Does a row of this model hold nothing but figures that are computed from the others, and whose they are?"""
    model: Any = relation.model
    own = {field.name for field in model._meta.concrete_fields} - KERNEL_FIELDS - {relation.field.name}
    return own <= set(model.untracked_fields)


def hand_over(relation: Incoming, keys: Collection[int], to: int, *, using: str) -> list[Entry]:
    """Give these locked customers' rows to another customer; one entry for each row, see `shapes.MOVED`.

    A derived row falls into the trash, because it is true of neither of the two any more. A row that a constraint
    keeps apart (each of the two has one of that run and rank) stays where it is.
    """
    if is_derived(relation):
        return _drop(relation, keys, using)
    turned = turn(relation, keys, to, using=using)
    stayed = _entries(relation, set(keys) - set(turned), using)
    return [*_entries(relation, turned, using), *({**entry, "stayed": True} for entry in stayed)]


def turn(relation: Incoming, keys: Collection[int], to: int, *, using: str) -> list[int]:
    """Point these rows at the customer; the keys of those that do by now. What a constraint refuses stays."""
    model: Any = relation.model
    rows = model._base_manager.using(using).filter(pk__any_of=sorted(keys))
    locked = list(rows.order_by("pk").select_for_update().values_list("pk", flat=True))
    return _turn(model, {relation.field.name: to}, locked, using)


def _turn(model: Any, link: dict[str, int], keys: list[int], using: str) -> list[int]:
    if not keys:
        return []
    try:
        with transaction.atomic(using=using):
            write(model, keys, link, using)
        return keys
    except IntegrityError:
        if len(keys) == 1:
            return []
    middle = len(keys) // 2
    return _turn(model, link, keys[:middle], using) + _turn(model, link, keys[middle:], using)


def _drop(relation: Incoming, keys: Collection[int], using: str) -> list[Entry]:
    model: Any = relation.model
    alive = list(model.objects.using(using).filter(pk__any_of=sorted(keys)).order_by("pk"))
    soft_delete(alive, using=using)
    return [{**entry, "fell": True} for entry in _entries(relation, [row.pk for row in alive], using)]


def _entries(relation: Incoming, keys: Collection[int], using: str) -> list[Entry]:
    model: Any = relation.model
    rows = model._base_manager.using(using).filter(pk__any_of=sorted(keys)).order_by("pk")
    label, name = model._meta.label_lower, relation.field.name
    return [
        {"model": label, "id": pk, "field": name, "version": version}
        for pk, version in rows.values_list("pk", "version")
    ]


def keeper(relation: Incoming) -> Callable[[list[Any], str], None]:
    """A guard: a row that is written for a customer who was merged meanwhile goes the way of the others.

    Whoever writes such a row holds the customer against a merge until their transaction ends. So either the merge
    waits and takes the row along, or the row is written after the merge, is handed over here, and is noted with what
    that merge moved, so that undoing it gives the row back.
    """

    def keep(keys: list[Any], using: str) -> None:
        for merged, survivor in _merged_owners(relation, keys, using):
            merges = CustomerMerge.objects.using(using).standing().filter(merged=merged)
            merge = merges.select_for_update(of=("self",)).first()
            if merge is None:
                continue  # while fixtures are loaded: its rows are given as the merge left them
            model: Any = relation.model
            rows = model.objects.using(using).filter(pk__any_of=keys, **{relation.field.name: merged})
            label = model._meta.label_lower
            stayed = {each["id"] for each in merge.moved if "stayed" in each and each["model"] == label}
            late = sorted(set(rows.order_by().values_list("pk", flat=True)) - stayed)
            entries = hand_over(relation, late, survivor, using=using)
            if entries and not is_derived(relation):
                merge.moved = [*merge.moved, *entries]
                merge.save(using=using, update_fields=["moved"])

    return keep


def _merged_owners(relation: Incoming, keys: list[Any], using: str) -> list[tuple[int, int]]:
    """(merged, into whom) of the customers that these rows, as far as alive, point at; all are held against a merge.

    With them those they were merged into, in the order of the rows, as a merge and its undoing lock them.
    """
    vendor = connections[using].vendor
    quote = connections[using].ops.quote_name
    column, table = quote(relation.field.column), quote(relation.model._meta.db_table)
    customers = quote(Customer._meta.db_table)
    lock = "ORDER BY id FOR KEY SHARE" if vendor == "postgresql" else ""
    sql = f"""
        WITH owners AS (
            SELECT DISTINCT {column} AS id FROM {table} WHERE {any_of_sql(vendor, "id")} AND NOT is_deleted
        ),
        held AS (
            SELECT id, merged_into_id FROM {customers}
            WHERE id IN (
                SELECT id FROM owners
                UNION SELECT c.merged_into_id FROM {customers} c JOIN owners ON owners.id = c.id
            )
            {lock}
        )
        SELECT id, merged_into_id FROM held
        WHERE merged_into_id IS NOT NULL AND id IN (SELECT id FROM owners) ORDER BY id
    """
    with connections[using].cursor() as cursor:
        cursor.execute(sql, [any_of_param(vendor, keys)])
        return list(cursor.fetchall())
