"""`benchmark content`: rendering beside WeasyPrint, the service, and the draw beside the database's chance."""

from __future__ import annotations

from collections.abc import Callable

from config.base.benchmarks import Report, register

from .picking import measure_picking
from .printing import measure_printing
from .serving import measure_serving


@register("content")
def benchmark_content(*, scale: float, using: str, progress: Callable[[str], None]) -> Report:
    """What is written is rolled back, and files go to a folder of their own."""
    report = Report()
    measure_printing(report, scale=scale, using=using, progress=progress)
    measure_serving(report, scale=scale, using=using, progress=progress)
    measure_picking(report, scale=scale, using=using, progress=progress)
    return report
