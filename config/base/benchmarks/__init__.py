"""Benchmarks by name: `@register("kernel")` makes `benchmark kernel` run the function.

An app adds its own from its `AppConfig.ready`; a benchmark returns a `Report` and leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from .measure import Measurement


@dataclass
class Report:
    """What was measured, and what a reader has to know about it, a line each."""

    results: list[Measurement] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class Benchmark(Protocol):
    def __call__(self, *, scale: float, using: str, progress: Callable[[str], None]) -> Report: ...


_benchmarks: dict[str, Benchmark] = {}


def register(name: str) -> Callable[[Benchmark], Benchmark]:
    """Make `benchmark NAME` run the decorated function."""

    def remember(benchmark: Benchmark) -> Benchmark:
        _benchmarks[name] = benchmark
        return benchmark

    return remember


def benchmarks() -> dict[str, Benchmark]:
    """Every benchmark there is, by name."""
    from . import kernel  # noqa: F401 - importing registers it

    return _benchmarks
