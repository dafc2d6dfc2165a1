"""`clean_old_history --days N`: drop old records, and keep the history whole.

Takes the place of simple-history's command, which can remove an object's only record and leave gaps.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.apps import apps
from django.core.management.base import CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from config.base.commands import OperatorCommand
from config.base.history import prune_history
from config.base.introspection import is_kernel_model, kernel_models


class Command(OperatorCommand):
    help = "Drop history records older than N days; every object keeps its newest, and no gap arises."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("models", nargs="*", metavar="app.Model", help="Only these models.")
        parser.add_argument("--days", type=int, required=True, help="How many days to keep.")
        parser.add_argument("--dry-run", action="store_true", help="Only say how many would go.")

    def work(self, **options: Any) -> dict[str, Any]:
        if options["days"] < 0:
            raise CommandError("--days cannot be negative.")
        older_than = timezone.now() - timedelta(days=options["days"])
        chosen = [self._model(label) for label in options["models"]] or kernel_models()
        dropped: dict[str, int] = {}
        with transaction.atomic():
            for model in chosen:
                self.progress(f"{model._meta.label} …")
                dropped |= prune_history(older_than=older_than, model=model)
            transaction.set_rollback(options["dry_run"])
        return {"older_than": older_than, "dry_run": options["dry_run"], "dropped": dropped}

    def show(self, result: dict[str, Any]) -> None:
        self.table(
            ["model", "records"], [row for row in result["dropped"].items() if row[1]] or [("none", 0)]
        )
        total, day = sum(result["dropped"].values()), f"{result['older_than']:%Y-%m-%d %H:%M}"
        would = "would be dropped" if result["dry_run"] else "dropped"
        self.stdout.write(f"{self.name}: {total:,} records from before {day} {would}.")

    def _model(self, label: str) -> Any:
        try:
            model = apps.get_model(label)
        except (LookupError, ValueError) as error:
            raise CommandError(f"{label}: {error}") from error
        if not is_kernel_model(model):
            raise CommandError(f"{label} has no history.")
        return model
