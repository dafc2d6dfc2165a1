"""What a document costs from its texts to HTML and PDF, in a process of its own, beside WeasyPrint.

WeasyPrint is given the HTML of the same document, ready made and in this process: it neither parses Markdown nor
converts formulas nor is contained, and flattens them to a line of text. So the comparison favours it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial
from math import ceil
from statistics import median
from time import perf_counter
from typing import Any

from config.base.benchmarks import Report
from config.base.benchmarks.measure import Measurement, Timing

from ..rendering import contained
from ..rendering.sheet import Printing, compiler, pdf_by
from ..rendering.values import Sheet
from .paper import ten_pages

DOCUMENTS, BASELINE_DOCUMENTS, TOGETHER = 200, 10, 400
WORKERS = 2
#: 95 of 100 documents in less than half a second; twenty a second on two cores; no slower than WeasyPrint.
SECONDS_BAR, RATE_BAR, RATIO_BAR = 0.5, 20, 1.0
WITHOUT = "WeasyPrint is not there ({why}): rendering stands beside itself, in one thread."


def measure_printing(report: Report, *, scale: float, using: str, progress: Callable[[str], None]) -> None:
    """Latency alone, then the rate of two at once. Bars of the ratio stand at scale 1 and more."""
    alone, baseline_number = max(2, round(DOCUMENTS * scale)), max(1, round(BASELINE_DOCUMENTS * scale))
    bar = RATIO_BAR if scale >= 1 else None
    sheets = [ten_pages(number).as_payload() for number in range(alone)]
    first = contained.run("render", sheets[0])  # starts the helper
    progress(f"Rendering {alone:,} documents of {first['page_count']} pages …")
    seconds = [_seconds(lambda sheet=sheet: contained.run("render", sheet)) for sheet in sheets]  # type: ignore[misc]
    middle, late = median(seconds), percentile(seconds, 95)
    report.notes.append(
        f"A document of {first['page_count']} pages, one after the other: median {middle:.3f} s, 95th percentile "
        f"{late:.3f} s of {alone:,}, {_verdict(late <= SECONDS_BAR)} {SECONDS_BAR} s."
    )
    together = max(WORKERS, round(TOGETHER * scale))
    progress(f"{together:,} of them, {WORKERS} at once …")
    teachers = [ten_pages(number) for number in range(together)]
    rate = _rate("render", [sheet.as_payload() for sheet in teachers])
    both = 2 * _rate("copies", [_both_copies(sheet) for sheet in teachers[: (together + 1) // 2]])
    engine = median(_seconds(work) for work in _engine_alone(teachers[:alone]))
    report.notes += [
        f"{WORKERS} at once: {rate:.1f} documents a second, {_verdict(rate >= RATE_BAR, 'UNDER')} {RATE_BAR}; "
        f"{both:.1f} as a request has them made, teacher's copy and student's shorter one in one process.",
        f"Of a document's time the engine alone takes {engine:.3f} s: {WORKERS / engine:.1f} a second on {WORKERS} "
        "cores if nothing else took any.",
    ]
    # they tell of every page, every style that they do not know and every font
    with _quiet("weasyprint"), _quiet("fontTools"):
        try:
            import weasyprint  # type: ignore[import-untyped]
        except (ImportError, OSError) as error:  # the package, or the libraries of the system that it loads
            report.notes.append(WITHOUT.format(why=str(error).splitlines()[0][:80]))
            name, others = "itself, in one thread", seconds
        else:
            progress(f"{baseline_number:,} of them with WeasyPrint …")
            name, others = (
                f"WeasyPrint {weasyprint.__version__}",
                _by_weasyprint(weasyprint, sheets[:baseline_number]),
            )
    for which, mine, other in (
        ("median", middle, median(others)),
        ("95th percentile", late, percentile(others, 95)),
        (f"a document, {WORKERS} at once", 1 / rate, median(others) / WORKERS),
    ):
        baseline = f"{name}, {which}" if mine != 1 / rate else f"{name}, as if twice as fast on two cores"
        report.results.append(
            Measurement(f"10 pages, {which}", baseline, Timing(mine, 0), Timing(other, 0), ratio_bar=bar)
        )


def percentile(values: list[float], share: int) -> float:
    """The smallest value that so many percent of them do not exceed."""
    return sorted(values)[ceil(len(values) * share / 100) - 1]


@contextmanager
def _quiet(name: str) -> Iterator[None]:
    logger = logging.getLogger(name)
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)


def _by_weasyprint(weasyprint: Any, sheets: list[dict[str, Any]]) -> list[float]:
    """The seconds that each document takes from its HTML to a PDF."""
    pages = [contained.run("render", sheet)["html"] for sheet in sheets]
    weasyprint.HTML(string=pages[0]).write_pdf()  # finds its fonts
    return [_seconds(lambda page=page: weasyprint.HTML(string=page).write_pdf()) for page in pages]  # type: ignore[misc]


def _both_copies(teachers: Sheet) -> dict[str, Any]:
    sections = tuple(
        replace(section, parts=tuple(replace(part, answer="") for part in section.parts))
        for section in teachers.sections
    )
    students = replace(teachers, variant="STUDENT", sections=sections)
    return {"sheets": [students.as_payload(), teachers.as_payload()]}


def _engine_alone(sheets: list[Sheet]) -> Iterator[Callable[[], Any]]:
    """What remains to be done of each sheet once its program is written: a PDF by Typst, in this process."""
    for sheet in sheets:
        engine = compiler(Printing(sheet).source().encode())
        yield partial(pdf_by, engine, datetime.fromisoformat(sheet.rendered_at))


def _rate(operation: str, payloads: list[dict[str, Any]]) -> float:
    """Payloads a second by `WORKERS` threads, each of which waits for a process."""
    with ThreadPoolExecutor(WORKERS) as pool:
        start = perf_counter()
        done = list(pool.map(lambda payload: contained.run(operation, payload), payloads))
        return len(done) / (perf_counter() - start)


def _seconds(work: Callable[[], Any]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


def _verdict(is_within: bool, otherwise: str = "OVER") -> str:
    return "within" if is_within else otherwise
