"""Rejects that come back mended, and say what rows say that were taken from the file which they stood in.

Where lines have no number, exact repeats are told apart by a running number. A mended row goes on after those that were
taken, as it would have had it been right at once; which file it stood in is found by the lines and codes of the
rejects. Where that file is not kept any more, the row is taken for one of theirs.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import polars as pl

from config.base.staging import fill_stage, read_frame

from ..models import ImportBatch
from . import engine, store
from .files import UnreadableFile, inspect
from .kinds import Work
from .mappings import fit, reject_places
from .problems import Problem
from .reading import read_chunks

#: So many of the latest imports are looked through.
LATEST = 50

_TAKEN = {"mark": pl.Int64, "number": pl.Int64}


@contextmanager
def taken_before(work: Work, repeat: Problem, repeats: str) -> Iterator[str]:
    """A table `mark`, `number`: how many rows of that mark were taken from the file that these rows were rejected from.

    Notes as a `repeat` the first of the mended rows, which `repeats` does not hold.
    """
    sql = f"SELECT reject, mark FROM {work.table} WHERE reject IS NOT NULL AND mark IS NOT NULL"
    rows = read_frame(sql, schema={"reject": pl.String, "mark": pl.Int64}, using=work.using)
    with work.temporary("before", "mark bigint PRIMARY KEY, number bigint") as table:
        if not rows.is_empty():
            found = _taken(work, rows["reject"], rows["mark"].unique(), before=work.batch.pk)
            fill_stage(table, found, using=work.using)
            work.note(
                repeat,
                f"SELECT s.line FROM {work.table} s JOIN {table} b ON b.mark = s.mark"
                f" WHERE NOT EXISTS (SELECT 1 FROM {repeats} n WHERE n.line = s.line)",
            )
        work.analyze(table)
        yield table


def _taken(work: Work, rejects: pl.Series, marks: pl.Series, *, before: int) -> pl.DataFrame:
    """How many rows of each mark were taken from the file of these rejects, and from the one that was rejected from."""
    origin = _origin(work, set(rejects), before)
    if origin is None:
        return pl.DataFrame(schema=_TAKEN)
    batch, rejected = origin
    form = inspect(store.kept(batch))
    mapping = fit(batch.mapping, form, kind=batch.kind, needs=work.kind.needs)
    taken, names = [pl.Series("mark", dtype=pl.Int64)], [pl.Series("reject", dtype=pl.String)]
    for chunk in read_chunks(form):
        rows = engine.parsed(chunk, work.kind, mapping)
        names.append(rows["reject"].drop_nulls())
        same = pl.col("mark").is_in(marks.implode()) & ~pl.col("line").is_in(sorted(rejected))
        taken.append(rows.filter(same)["mark"])
    marked = pl.concat(taken).to_frame().group_by("mark").agg(number=pl.len().cast(pl.Int64))
    earlier = pl.DataFrame(schema=_TAKEN)
    if mapping.reject_places is not None:
        earlier = _taken(work, pl.concat(names), marks, before=batch.pk)
    return pl.concat([marked, earlier]).group_by("mark").agg(pl.col("number").sum()).sort("mark")


def _origin(work: Work, wanted: set[str], before: int) -> tuple[ImportBatch, set[int]] | None:
    """The latest import that rejected these rows and whose file is kept, and the lines that it rejected."""
    done = ImportBatch.objects.using(work.using).filter(
        kind=work.kind.name, status=ImportBatch.Status.DONE, pk__lt=before, rows_rejected__gte=len(wanted)
    )
    for batch in done.order_by("-pk")[:LATEST]:
        try:
            store.kept(batch)
            rejected = _rejects_of(batch)
        except UnreadableFile:
            continue
        if wanted <= rejected:
            return batch, {int(name.split(" ")[0]) for name in rejected}
    return None


def _rejects_of(batch: ImportBatch) -> set[str]:
    """The names of the rows that it rejected; see `engine.reject_names`. Raises UnreadableFile."""
    form = inspect(store.rejects_path(batch))
    places = reject_places(form)
    if places is None:
        return set()
    return {name for chunk in read_chunks(form) for name in engine.reject_names(chunk.cells, places)}
