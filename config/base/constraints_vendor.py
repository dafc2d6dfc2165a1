"""Constraints and indexes that only one of the databases can express: the same rule, the same error on both."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connections
from django.db.models import CheckConstraint, Exists, F, Func, OuterRef, Q

from .constraints import ALIVE, NamedIndex, constraint_fields
from .guards import guard
from .introspection import kernel_models


class NoOverlap(ExclusionConstraint):
    """No two alive rows of one owner overlap in time; `ends` itself is free again.

    On PostgreSQL an exclusion constraint. SQLite has none: there a guard looks after every write, while the writer is
    alone, and raises the IntegrityError that PostgreSQL would. Validation is one query on both.
    """

    def __init__(
        self,
        *,
        name: str,
        owner: str,
        starts: str = "starts_at",
        ends: str = "ends_at",
        condition: Q = ALIVE,
        violation_error_code: str | None = None,
        violation_error_message: Any = None,
    ) -> None:
        self.owner, self.starts, self.ends = owner, starts, ends
        moment = Func(F(starts), F(ends), function="tstzrange", output_field=DateTimeRangeField())
        super().__init__(
            name=name,
            expressions=[(owner, RangeOperators.EQUAL), (moment, RangeOperators.OVERLAPS)],
            condition=condition,
            violation_error_code=violation_error_code,
            violation_error_message=violation_error_message,
        )

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        _path, _args, kwargs = super().deconstruct()
        kwargs.pop("expressions")
        kwargs.update(owner=self.owner, starts=self.starts, ends=self.ends)
        return "config.base.constraints_vendor.NoOverlap", (), kwargs

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields it speaks of: an error lands on the last of them that is shown."""
        named = [name for name in condition_fields(self.condition or Q()) if name != "is_deleted"]
        return (*named, self.starts, self.ends, self.owner)

    def constraint_sql(self, model: Any, schema_editor: Any) -> Any:
        return super().constraint_sql(model, schema_editor) if _can(schema_editor.connection) else None

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        return super().create_sql(model, schema_editor) if _can(schema_editor.connection) else None

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        return super().remove_sql(model, schema_editor) if _can(schema_editor.connection) else None

    def validate(self, model: Any, instance: Any, exclude: Any = None, using: str = "default") -> None:
        owner, starts, ends = (
            getattr(instance, model._meta.get_field(name).attname)
            for name in (self.owner, self.starts, self.ends)
        )
        if (exclude and set(self.fields) & set(exclude)) or None in (owner, starts, ends) or starts >= ends:
            return
        row = instance._get_field_expression_map(meta=model._meta, exclude=exclude)
        if not self.condition.check(row, using=using):
            return
        others = model._base_manager.using(using).filter(
            self.condition, **{self.owner: owner, f"{self.starts}__lt": ends, f"{self.ends}__gt": starts}
        )
        if others.exclude(pk=instance.pk).exists():
            raise ValidationError(
                self.get_violation_error_message(), code=self.violation_error_code or "overlap"
            )

    def guard_rows(self, model: Any, keys: list[Any], using: str) -> None:
        """Where the database has no such constraint: IntegrityError when one of these rows overlaps another."""
        if _can(connections[using]):
            return
        rows = model._base_manager.using(using).filter(self.condition)
        others = rows.filter(
            **{
                self.owner: OuterRef(self.owner),
                f"{self.starts}__lt": OuterRef(self.ends),
                f"{self.ends}__gt": OuterRef(self.starts),
            }
        ).exclude(pk=OuterRef("pk"))
        if rows.filter(Exists(others), pk__any_of=keys).exists():
            raise IntegrityError(f'conflicting key value violates exclusion constraint "{self.name}"')


class SearchIndex(GinIndex):
    """Finds a part of a text, blind to case and accents (see `search.py`), without reading every row.

    Trigrams on PostgreSQL, of each of these columns. SQLite has nothing of the kind: there an index of that name holds
    no row, and a search reads the table, as it does on PostgreSQL for less than three letters.
    """

    max_name_length = NamedIndex.max_name_length

    def __init__(self, *, fields: Sequence[str], name: str) -> None:
        self.columns = tuple(fields)
        folded = (OpClass(Func(F(each), function="base_fold"), name="gin_trgm_ops") for each in fields)
        super().__init__(*folded, name=name)

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        kwargs = {"fields": list(self.columns), "name": self.name}
        return "config.base.constraints_vendor.SearchIndex", (), kwargs

    def create_sql(self, model: Any, schema_editor: Any, using: str = "", **kwargs: Any) -> Any:
        if _can(schema_editor.connection):
            return super().create_sql(model, schema_editor, using, **kwargs)
        fields = [model._meta.get_field(name) for name in self.columns]
        return schema_editor._create_index_sql(model, fields=fields, name=self.name, condition="NULL")


def condition_fields(condition: Q) -> list[str]:
    """The fields that a condition speaks of."""
    return constraint_fields(CheckConstraint(condition=condition, name="condition"))


def guard_overlaps() -> None:
    """Put every NoOverlap of every model under guard; called once all models are there."""
    for model in kernel_models():
        for constraint in model._meta.constraints:
            if isinstance(constraint, NoOverlap):
                guard(model, partial(constraint.guard_rows, model))


def _can(connection: Any) -> bool:
    return connection.vendor == "postgresql"
