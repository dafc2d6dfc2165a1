"""Overwriting what is stored of a person, history included: the one door past « history is only ever added to ».

Kernel invariant 14 says that history rows are only ever added. An erasure is its one documented exception: the law
asks that a person's data be gone, and a former version is data. What is done here keeps every other invariant:

- the row itself becomes a new version, recorded as every write is (who, when, why), so that versions follow each other
  without a gap and a form or a client that still holds the old values is stale and cannot write them back;
- then the same columns of all its older records are changed in place; no record comes or goes;
- guards run, so that what is derived from an overwritten column follows it;
- facts (`append_only`) are overwritten too, and so are rows in the trash. Nothing else may change them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from django.db import models, transaction
from django.db.models import F, Q

from .batch import write
from .introspection import is_kernel_model
from .mentions import Masker, Mentions, Needles

#: Takes the key of a row and its stored values by column; returns those that change, with their new value.
Change = Callable[[Any, dict[str, Any]], dict[str, Any]]


def overwrite(model: Any, keys: Collection[Any], values: Mapping[str, Any], *, using: str = "default") -> int:
    """Put these values in these rows and in every record of them; the number of rows that had others.

    A value may be a function of the stored value and the row's key, which is asked for each record as well.
    """

    def change(key: Any, stored: dict[str, Any]) -> dict[str, Any]:
        new = {
            name: value(stored[name], key) if callable(value) else value
            for name, value in values.items()
            if name in stored
        }
        return {name: value for name, value in new.items() if value != stored[name]}

    return _rewrite(model, list(values), change, {_key(model): keys}, {"id": keys}, using)


def mask(
    model: Any,
    columns: Collection[str],
    needles: Needles,
    *,
    shared: Collection[str] = (),
    spared: Collection[Any] = (),
    keys: Collection[Any] | None = None,
    follow: Mapping[str, Callable[[dict[str, Any]], Any]] | None = None,
    using: str = "default",
) -> int:
    """Replace every mention in these columns, in rows and records; the number of rows that held one.

    `shared` are the needles that stand for somebody else as well: they stay in the rows `spared`, which are the
    other's. `keys` limits it to these rows. An e-mail column that holds an address of the person is emptied.
    `follow`: {column: its value, from those of `columns` after masking}, in rows where something was masked.
    """
    if not needles:
        return 0
    everywhere, elsewhere = Masker(needles), Masker(set(needles) - set(shared))
    spared = set(spared)
    empty = {
        name: None if field.null else ""
        for name in columns
        if isinstance(field := model._meta.get_field(name), models.EmailField)
    }

    def change(key: Any, stored: dict[str, Any]) -> dict[str, Any]:
        masker = elsewhere if key in spared else everywhere
        changed: dict[str, Any] = {}
        for name, value in stored.items():
            new = masker(value)
            if new != value:
                changed[name] = empty.get(name, new)
        if changed and follow:
            changed |= {name: derive({**stored, **changed}) for name, derive in follow.items()}
        return changed

    rows = None if keys is None else {_key(model): keys}
    records = None if keys is None else {"id": keys}
    return _rewrite(model, columns, change, rows, records, using, needles)


def mask_reasons(model: Any, needles: Needles, *, of: Q | None = None, using: str = "default") -> None:
    """Replace every mention in the reasons that people gave for their changes; `of` limits it to these records."""
    masker = Masker(needles)
    name = "history_change_reason"
    records = model.history.model._base_manager.using(using).filter(of or Q(), Mentions(name, needles))
    for key, reason in list(records.values_list("pk", name)) if needles else ():
        if masker(reason) != reason:
            records.filter(pk=key).update(**{name: masker(reason)})


def _rewrite(
    model: Any,
    columns: Iterable[str],
    change: Change,
    rows_are: dict[str, Any] | None,
    records_are: dict[str, Any] | None,
    using: str,
    needles: Needles | None = None,
) -> int:
    columns = list(columns)
    on_kernel = is_kernel_model(model)
    with transaction.atomic(using=using, savepoint=False):
        rows = _narrowed(model._base_manager.using(using), rows_are, columns, needles, on_kernel)
        changes = _changes(rows.select_for_update().order_by("pk"), "pk", "pk", columns, change)
        for values, keys in changes:
            if on_kernel:
                write(model, keys, values, using)
            else:
                model._base_manager.using(using).filter(pk__in=keys).update(**values)
        if on_kernel:
            history = model.history.model
            recorded = {field.name for field in history._meta.concrete_fields}
            kept = [name for name in columns if name in recorded]
            every = history._base_manager.using(using)
            records = _narrowed(every, records_are, kept, needles, True)
            for values, keys in _changes(records.order_by("pk"), "pk", "id", kept, change) if kept else ():
                models.QuerySet.update(every.filter(pk__any_of=keys), **values)
    return sum(len(keys) for _values, keys in changes)


def _key(model: Any) -> str:
    return "pk__any_of" if is_kernel_model(model) else "pk__in"


def _narrowed(
    rows: Any, lookup: dict[str, Any] | None, columns: list[str], needles: Needles | None, integers: bool
) -> Any:
    for name, keys in (lookup or {}).items():
        name = f"{name}__any_of" if name == "id" and integers else name
        rows = rows.filter(**{name: sorted(keys)})
    if needles is not None:
        mentioned = Q()
        for column in columns:
            mentioned |= Q(Mentions(column, needles))
        rows = rows.filter(mentioned)
    return rows


def _changes(
    rows: Any, own_key: str, row_key: str, columns: list[str], change: Change
) -> list[tuple[dict[str, Any], list[Any]]]:
    """The changes, each with the keys of all that change alike."""
    alike: dict[str, tuple[dict[str, Any], list[Any]]] = {}
    for own, row, *stored in rows.values_list(own_key, F(row_key), *columns):
        values = change(row, dict(zip(columns, stored, strict=True)))
        if values:
            alike.setdefault(repr(values), (values, []))[1].append(own)
    return list(alike.values())
