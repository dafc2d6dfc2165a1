"""A database's schema as plain values, the same for every database."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Column:
    """A column. `extras` holds what not every database has: identity, autoincrement, generated, collation."""

    type: str
    null: bool
    default: str = ""
    extras: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Rule:
    """A constraint or an index. `name` is empty where the database gives none; `definition` holds no name."""

    kind: str
    definition: str
    name: str = ""


@dataclass
class Table:
    """One table."""

    columns: dict[str, Column] = field(default_factory=dict)
    rules: list[Rule] = field(default_factory=list)


Schema = dict[str, Table]
