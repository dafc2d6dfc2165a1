"""An empty place beside the database, where tables may be built and nothing stays.

On PostgreSQL it is a schema of its own, on SQLite a database of its own in a temporary folder.
"""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from typing import Any

from django.db import connections, transaction
from django.db.utils import load_backend

#: The alias under which the place is reachable while it exists.
ALIAS = "base_scratch"


@contextmanager
def scratch_database(beside: str, *, commits: bool = False) -> Iterator[Any]:
    """Yield a connection, known as `ALIAS`, of the same kind as the database `beside`; tables go to the scratch place.

    Types, functions and extensions of the real database are there too. On PostgreSQL all of it happens in one
    transaction that is rolled back, unless it `commits`, so that transactions cost what they cost elsewhere.
    """
    settings = deepcopy(connections[beside].settings_dict)
    with tempfile.TemporaryDirectory(prefix="scratch-") as folder:
        if connections[beside].vendor == "sqlite":
            settings["NAME"] = str(Path(folder) / "scratch.sqlite3")
        connection = connections[ALIAS] = load_backend(settings["ENGINE"]).DatabaseWrapper(settings, ALIAS)
        try:
            if connection.vendor == "sqlite":
                yield connection
            elif commits:
                _sweep(connection)
                schema = _enter_schema(connection)
                try:
                    yield connection
                finally:
                    _run(connection, f"DROP SCHEMA {schema} CASCADE")
            else:
                with transaction.atomic(using=ALIAS):
                    _enter_schema(connection)
                    yield connection
                    transaction.set_rollback(True, using=ALIAS)
        finally:
            connection.close()
            del connections[ALIAS]


def _enter_schema(connection: Any) -> str:
    """Make a schema that comes first: what is created lands there, what is not found there is the real one's."""
    schema = f"{ALIAS}_{uuid.uuid4().hex[:12]}"
    real = connection.ops.quote_name(_run(connection, "SELECT current_schema()")[0][0])
    # Held until the connection ends, however it ends: a schema that nobody holds may be swept away.
    _run(connection, "SELECT pg_advisory_lock(hashtext(%s))", [schema])
    _run(connection, f"CREATE SCHEMA {schema}")
    _run(connection, f"SET search_path TO {schema}, {real}")
    return schema


def _sweep(connection: Any) -> None:
    """Drop the schemas of processes that were killed."""
    left = _run(connection, "SELECT nspname FROM pg_namespace WHERE nspname LIKE %s", [f"{ALIAS}\\_%"])
    for (schema,) in left:
        if _run(connection, "SELECT pg_try_advisory_lock(hashtext(%s))", [schema])[0][0]:
            _run(connection, f"DROP SCHEMA {connection.ops.quote_name(schema)} CASCADE")


def _run(connection: Any, sql: str, params: list[Any] | None = None) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall() if cursor.description else None
