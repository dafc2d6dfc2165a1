"""Bricks from Markdown files. See `content.brick_files` for the format."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from config.base.commands import OperatorCommand
from content.brick_files import FileRefused, read_zip
from content.services.brick_import import import_bricks


class Command(OperatorCommand):
    help = "Creates and updates bricks from Markdown files with front matter, a folder of them, or a zip."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("path", metavar="PATH", type=Path, nargs="+", help="A .md, a .zip or a folder.")
        parser.add_argument(
            "--dry-run", action="store_true", help="Say what would be done and write nothing."
        )

    def work(self, **options: Any) -> dict[str, Any]:
        files: dict[str, bytes] = {}
        for path in options["path"]:
            files |= _files(path)
        return import_bricks(files=files, dry_run=options["dry_run"]).as_json()

    def show(self, result: dict[str, Any]) -> None:
        for each in result["rejects"]:
            self.stdout.write(f"{each['value']}:{each['line']}: {each['column']} {each['message']}")
        self.stdout.write(
            f"{result['read']} files read: {result['created']} created, {result['updated']} updated, "
            f"{result['unchanged']} unchanged, {result['rejected']} rejected."
        )

    def succeeded(self, result: dict[str, Any]) -> bool:
        return not result["rejected"]


def _files(path: Path) -> dict[str, bytes]:
    """{where it lies: file}: whole paths, for files of one name may come from several folders."""
    try:
        if path.is_dir():
            names = [each for pattern in ("[!.]*.md", "figures/[!.]*") for each in path.glob(pattern)]
            if not names:
                raise CommandError(f"There are no .md files in the folder {path}.")
            return {str(each): each.read_bytes() for each in names if each.is_file()}
        content = path.read_bytes()
        if path.suffix == ".zip":
            return {str(path / name): file for name, file in read_zip(content).items()}
        return {str(path): content}
    except FileNotFoundError as error:
        raise CommandError(f"There is no file or folder {error.filename or path}.") from error
    except OSError as error:
        raise CommandError(f"{error.filename or path} cannot be read: {error.strerror or error}.") from error
    except FileRefused as error:
        raise CommandError(f"{path}: {error}") from error
