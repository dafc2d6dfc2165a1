"""Questions as the files hold them, whichever format: what the readers give and the writers take.

A file is read to a list of `Question` and `Skipped`, in its order. What a question becomes here is decided in
`exercises`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from config.base.exceptions import DomainError

#: The kinds, by the names that Moodle gives them.
CHOICE, TRUE_FALSE, SHORT, ESSAY = "multichoice", "truefalse", "shortanswer", "essay"
NUMERICAL, MATCHING, DESCRIPTION = "numerical", "matching", "description"

#: What a file may weigh, in bytes: whoever has more has it in parts.
MAX_BYTES = 10 * 1024 * 1024

#: How many questions it may hold: a short question weighs a few bytes, and takes as long to check as a long one.
MAX_QUESTIONS = 10_000


class QuestionFileError(DomainError):
    """The file as a whole cannot be read; nothing was written."""


@dataclass(frozen=True)
class Text:
    """A text and how it is marked up: moodle (perhaps some HTML), html, markdown or plain."""

    text: str
    format: str = "moodle"


@dataclass(frozen=True)
class Number:
    """From `low` to `high`, both included; `tolerance` is None unless the file gave the number with one."""

    low: Decimal
    high: Decimal
    tolerance: Decimal | None = None
    is_range: bool = False

    @property
    def middle(self) -> Decimal:
        """The number that stands before the tolerance."""
        return (self.low + self.high) / 2

    @property
    def is_exact(self) -> bool:
        return self.low == self.high


@dataclass(frozen=True)
class Choice:
    """One answer that may be given.

    `is_right` is the sign before it (= or ~ in GIFT). `weight` is in percent; None where the sign says it all.
    """

    text: Text
    is_right: bool
    weight: Decimal | None = None
    feedback: Text | None = None
    number: Number | None = None

    @property
    def percent(self) -> Decimal:
        """What it is worth, -100 to 100."""
        if self.weight is not None:
            return self.weight
        return Decimal(100 if self.is_right else 0)


@dataclass(frozen=True)
class Category:
    """Where the questions that follow belong: "$course$/top/Loops". `idnumber` is a key of the writer's own."""

    path: str
    line: int = 0
    idnumber: str = ""

    @property
    def name(self) -> str:
        """The last part, a doubled slash being one that is part of a name."""
        parts = self.path.replace("//", "\0").split("/")
        return parts[-1].replace("\0", "/").strip()


@dataclass(frozen=True)
class Question:
    """One question. `annotation` is what this project's writer noted beside it; `lost` what found no place here."""

    kind: str
    stem: Text
    line: int = 0
    title: str | None = None
    choices: tuple[Choice, ...] = ()
    is_true: bool | None = None
    true_feedback: Text | None = None
    false_feedback: Text | None = None
    general_feedback: Text | None = None
    pairs: tuple[tuple[Text, str], ...] = ()
    id: str | None = None
    tags: tuple[str, ...] = ()
    category: Category | None = None
    is_embedded: bool = False
    is_single: bool = False
    ignores_case: bool = True
    points: Decimal | None = None
    grader_info: Text | None = None
    annotation: dict[str, Any] | None = field(default=None, hash=False)
    lost: tuple[str, ...] = ()


@dataclass(frozen=True)
class Skipped:
    """What was not taken, or was taken with a loss: where it stands (`line` from 1), its kind, why.

    `column` is the part of the question that is meant: "type", "answers", or a field of the exercise.
    """

    line: int
    kind: str
    column: str
    code: str
    value: str
    message: str

    @property
    def kind_label(self) -> str:
        """The kind in people's words; one that only Moodle knows keeps its own name."""
        labels = {
            CHOICE: _("multiple choice"),
            TRUE_FALSE: _("true or false"),
            SHORT: _("short answer"),
            ESSAY: _("essay"),
            NUMERICAL: _("numerical"),
            MATCHING: _("matching"),
            DESCRIPTION: _("description"),
            "cloze": _("text with gaps"),
            "question": _("question"),
        }
        return labels.get(self.kind, self.kind)

    def as_json(self) -> dict[str, Any]:
        return {
            "line": self.line,
            "kind": self.kind,
            "column": self.column,
            "code": self.code,
            "value": self.value,
            "message": self.message,
        }


class BadItem(Exception):
    """One question cannot be read; the others can."""

    def __init__(self, message: str, *, code: str, column: str = "answers", kind: str = "question") -> None:
        super().__init__(message)
        self.code, self.column, self.kind = code, column, kind


def shorten(text: str, length: int = 80) -> str:
    """The text on one line, cut where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= length else f"{line[: length - 1]}…"
