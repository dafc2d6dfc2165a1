"""The operation "maths": formulas converted, and tried in Typst."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typst as engine

from . import convert
from .values import Formula, FormulaRefused

FONTS = Path(__file__).parents[1] / "fonts"

# As documents are set: a glyph or words that are missing are errors.
_HEAD = """#set document(title: "x")
#set text(lang: "fr")
#show math.equation: set text(font: "New Computer Modern Math")
"""


def maths_operation(payload: dict[str, Any]) -> dict[str, Any]:
    """{"formulas": [str], "display": bool, "language": "fr"} → {"results": [a `Formula` or a refusal]}."""
    results: list[Formula | FormulaRefused] = []
    for latex in payload["formulas"]:
        try:
            results.append(convert(latex, display=payload["display"], language=payload["language"]))
        except FormulaRefused as refusal:
            results.append(refusal)
    _try(results, list(range(len(results))))
    return {"results": [result.as_payload() for result in results]}


def _try(results: list[Formula | FormulaRefused], places: list[int]) -> None:
    """Set the formulas at these places; where that fails, halves of them, so that only the culprit is refused."""
    written = [result.typst for at in places if isinstance(result := results[at], Formula)]
    if not written:
        return
    try:
        _compile(written)
    except engine.TypstError as error:
        if len(places) == 1:
            results[places[0]] = FormulaRefused("typst", str(error))
            return
        half = len(places) // 2
        _try(results, places[:half])
        _try(results, places[half:])


def _compile(written: list[str]) -> None:
    fonts = engine.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[FONTS])
    source = _HEAD + "".join(f"#{each}\n\n" for each in written)
    engine.Compiler(
        input=source.encode(), root=FONTS, font_paths=fonts, ignore_system_fonts=True,
        package_path=FONTS, package_cache_path=FONTS,
    ).compile(format="pdf", timestamp=0, pdf_standards="ua-1")  # fmt: skip
