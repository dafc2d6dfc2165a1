"""What importing order lines costs, beside django-import-export, a second time, and in memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings

from config.base.benchmarks import Report
from config.base.benchmarks.measure import Measurement, Timing

from .. import services
from ..models import OrderLine
from .place import crm_place, execute, history_timed, once
from .rows import LINES_A_CUSTOMER, fill_parents, order_rows, write_file
from .stock import import_with, stock_resource

LINES = 100_000
#: At least twenty times as fast as the package; the same file again no slower; ten times the lines in the same memory.
IMPORT_BAR, AGAIN_BAR, MEMORY_BAR = 1 / 20, 1.0, 1.5
MEGABYTE = 1024 * 1024


def measure_imports(report: Report, *, scale: float, using: str, progress: Callable[[str], None]) -> None:
    """The file is imported once by each; the ratio's bar stands at scale 1 and more."""
    lines = max(LINES_A_CUSTOMER, round(LINES * scale))
    with crm_place(using) as (connection, folder):
        path = write_file(order_rows(lines), folder / "orders.csv")
        fill_parents(lines // LINES_A_CUSTOMER)
        execute(connection, "ANALYZE")
        progress(f"Importing {lines:,} lines …")
        with history_timed() as history:
            first = import_once(path, connection)
        recorded = sum(history)
        again = import_once(path, connection)
        name = f"import of {lines:,} lines, with history"
        with stock_resource(connection) as resource:
            if resource is None:
                report.notes.append("django-import-export is not installed: the import has no baseline.")
            else:
                progress("The same with django-import-export …")
                report.results.append(_beside(name, first, resource, path, connection, scale))
        report.results.append(
            Measurement(
                f"the same file again, {lines:,} lines",
                "the first time",
                again,
                first,
                ratio_bar=AGAIN_BAR if scale >= 1 else None,
            )
        )
        report.notes.append(
            f"Import of {lines:,} lines: {recorded:.2f} s of {first.seconds:.2f} s are history."
        )
    measure_memory(report, lines=lines, using=using, progress=progress)


def import_once(path: Path, connection: Any) -> Timing:
    """The file kept, read, checked and written, as the command does it."""

    def work() -> Any:
        batch = services.start_import(kind="ORDERS", source=path, file_name=path.name, mapping=None)
        return services.run_import(batch=batch)

    timing, result = once(work, connection)
    if result.rejected or OrderLine.objects.count() != result.read:
        raise RuntimeError(f"The benchmark's own file was not imported whole: {result.as_json()}")
    return timing


def _beside(name: str, mine: Timing, resource: Any, path: Path, connection: Any, scale: float) -> Measurement:
    other, result = once(lambda: import_with(resource, path), connection)
    if result.has_errors():
        raise RuntimeError("django-import-export refused the benchmark's file.")
    bar = IMPORT_BAR if scale >= 1 else None
    return Measurement(name, "django-import-export, row by row, without history", mine, other, ratio_bar=bar)


def measure_memory(report: Report, *, lines: int, using: str, progress: Callable[[str], None]) -> None:
    """The peak of a process of its own that imports so many lines, and of one that imports ten times as many."""
    peaks = {}
    for number in (0, lines, 10 * lines):
        progress(f"The memory for {number:,} lines …")
        peaks[number] = _peak(number, using)
    ratio = peaks[10 * lines] / peaks[lines]
    verdict = "within" if ratio <= MEMORY_BAR else "OVER"
    report.notes.append(
        f"Peak memory of an import: {peaks[lines]:.0f} MB for {lines:,} lines, {peaks[10 * lines]:.0f} MB for "
        f"{10 * lines:,}, {ratio:.2f}×, {verdict} {MEMORY_BAR}×; {peaks[0]:.0f} MB before it begins."
    )


def _peak(lines: int, using: str) -> float:
    """In megabytes, of a process that imports so many lines."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "orders.csv"
        if lines:
            write_file(order_rows(lines), path)
        words = [sys.executable, "-m", "crm.benchmarks.memory", str(path), str(lines), using]
        done = subprocess.run(  # noqa: S603 - this interpreter, with a file of our own
            words, cwd=settings.BASE_DIR, env=dict(os.environ), capture_output=True, text=True, check=False
        )
    if done.returncode:
        raise RuntimeError(f"The import whose memory is measured failed:\n{done.stderr}")
    return float(json.loads(done.stdout.splitlines()[-1])) / MEGABYTE
