"""What the commands that import files share; each names its kind of file."""

from __future__ import annotations

import csv
import sys
import tempfile
from pathlib import Path
from typing import Any, ClassVar

from django.core.management.base import CommandError, CommandParser

from config.base.commands import OperatorCommand
from config.base.exceptions import DomainError
from crm.importing import mappings, store
from crm.importing.files import SEPARATORS
from crm.importing.mappings import OWN_COLUMNS
from crm.importing.results import LIMIT, ImportResult
from crm.services import check_import, run_import, start_import


class ImportCommand(OperatorCommand):
    """Imports a CSV file, plain or gzip. It exits 1 when the file cannot be imported.

    Rejected rows alone are no failure: every one of them is accounted for, on the screen, in the audit items and in the
    file of rejects.
    """

    kind: ClassVar[str]

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", metavar="FILE", type=Path, help="The CSV file, plain or gzip.")
        parser.add_argument(
            "--mapping",
            metavar="NAME|FILE",
            help=f"Which column is which: {', '.join(mappings.names(self.kind))}, or a JSON file. Without it the "
            "columns are called as ours are.",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="Say what would be done and write nothing."
        )
        parser.add_argument(
            "--rejects",
            metavar="FILE",
            type=Path,
            help="Write the rejected rows here, to be mended and imported.",
        )

    def work(self, **options: Any) -> dict[str, Any]:
        path: Path = options["file"]
        self.is_dry, self.rejects = options["dry_run"], options["rejects"]
        if self.rejects is not None:
            check_target(self.rejects, path)
        try:
            with tempfile.TemporaryDirectory(prefix="rejects-") as folder:
                copy = self.rejects or Path(folder) / "rejects.csv"
                self.result = self._import(path, options["mapping"], copy)
                return self.result.as_json() | {"rejects": self._rejects_in(copy)}
        except DomainError as error:
            raise CommandError(f"{path}: {error}") from error
        except OSError as error:
            raise CommandError(f"{error.filename or path}: {error.strerror or error}.") from error

    def _import(self, path: Path, mapping: str | None, rejects: Path) -> ImportResult:
        what: dict[str, Any] = {
            "kind": self.kind,
            "source": path,
            "file_name": path.name,
            "mapping": mapping,
        }
        if self.is_dry:
            return check_import(**what, rejects=rejects, progress=self._tell)
        result = run_import(batch=start_import(**what), progress=self._tell)
        if result.batch is not None and store.rejects_path(result.batch).is_file():
            with rejects.open("wb") as file:
                file.writelines(store.open_rejects(result.batch))
        return result

    def _rejects_in(self, file: Path) -> list[dict[str, Any]]:
        """A machine is given every reject, from the file of rejects: the result keeps the first `LIMIT`."""
        kept = [each.as_json() for each in self.result.rejects]
        if not self.json_output or self.result.rejected <= len(kept):
            return kept
        csv.field_size_limit(sys.maxsize)  # a broken row may be one long cell
        for separator in SEPARATORS:  # that of the file that was imported
            with file.open(encoding="utf-8", newline="") as text:
                rows = csv.reader(text, delimiter=separator)
                titles = [each.removeprefix("reject_") for each in next(rows)[-len(OWN_COLUMNS) :]]
                if tuple(titles) == OWN_COLUMNS:
                    own = [dict(zip(titles, row[-len(titles) :], strict=True)) for row in rows]
                    return [{**each, "line": int(each["line"])} for each in own]
        raise CommandError(f"{file}: this is no file of rejects.")

    def _tell(self, read: int, total: int) -> None:
        self.progress(f"{100 * read // max(total, 1)} % read")

    def show(self, result: dict[str, Any]) -> None:
        for each in result["rejects"]:
            self.stdout.write(f"line {each['line']}: {each['code']}: {each['message']}")
        if result["rejected"] > LIMIT:
            self.stdout.write(f"… and {result['rejected'] - LIMIT} more")
        if result["codes"]:
            self.table(["code", "rows"], sorted(result["codes"].items()))
        would = "would be " if self.is_dry else ""
        self.stdout.write(
            f"{result['read']} rows read: {result['created']} {would}created, {result['updated']} updated, "
            f"{result['unchanged']} unchanged, {result['rejected']} rejected."
        )


def check_target(rejects: Path, source: Path) -> None:
    """Before anything is imported: can the rejects be written there, and not over the rows that they come from?"""
    if not rejects.parent.is_dir():
        raise CommandError(f"{rejects}: there is no folder {rejects.parent}.")
    if rejects.is_dir():
        raise CommandError(f"{rejects} is a folder: name a file in it.")
    if rejects.exists() and source.exists() and rejects.samefile(source):
        raise CommandError(f"{rejects} is the file to be imported: write the rejects into another one.")
