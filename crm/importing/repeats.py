"""Keys that stand on several rows of a file: told, and of no influence on the result.

The staged column `mark` is a number of what the row says; rows of the same mark say the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from .kinds import Work
from .problems import Problem


@contextmanager
def numbered_repeats(work: Work, problem: Problem, *, order: str = "s.line") -> Iterator[str]:
    """A table `line`, `number` (from 2) of the rows that say what an earlier one says, which are noted.

    `order` says which of equal rows comes first, where what is stored of them may differ.
    """
    with work.temporary("repeats", "line bigint PRIMARY KEY, number bigint") as repeats:
        with work.temporary("twice", "mark bigint PRIMARY KEY") as twice:
            work.run(
                f"INSERT INTO {twice} SELECT mark FROM {work.table} WHERE mark IS NOT NULL"
                " GROUP BY mark HAVING COUNT(*) > 1"
            )
            work.analyze(twice)
            work.run(
                f"""
                INSERT INTO {repeats} SELECT line, number FROM (
                    SELECT s.line, ROW_NUMBER() OVER (PARTITION BY s.mark ORDER BY {order}) AS number
                    FROM {work.table} s JOIN {twice} m ON m.mark = s.mark
                ) AS numbered WHERE number > 1
                """
            )
        work.analyze(repeats)
        work.note(problem, f"SELECT line FROM {repeats}")
        yield repeats


def count_repeats(work: Work, repeats: str, accepted: str) -> int:
    """How many of the repeats are accepted: where a repeat is the row itself, these are unchanged."""
    return int(
        work.value(
            f"SELECT COUNT(*) FROM {repeats} n JOIN {work.table} s ON s.line = n.line WHERE {accepted}"
        )
    )


def note_ambiguous(work: Work, problem: Problem, key: Sequence[str]) -> None:
    """Note the rows that have a key in common and do not say the same."""
    columns = ", ".join(key)
    spec = ", ".join(f"{name} text" for name in key)
    with work.temporary("unsure", f"{spec}, PRIMARY KEY ({columns})") as unsure:
        present = " AND ".join(f"{name} IS NOT NULL" for name in key)
        work.run(
            f"INSERT INTO {unsure} SELECT {columns} FROM {work.table} WHERE {present}"
            f" GROUP BY {columns} HAVING MIN(mark) <> MAX(mark)"
        )
        work.analyze(unsure)
        same = " AND ".join(f"k.{name} = s.{name}" for name in key)
        work.note(problem, f"SELECT s.line FROM {work.table} s JOIN {unsure} k ON {same}")


def note_spellings(work: Work, problem: Problem, column: str, written: str) -> None:
    """Note the rows whose key is not written in its normal form while other rows write it differently."""
    if work.value(f"SELECT 1 FROM {work.table} WHERE {written} IS NOT NULL LIMIT 1") is None:
        return
    with work.temporary("spelt", "item text PRIMARY KEY") as spelt:
        work.run(
            f"""
            INSERT INTO {spelt} SELECT {column} FROM {work.table} WHERE {column} IN (
                SELECT {column} FROM {work.table} WHERE {written} IS NOT NULL
            )
            GROUP BY {column} HAVING COUNT(DISTINCT COALESCE({written}, '')) > 1
            """
        )
        work.analyze(spelt)
        named = f"SELECT s.line FROM {work.table} s JOIN {spelt} k ON k.item = s.{column}"
        work.note(problem, f"{named} WHERE s.{written} IS NOT NULL")
