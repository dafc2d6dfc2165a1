"""`data_health`: deletions, audit, conflicts, sizes and slow queries in figures."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from config.base.commands import OperatorCommand
from config.base.health import health

SECTIONS = {
    "deletions": "Soft and hard deletions",
    "audit": "Completeness of the audit",
    "conflicts": "Version conflicts",
    "tables": "Largest tables",
    "slowest_queries": "Slowest queries",
}
QUERY_WIDTH = 90


class Command(OperatorCommand):
    help = "Show what was deleted, how complete the audit is, where saves collide, what is large and slow."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        self.add_database(parser)
        parser.add_argument("--days", type=int, default=30, help="How far back to count version conflicts.")
        parser.add_argument("--top", type=int, default=10, help="How many tables and queries to list.")

    def work(self, **options: Any) -> dict[str, Any]:
        return health(options["database"], days=options["days"], top=options["top"])

    def show(self, result: dict[str, Any]) -> None:
        for section, title in SECTIONS.items():
            self.stdout.write(self.style.MIGRATE_HEADING(title))
            rows = result[section]
            if rows:
                headings = [name.replace("_", " ") for name in rows[0]]
                self.table(
                    headings, [[_readable(name, value) for name, value in row.items()] for row in rows]
                )
            else:
                self.stdout.write("none")
            self.stdout.write("")
        for note in result["notes"]:
            self.stdout.write(note)
        deletions, audit = result["deletions"], result["audit"]
        self.stdout.write(
            f"{self.name}: {sum(each['alive'] for each in deletions):,} rows alive, "
            f"{sum(each['in_trash'] for each in deletions):,} in the trash, "
            f"{sum(each['purged'] for each in deletions):,} purged; "
            f"{sum(each['records'] for each in audit):,} records of "
            f"{sum(each['rows'] for each in audit):,} rows; "
            f"{sum(each['conflicts'] for each in result['conflicts']):,} version conflicts."
        )


def _readable(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in ("full_history", "with_actor", "with_reason"):
        return f"{value:.1%}"
    if name == "bytes":
        return f"{value / 1024:,.0f} KB"
    if name == "oldest_in_trash":
        return f"{value:%Y-%m-%d}"
    return value if name != "query" or len(value) <= QUERY_WIDTH else f"{value[:QUERY_WIDTH]}…"
