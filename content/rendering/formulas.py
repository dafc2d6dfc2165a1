"""Formulas of one sheet, each converted once."""

from __future__ import annotations

from . import tree
from .maths import Formula, convert


class Formulas:
    """Converts a formula for a language, and remembers it. Raises `maths.FormulaRefused`."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, bool, str], Formula] = {}

    def __call__(self, formula: tree.Formula, language: str) -> Formula:
        key = (formula.latex, formula.display, language)
        if key not in self.known:
            self.known[key] = convert(formula.latex, display=formula.display, language=language)
        return self.known[key]
