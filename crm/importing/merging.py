"""What a file says against what the database holds: created, updated, unchanged. A few statements a model."""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.db import connections, models
from django.utils.translation import gettext as _

from config.base.exceptions import DomainError
from config.base.staging import (
    CHUNK,
    as_json,
    from_cents,
    from_milliseconds,
    in_cents,
    in_milliseconds,
    insert_staged,
    update_staged,
)

from .kinds import Counts, Work

#: So many differences are kept to be shown.
SAMPLE = 50


@dataclass(frozen=True)
class Change:
    """One cell that is not what the database holds: where it stands in the file, which row it is, old and new."""

    line: int
    key: str
    column: str
    old: str
    new: str


@dataclass(frozen=True)
class Column:
    """A column of the model in its plain form: moments as milliseconds, amounts as cents."""

    field: Any

    @property
    def name(self) -> str:
        return str(self.field.column)

    @property
    def type(self) -> str:
        if isinstance(self.field, models.BooleanField):
            return "boolean"
        if isinstance(self.field, models.CharField | models.TextField | models.JSONField):
            return "text"
        return "double precision" if isinstance(self.field, models.FloatField) else "bigint"

    def stored(self, using: str) -> str:
        """SQL: what the row `t` holds, plain."""
        place = f"t.{self.name}"
        if isinstance(self.field, models.DateTimeField):
            return in_milliseconds(place, using=using)
        if isinstance(self.field, models.DecimalField):
            return in_cents(place, using=using)
        if isinstance(self.field, models.JSONField) and connections[using].vendor == "postgresql":
            return f"{place}::text"
        return place

    def written(self, using: str) -> str:
        """SQL: what the staged row `s` holds, as the model stores it."""
        place = f"s.{self.name}"
        if isinstance(self.field, models.DateTimeField):
            return from_milliseconds(place, using=using)
        if isinstance(self.field, models.DecimalField):
            return from_cents(place, using=using)
        if isinstance(self.field, models.JSONField):
            return as_json(place, using=using)
        return place

    def shown(self, value: Any) -> str:
        """The plain value for people."""
        if value is None:
            return ""
        if isinstance(self.field, models.DateTimeField):
            return datetime.fromtimestamp(value / 1000, UTC).isoformat()
        if isinstance(self.field, models.DecimalField):
            return str(Decimal(value).scaleb(-2))
        if isinstance(self.field, models.ForeignKey):
            parent: Any = self.field.related_model
            found = parent._base_manager.filter(pk=value).first()
            return str(found) if found else f"#{value}"
        if isinstance(self.field, models.BooleanField):
            return _("Yes") if value else _("No")
        return str(value)


def merge(
    work: Work,
    model: Any,
    *,
    key: Sequence[str],
    values: AnyMapping[str, str],
    accepted: str,
    joins: str = "",
    on_creation: AnyMapping[str, str] | None = None,
) -> Counts:
    """Write the accepted rows `s` of the staging table as rows of the model, by its key.

    `key` and `values` name columns of the model; `values` says in SQL what stands in each of them, the key's too:
    texts, whole numbers, milliseconds, cents. `on_creation` is set on new rows only. A row whose values all stand there
    is unchanged. Raises DomainError where somebody changes such a row meanwhile.
    """
    columns = {name: Column(_field(model, name)) for name in values}
    others = [name for name in values if name not in key]
    spec = ", ".join(f"{name} {column.type}" for name, column in columns.items())
    with (
        work.temporary("ready", f"line bigint PRIMARY KEY, {spec}") as ready,
        work.temporary("met", "line bigint PRIMARY KEY, id bigint, version bigint, differs boolean") as met,
    ):
        work.run(
            f"INSERT INTO {ready} SELECT s.line, {', '.join(values.values())}"
            f" FROM {work.table} s {joins} WHERE {accepted} ORDER BY s.line"
        )
        work.analyze(ready)
        same = " AND ".join(f"t.{name} = s.{name}" for name in key)
        differs = " OR ".join(
            f"{columns[name].stored(work.using)} IS DISTINCT FROM s.{name}" for name in others
        )
        work.run(
            f"""
            INSERT INTO {met} SELECT s.line, t.id, t.version, {differs or "FALSE"}
            FROM {ready} s JOIN {model._meta.db_table} t ON {same} AND NOT t.is_deleted
            """
        )
        work.analyze(met)
        changed = work.value(f"SELECT COUNT(*) FROM {met} WHERE differs")
        counts = Counts(unchanged=work.value(f"SELECT COUNT(*) FROM {met}") - changed)
        if changed:
            counts.changes = _sample(work, model, ready, met, columns, key, others)
        written = {name: column.written(work.using) for name, column in columns.items()}
        for first, last in _slices(work, ready):
            counts.created += insert_staged(
                model,
                ready,
                {**written, **(on_creation or {})},
                where=f"s.line BETWEEN {first} AND {last}"
                f" AND NOT EXISTS (SELECT 1 FROM {met} m WHERE m.line = s.line) ORDER BY s.line",
                using=work.using,
            )
            if changed:
                counts.updated += update_staged(
                    model,
                    ready,
                    {name: written[name] for name in others},
                    joins=f"JOIN {met} m ON m.line = s.line AND m.differs",
                    match=f"t.id = m.id AND t.version = m.version AND s.line BETWEEN {first} AND {last}",
                    using=work.using,
                )
        if counts.updated != changed:
            raise DomainError(_("Rows of this file were changed by somebody meanwhile."), code="stale")
    return counts


def stored(model: Any, column: str, using: str) -> str:
    """SQL: what the row `t` of the model holds in this column, in its plain form."""
    return Column(_field(model, column)).stored(using)


def _field(model: Any, column: str) -> Any:
    return next(field for field in model._meta.concrete_fields if field.column == column)


def _slices(work: Work, table: str) -> list[tuple[int, int]]:
    """Ranges of lines with so many rows at most, which together hold them all."""
    last = work.value(f"SELECT MAX(line) FROM {table}") or 0
    return [(start + 1, start + CHUNK) for start in range(0, last, CHUNK)]


def _sample(
    work: Work,
    model: Any,
    ready: str,
    met: str,
    columns: dict[str, Column],
    key: Sequence[str],
    others: list[str],
) -> list[Change]:
    """Some of the cells that differ, in the order of the file."""
    stored = [columns[name].stored(work.using) for name in others]
    new = [f"s.{name}" for name in [*key, *others]]
    sql = f"""
        SELECT s.line, {", ".join([*new, *stored])} FROM {ready} s JOIN {met} m ON m.line = s.line AND m.differs
        JOIN {model._meta.db_table} t ON t.id = m.id ORDER BY s.line LIMIT {SAMPLE}
    """
    with connections[work.using].cursor() as cursor:
        cursor.execute(sql, [])
        rows = cursor.fetchall()
    changes = []
    for line, *cells in rows:
        name = " · ".join(str(cell) for cell in cells[: len(key)])
        fresh, old = cells[len(key) : len(key) + len(others)], cells[len(key) + len(others) :]
        changes += [
            Change(
                line, name, columns[column].field.name, columns[column].shown(was), columns[column].shown(now)
            )
            for column, now, was in zip(others, fresh, old, strict=True)
            if now != was and columns[column].field.editable
        ]
    return changes[:SAMPLE]
