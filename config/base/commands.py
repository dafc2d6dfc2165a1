"""The base of the project's commands: recorded under the command's name, readable by people and by machines.

A command ends with one line a person can read; with `--json` it prints one object on standard output and nothing
else. It speaks English, whatever the site speaks: what its own words and the messages it passes on say is one language.
Progress goes to standard error, and only to a terminal. It exits 1 when something is wrong.
"""

from __future__ import annotations

import json
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.core.serializers.json import DjangoJSONEncoder
from django.db import DEFAULT_DB_ALIAS, connections
from django.utils import translation

from .audit import audit_context
from .differences import Difference, as_payload


class OperatorCommand(ABC, BaseCommand):
    """A subclass writes `work`, which returns what `--json` prints, and `show`, which says it to a person."""

    json_output = False

    @property
    def name(self) -> str:
        """The name it is called by."""
        return type(self).__module__.rpartition(".")[2]

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="Print one JSON object and nothing else.")

    def add_database(self, parser: CommandParser) -> None:
        """For the commands that read one database."""
        parser.add_argument(
            "--database",
            default=DEFAULT_DB_ALIAS,
            choices=tuple(connections),
            help="Which database to look at.",
        )

    def execute(self, *args: Any, **options: Any) -> Any:
        with audit_context(reason=f"command {self.name}"), translation.override("en"):
            return super().execute(*args, **options)

    def handle(self, *args: Any, **options: Any) -> None:
        self.json_output = options["json"]
        result = self.work(**options)
        if self.json_output:
            self.stdout.write(json.dumps(result, cls=DjangoJSONEncoder, ensure_ascii=False))
        else:
            self.show(result)
        if not self.succeeded(result):
            sys.exit(1)

    @abstractmethod
    def work(self, **options: Any) -> Any:
        """Do it, and return what `--json` prints. Raises CommandError when it cannot be done."""

    @abstractmethod
    def show(self, result: Any) -> None:
        """Say the result to a person, a line that sums it up last."""

    def succeeded(self, result: Any) -> bool:
        """False makes the command exit 1."""
        return True

    def progress(self, message: str) -> None:
        """Tell somebody who waits at a terminal what is going on."""
        if not self.json_output and self.stderr.isatty():
            self.stderr.write(message, style_func=lambda text: text)

    def table(self, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Print aligned columns; numbers stand on the right."""
        cells = [list(headings), *([_cell(value) for value in row] for row in rows)]
        numeric = [all(_is_number(row[at]) for row in cells[1:]) for at in range(len(headings))]
        widths = [max(len(row[at]) for row in cells) for at in range(len(headings))]
        for row in cells:
            aligned = (
                cell.rjust(width) if right else cell.ljust(width)
                for cell, width, right in zip(row, widths, numeric, strict=True)
            )
            self.stdout.write("  ".join(aligned).rstrip())


class CheckCommand(OperatorCommand):
    """A command that lists differences and exits 1 if there are any."""

    @abstractmethod
    def find(self, **options: Any) -> Iterable[Difference]:
        """The differences; none when all is well."""

    def work(self, **options: Any) -> dict[str, Any]:
        return as_payload(self.find(**options))

    def show(self, result: dict[str, Any]) -> None:
        for difference in result["differences"]:
            self.stdout.write(str(Difference(**difference)))
        number = len(result["differences"])
        if not number:
            self.stdout.write(self.style.SUCCESS(f"{self.name}: no difference."))
        else:
            self.stdout.write(
                self.style.ERROR(f"{self.name}: {number} difference{'s' if number > 1 else ''}.")
            )

    def succeeded(self, result: dict[str, Any]) -> bool:
        return bool(result["ok"])


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _is_number(cell: str) -> bool:
    return cell == "–" or cell[:1].isdigit()
