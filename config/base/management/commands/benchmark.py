"""`benchmark NAME`: ratios against named baselines, measured in the same run."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from config.base.benchmarks import Report, benchmarks
from config.base.commands import OperatorCommand

HEADINGS = ("work", "seconds", "queries", "baseline", "seconds", "queries", "ratio", "bar")


class Command(OperatorCommand):
    help = "Measure against named baselines, in a scratch place that is gone afterwards."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        self.add_database(parser)
        parser.add_argument(
            "benchmark", choices=sorted(benchmarks()), metavar="NAME", help="Which one: %(choices)s."
        )
        parser.add_argument(
            "--scale", type=float, default=1.0, help="How many times the usual number of rows."
        )

    def work(self, **options: Any) -> dict[str, Any]:
        if options["scale"] <= 0:
            raise CommandError("--scale has to be more than 0.")
        run = benchmarks()[options["benchmark"]]
        self.report: Report = run(scale=options["scale"], using=options["database"], progress=self.progress)
        return {"results": [measurement.as_dict() for measurement in self.report.results]}

    def show(self, result: dict[str, Any]) -> None:
        rows = [
            (
                each.name,
                f"{each.timing.seconds:.4f}",
                each.timing.queries,
                each.baseline,
                f"{each.baseline_timing.seconds:.4f}",
                each.baseline_timing.queries,
                f"{each.ratio:.2f}×",
                each.verdict,
            )
            for each in self.report.results
        ]
        self.table(HEADINGS, rows)
        for note in self.report.notes:
            self.stdout.write(note)
        over = sum("OVER" in each.verdict for each in self.report.results)
        self.stdout.write(
            f"{self.name}: {len(rows)} comparisons, medians of interleaved runs; {over or 'none'} over a bar."
        )
