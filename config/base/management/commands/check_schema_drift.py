"""`check_schema_drift`: models, migrations and the live database, compared."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from config.base.commands import CheckCommand
from config.base.differences import Difference
from config.base.drift import find_differences


class Command(CheckCommand):
    help = "Compare models, migrations and the live database; exit 1 and name every difference."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        self.add_database(parser)

    def find(self, **options: Any) -> list[Difference]:
        self.progress("Building what the models ask for …")
        return find_differences(options["database"])
