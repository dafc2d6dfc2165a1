"""What was noted of the rows: counts by code, audit items, and the file of the rows that were rejected.

The file is read once more for what stands in those rows, so that nothing of it has to be kept meanwhile.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
from django.utils.translation import gettext as _

from config.base.staging import as_json, insert_staged, read_frame, stage

from ..models import AuditItem
from .files import FileForm, header_key
from .kinds import Work
from .mappings import OWN_COLUMNS, Mapping
from .problems import Problem
from .reading import Chunk, read_chunks
from .results import LIMIT, ImportResult, Reject
from .values import BLANKS, looked_up

#: No value in an audit item or on the screen is longer; the file of rejects has all of it.
LONGEST = 1000

_NOTED = {"line": pl.Int64, "mask": pl.Int64}

#: What is said of a reject, beside its line.
_SAID = ("column", "code", "value", "message")


def gather(work: Work, table: str) -> None:
    """Into `table` (`line`, `mask`): every row with something to say of it, and what, in one number."""
    work.run(
        f"""
        INSERT INTO {table} SELECT line, SUM(bit) FROM (
            SELECT line, mask AS bit FROM {work.table} WHERE mask <> 0 UNION ALL SELECT line, bit FROM {work.notes}
        ) AS noted GROUP BY line
        """
    )
    work.analyze(table)


def count(work: Work, table: str, result: ImportResult) -> None:
    """How many rows are rejected, and how many have each code."""
    codes = work.kind.problems.by_code()
    refusing = work.kind.problems.refusing
    sums = [f"SUM(CASE WHEN (mask & {bits}) <> 0 THEN 1 ELSE 0 END)" for bits in (refusing, *codes.values())]
    schema = dict.fromkeys(["rejected", *codes], pl.Int64)
    found = read_frame(f"SELECT {', '.join(sums)} FROM {table}", schema=schema, using=work.using)
    totals = {name: int(value or 0) for name, value in found.row(0, named=True).items()}
    result.rejected = totals.pop("rejected")
    result.codes = {name: total for name, total in totals.items() if total}


def write_down(work: Work, form: FileForm, table: str, result: ImportResult, target: Path) -> None:
    """The audit items of the batch, the file of rejects, and the first rejects for the screen."""
    number = 0
    with target.open("w", encoding="utf-8", newline="") as file:
        sheet = _Sheet(csv.writer(file, delimiter=form.separator), form, work.mapping)
        if work.value(f"SELECT 1 FROM {table} LIMIT 1") is None:
            return
        remarks = Remarks(work)
        for chunk in read_chunks(form):
            items, rejects = [], []
            for rows in _rows_of(work, table, chunk).partition_by("mask"):
                told = remarks.of(rows["mask"][0])
                reject = _reject(rows, told)
                items += _items(rows, told, reject, work.mapping)
                if reject is not None:
                    rejects.append(rows.hstack(reject))
            if rejects:
                found = pl.concat(rejects).sort("line")
                sheet.write(found)
                shown = found.head(LIMIT - len(result.rejects)).select("line", *_SAID)
                shown = shown.with_columns(pl.col("value").str.head(LONGEST))
                result.rejects += [Reject(*row) for row in shown.iter_rows()]
            if items:
                frame = pl.concat(items).sort("line", "rank").with_row_index("number", offset=number + 1)
                number += frame.height
                _record(work, frame)


def _rows_of(work: Work, table: str, chunk: Chunk) -> pl.DataFrame:
    """The rows of a chunk that something was noted of, in the order of the file: `line`, `text`, their cells, `mask`.

    `text` is the whole line where it could not be taken apart; such a row has cells as far as they go.
    """
    schema = {"line": pl.Int64, "text": pl.String, **chunk.schema}
    whole = chunk.cells.select(
        pl.Series("line", chunk.lines), pl.lit(None, dtype=pl.String).alias("text"), *chunk.schema
    )
    width = len(chunk.schema)
    broken = pl.DataFrame(
        [
            (each.line, each.text, *each.cells[:width], *[""] * (width - len(each.cells)))
            for each in chunk.broken
        ],
        schema=schema,
        orient="row",
    )
    rows = pl.concat([whole, broken])
    lines = rows["line"].to_list()
    noted = read_frame(
        f"SELECT line, mask FROM {table} WHERE line BETWEEN {min(lines)} AND {max(lines)}",
        schema=_NOTED,
        using=work.using,
    )
    return rows.join(noted, on="line").sort("line")


@dataclass(frozen=True)
class Remark:
    """A problem as it is told of a row of this file: the same for all rows that have it."""

    problem: Problem
    place: int | None
    constant: str
    column: str
    text: str

    def value(self) -> pl.Expr:
        """What stands in the column that the problem is about."""
        cell = pl.lit(self.constant) if self.place is None else pl.col(str(self.place))
        return pl.coalesce("text", cell)

    def say(self) -> pl.Expr:
        if "%(" not in self.text:
            return pl.lit(self.text)
        value = self.value().str.head(100)
        pieces = (self.text % {"value": "\0"}).split("\0")
        parts = [part for piece in pieces for part in (value, pl.lit(piece))][1:]
        said = pl.concat_str(parts)
        if not self.column:
            return said
        empty = _("The column “%(column)s” is empty.") % {"column": self.column}
        return pl.when(self.value().str.strip_chars(BLANKS) == "").then(pl.lit(empty)).otherwise(said)


class Remarks:
    """What is told of a row, by its mask."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.known: dict[int, list[Remark]] = {}

    def of(self, mask: int) -> list[Remark]:
        """The weightiest first, each code once."""
        if mask not in self.known:
            first: dict[str, Problem] = {}
            for problem in self.work.kind.problems.of(mask):
                first.setdefault(problem.code, problem)
            self.known[mask] = [_remark(problem, self.work.mapping) for problem in first.values()]
        return self.known[mask]


def _remark(problem: Problem, mapping: Mapping) -> Remark:
    name = _column(problem, mapping)
    column = mapping.name_of(name) if name else ""
    constant = mapping.constants.get(name, "")
    return Remark(problem, mapping.places.get(name), constant, column, str(problem.message))


def _column(problem: Problem, mapping: Mapping) -> str:
    """Our name of the column: a product without a key is known by its label, a price may be an amount."""
    stand_in = {"product_key": "label", "unit_price": "amount"}.get(problem.column)
    if stand_in and not mapping.has(problem.column) and mapping.has(stand_in):
        return stand_in
    return problem.column


def _reject(rows: pl.DataFrame, remarks: Sequence[Remark]) -> pl.DataFrame | None:
    """What the rows are rejected for, in `_SAID`; the message tells of everything that refuses them."""
    refusing = [remark for remark in remarks if remark.problem.refuses]
    if not refusing:
        return None
    first = refusing[0]
    message = pl.concat_str([remark.say() for remark in refusing], separator=" ")
    said = (pl.lit(first.column), pl.lit(first.problem.code), first.value(), message)
    return _columns(rows, dict(zip(_SAID, said, strict=True)))


def _items(
    rows: pl.DataFrame, remarks: Sequence[Remark], reject: pl.DataFrame | None, mapping: Mapping
) -> list[pl.DataFrame]:
    """The audit items of these rows, one for each code: a frame for each remark, which `rank` tells the place of."""
    items = []
    for rank, remark in enumerate(remarks):
        problem = remark.problem
        is_reason = reject is not None and reject["code"][0] == problem.code
        details = {"value": remark.value()}
        if remark.column:
            details["column"] = pl.lit(remark.column)
        if problem.parks:
            details |= _all_cells(mapping)
        cells = _columns(rows, {name: text.str.head(LONGEST) for name, text in details.items()})
        items.append(
            rows.select(
                "line",
                rank=pl.lit(rank),
                severity=pl.lit(str(problem.severity)),
                code=pl.lit(problem.code),
                message=reject["message"] if is_reason and reject is not None else remark.say(),
                details=_json(cells),
            )
        )
    return items


def _all_cells(mapping: Mapping) -> dict[str, pl.Expr]:
    """Everything that a parked row says, by our names of its columns."""
    cells = {f"row_{name}": pl.col(str(place)) for name, place in mapping.places.items()}
    return dict(list(cells.items())[:18])


def _columns(rows: pl.DataFrame, columns: dict[str, pl.Expr]) -> pl.DataFrame:
    """These columns for each of the rows; what is the same for all is repeated."""
    return rows.with_columns(**{f"its {name}": text for name, text in columns.items()}).select(
        **{name: pl.col(f"its {name}") for name in columns}
    )


def _json(cells: pl.DataFrame) -> pl.Series:
    """The rows as JSON objects; each different text is written once."""

    def write(text: str) -> str:
        return json.dumps(text, ensure_ascii=False)

    parts: list[Any] = []
    for name in cells.columns:
        parts += [pl.lit(f"{', ' if parts else '{'}{write(name)}: "), looked_up(cells[name], write)]
    return pl.select(pl.concat_str([*parts, pl.lit("}")])).to_series()


def _record(work: Work, frame: pl.DataFrame) -> None:
    with stage(frame, using=work.using) as staged:
        values = {
            "batch_id": str(work.batch.pk),
            "number": "s.number",
            "row_number": "s.line",
            "severity": "s.severity",
            "code": "s.code",
            "message": "s.message",
            "details": as_json("s.details", using=work.using),
        }
        insert_staged(AuditItem, staged, values, where="TRUE ORDER BY s.number", using=work.using)


class _Sheet:
    """The file of rejects: the columns of the file as they are, and ours. Nothing in it is neutralised: it is the
    merchant's own file, to be mended and read again."""

    def __init__(self, writer: Any, form: FileForm, mapping: Mapping) -> None:
        self.writer = writer
        used = {*mapping.places.values(), mapping.cancellation_place}
        own = {*OWN_COLUMNS, *(f"reject_{name}" for name in OWN_COLUMNS)}
        self.places = [
            number for number, name in enumerate(form.header) if number in used or header_key(name) not in own
        ]
        kept = {header_key(form.header[place]) for place in self.places}
        titles = [f"reject_{name}" if name in kept else name for name in OWN_COLUMNS]
        self.writer.writerow([*(form.header[place] for place in self.places), *titles])

    def write(self, rows: pl.DataFrame) -> None:
        """Rows with their cells and what they are rejected for."""
        own = ("line", *_SAID)
        self.writer.writerows(rows.select(*(str(place) for place in self.places), *own).iter_rows())
