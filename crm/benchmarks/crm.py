"""`benchmark crm`: imports, profiles and recommendations, beside a package for imports and the bare pipeline."""

from __future__ import annotations

from collections.abc import Callable

from config.base.benchmarks import Report, register

from .chain import measure_chain
from .files import measure_imports


@register("crm")
def benchmark_crm(*, scale: float, using: str, progress: Callable[[str], None]) -> Report:
    """Everything stands in a scratch place; services that are measured work there as they do elsewhere."""
    report = Report()
    measure_imports(report, scale=scale, using=using, progress=progress)
    measure_chain(report, scale=scale, using=using, progress=progress)
    return report
