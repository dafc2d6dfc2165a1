"""What a request costs from the draw to both copies in the database, beside rendering them and nothing else."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from itertools import count
from typing import Any

from django.db import connections
from django.test.utils import override_settings

from config.base.benchmarks import Report
from config.base.benchmarks.measure import Measurement, Work, interleave

from ..manifests import sheet_for
from ..models import DocumentRequest
from ..rendering import contained
from ..services import generate_document
from .paper import ten_pages
from .picking import rolled_back
from .stock import LEVEL, Stock

ROUNDS = 10
#: Manifest, files, rows and history cost no more than rendering does.
SERVICE_BAR = 2.0


def measure_serving(report: Report, *, scale: float, using: str, progress: Callable[[str], None]) -> None:
    """`generate_document`: both copies of ten pages. The bar stands at scale 1 and more."""
    progress("Making requests' documents …")
    with rolled_back(using), tempfile.TemporaryDirectory() as folder, override_settings(MEDIA_ROOT=folder):
        stock = Stock(using)
        stock.bricks_of(ten_pages(0))
        template = stock.template(("theory", "THEORY", 4, 1, 5), ("practice", "EXERCISE", 4, 1, 5))
        (student,) = stock.students(1)
        stock.analyze()
        seeds = count()

        def asked() -> DocumentRequest:
            request = DocumentRequest(
                requester=student.user,
                template=template,
                subject=stock.subject,
                level=LEVEL,
                seed=next(seeds),
            )
            request.save(using=using)
            return request

        def service() -> Callable[[], Any]:
            request = asked()
            return lambda: generate_document(request=request)

        done = generate_document(request=asked())
        if done.manifest is None or done.error:
            raise RuntimeError(f"The benchmark's own request failed: {done.error}")
        manifest = done.manifest
        sheets = [sheet_for(manifest, variant).as_payload() for variant in ("STUDENT", "TEACHER")]
        mine, bare = "generate_document, both copies", "rendering both copies, nothing else"
        works: dict[str, Work] = {
            mine: service,
            bare: lambda: lambda: contained.run("copies", {"sheets": sheets}),
        }
        rounds = max(1, round(ROUNDS * scale))
        timings = interleave(works, rounds=rounds, connection=connections[using])
    bar = SERVICE_BAR if scale >= 1 else None
    report.results.append(Measurement(mine, bare, timings[mine], timings[bare], ratio_bar=bar))
    report.notes.append(
        f"generate_document: {1 / timings[mine].seconds:.1f} requests a second, one after the other, "
        f"{2 / timings[mine].seconds:.1f} copies; all within a transaction that was rolled back."
    )
