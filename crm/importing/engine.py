"""The run of an import: read and stage in chunks, then settle everything in one transaction, or roll it back."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl
from django.db import connections, transaction
from django.utils.translation import gettext as _

from config.base.audit import audit_context
from config.base.staging import create_stage, fill_stage

from ..models import ImportBatch
from . import noting
from .files import FileForm, UnreadableFile
from .kinds import Kind, Work
from .mappings import Mapping
from .problems import BROKEN
from .reading import Chunk, read_chunks
from .results import ImportResult
from .undoing import one_at_a_time, reason_of
from .values import trimmed

#: Called after each chunk with the bytes read so far, and of how many. It may raise, which ends the import.
Progress = Callable[[int, int], None]

#: Sorts and joins of the file's rows stay in memory, a sample tells enough of them, and nothing is compiled for them.
_TUNING = "SET LOCAL work_mem = '32MB'; SET LOCAL default_statistics_target = 10; SET LOCAL jit = off"


def run(
    *,
    kind: Kind,
    form: FileForm,
    mapping: Mapping,
    batch: ImportBatch,
    rejects: Path,
    progress: Progress | None = None,
    finish: Callable[[ImportResult], None] | None = None,
    using: str = "default",
) -> ImportResult:
    """Import the file; `finish` is called at the end of its transaction. Without it, do the same and take it all back:
    a dry run, whose `batch` is unsaved.

    Raises UnreadableFile: no rows, a damaged file. Whatever is raised, nothing has been written but `rejects`.
    """
    name = f"import_{uuid.uuid4().hex[:12]}"
    result = ImportResult()
    with _staged(name, kind, using):
        for chunk in read_chunks(form):
            frame = parsed(chunk, kind, mapping)
            with _unlocked(using):
                fill_stage(name, frame, using=using)
            result.read += len(chunk)
            if progress is not None:
                progress(chunk.position, form.size)
        if not result.read:
            raise UnreadableFile(_("The file has a header and no rows."), code="no_rows")
        with transaction.atomic(using=using):
            if finish is None:
                batch.save(using=using)
            _settle(name, kind, form, mapping, batch, result, rejects, using)
            if finish is None:
                transaction.set_rollback(True, using=using)
            else:
                finish(result)
    return result


def _settle(
    name: str,
    kind: Kind,
    form: FileForm,
    mapping: Mapping,
    batch: ImportBatch,
    result: ImportResult,
    rejects: Path,
    using: str,
) -> None:
    one_at_a_time(using)
    if connections[using].vendor == "postgresql":
        with connections[using].cursor() as cursor:
            cursor.execute(_TUNING)
            cursor.execute(f"ANALYZE {name}")
    work = Work(kind, mapping, batch, name, f"{name}_notes", f"{name}_refused", using)
    with (
        audit_context(reason=reason_of(batch)),
        work.temporary("notes", "line bigint, bit bigint"),
        work.temporary("refused", "line bigint PRIMARY KEY"),
    ):
        counts = kind.settle(work)
        with work.temporary("noted", "line bigint PRIMARY KEY, mask bigint") as noted:
            noting.gather(work, noted)
            noting.count(work, noted, result)
            noting.write_down(work, form, noted, result, rejects)
    result.created, result.updated, result.unchanged = counts.created, counts.updated, counts.unchanged
    result.also, result.changes = counts.also, counts.changes
    total = result.created + result.updated + result.unchanged + result.rejected
    if total != result.read:
        raise AssertionError(f"{result.read} rows were read, {total} are accounted for: {result}")


def parsed(chunk: Chunk, kind: Kind, mapping: Mapping) -> pl.DataFrame:
    """The rows of a chunk as they are staged, in the order of the file; broken ones with nothing but their mask."""
    raw = _raw(chunk, mapping)
    staged, flags = kind.parse(raw, mapping)
    mask = pl.Series([0], dtype=pl.Int64).new_from_index(0, raw.height)
    for problem, rows in flags.items():
        mask = mask + rows.fill_null(False).cast(pl.Int64) * kind.problems.bit(problem)
    frame = pl.DataFrame(
        {"line": pl.Series(chunk.lines, dtype=pl.Int64), "mask": mask, **staged},
        schema={"line": pl.Int64, "mask": pl.Int64, **kind.schema},
    )
    if not chunk.broken:
        return frame
    broken = pl.DataFrame(
        {
            "line": [each.line for each in chunk.broken],
            "mask": [kind.problems.bit(BROKEN[each.code]) for each in chunk.broken],
        },
        schema={"line": pl.Int64, "mask": pl.Int64},
    )
    return pl.concat([frame, broken], how="diagonal").sort("line")


def _raw(chunk: Chunk, mapping: Mapping) -> pl.DataFrame:
    """What the rows say, a column for each of ours; constants where the mapping has them."""
    cells = chunk.cells
    columns = {name: trimmed(cells.to_series(place).alias(name)) for name, place in mapping.places.items()}
    for name, value in mapping.constants.items():
        if name not in columns:
            columns[name] = pl.Series(name, [value], dtype=pl.String).new_from_index(0, cells.height)
    if mapping.cancellation_place is not None:
        columns["cancellation"] = trimmed(cells.to_series(mapping.cancellation_place))
    if mapping.reject_places is not None:
        columns["reject"] = reject_names(cells, mapping.reject_places)
    return pl.DataFrame(columns)


def reject_names(cells: pl.DataFrame, places: tuple[int, int]) -> pl.Series:
    """What each row of a file of rejects was called: its line and its code."""
    line, code = (pl.nth(place).str.strip_chars() for place in places)
    return cells.select(pl.concat_str([line, code], separator=" ").alias("reject")).to_series()


@contextmanager
def _staged(name: str, kind: Kind, using: str) -> Iterator[None]:
    """The staging table, in no transaction of its own: it is dropped whatever happens."""
    create_stage(name, {"line": pl.Int64, "mask": pl.Int64, **kind.schema}, using=using)
    try:
        yield
    finally:
        connection = connections[using]
        if not (connection.in_atomic_block and connection.needs_rollback):
            with connection.cursor() as cursor:
                cursor.execute(f"DROP TABLE IF EXISTS {name}")


@contextmanager
def _unlocked(using: str) -> Iterator[None]:
    """Write to temporary tables without taking the write lock that Django's transactions take on SQLite."""
    connection = connections[using]
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("BEGIN DEFERRED")
        try:
            yield
        except BaseException:
            cursor.execute("ROLLBACK")
            raise
        cursor.execute("COMMIT")
