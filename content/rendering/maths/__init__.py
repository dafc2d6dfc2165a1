"""Maths: LaTeX in; MathML, Typst and words out, or a refusal that says where and why."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from . import mathml, temml, typst
from .values import Formula, FormulaRefused
from .words import words

__all__ = ["CSS", "Formula", "FormulaRefused", "convert"]

#: What MathML Core lacks: rules, strikes, accents; after the style sheets that Temml ships (MIT).
CSS = (Path(__file__).parent / "maths.css").read_text("utf-8")


@lru_cache(maxsize=4_096)
def convert(latex: str, *, display: bool, language: str) -> Formula:
    """The formula in each form that is needed; `language` is what it is read aloud in. Raises FormulaRefused."""
    root = mathml.read(temml.to_mathml(latex, display=display))
    said = words(root, language)
    return Formula(mathml.write(root), typst.equation(root, words=said, display=display), said)
