"""`check_data`: the kernel's invariants 1, 2 and 9, and the apps' own rules, over all the data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.management.base import CommandParser

from config.base.commands import CheckCommand
from config.base.differences import Difference
from config.base.integrity import find_problems


class Command(CheckCommand):
    help = "Check that history, trash and links are what they have to be; exit 1 with what is wrong."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        self.add_database(parser)

    def find(self, **options: Any) -> Iterator[Difference]:
        return find_problems(options["database"], self.progress)
