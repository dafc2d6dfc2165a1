"""One number for all the data that a run reads: the same whatever the database, its keys and the order of its rows.

Rows are named by what they are called everywhere (a customer's code, a product's key, a source and its order number),
put into one order and hashed column by column. Numbers are integers, so there is one way to write each.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from typing import Any

import polars as pl

#: How many rows are turned into bytes at a time.
CHUNK = 100_000


def hash_input(*, as_of: date, lines: pl.DataFrame, tables: Mapping[str, pl.DataFrame]) -> str:
    """The SHA-256 of what a run as of that day reads, in hexadecimal.

    `lines` holds the order lines, `tables` the smaller frames by name: integers, texts and booleans. No frame has a
    column of the database's keys: a line names its customer, product and order by their places in the order of what
    they are called everywhere, and those names stand in tables of their own.
    """
    digest = sha256(f"as_of={as_of.isoformat()}\n".encode())
    for name, frame in [("lines", lines), *sorted(tables.items())]:
        _add_frame(digest, name, frame)
    return digest.hexdigest()


def _add_frame(digest: Any, name: str, frame: pl.DataFrame) -> None:
    """The names of the columns, then their values, the rows in the order of all columns, texts as numbers.

    A text column is its distinct values in the order of their code points, and for each row the place in it: so a
    million rows are sorted and hashed as integers.
    """
    columns = sorted(frame.columns)
    digest.update(f"{name}:{frame.height}:{','.join(columns)}\n".encode())
    numbers = []
    for column in columns:
        values = frame[column]
        if values.dtype == pl.String:
            values = _numbered(digest, column, values)
        elif values.dtype.is_float():
            raise TypeError(f"{name}.{column} holds floats: which bits they have is not for a hash of data.")
        numbers.append(values.cast(pl.Int64).rename(column))
    ordered = pl.DataFrame(numbers).sort(columns, nulls_last=False) if numbers else pl.DataFrame()
    for part in ordered.iter_slices(CHUNK):
        for column in columns:
            known = part[column].is_not_null()
            digest.update(part[column].fill_null(0).to_numpy().astype("<i8", copy=False).tobytes())
            digest.update(b"" if known.all() else known.to_numpy().tobytes())


def _numbered(digest: Any, name: str, values: pl.Series) -> pl.Series:
    """Each text as its place among the distinct ones, which the digest learns with their lengths."""
    names = values.drop_nulls().unique().sort()
    digest.update(f"{name}:{len(names)}\n".encode())
    digest.update(names.str.len_bytes().cast(pl.Int64).to_numpy().astype("<i8", copy=False).tobytes())
    digest.update("".join(names.to_list()).encode())
    places = pl.DataFrame(
        {"value": names, "place": range(len(names))}, schema={"value": pl.String, "place": pl.Int64}
    )
    found = pl.DataFrame({"value": values}).join(places, on="value", how="left", maintain_order="left")
    return found["place"]
