"""The exercises of a course, or of one lesson, as a GIFT or Moodle XML file. See `courses.services.questions`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from config.base.commands import OperatorCommand
from courses.questions import FORMATS
from courses.services import export_questions
from courses.services.questions import ExportResult

from .import_questions import exercises, find_course


class Command(OperatorCommand):
    help = "Exports the exercises of a course as GIFT or Moodle XML, to a file or to standard output."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--course", required=True, metavar="SLUG", help="The course.")
        parser.add_argument("--lesson", metavar="SLUG", help="Only this lesson of it.")
        parser.add_argument("--format", required=True, choices=FORMATS)
        parser.add_argument(
            "--out", type=Path, metavar="FILE", help="Where to write; standard output without it."
        )

    def work(self, **options: Any) -> dict[str, Any]:
        self.out: Path | None = options["out"]
        if self.json_output and self.out is None:
            raise CommandError("--json needs --out FILE: standard output is for one JSON object.")
        course, lesson = find_course(options["course"], options["lesson"])
        self.result: ExportResult = export_questions(course=course, lesson=lesson, form=options["format"])
        if self.out is not None:
            try:
                self.out.write_text(self.result.text, encoding="utf-8", newline="\n")
            except OSError as error:
                raise CommandError(f"{self.out}: {error.strerror or error}.") from error
        return {
            "written": self.result.written,
            "rejected": len(self.result.rejects),
            "rejects": [reject.as_json() for reject in self.result.rejects],
            "notes": [note.as_json() for note in self.result.notes],
            "out": str(self.out) if self.out is not None else None,
        }

    def show(self, result: dict[str, Any]) -> None:
        if self.out is None:
            self.stdout.write(self.result.text, ending="")
        said = self.stdout if self.out is not None else self.stderr
        for each in (*self.result.rejects, *self.result.notes):
            said.write(f"{each.value}: {each.message}", style_func=lambda text: text)
        where = f" to {self.out}" if self.out is not None else ""
        summary = f"{exercises(result['written'])} written{where}, {result['rejected']} left out."
        said.write(summary, style_func=lambda text: text)

    def succeeded(self, result: dict[str, Any]) -> bool:
        return not result["rejects"]
