"""`backtest_recommendations`: how good the recommendations would have been. See `crm.backtesting.protocol`."""

from __future__ import annotations

from argparse import ArgumentTypeError
from datetime import date
from typing import Any

from django.core.management.base import CommandError, CommandParser

from config.base.commands import OperatorCommand
from crm.backtesting.report import NothingToTest, backtest

#: Days after a cutoff in which what was bought counts.
HORIZON = 90


def a_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text} is no day such as 2026-03-31.") from error


def a_number_of_days(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 3_650:
        raise ArgumentTypeError(f"{text} is no number of days from 1 to 3650.")
    return int(text)


class Command(OperatorCommand):
    help = "Recommends as of each cutoff and compares with what was bought after it, beside five baselines."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--cutoff",
            dest="cutoffs",
            metavar="DATE",
            type=a_day,
            nargs="+",
            action="extend",
            required=True,
            help="The first day that nothing is known of; several for several tests.",
        )
        parser.add_argument(
            "--horizon",
            metavar="DAYS",
            type=a_number_of_days,
            default=HORIZON,
            help=f"How many days from the cutoff on count as what was to be found; {HORIZON} by default.",
        )
        self.add_database(parser)

    def work(self, **options: Any) -> dict[str, Any]:
        try:
            return backtest(
                cutoffs=options["cutoffs"],
                horizon=options["horizon"],
                using=options["database"],
                progress=self.progress,
            )
        except NothingToTest as error:
            raise CommandError(str(error)) from error
        except OverflowError as error:
            raise CommandError("A cutoff and its horizon are days of the calendar.") from error

    def show(self, result: dict[str, Any]) -> None:
        self.table(
            ["method", "HR@3", "NDCG@3", "newHR@3", "coverage"],
            [
                [name, *(f"{figures[key]:.3f}" for key in ("hr", "ndcg", "new_hr", "coverage"))]
                for name, figures in result["methods"].items()
            ],
        )
        self.stdout.write("")
        self.table(
            ["compared", "measure", "difference", "95 % interval"],
            [
                [
                    f"{each['a']} - {each['b']}",
                    {"ndcg": "NDCG@3", "new_hr": "newHR@3"}[each["metric"]],
                    f"{each['difference']:+.4f}",
                    f"{each['low']:+.4f} to {each['high']:+.4f}",
                ]
                for each in result["comparisons"]
            ],
        )
        cutoffs = ", ".join(result["cutoffs"])
        self.stdout.write(self.style.SUCCESS(f"{result['customers']} customers, cutoffs {cutoffs}."))
