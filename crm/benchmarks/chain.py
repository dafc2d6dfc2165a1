"""What profiles and recommendations cost, beside the bare pipeline: the same rows read, computed and written, no more.

The bare pipeline reads with COPY, computes with the same functions and writes with COPY into a table of the same
columns and indexes: no history, no versions, no hash of the data, no check of anything.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
from django.db import connections

from config.base.benchmarks import Report
from config.base.benchmarks.measure import Measurement, Timing

from ..frames import day_number, line_frame, product_frame, start_of
from ..models import AuditItem, ClientMasterProfile, RecoItem, RecoRun
from ..profiling import compute_profiles
from ..recommending.config import complete_config
from ..recommending.loading import load_inputs
from ..recommending.making import make_items
from ..services import build_profiles, recommend
from .place import clear, crm_place, execute, history_timed, once
from .rows import LINES_A_CUSTOMER, fill_orders, fill_parents, order_rows

SIZES = (100_000, 1_000_000)
AS_OF = date(2022, 1, 1)
#: End to end within twice the bare pipeline; ten times the lines in at most eleven times the time.
BARE_BAR, GROWTH_BAR = 2.0, 11.0
#: Each is done so many times, taking turns, and the median counts.
ROUNDS = 3


@dataclass(frozen=True)
class Job:
    """A service and its bare pipeline; `seconds` tells a result's steps; `cleared` before each time, parents first."""

    name: str
    run: Callable[[], Any]
    compute: Callable[[], pl.DataFrame]
    table: Any
    cleared: tuple[Any, ...]
    seconds: Callable[[Any], dict[str, float]]


def profiles() -> pl.DataFrame:
    """The rows of the profiles, read and computed."""
    lines, products = line_frame(start_of(AS_OF)), product_frame()
    return compute_profiles(lines, products, today=day_number(AS_OF)).rows


def recommendations() -> pl.DataFrame:
    """The rows of the items, read and computed."""
    config = complete_config(None)
    return make_items(load_inputs(as_of=AS_OF, config=config), config).items


JOBS = (
    Job(
        "profiles",
        lambda: build_profiles(as_of=AS_OF),
        profiles,
        ClientMasterProfile,
        (ClientMasterProfile,),
        lambda result: result.seconds,
    ),
    Job(
        "recommendations",
        lambda: recommend(as_of=AS_OF),
        recommendations,
        RecoItem,
        (RecoRun, AuditItem, RecoItem),
        lambda run: run.timings,
    ),
)


def measure_chain(report: Report, *, scale: float, using: str, progress: Callable[[str], None]) -> None:
    """Both jobs for both sizes; on SQLite for the smaller one. The bars are for PostgreSQL, at scale 1 and more."""
    smaller: dict[str, Timing] = {}
    is_postgresql = connections[using].vendor == "postgresql"
    for size in SIZES if is_postgresql else SIZES[:1]:
        lines = max(LINES_A_CUSTOMER, round(size * scale))
        with crm_place(using) as (connection, _folder):
            has_bars = is_postgresql and scale >= 1
            progress(f"Filling in {lines:,} lines …")
            fill_parents(lines // LINES_A_CUSTOMER)
            fill_orders(order_rows(lines), connection)
            for job in JOBS:
                progress(f"{job.name.capitalize()} of {lines:,} lines …")
                mine, bare, said = _measure(job, connection)
                name = f"{job.name}, {lines:,} lines, with history"
                bar = BARE_BAR if has_bars else None
                report.results.append(Measurement(name, "the bare pipeline", mine, bare, ratio_bar=bar))
                report.notes.append(f"{job.name.capitalize()} of {lines:,} lines: {said}.")
                if job.name in smaller:
                    bar = GROWTH_BAR if has_bars else None
                    report.results.append(
                        Measurement(
                            name, "those of a tenth of the lines", mine, smaller[job.name], ratio_bar=bar
                        )
                    )
                smaller[job.name] = mine


def _measure(job: Job, connection: Any) -> tuple[Timing, Timing, str]:
    """The service and the bare pipeline, the median of each, and where the service's time went."""
    clear(connection, *job.cleared)
    job.run()  # warms up, and leaves the rows that the bare pipeline writes
    write = _writer(job.table, connection)
    mine, bare = [], []
    for _round in range(ROUNDS):
        execute(connection, "DELETE FROM benchmark_bare")
        bare.append(once(lambda: write(job.compute()), connection)[0])
        clear(connection, *job.cleared)
        with history_timed() as history:
            timing, result = once(job.run, connection)
        mine.append((timing, sum(history), job.seconds(result)))
    execute(connection, "DROP TABLE benchmark_bare")
    middle, history_seconds, steps = sorted(mine, key=lambda each: each[0].seconds)[ROUNDS // 2]
    parts = ", ".join(f"{name} {seconds:.2f}" for name, seconds in steps.items())
    said = f"{parts} s; {history_seconds:.2f} s of it are history"
    return middle, sorted(bare, key=lambda each: each.seconds)[ROUNDS // 2], said


def _writer(model: Any, connection: Any) -> Callable[[pl.DataFrame], None]:
    """Writes the rows that stand in the model's table now into a copy of it, and turns the frame given into text.

    So the frame's cost of being handed over is there, and the rows are the same to the last column.
    """
    table = model._meta.db_table
    if connection.vendor != "postgresql":
        execute(connection, f"CREATE TEMPORARY TABLE benchmark_bare AS SELECT * FROM {table} WHERE FALSE")
        rows = execute(connection, f"SELECT * FROM {table}")
        marks = ", ".join(["%s"] * len(rows[0]))

        def insert(frame: pl.DataFrame) -> None:
            frame.rows()
            with connection.cursor() as cursor:
                cursor.executemany(f"INSERT INTO benchmark_bare VALUES ({marks})", rows)

        return insert
    execute(connection, f"CREATE TABLE benchmark_bare (LIKE {table} INCLUDING ALL)")
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} TO STDOUT (FORMAT csv)") as copy:
        stored = b"".join(copy)

    def write(frame: pl.DataFrame) -> None:
        frame.write_csv(quote_style="non_numeric")
        with (
            connection.cursor() as cursor,
            cursor.copy("COPY benchmark_bare FROM STDIN (FORMAT csv)") as copy,
        ):
            copy.write(stored)

    return write
