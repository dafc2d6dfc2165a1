"""`check_progress`: stored figures against what the rows say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser

from config.base.commands import CheckCommand
from config.base.differences import Difference
from learning.selectors import refresh
from learning.selectors.drift import progress_drift
from learning.services import complete_courses


class Command(CheckCommand):
    help = "Check that every learner's stored figures are what the rows say; exit 1 with what is wrong."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--fix",
            action="store_true",
            help="Compute those that are wrong again, and complete courses with nothing left to do.",
        )

    def find(self, **options: Any) -> Iterator[Difference]:
        for _snapshot, differences in progress_drift():
            yield from differences

    def work(self, **options: Any) -> dict[str, Any]:
        """With `--fix` also `mended`: the differences that there were; `differences` are those that are left.

        Courses in which nothing is left to do are completed then, too.
        """
        mended = []
        if options["fix"]:
            complete_courses()
            for snapshot, differences in list(progress_drift()):
                refresh(snapshot)
                mended += [asdict(difference) for difference in differences]
        found = super().work(**options)
        return {**found, "mended": mended} if options["fix"] else found

    def show(self, result: dict[str, Any]) -> None:
        for difference in result.get("mended", ()):
            self.stdout.write(f"mended: {Difference(**difference)}")
        super().show(result)
