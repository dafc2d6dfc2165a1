"""`record_outcomes`: credit what was bought to what was recommended."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.management.base import CommandError, CommandParser

from config.base.commands import OperatorCommand
from config.base.exceptions import DomainError
from crm.frames import start_of
from crm.models import RecoRun
from crm.services import record_outcomes


class Command(OperatorCommand):
    help = "Credit the order lines of each run's window to its recommendations; twice is once."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--run", type=int, metavar="ID", help="Only this run; without it, every run.")
        parser.add_argument(
            "--until", type=_day, metavar="DATE", help="Only lines ordered before this day (YYYY-MM-DD)."
        )

    def work(self, **options: Any) -> dict[str, Any]:
        run, until = None, options["until"]
        if options["run"] is not None:
            run = RecoRun.objects.filter(pk=options["run"]).first()
            if run is None:
                raise CommandError(f"There is no run {options['run']}.")
        try:
            result = record_outcomes(run=run, until=until and start_of(until))
        except DomainError as error:
            raise CommandError(str(error)) from error
        return result.as_json()

    def show(self, result: dict[str, Any]) -> None:
        self.table(("outcome", "lines"), result["outcomes"].items())
        self.stdout.write(
            f"{self.name}: {_count(result['credited'], 'line')} credited over {_count(result['runs'], 'run')}, "
            f"{result['unchanged']:,} credited before, {result['withdrawn']:,} cancelled and taken back."
        )


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def _day(text: str) -> date:
    """The day, for argparse, which says what is wrong with it."""
    return date.fromisoformat(text)
