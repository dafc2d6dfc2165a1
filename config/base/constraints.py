"""Named rules in the database that know about the trash."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import BaseExpression

#: What every alive row satisfies. A plain boolean, because forms and serializers see through it.
ALIVE = Q(is_deleted=False)


def alive_unique(
    *fields: str | BaseExpression, name: str, message: Any, condition: Q | None = None
) -> models.UniqueConstraint:
    """Unique among alive rows: the value is free again after a delete.

    Takes field names or expressions (`Lower("email")`); `condition` narrows it further. `message` is what a
    person reads.
    """
    where = ALIVE if condition is None else ALIVE & condition
    options: dict[str, Any] = {
        "name": name,
        "condition": where,
        "violation_error_message": message,
        "violation_error_code": "unique",
    }
    names = [field for field in fields if isinstance(field, str)]
    if len(names) == len(fields):
        return models.UniqueConstraint(fields=names, **options)
    return models.UniqueConstraint(*(F(f) if isinstance(f, str) else f for f in fields), **options)


class UniqueEver(models.UniqueConstraint):
    """Unique over all rows, dead ones too: such a value is never used again.

    Django's own validation asks the default manager, which does not see the trash.
    """

    def validate(self, model: Any, instance: Any, exclude: Any = None, using: str = "default") -> None:
        if exclude and set(self.fields) & set(exclude):
            return
        same = {field: getattr(instance, field) for field in self.fields}
        if any(value is None for value in same.values()):
            return
        others = model.all_objects.using(using).filter(**same).exclude(pk=instance.pk)
        if others.exists():
            raise ValidationError(self.get_violation_error_message(), code="unique")


class NamedIndex(models.Index):
    """An index whose name may be as long as PostgreSQL allows; Django's limit of 30 is Oracle's."""

    max_name_length = 63


class TrashIndex(NamedIndex):
    """Finds the rows of one deletion; costs nothing for alive rows."""


def constraint_fields(constraint: models.BaseConstraint) -> list[str]:
    """The names of the model fields that a constraint speaks of, without the condition's."""
    if isinstance(constraint, models.UniqueConstraint):
        if constraint.fields:
            return list(constraint.fields)
        return _references(constraint.expressions)
    if isinstance(constraint, models.CheckConstraint):
        return _references([constraint.condition])
    return list(getattr(constraint, "fields", ()))


def _references(expressions: Iterable[Any]) -> list[str]:
    names: list[str] = []
    for expression in expressions:
        if isinstance(expression, Q):
            for child in expression.children:
                if isinstance(child, Q):
                    names += _references([child])
                elif isinstance(child, tuple):
                    names.append(child[0].split("__")[0])
                    names += _references([child[1]])
                else:
                    names += _references([child])
        elif isinstance(expression, F):
            names.append(expression.name.split("__")[0])
        elif isinstance(expression, BaseExpression):
            names += _references(expression.get_source_expressions())
    return list(dict.fromkeys(names))


def validate_constraints(instance: models.Model, exclude: set[str], using: str) -> None:
    """Check every constraint and put each error on the last of its fields that is shown.

    Differs from Django's in two ways. A constraint is checked when *any* of its fields is shown, because the
    others have their stored values (Django skips it when any is hidden, and the database then refuses).
    And the error lands on a field: an error on a hidden one would be a ValueError in a ModelForm.
    """
    errors: dict[str, list[ValidationError]] = {}
    for model, constraints in instance.get_constraints():
        for constraint in constraints:
            names = [name for name in constraint_fields(constraint) if _is_field(model, name)]
            shown = [name for name in names if name not in exclude]
            if names and not shown:
                continue
            try:
                constraint.validate(model, instance, exclude=exclude - set(names), using=using)
            except ValidationError as error:
                target = shown[-1] if shown else "__all__"
                errors.setdefault(target, []).extend(error.error_list)
    if errors:
        raise ValidationError(errors)


def _is_field(model: type[models.Model], name: str) -> bool:
    try:
        model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    return True
