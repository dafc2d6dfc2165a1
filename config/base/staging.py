"""Many rows at once: read a query into a frame, put a frame into a temporary table, write from there, recorded.

Row by row an ORM takes minutes where a database takes a second. So what computes over whole tables reads them with
`read_frame`, and what writes many rows puts them into a `stage` and merges that with one statement a model:

    with stage(frame, using=using) as table:
        created = insert_staged(OrderLine, table, {"customer_id": "s.customer", …}, using=using)
        changed = update_staged(OrderLine, table, {"amount": "s.amount"}, match="t.id = s.id", using=using)

Rows that are finished, with nothing to join them to, are put straight into their table by `insert_frame`.

Each write is versioned, recorded in the history and seen by the guards, as any other. What a database cannot tell is
the caller's to hold: that parents are alive (join them), that JSON has its declared shape, that choices are known.
PostgreSQL reads and takes the rows by COPY.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import polars as pl
from django.db import connections, models, transaction
from django.db.models import NOT_PROVIDED

from .audit import current_actor_id
from .clock import now_ms
from .copying import CHUNK, copy_in, copy_out
from .history import record

#: What a column of a frame is in the temporary table.
_TYPES = {
    pl.Boolean: "boolean",
    pl.Float64: "double precision",
    pl.Float32: "double precision",
    pl.String: "text",
}


def read_frame(
    sql: str, params: Sequence[Any] = (), *, schema: Mapping[str, Any], using: str = "default"
) -> pl.DataFrame:
    """The rows of a query as a frame with these columns, in order: name → Polars type.

    Integers, floats, texts and booleans; a moment or a decimal is turned into an integer by the query.
    """
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            data = copy_out(sql, params, connection)
            if not data.getbuffer():
                return pl.DataFrame(schema=schema)
            wanted = {name: pl.String if kind == pl.Boolean else kind for name, kind in schema.items()}
            frame = pl.read_csv(data, has_header=False, schema=wanted)
            flags = [name for name, kind in schema.items() if kind == pl.Boolean]
            return frame.with_columns(pl.col(flags) == "t") if flags else frame
        cursor.execute(sql, list(params))
        parts = []
        while rows := cursor.fetchmany(CHUNK):
            columns = zip(*rows, strict=True)
            parts.append(
                pl.DataFrame(
                    [
                        pl.Series(name, values, dtype=pl.Int8 if kind == pl.Boolean else kind)
                        for (name, kind), values in zip(schema.items(), columns, strict=True)
                    ]
                ).cast({name: kind for name, kind in schema.items() if kind == pl.Boolean})
            )
        return pl.concat(parts) if parts else pl.DataFrame(schema=schema)


@contextmanager
def stage(frame: pl.DataFrame, *, using: str = "default") -> Iterator[str]:
    """A temporary table with the frame's rows, in the current transaction; yields its name.

    Integers, floats, texts and booleans. It has no index; add what a large join needs.
    """
    name = f"stage_{uuid.uuid4().hex[:12]}"
    with transaction.atomic(using=using, savepoint=False):
        create_stage(name, dict(frame.schema), using=using)
        fill_stage(name, frame, using=using)
        with connections[using].cursor() as cursor:
            if connections[using].vendor == "postgresql":
                cursor.execute(f"ANALYZE {name}")
        yield name
        with connections[using].cursor() as cursor:
            cursor.execute(f"DROP TABLE {name}")


def create_stage(name: str, schema: Mapping[str, Any], *, using: str) -> None:
    """An empty temporary table of this name, gone at the latest with the connection."""
    columns = ", ".join(f'"{column}" {_TYPES.get(kind, "bigint")}' for column, kind in schema.items())
    with connections[using].cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE {name} ({columns})")


def fill_stage(name: str, frame: pl.DataFrame, *, using: str) -> None:
    """Add the frame's rows. PostgreSQL is not told how many there are: `ANALYZE` it when it is full."""
    connection = connections[using]
    if connection.vendor == "postgresql":
        copy_in(name, frame, connection)
        return
    with connection.cursor() as cursor:
        marks = ", ".join(["%s"] * frame.width)
        for part in frame.iter_slices(CHUNK):
            cursor.executemany(f"INSERT INTO {name} VALUES ({marks})", part.rows())


def insert_frame(model: Any, frame: pl.DataFrame, *, using: str = "default") -> None:
    """Insert a row for each row of the frame, whose columns are called as the model's; others have their default.

    A JSON column is given as text. On PostgreSQL no row passes a temporary table. Raises IntegrityError when a
    constraint refuses a row.
    """
    connection = connections[using]
    if connection.vendor != "postgresql":
        with stage(frame, using=using) as table:
            insert_staged(model, table, {name: f"s.{name}" for name in frame.columns}, using=using)
        return
    quote, table = connection.ops.quote_name, model._meta.db_table
    defaults = _defaults(model, frame.columns, using)
    with transaction.atomic(using=using, savepoint=False), connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"({value})::text" for value in defaults.values()), [])
        constants = zip(defaults, cursor.fetchone(), strict=True)
        numbers = """
            WITH sequence AS MATERIALIZED (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS name)
            SELECT nextval(name) FROM sequence, generate_series(1, %s)
        """  # the name is looked up once, not for each row
        keys = read_frame(numbers, [quote(table), frame.height], schema={"id": pl.Int64}, using=using)["id"]
        rows = frame.with_columns(keys, *(pl.lit(text, pl.String).alias(name) for name, text in constants))
        copy_in(f"{quote(table)} ({', '.join(map(quote, rows.columns))})", rows, connection)
        _record_all(model, keys.to_list(), using)


def insert_staged(
    model: Any,
    table: str,
    values: Mapping[str, str],
    *,
    joins: str = "",
    where: str = "TRUE",
    params: Sequence[Any] = (),
    using: str = "default",
) -> int:
    """Insert one row for each row `s` of the staging table that the condition picks; how many.

    `values` says in SQL what stands in each column; a column that is not named has its field's default, which is the
    same for all rows. `joins` may name other tables. Raises IntegrityError when a constraint refuses a row.
    """
    values = {**_defaults(model, values, using), **values}
    connection = connections[using]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(column) for column in values)
    sql = f"""
        INSERT INTO {quote(model._meta.db_table)} ({columns})
        SELECT {", ".join(values.values())} FROM {table} s {joins} WHERE {where} RETURNING id
    """
    return _write_and_record(model, sql, params, using)


def update_staged(
    model: Any,
    table: str,
    values: Mapping[str, str],
    *,
    match: str,
    joins: str = "",
    params: Sequence[Any] = (),
    using: str = "default",
) -> int:
    """Update the rows `t` that match a row `s` of the staging table, each as a new version; how many.

    `values` says in SQL what is to stand in each column, and `joins` may name other tables. Columns that are untracked
    alone raise no version. Match the version as well where the row may have changed since it was read.
    """
    connection = connections[using]
    quote = connection.ops.quote_name
    tracked = not set(values) <= {model._meta.get_field(name).column for name in model.untracked_fields}
    if tracked:
        stamps = {"updated_at": _literal(now_ms(), "updated_at", model, using), "updated_by_id": _actor()}
        values = {**stamps, **values, "version": "t.version + 1"}
    assignments = ", ".join(f"{quote(column)} = {value}" for column, value in values.items())
    sql = f"""
        UPDATE {quote(model._meta.db_table)} AS t SET {assignments} FROM {table} s {joins}
        WHERE {match} RETURNING t.id
    """
    if connection.vendor == "sqlite":
        sql = sql.replace("RETURNING t.id", "RETURNING id")
    return _write_and_record(model, sql, params, using, recorded=tracked)


def _write_and_record(
    model: Any, sql: str, params: Sequence[Any], using: str, *, recorded: bool = True
) -> int:
    with transaction.atomic(using=using, savepoint=False):
        with connections[using].cursor() as cursor:
            cursor.execute(sql, list(params))
            keys = [key for (key,) in cursor.fetchall()]
        if recorded:
            _record_all(model, keys, using)
    return len(keys)


def _record_all(model: Any, keys: list[Any], using: str) -> None:
    for start in range(0, len(keys), CHUNK):
        record(model, keys[start : start + CHUNK], using=using)


def _defaults(model: Any, given: Collection[str], using: str) -> dict[str, str]:
    """The columns that nobody named, as SQL literals."""
    now = now_ms()
    stamps = {"created_at": now, "updated_at": now}
    columns: dict[str, str] = {"created_by_id": _actor(), "updated_by_id": _actor()}
    for field in model._meta.concrete_fields:
        if field.primary_key or field.generated or field.column in given or field.column in columns:
            continue
        default = stamps.get(field.name, field.default)
        if default is NOT_PROVIDED:
            if not field.null and not field.empty_strings_allowed:
                raise ValueError(f"{model._meta.label}.{field.name} has no default: say what stands there.")
            default = None if field.null else ""
        elif callable(default):
            default = default()
        columns[field.column] = _literal(default, field.name, model, using)
    return columns


def _actor() -> str:
    actor = current_actor_id()
    return "NULL" if actor is None else str(int(actor))


def _literal(value: Any, name: str, model: Any, using: str) -> str:
    """The value as SQL, as the database would be given it."""
    if value is None:
        return "NULL"
    connection = connections[using]
    field: models.Field[Any, Any] = model._meta.get_field(name)
    prepared = field.get_db_prep_save(value, connection)
    if connection.vendor == "postgresql":
        from psycopg import sql as composed

        text = composed.Literal(prepared).as_string(connection.connection)
    elif isinstance(prepared, bool | int | float):
        text = str(int(prepared) if isinstance(prepared, bool) else prepared)
    else:
        text = "'" + str(prepared).replace("'", "''") + "'"
    return text.replace("%", "%%")


def in_cents(column: str, *, using: str = "default") -> str:
    """SQL of an amount with two places as an integer of cents."""
    if connections[using].vendor == "postgresql":
        return f"({column} * 100)::bigint"
    return f"CAST(ROUND({column} * 100) AS INTEGER)"


def from_cents(column: str, *, using: str = "default") -> str:
    """SQL of an integer of cents as an amount."""
    return (
        f"({column}::numeric / 100)" if connections[using].vendor == "postgresql" else f"({column} / 100.0)"
    )


def in_milliseconds(column: str, *, using: str = "default") -> str:
    """SQL of a moment as an integer: milliseconds since 1970 in UTC."""
    if connections[using].vendor == "postgresql":
        return f"(extract(epoch from {column}) * 1000)::bigint"
    fraction = f"CAST(substr({column} || '.000', instr({column} || '.000', '.') + 1, 3) AS INTEGER)"
    return f"(CAST(strftime('%%s', {column}) AS INTEGER) * 1000 + {fraction})"


def from_milliseconds(column: str, *, using: str = "default") -> str:
    """SQL of such an integer as a moment, in the form that Django stores."""
    if connections[using].vendor == "postgresql":
        return f"(timestamptz 'epoch' + {column} * interval '1 millisecond')"
    rest = f"((({column} %% 1000) + 1000) %% 1000)"  # before 1970 too
    fraction = f"CASE {rest} WHEN 0 THEN '' ELSE printf('.%%03d000', {rest}) END"
    return f"(strftime('%%Y-%%m-%%d %%H:%%M:%%S', ({column} - {rest}) / 1000, 'unixepoch') || {fraction})"


def as_json(column: str, *, using: str = "default") -> str:
    """SQL of a text that holds JSON as a value of a JSON column."""
    return f"{column}::jsonb" if connections[using].vendor == "postgresql" else column
