"""`access_matrix`: who may do what, at every address of the site."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from config.access.table import LEGEND, NOT_APPLICABLE, ROLES, SIDES, declared, gone, heading, undeclared
from config.base.commands import OperatorCommand


class Command(OperatorCommand):
    help = (
        "Print what each role gets at each address, for an own row, somebody else's and nobody's; exit 1 with the "
        "addresses that have no row and the rows whose address is gone. The tests ask every cell. After a change that "
        "is meant, `WRITE_ACCESS_MATRIX=1 python -m pytest config/access/tests/test_matrix.py` writes the tables "
        "anew: read the difference line by line before you commit it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--app", help="Only this table: an app's label, me or site.")

    def work(self, **options: Any) -> dict[str, Any]:
        tables = declared()
        wanted = options["app"]
        if wanted and wanted not in tables:
            raise CommandError(f"There is no table {wanted!r}: choose one of {', '.join(tables)}.")
        return {
            "endpoints": [
                {
                    "app": app,
                    "method": row.method,
                    "path": row.path,
                    "roles": {
                        role: dict(zip(SIDES, cells, strict=True)) for role, cells in row.cells.items()
                    },
                    "line": str(row),
                }
                for app, rows in tables.items()
                for row in rows
                if wanted in (None, app)
            ],
            "legend": LEGEND,
            "undeclared": [str(each) for each in undeclared() if wanted in (None, each.app)],
            "gone": [f"{row.method} {row.path}" for row in gone()],
        }

    def show(self, result: dict[str, Any]) -> None:
        app = None
        for row in result["endpoints"]:
            if row["app"] != app:
                app = row["app"]
                self.stdout.write(f"\n{app}\n{heading()}")
            self.stdout.write(row["line"])
        self.stdout.write("\nthree letters: a row of one's own, somebody else's, nobody's")
        for letter, meaning in LEGEND.items():
            self.stdout.write(f"{letter}  {meaning}")
        for name, problem in (("undeclared", "has no row"), ("gone", "is no address of the site any more")):
            for each in result[name]:
                self.stdout.write(self.style.ERROR(f"{each} {problem}"))
        letters = [
            letter
            for row in result["endpoints"]
            for cells in row["roles"].values()
            for letter in cells.values()
            if letter != NOT_APPLICABLE
        ]
        self.stdout.write(
            f"access_matrix: {len(result['endpoints']):,} endpoints, {len(ROLES)} roles, {len(letters):,} cells."
        )

    def succeeded(self, result: dict[str, Any]) -> bool:
        return not result["undeclared"] and not result["gone"]
