"""Undoing a deletion: exactly its batch comes back, or nothing does and every reason is listed."""

from __future__ import annotations

import uuid
from collections import defaultdict
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import Exists, F, OuterRef, Q, Subquery, Value
from django.utils.translation import gettext as _

from .batch import Deletion, batch_contents, write
from .constraints import ALIVE, constraint_fields
from .exceptions import Conflict, DomainError, RestoreConflict
from .faults import broken_rule
from .introspection import parent_fields
from .parents import alive_keys

Batch = dict[Any, dict[Any, Any]]


def restore(deletion_id: uuid.UUID, *, using: str = "default") -> Deletion:
    """Bring the whole batch back. Raises RestoreConflict listing dead parents and values taken meanwhile."""
    alive = {"is_deleted": False, "deleted_at": None, "deletion_id": None}
    try:
        with transaction.atomic(using=using):
            batch = _lock(deletion_id, using)
            conflicts = [*_dead_parents(batch, using), *_taken_values(batch, using)]
            if conflicts:
                raise RestoreConflict(conflicts)
            for model, rows in batch.items():
                write(model, rows, {**alive, **_former_values(model)}, using)
    except IntegrityError as error:  # a rule that only the database knows, or a race for a value
        rule = broken_rule(error)
        message = str(rule.get_violation_error_message() if rule is not None else error).splitlines()[0]
        raise RestoreConflict([Conflict("", None, "", message)]) from error
    return Deletion(deletion_id, {model._meta.label: len(rows) for model, rows in batch.items()})


def restore_instance(instance: Any, *, using: str) -> Deletion:
    """Undo the deletion that took this row. RestoreConflict when it fell with its parent: restore that instead."""
    model: Any = type(instance)
    parents = [field.name for field in parent_fields(model)]
    stored = model._base_manager.using(using).select_related(*parents).filter(pk=instance.pk).first()
    if stored is None or not stored.is_deleted:
        raise DomainError(_("This %(name)s is not in the trash.") % {"name": model._meta.verbose_name})
    for field in parent_fields(model):
        parent = getattr(stored, field.name)
        if parent is not None and parent.is_deleted:
            raise RestoreConflict([_parent_conflict(model, stored.pk, field, str(stored), f"“{parent}”")])
    deletion = restore(stored.deletion_id, using=using)
    instance.refresh_from_db(using=using)
    return deletion


def _lock(deletion_id: uuid.UUID, using: str) -> Batch:
    """The rows of the batch by model and key, locked; one query finds the models, one more locks each."""
    batch: Batch = {}
    for model in batch_contents(deletion_id, using):
        rows = model._base_manager.using(using).filter(deletion_id=deletion_id, is_deleted=True)
        batch[model] = {row.pk: row for row in rows.order_by("pk").select_for_update()}
    return batch


def _dead_parents(batch: Batch, using: str) -> list[Conflict]:
    """Parents outside the batch that are dead; the alive ones are locked until the batch is back."""
    pointing = [
        (model, row, field)
        for model, rows in batch.items()
        for field in parent_fields(model)
        for row in rows.values()
    ]
    outside: dict[Any, set[Any]] = defaultdict(set)
    for _model, row, field in pointing:
        parent, key = field.related_model._meta.concrete_model, getattr(row, field.attname)
        if key is not None and key not in batch.get(parent, ()):
            outside[parent].add(key)
    dead = {parent: keys - alive_keys(parent, sorted(keys), using=using) for parent, keys in outside.items()}
    return [
        _parent_conflict(model, row.pk, field, str(row), f"#{getattr(row, field.attname)}")
        for model, row, field in pointing
        if getattr(row, field.attname) in dead.get(field.related_model._meta.concrete_model, ())
    ]


def _parent_conflict(model: Any, pk: Any, field: Any, row: str, parent: str) -> Conflict:
    message = _("%(row)s: its %(parent_name)s %(parent)s is in the trash. Restore that first.") % {
        "row": row,
        "parent_name": field.related_model._meta.verbose_name,
        "parent": parent,
    }
    return Conflict(model._meta.label, pk, field.name, message)


def _taken_values(batch: Batch, using: str) -> list[Conflict]:
    """Values unique among the alive that somebody else has taken meanwhile: one query for all constraints."""
    asked: list[Any] = []
    questions: list[Any] = []
    for model, rows in batch.items():
        for constraint in model._meta.constraints:
            if not isinstance(constraint, models.UniqueConstraint) or constraint.condition is None:
                continue
            expressions = [F(name) for name in constraint.fields] or constraint.expressions
            alive = model._base_manager.using(using).filter(constraint.condition)
            for number, expression in enumerate(expressions):
                alive = alive.alias(**{f"value_{number}": expression})
                alive = alive.filter(**{f"value_{number}": _outer(expression)})
            mine = model._base_manager.using(using).filter(_once_alive(constraint.condition))
            mine = mine.filter(Exists(alive), pk__any_of=list(rows)).order_by()
            questions.append(mine.values_list(Value(len(asked)), "pk"))
            asked.append((model, constraint))
    if not questions:
        return []
    conflicts = []
    for number, pk in questions[0].union(*questions[1:], all=True):
        model, constraint = asked[number]
        field = ", ".join(constraint_fields(constraint))
        message = f"{batch[model][pk]}: {constraint.get_violation_error_message()}"
        conflicts.append(Conflict(model._meta.label, pk, field, message))
    return conflicts


def _once_alive(condition: Q) -> Q:
    """The rest of a constraint's condition, which a dead row meets as soon as it is alive."""
    rest = [each for each in condition.children if each not in ALIVE.children]
    return Q(*rest, _connector=condition.connector, _negated=condition.negated)


def _outer(expression: Any) -> Any:
    """The same expression over the outer query's row."""
    if isinstance(expression, F):
        return OuterRef(expression.name)
    outer = expression.copy()
    outer.set_source_expressions(
        [_outer(each) for each in expression.get_source_expressions() if each is not None]
    )
    return outer


def _former_values(model: Any) -> dict[str, Any]:
    """What the deletion set and the restore puts back: read from the row's last record alive."""
    if not model.restored_values:
        return {}
    records = model.history.model._base_manager.filter(id=OuterRef("pk")).exclude(history_type="-")
    newest = records.order_by("-version")
    return {name: Subquery(newest.values(name)[:1]) for name in model.restored_values}
