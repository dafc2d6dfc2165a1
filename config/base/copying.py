"""PostgreSQL's COPY, out of a query and into a table, as CSV."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import polars as pl

#: How many rows are handed over at a time: what bounds the memory.
CHUNK = 50_000


def copy_out(sql: str, params: Sequence[Any], connection: Any) -> io.BytesIO:
    """The rows of a query as CSV without a header, to be read from the beginning.

    They are asked of libpq one after the other: the driver's own loop waits before each, which takes three times as
    long as to read a million.
    """
    from psycopg.errors import error_from_result
    from psycopg.pq import ExecStatus

    rows = io.BytesIO()
    with (
        connection.wrap_database_errors,  # the driver's are Django's, as everywhere
        connection.cursor() as cursor,
        cursor.copy(f"COPY ({_composed(sql, params, connection)}) TO STDOUT (FORMAT csv)"),
    ):
        link = connection.connection.pgconn
        while (found := link.get_copy_data(0))[0] > 0:
            rows.write(found[1])
        ended = list(iter(link.get_result, None))  # all of them: else the connection stays busy
        for result in ended:
            if result.status != ExecStatus.COMMAND_OK:
                raise error_from_result(result)
    rows.seek(0)
    return rows


def copy_in(target: str, frame: pl.DataFrame, connection: Any) -> None:
    """The frame's rows into a table, named with its columns if they are not those of the frame in their order."""
    statement = f"COPY {target} FROM STDIN (FORMAT csv)"
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement) as copy:
        for part in frame.iter_slices(CHUNK):
            copy.write(part.write_csv(include_header=False, quote_style="non_numeric").encode())


def _composed(sql: str, params: Sequence[Any], connection: Any) -> str:
    """The statement with its parameters in it: Django's cursor that logs queries takes none for COPY."""
    from psycopg import ClientCursor

    return ClientCursor(connection.connection).mogrify(sql, list(params))
