"""`check_maths`: whether every formula of a file can be set, in HTML and PDF.

FILE is a JSON list of LaTeX formulas, or a text in Markdown. The `position` of a refused formula is its place in the
list, from 0, or the offset of its first character in the text; `at` the place in the formula.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from config.base.commands import OperatorCommand
from content.formula_words import refusal_words
from content.rendering.contained import RenderFailed, run
from content.rendering.markdown import TextRefused, formulas_of

BATCH = 200
Found = tuple[int, str, bool]


class Command(OperatorCommand):
    help = "Sets every formula of a file in HTML and PDF, and lists those that are refused."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path, help="A JSON list of LaTeX formulas, or Markdown.")
        parser.add_argument(
            "--language", default="fr", choices=("fr", "en"), help="What they are read aloud in."
        )

    def work(self, **options: Any) -> dict[str, Any]:
        found = read_formulas(options["file"])
        refused: list[dict[str, Any]] = []
        for display in (False, True):
            alike = [each for each in found if each[2] is display]
            for start in range(0, len(alike), BATCH):
                batch = alike[start : start + BATCH]
                for (position, latex, _), result in zip(
                    batch, _tried(batch, options["language"]), strict=True
                ):
                    if "mathml" not in result:
                        refused.append(
                            {
                                "position": position,
                                "formula": latex,
                                "reason": refusal_words(result["reason"], result["detail"]),
                                "at": result["position"],
                            }
                        )
                self.progress(f"{start + len(batch)} of {len(alike)}\n")
        refused.sort(key=lambda each: int(each["position"]))
        return {"formulas": len(found), "rendered": len(found) - len(refused), "refused": refused}

    def show(self, result: dict[str, Any]) -> None:
        for each in result["refused"]:
            self.stdout.write(
                f"{each['position']}: {each['formula']}\n    {each['reason']} (at {each['at']})"
            )
        style = self.style.SUCCESS if self.succeeded(result) else self.style.ERROR
        self.stdout.write(
            style(f"check_maths: {result['rendered']} of {result['formulas']} formulas rendered.")
        )

    def succeeded(self, result: dict[str, Any]) -> bool:
        return not result["refused"]


def read_formulas(file: Path) -> list[Found]:
    """(position, LaTeX, whether displayed) of each. Raises CommandError for a file that cannot be read."""
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise CommandError(f"There is no file {file}.") from error
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror or error}.") from error
    except UnicodeDecodeError as error:
        raise CommandError(f"{file} is not in UTF-8.") from error
    if file.suffix != ".json":
        try:
            return [(each.place.offset, each.latex, each.display) for each in formulas_of(text)]
        except TextRefused as error:
            raise CommandError(f"{file} is too long or nested too deeply.") from error
    try:
        formulas = json.loads(text)
    except ValueError as error:
        raise CommandError(f"{file} is no JSON: {error}.") from error
    if not isinstance(formulas, list) or not all(isinstance(each, str) for each in formulas):
        raise CommandError(f"{file} is no list of strings.")
    return [(position, latex, True) for position, latex in enumerate(formulas)]


def _tried(batch: list[Found], language: str) -> list[dict[str, Any]]:
    """The result of each; a formula that brings the process down is found by halves, and refuses only itself."""
    payload = {"formulas": [latex for _, latex, _ in batch], "display": batch[0][2], "language": language}
    try:
        return list(run("maths", payload)["results"])
    except RenderFailed as failed:
        if len(batch) == 1:
            return [{"position": 0, "reason": failed.code, "detail": failed.detail}]
    half = len(batch) // 2
    return _tried(batch[:half], language) + _tried(batch[half:], language)
