"""Soft delete as one batch, exact restore, and the real DELETE."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models, router, transaction
from django.db.models import ProtectedError

from . import closure
from .audit import audit_context, current_reason
from .batch import Deletion, write
from .guards import run_purge_guards
from .introspection import incoming, is_kernel_model, kernel_models
from .links import unlink
from .querysets import now_ms
from .restoration import restore

__all__ = ["KEEP", "Deletion", "DeletionPreview", "preview", "purge", "purge_rows", "restore", "soft_delete"]


def KEEP(collector: Any, field: Any, sub_objs: Any, using: str) -> None:  # noqa: N802 - named like CASCADE
    """An `on_delete`: soft deletion leaves the pointing row alive with its link, a purge is refused.

    For learners' work: deleting a lesson never takes or hides what was done in it.
    """
    raise ProtectedError(
        f"{field.model._meta.verbose_name_plural} still point here and are kept.", set(sub_objs)
    )


@dataclass(frozen=True)
class DeletionPreview:
    """Exactly what a delete would take, and the alive rows that refuse it."""

    counts: dict[Any, int]
    objects: dict[Any, list[Any]]
    protected: list[Any]
    rows: dict[Any, Any]  # a queryset of each model: all that would be taken


def soft_delete(objs: Iterable[Any], *, reason: str = "", using: str | None = None) -> Deletion:
    """Move these rows of one model, and their alive CASCADE closure, to the trash under one `deletion_id`.

    `objs` is a queryset or a list of instances, which are updated too. Raises ProtectedError, naming them, while
    alive rows point in by PROTECT. Rows that are dead already stay in the batch that took them.
    """
    model, keys, using = _roots(objs, using)
    if not keys:
        return Deletion(None, {})
    with audit_context(reason=reason), transaction.atomic(using=using, savepoint=False):
        found = closure.collect({model: keys}, using=using, lock=True)
        if not found.protecting:
            marks = _mark(found.taken, using)
    if found.protecting:  # raised here, the caller's transaction stays usable: nothing was written
        raise _protected(found.protecting, using)
    if isinstance(objs, list):
        for obj in objs:
            if obj.pk in found.taken.get(model, set()):
                _reflect(obj, {**marks, **model.deletion_values})
    return Deletion(
        marks["deletion_id"], {each._meta.label: len(taken) for each, taken in found.taken.items()}
    )


def preview(objs: Iterable[Any], *, limit: int = 100, using: str | None = None) -> DeletionPreview:
    """What `soft_delete(objs)` would take, from the same collector. Counts are exact, objects up to `limit` a model."""
    model, keys, using = _roots(objs, using)
    found = closure.collect({model: keys} if keys else {}, using=using, lock=False)
    return DeletionPreview(
        counts={each: len(taken) for each, taken in found.taken.items()},
        objects={each: _load(each, sorted(taken)[:limit], using) for each, taken in found.taken.items()},
        protected=[
            row
            for (each, _), taken in found.protecting.items()
            for row in _load(each, sorted(taken)[:limit], using)
        ],
        rows={
            each: each._base_manager.using(using).filter(pk__any_of=sorted(taken))
            for each, taken in found.taken.items()
        },
    )


def purge_rows(objs: Iterable[Any], *, using: str | None = None) -> dict[str, int]:
    """Really DELETE these rows and all that falls with them, dead or alive; {label: number}.

    Alive rows go through the trash first, so that the history says who took them and when. Nullable links are
    nulled and recorded. Raises ProtectedError while rows outside, dead ones too, point in by PROTECT or KEEP: the
    database could not hold their links. History stays.
    """
    model, keys, using = _roots(objs, using, everything=True)
    with audit_context(reason=current_reason() or "purge"), transaction.atomic(using=using, savepoint=False):
        alive = closure.collect({model: keys}, using=using, lock=True)
        if alive.taken:
            if alive.protecting:
                raise _protected(alive.protecting, using)
            _mark(alive.taken, using)
        rows = closure.collect({model: keys}, using=using, lock=True, alive_only=False)
        refusing = dict(rows.protecting)
        for relation, outside in closure.pointing_at(rows.taken, (KEEP,), using=using, alive_only=False):
            refusing[(relation.model, relation.field.name)] = outside
        if refusing:
            raise _protected(refusing, using)
        for each, taken in rows.taken.items():
            run_purge_guards(each, sorted(taken), using)
        nullable = closure.pointing_at(rows.taken, (models.SET_NULL,), using=using, alive_only=False)
        for relation, outside in nullable:
            write(relation.model, outside, {relation.field.name: None}, using)
        _drop_outside_the_kernel(rows.taken, using)
        for each, taken in rows.taken.items():
            each._base_manager.using(using).filter(pk__any_of=sorted(taken))._raw_delete(using)
    return {each._meta.label: len(taken) for each, taken in rows.taken.items()}


def purge(older_than: datetime, *, using: str = "default") -> dict[str, int]:
    """Retention: really DELETE what has been in the trash since before `older_than`; {label: number}.

    A batch that kept rows still point at stays in the trash.
    """
    purged: dict[str, int] = defaultdict(int)
    for model in kernel_models():
        rows = model.all_objects.using(using).dead().filter(deleted_at__lt=older_than)
        for deletion_id in set(rows.values_list("deletion_id", flat=True)):
            try:
                with transaction.atomic(using=using):
                    batch = purge_rows(rows.filter(deletion_id=deletion_id), using=using)
            except ProtectedError:
                continue  # kept on purpose: see KEEP
            for label, number in batch.items():
                purged[label] += number
    return dict(purged)


def _roots(objs: Any, using: str | None, *, everything: bool = False) -> tuple[Any, set[Any], str]:
    if isinstance(objs, models.QuerySet):
        rows = objs if everything else objs.filter(is_deleted=False)
        return objs.model, set(rows.order_by().values_list("pk", flat=True)), using or objs.db
    instances = list(objs)
    if not instances:
        return None, set(), using or "default"
    model = type(instances[0])._meta.concrete_model
    if any(type(each)._meta.concrete_model is not model for each in instances):
        raise TypeError("One call deletes rows of one model.")
    return model, {each.pk for each in instances}, using or router.db_for_write(model, instance=instances[0])


def _mark(taken: closure.Keys, using: str) -> dict[str, Any]:
    """Put these locked rows in the trash as one batch; what each of them now holds."""
    marks = {"is_deleted": True, "deleted_at": now_ms(), "deletion_id": uuid.uuid4()}
    for model, keys in taken.items():
        write(model, keys, {**marks, **model.deletion_values}, using)
    return marks


def _reflect(obj: Any, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(obj, name, value)
    obj.version += 1


def _load(model: Any, keys: list[Any], using: str) -> list[Any]:
    return list(model._base_manager.using(using).filter(pk__any_of=keys).order_by("pk")) if keys else []


def _protected(protecting: dict[tuple[Any, str], set[Any]], using: str) -> ProtectedError:
    objects = {
        row for (model, _), keys in protecting.items() for row in _load(model, sorted(keys)[:100], using)
    }
    named = ", ".join(sorted(f"{row._meta.verbose_name} “{row}”" for row in objects)[:10])
    return ProtectedError(f"Protected by {named}.", objects)


def _drop_outside_the_kernel(taken: closure.Keys, using: str) -> None:
    """Links of Django's own making, tokens, sessions: rows without a trash, which go with what they belong to."""
    for model, keys in taken.items():
        unlink(model, keys, using=using)
        for relation in incoming(model):
            if is_kernel_model(relation.model) or relation.model._meta.auto_created:
                continue
            rows = relation.model._base_manager.using(using).filter(**{f"{relation.field.name}__in": keys})
            if relation.on_delete is models.SET_NULL:
                rows.update(**{relation.field.name: None})
            elif relation.on_delete is models.CASCADE:
                rows.delete()
            elif rows.exists():
                raise ProtectedError(f"Protected by {relation.model._meta.verbose_name_plural}.", set(rows))
