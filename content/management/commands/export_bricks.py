"""Bricks as a zip of Markdown files, with the figures that they show. See `content.brick_files` for the format."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from config.base.commands import OperatorCommand
from content.models import ContentBrick
from content.selectors.exports import zip_of
from courses.models import Subject

from .generate_document import named


class Command(OperatorCommand):
    help = "Writes bricks as Markdown files with front matter into a zip, figures beside them."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("out", metavar="FILE", type=Path, help="The zip to write.")
        parser.add_argument("--subject", metavar="SLUG", help="Only those of this subject.")

    def work(self, **options: Any) -> dict[str, Any]:
        bricks = ContentBrick.objects.all()
        if options["subject"]:
            bricks = bricks.filter(subject=named(Subject, "subject", options["subject"]))
        try:
            options["out"].write_bytes(zip_of(bricks))
        except OSError as error:
            raise CommandError(f"{options['out']}: {error.strerror or error}.") from error
        return {"written": bricks.count(), "file": str(options["out"])}

    def show(self, result: dict[str, Any]) -> None:
        self.stdout.write(f"{result['written']} bricks written to {result['file']}.")
