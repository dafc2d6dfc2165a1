"""Lines that are whole rows each, read all at once: the cells of a stretch of a file in one step.

Whether a line is a row is told by counting separators. Lines with quotes are read by the CSV reader, a row each,
which refuses a quote that is still open at the end of its line.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl


def plain_rows(
    data: bytes, ends: np.ndarray, *, separator: str, schema: Mapping[str, Any]
) -> pl.DataFrame | None:
    """The cells of these lines of UTF-8, which end there; None where a line is not one whole row.

    Texts as they stand, the empty one too. A carriage return ends a line together with a line feed only.
    """
    lengths = np.diff(ends, prepend=0)
    if len(schema) < 2 or data.count(b"\r") != data.count(b"\r\n") or data.startswith(codecs.BOM_UTF8):
        return None
    if lengths.max() > csv.field_size_limit():
        return None
    bytes_ = np.frombuffer(data, dtype=np.uint8)
    counts = np.bincount(_lines_of(bytes_, separator, ends), minlength=len(ends))
    is_quoted = np.zeros(len(ends), dtype=bool)
    is_quoted[_lines_of(bytes_, '"', ends)] = True
    if (counts[~is_quoted] != len(schema) - 1).any():
        return None
    if not is_quoted.any():
        return _read(data, len(ends), separator, schema)
    starts = ends - lengths
    spans = zip(starts[is_quoted].tolist(), ends[is_quoted].tolist(), strict=True)
    quoted = _quoted([data[start:end].decode() for start, end in spans], separator, schema)
    if quoted is None or is_quoted.all():
        return quoted
    plain = _read(
        bytes_[np.repeat(~is_quoted, lengths)].tobytes(), int((~is_quoted).sum()), separator, schema
    )
    if plain is None:
        return None
    places = np.concatenate([np.flatnonzero(~is_quoted), np.flatnonzero(is_quoted)])
    return pl.concat([plain, quoted])[np.argsort(places)]


def _lines_of(bytes_: np.ndarray, mark: str, ends: np.ndarray) -> np.ndarray:
    """The line of each place where this mark stands."""
    return np.searchsorted(ends, np.flatnonzero(bytes_ == ord(mark)), side="right")


def _read(data: bytes, rows: int, separator: str, schema: Mapping[str, Any]) -> pl.DataFrame | None:
    frame = pl.read_csv(
        data.replace(b"\r\n", b"\n"),
        has_header=False,
        separator=separator,
        quote_char=None,
        schema=dict(schema),
        empty_string_is_null=False,
        glob=False,
    )
    return frame if frame.height == rows else None


def _quoted(lines: list[str], separator: str, schema: Mapping[str, Any]) -> pl.DataFrame | None:
    try:
        rows = list(csv.reader(lines, delimiter=separator, strict=True))
    except csv.Error:
        return None
    if len(rows) != len(lines) or set(map(len, rows)) != {len(schema)}:
        return None
    return pl.DataFrame(rows, schema=dict(schema), orient="row")
