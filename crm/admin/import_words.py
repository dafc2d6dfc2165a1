"""Words for what imports count: codes of rejects and notes, columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ..importing.kinds import registry
from ..models import Customer, Product, ProductAlias
from .import_forms import COLUMN_WORDS

#: Codes that problems of several columns share.
SHARED = {
    "too_long": _("A text is longer than its column."),
    "negative_price": _("A price or an amount is negative."),
    "bad_choice": _("A word is none of the choices of its column."),
}


@dataclass(frozen=True)
class Code:
    """A code, in words, and the number of rows that have it."""

    code: str
    words: str
    rows: int
    refuses: bool


def codes_of(kind: str, counts: Mapping[str, int]) -> list[Code]:
    """The codes that were counted, those that reject rows first, the most frequent first."""
    problems = {each.code: each for each in reversed(registry()[kind].problems.all)}
    found = []
    for code, rows in counts.items():
        problem = problems.get(code)
        message = SHARED.get(code, code if problem is None else problem.message)
        words = str(message) % {"value": "…"}
        found.append(Code(code, words, rows, problem is None or problem.refuses))
    return sorted(found, key=lambda each: (not each.refuses, -each.rows, each.code))


def label_of_column(name: str) -> Any:
    """One of our columns in words; another name as it is."""
    return capfirst(COLUMN_WORDS.get(name, name))


def label_of_also(name: str) -> Any:
    """What had to be created beside the rows, in words."""
    labels = {"customers": Customer, "products": Product, "aliases": ProductAlias}
    return capfirst(labels[name]._meta.verbose_name_plural) if name in labels else name


def figures_of(read: int, created: int, updated: int, unchanged: int, rejected: int) -> list[tuple[Any, int]]:
    """What became of the rows: a label and a number each."""
    return [
        (pgettext_lazy("rows", "read"), read),
        (pgettext_lazy("rows", "created"), created),
        (pgettext_lazy("rows", "updated"), updated),
        (pgettext_lazy("rows", "unchanged"), unchanged),
        (pgettext_lazy("rows", "rejected"), rejected),
    ]
