"""A scratch place with the crm's tables that stands in for the project's database, and what is measured there."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, connections
from django.test.utils import override_settings

from config.base import staging
from config.base.benchmarks.measure import Timing
from config.base.scratch import scratch_database


@contextmanager
def crm_place(beside: str) -> Iterator[tuple[Any, Path]]:
    """The connection and a folder for files; services work there while it lasts, and nothing stays.

    On PostgreSQL people and types are the real database's, which has to be migrated.
    """
    with scratch_database(beside, commits=True) as scratch, tempfile.TemporaryDirectory() as name:
        is_postgresql = scratch.vendor == "postgresql"
        found = apps.get_app_config("crm").get_models() if is_postgresql else apps.get_models()
        own, connections[DEFAULT_DB_ALIAS] = connections[DEFAULT_DB_ALIAS], scratch
        alias, scratch.alias = scratch.alias, DEFAULT_DB_ALIAS
        try:
            with scratch.schema_editor() as editor:
                for model in found:
                    if model._meta.can_migrate(scratch):
                        editor.create_model(model)
            with override_settings(DATA_DIR=Path(name), DEBUG=False):
                yield scratch, Path(name)
        finally:
            connections[DEFAULT_DB_ALIAS], scratch.alias = own, alias


def execute(connection: Any, sql: str) -> list[Any]:
    """The rows of a statement, if it has any."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall()) if cursor.description else []


def clear(connection: Any, *models: Any) -> None:
    """Empty the tables of these models, parents first, and of their history."""
    tables = [each._meta.db_table for model in models for each in (model, model.history.model)]
    if connection.vendor == "postgresql":
        execute(connection, f"TRUNCATE {', '.join(tables)} CASCADE")
        return
    for table in reversed(tables):
        execute(connection, f"DELETE FROM {table}")


def once(work: Callable[[], Any], connection: Any) -> tuple[Timing, Any]:
    """The work's time and statements, and what it returned; done once, for what takes minutes or fills tables."""
    statements = 0

    def count(run: Any, *args: Any) -> Any:
        nonlocal statements
        statements += 1
        return run(*args)

    with connection.execute_wrapper(count):
        start = perf_counter()
        result = work()
        seconds = perf_counter() - start
    return Timing(seconds, statements), result


@contextmanager
def history_timed() -> Iterator[list[float]]:
    """The seconds that recording takes of what is written from staging tables meanwhile, one entry a record."""
    record, seconds = staging.record, []

    def timed(*args: Any, **options: Any) -> Any:
        start = perf_counter()
        try:
            return record(*args, **options)
        finally:
            seconds.append(perf_counter() - start)

    staging.record = timed
    try:
        yield seconds
    finally:
        staging.record = record


@contextmanager
def without_history() -> Iterator[None]:
    """Rows that are only there to be measured with are not recorded."""
    record = staging.record
    staging.record = lambda *args, **options: None  # type: ignore[assignment]
    try:
        yield
    finally:
        staging.record = record
