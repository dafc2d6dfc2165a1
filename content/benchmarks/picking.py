"""What the draw costs over a large stock and a long memory, beside the database's own chance.

The baseline asks the database for some rows of each slot in a random order: no seed, no families, no memory of what
the student has seen, no assignment of what several slots could take.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

from django.db import connections, transaction

from config.base.benchmarks import Report
from config.base.benchmarks.measure import Measurement, Work, interleave

from ..models import BrickVersion, ContentTemplate
from ..selectors.picking import pick
from .stock import LEVEL, Stock

BRICKS, EXPOSURES, STUDENTS = 20_000, 100_000, 100
ROUNDS = 7
#: One query for the stock, one for the versions, up to three for what the student has seen.
QUERIES_BAR = 5


@contextmanager
def rolled_back(using: str) -> Iterator[None]:
    """A transaction of which nothing stays."""
    with transaction.atomic(using=using):
        yield
        transaction.set_rollback(True, using=using)


def measure_picking(report: Report, *, scale: float, using: str, progress: Callable[[str], None]) -> None:
    """`pick` for one class with the whole stock, for a student with a hundredth of all that was ever given."""
    bricks, exposures = max(50, round(BRICKS * scale)), max(10, round(EXPOSURES * scale))
    progress(f"Picking from {bricks:,} bricks with {exposures:,} given …")
    with rolled_back(using):
        stock = Stock(using)
        rows = stock.bricks(bricks)
        template = stock.template(("easy", "EXERCISE", 5, 1, 2), ("hard", "EXERCISE", 5, 3, 5))
        students = stock.students(min(STUDENTS, max(1, exposures // 10)))
        stock.exposures(students, rows, template, exposures)
        stock.analyze()
        seeds = count()

        def seeded() -> Callable[[], object]:
            seed = next(seeds)
            return lambda: pick(
                template=template,
                subject=stock.subject,
                level=LEVEL,
                criteria={},
                seed=seed,
                student=students[0],
            )

        mine = f"pick from {bricks:,} bricks, {exposures:,} given"
        other = "ORDER BY random(), a query a slot"
        works: dict[str, Work] = {mine: seeded, other: lambda: lambda: at_random(template, stock.subject.pk)}
        timings = interleave(works, rounds=ROUNDS, connection=connections[using])
    report.results.append(Measurement(mine, other, timings[mine], timings[other], queries_bar=QUERIES_BAR))


def at_random(template: ContentTemplate, subject: int) -> list[BrickVersion]:
    """As many versions of bricks that fit for each slot, as the database pleases."""
    found: list[BrickVersion] = []
    for slot in template.slots:
        fitting = BrickVersion.objects.filter(
            brick__subject=subject,
            brick__level=LEVEL,
            brick__kind=slot["kind"],
            brick__status="PUBLISHED",
            brick__is_deleted=False,
            brick__difficulty__range=(slot["difficulty_min"], slot["difficulty_max"]),
        )
        found += fitting.select_related("brick").order_by("?")[: slot["count"]]
    return found
