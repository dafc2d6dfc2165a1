"""Question banks: files of GIFT and Moodle XML, read to exercises and written from them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from .exercises import BESIDE, FIELDS, Draft, draft, fields_of
from .gift_reader import read_gift
from .gift_writer import write_gift
from .model import MAX_BYTES, MAX_QUESTIONS, BadItem, Category, Question, QuestionFileError, Skipped
from .moodle_reader import read_moodle
from .moodle_writer import write_moodle
from .native import question_of
from .source import FORMATS, GIFT, MOODLE_XML, check_size, decode, format_of

__all__ = [
    "BESIDE",
    "EXTENSIONS",
    "FIELDS",
    "FORMATS",
    "GIFT",
    "MAX_BYTES",
    "MOODLE_XML",
    "BadItem",
    "Category",
    "Draft",
    "Question",
    "QuestionFileError",
    "Skipped",
    "export_question",
    "fields_of",
    "format_of",
    "read_drafts",
    "read_items",
    "write_items",
]

EXTENSIONS = {GIFT: "gift", MOODLE_XML: "xml"}


def read_items(data: bytes, form: str) -> list[Question | Category | Skipped]:
    """What there is in a file of this format, in its order. Raises QuestionFileError when it cannot be read."""
    check_size(data)
    return read_moodle(data) if form == MOODLE_XML else read_gift(decode(data))


def read_drafts(data: bytes, form: str) -> list[Draft | Skipped]:
    """The exercises that the questions of a file become, and what becomes none. Raises QuestionFileError."""
    found = read_items(data, form)
    if len(found) > MAX_QUESTIONS:
        message = _("The file holds more than %(count)d questions. Import it in parts.")
        raise QuestionFileError(message % {"count": MAX_QUESTIONS}, code="too_many")
    return [
        draft(item) if isinstance(item, Question) else item
        for item in found
        if not isinstance(item, Category)
    ]


def write_items(items: Iterable[Question | Category], form: str) -> str:
    """The file of these questions."""
    return write_moodle(items) if form == MOODLE_XML else write_gift(items)


def export_question(fields: dict[str, Any], form: str) -> tuple[Question, Skipped | None]:
    """The question that holds these fields of an exercise; see `native.question_of`."""

    def roundtrip(question: Question) -> Any:
        read = read_items(write_items([question], form).encode("utf-8", "surrogatepass"), form)
        return read[0] if len(read) == 1 else None

    return question_of(fields, roundtrip)
