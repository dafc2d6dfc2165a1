"""Measuring work against named baselines, in the same run."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import Any

from django.test.utils import CaptureQueriesContext, override_settings

#: Prepares one run, unmeasured, and returns the work to be measured.
Work = Callable[[], Callable[[], Any]]


@dataclass(frozen=True)
class Timing:
    """The median of some runs in seconds, and the queries of one."""

    seconds: float
    queries: int


@dataclass(frozen=True)
class Measurement:
    """A piece of work beside its baseline. `bar` is what the ratio, or the number of queries, must not exceed."""

    name: str
    baseline: str
    timing: Timing
    baseline_timing: Timing
    ratio_bar: float | None = None
    queries_bar: int | None = None

    @property
    def ratio(self) -> float:
        return self.timing.seconds / self.baseline_timing.seconds

    @property
    def verdict(self) -> str:
        """Which bar it has, and whether it clears it; empty without one."""
        said = []
        if self.ratio_bar is not None:
            said.append(f"{'within' if self.ratio <= self.ratio_bar else 'OVER'} {self.ratio_bar:g}×")
        if self.queries_bar is not None:
            over = self.timing.queries > self.queries_bar
            said.append(f"{'OVER' if over else 'within'} {self.queries_bar} queries")
        return ", ".join(said)

    def as_dict(self) -> dict[str, Any]:
        """One entry of `results` in `benchmark --json`."""
        return {
            "name": self.name,
            "seconds": round(self.timing.seconds, 6),
            "baseline": self.baseline,
            "baseline_seconds": round(self.baseline_timing.seconds, 6),
            "ratio": round(self.ratio, 3),
            "queries": self.timing.queries,
        }


@override_settings(DEBUG=False)  # which keeps a log of every query, and takes its time
def interleave(works: Mapping[str, Work], *, rounds: int, connection: Any) -> dict[str, Timing]:
    """Run each work `rounds` times, taking turns and changing the order, so that none profits from its place.

    A first round, unmeasured, warms up and counts the queries.
    """
    queries = {}
    for name, prepare in works.items():
        run = prepare()
        connection.queries_log.clear()  # it holds so many and no more
        with CaptureQueriesContext(connection) as captured:
            run()
        queries[name] = len(captured)
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for number in range(rounds):
        for name in list(works)[:: -1 if number % 2 else 1]:
            run = works[name]()
            gc.collect()
            start = perf_counter()
            run()
            seconds[name].append(perf_counter() - start)
    return {name: Timing(median(taken), queries[name]) for name, taken in seconds.items()}
