"""Notes that a run's customers were contacted. See `crm.services.contacting`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from config.base.commands import OperatorCommand
from config.base.exceptions import DomainError
from crm.choices import Channel
from crm.models import Customer, RecoRun
from crm.services import mark_contacted


class Command(OperatorCommand):
    help = "Notes that the customers of a run were contacted about its recommendations; the holdout never is."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--run", type=int, required=True, metavar="ID", help="The run's number.")
        parser.add_argument(
            "--channel", required=True, choices=Channel.values, help="How they were contacted."
        )
        parser.add_argument(
            "--customer",
            action="append",
            metavar="CODE",
            help="Only this customer; give it several times for several.",
        )

    def work(self, **options: Any) -> dict[str, Any]:
        run = RecoRun.objects.filter(pk=options["run"]).first()
        if run is None:
            raise CommandError(f"There is no run {options['run']}.")
        try:
            result = mark_contacted(
                run=run, channel=options["channel"], customers=find_customers(options["customer"])
            )
        except DomainError as error:
            raise CommandError(str(error)) from error
        return {"run": run.pk, "channel": options["channel"], **result.as_json()}

    def show(self, result: dict[str, Any]) -> None:
        if result["skipped"]:
            self.table(("passed over", "customers"), result["skipped"].items())
        self.stdout.write(
            f"Run {result['run']}, {result['channel']}: {result['contacted']:,} customers noted as contacted, "
            f"{result['already']:,} already were, {sum(result['skipped'].values()):,} passed over."
        )


def find_customers(codes: list[str] | None) -> list[int] | None:
    """The keys of the customers with these codes. CommandError when there is none."""
    if codes is None:
        return None
    found = []
    for code in codes:
        customer = Customer.objects.filter(customer_code=code).first()
        if customer is None:
            raise CommandError(f"There is no customer “{code}”.")
        found.append(customer.pk)
    return found
