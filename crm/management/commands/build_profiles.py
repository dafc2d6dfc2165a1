"""The profiles of all customers, built anew from their orders. See `crm.services.profiles`."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.management.base import CommandParser
from django.utils.timezone import localdate

from config.base.commands import OperatorCommand
from crm.services import build_profiles


class Command(OperatorCommand):
    help = "Builds every customer's profile and every product's popularity from the orders before a day."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--as-of",
            type=date.fromisoformat,
            metavar="DATE",
            help="The day (2022-01-01) at whose beginning things stand so; no order of it is read. By default today.",
        )

    def work(self, **options: Any) -> dict[str, Any]:
        result = build_profiles(
            as_of=options["as_of"] or localdate(),
            progress=lambda done, steps: self.progress(f"Step {done} of {steps} done."),
        )
        return result.as_json()

    def show(self, result: dict[str, Any]) -> None:
        self.table(("segment", "customers"), list(result["segments"].items()))
        if result["mixed_currencies"]:
            self.stdout.write(
                f"{result['mixed_currencies']} customers paid in several currencies: only their main one is counted."
            )
        seconds = sum(result["seconds"].values())
        self.stdout.write(
            f"As of {result['as_of']}: {result['customers']} profiles, {result['created']} created, "
            f"{result['updated']} updated, {result['unchanged']} unchanged, {result['removed']} removed; "
            f"popularity of {result['products']} products changed; {seconds:.1f} s."
        )
