"""The declared shapes of an exercise's options and answer, as JSON Schemas.

| kind | options | answer |
|---|---|---|
| MULTIPLE_CHOICE | `[{"id": "a", "text": "…"}, …]`, at least two | `{"correct": ["a", "c"]}`: the set of right ids |
| TRUE_FALSE | `[]` | `{"correct": true}` |
| CODE_COMPLETION | `[]` | `{"blanks": [{"accepted": ["…", …]}, …]}`: one entry a blank |
| FREE_FORM | `[]` | `{"sample": "…"}`, and optionally `rubric` (text) and `keywords` (texts) |

Option ids are stable: learners' answers name them, so that texts can be mended and options reordered.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from config.base.shapes import check_shape

_TEXT: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 4000}
_ID: dict[str, Any] = {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,40}$"}
_IDS: dict[str, Any] = {"type": "array", "items": _ID, "minItems": 1, "maxItems": 50, "uniqueItems": True}
_BLANKS: dict[str, Any] = {
    "type": "array",
    "minItems": 1,
    "maxItems": 50,
    "items": {
        "type": "object",
        "required": ["accepted"],
        "additionalProperties": False,
        "properties": {
            "accepted": {"type": "array", "items": _TEXT, "minItems": 1, "maxItems": 100, "uniqueItems": True}
        },
    },
}
_FREE: dict[str, Any] = {
    "sample": _TEXT,
    "rubric": _TEXT,
    "keywords": {"type": "array", "items": _TEXT, "maxItems": 100, "uniqueItems": True},
}

OPTIONS: dict[str, Any] = {
    "type": "array",
    "maxItems": 50,
    "items": {
        "type": "object",
        "required": ["id", "text"],
        "additionalProperties": False,
        "properties": {"id": _ID, "text": _TEXT},
    },
}

#: What any kind's answer looks like; the kind decides which keys there are.
ANSWER: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "minProperties": 1,
    "properties": {
        "correct": {
            "type": ["array", "boolean"],
            "items": _ID,
            "minItems": 1,
            "maxItems": 50,
            "uniqueItems": True,
        },
        "blanks": _BLANKS,
        **_FREE,
    },
}


def _object(required: str, properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": [required],
        "additionalProperties": False,
        "properties": properties,
    }


ANSWER_BY_KIND: dict[str, dict[str, Any]] = {
    "MULTIPLE_CHOICE": _object("correct", {"correct": _IDS}),
    "TRUE_FALSE": _object("correct", {"correct": {"type": "boolean"}}),
    "CODE_COMPLETION": _object("blanks", {"blanks": _BLANKS}),
    "FREE_FORM": _object("sample", _FREE),
}


def check_options(kind: str, options: list[dict[str, str]]) -> None:
    """Options stand only where the kind has them, at least two, each under an id of its own."""
    if kind != "MULTIPLE_CHOICE":
        if options:
            raise ValidationError(_("Only multiple choice has options."), code="options_kind")
        return
    if len(options) < 2:
        raise ValidationError(_("Multiple choice needs at least two options."), code="options_few")
    ids = [option["id"] for option in options]
    twice = sorted({each for each in ids if ids.count(each) > 1})
    if twice:
        raise ValidationError(
            _("The id %(ids)s stands for two options.") % {"ids": ", ".join(twice)}, code="options_twice"
        )


def check_answer(kind: str, answer: dict[str, Any], options: list[dict[str, str]]) -> None:
    """The answer fits the kind, and names only options that there are."""
    check_shape(answer, ANSWER_BY_KIND[kind])
    if kind == "MULTIPLE_CHOICE":
        unknown = sorted(set(answer["correct"]) - {option["id"] for option in options})
        if unknown:
            raise ValidationError(
                _("correct: no option has the id %(ids)s.") % {"ids": ", ".join(unknown)},
                code="answer_unknown",
            )
