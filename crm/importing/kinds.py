"""What a kind of file is to the engine: its columns, its problems, how rows are read and settled.

A further kind is one module that makes a `Kind` and one line in `registry`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from collections.abc import Mapping as AnyMapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import polars as pl
from django.db import connections

from ..models import ImportBatch
from .mappings import Mapping
from .problems import Problem, Problems


@dataclass
class Counts:
    """What became of the rows that were not rejected; `also` counts what had to be created for them, by model."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    also: dict[str, int] = field(default_factory=dict)
    changes: list[Any] = field(default_factory=list)


@dataclass(frozen=True)
class Kind:
    """One kind of file.

    - `needs`: the columns without which nothing can be done, each with those that may stand in for it.
    - `schema`: the columns that `parse` makes; the engine adds `line` and `mask`.
    - `parse(raw, mapping)`: texts in, one column for each of ours that is mapped or constant (trimmed, empty is null);
      the staged columns out, and for each problem which rows have it.
    - `settle(work)`: notes what only the whole file and the database tell, and merges what is accepted.
    """

    name: str
    needs: tuple[tuple[str, ...], ...]
    problems: Problems
    schema: AnyMapping[str, Any]
    parse: Callable[[pl.DataFrame, Mapping], tuple[dict[str, pl.Series], dict[Problem, pl.Series]]]
    settle: Callable[[Work], Counts]


@dataclass
class Work:
    """A file that has been staged, while it is settled: in one transaction.

    `table` holds its rows (`line`, `mask`, and the columns of the kind), `notes` what is noted meanwhile (`line`,
    `bit`), `refused` the lines that are rejected for it.
    """

    kind: Kind
    mapping: Mapping
    batch: ImportBatch
    table: str
    notes: str
    refused: str
    using: str

    def run(self, sql: str, params: Any = ()) -> int:
        """Execute it; how many rows it wrote."""
        with connections[self.using].cursor() as cursor:
            cursor.execute(sql, list(params))
            return int(cursor.rowcount)

    def value(self, sql: str, params: Any = ()) -> Any:
        """The first column of the first row."""
        with connections[self.using].cursor() as cursor:
            cursor.execute(sql, list(params))
            row = cursor.fetchone()
            return row[0] if row else None

    def note(self, problem: Problem, lines: str) -> None:
        """Note it of the lines that the query selects, each at most once."""
        bit = self.kind.problems.bit(problem)
        self.run(f"INSERT INTO {self.notes} SELECT line, {bit} FROM ({lines}) AS noted")

    def refuse(self) -> None:
        """Of what has been noted so far, decide which rows are rejected; to be called once, before merging."""
        refusing = self.kind.problems.refusing
        self.run(
            f"INSERT INTO {self.refused} SELECT DISTINCT line FROM {self.notes} WHERE (bit & {refusing}) <> 0"
        )
        self.analyze(self.refused)

    def accepted(self, row: str = "s") -> str:
        """SQL: is this staged row taken?"""
        refusing = self.kind.problems.refusing
        return (
            f"({row}.mask & {refusing}) = 0"
            f" AND NOT EXISTS (SELECT 1 FROM {self.refused} r WHERE r.line = {row}.line)"
        )

    def analyze(self, table: str) -> None:
        """Tell PostgreSQL how many rows a temporary table has."""
        if connections[self.using].vendor == "postgresql":
            self.run(f"ANALYZE {table}")

    @contextmanager
    def temporary(self, name: str, columns: str) -> Iterator[str]:
        """A temporary table of these columns, named after the staged one; dropped in the end."""
        table = f"{self.table}_{name}"
        self.run(f"CREATE TEMPORARY TABLE {table} ({columns})")
        yield table
        self.run(f"DROP TABLE {table}")


def registry() -> dict[str, Kind]:
    """Every kind of file that can be imported, by its name."""
    from . import contacts, customers, orders, products

    kinds = (orders.ORDERS, products.PRODUCTS, customers.CUSTOMERS, contacts.CONTACTS)
    return {each.name: each for each in kinds}
