"""The declared shapes of an exercise's options and answer, as JSON Schemas.

| kind | options | answer |
|---|---|---|
| MULTIPLE_CHOICE | `[{"id": "a", "text": "…"}, …]`, at least two | `{"correct": ["a", "c"]}`: the set of right ids |
| TRUE_FALSE | `[]` | `{"correct": true}` |
| CODE_COMPLETION | `[]` | `{"blanks": [{"accepted": ["…", …]}, …]}`: one entry a blank |
| FREE_FORM | `[]` | `{"sample": "…"}`, perhaps empty; optionally `rubric` (text) and `keywords` (texts) |

Optional keys, which change the score or what is said about it:

| kind | key | meaning |
|---|---|---|
| MULTIPLE_CHOICE | `"scoring": "EXACT"` or `"PARTIAL"` | all or nothing (the default), or (right - wrong) / all |
| MULTIPLE_CHOICE | `"weights": {"a": 0.5, "b": -0.5}` | each ticked option's share, -1…1, in place of `scoring` |
| MULTIPLE_CHOICE | `"feedback": {"a": "…"}` | what is said to whoever ticked it |
| TRUE_FALSE | `"feedback": {"true": "…", "false": "…"}` | what is said to whoever answered so |
| CODE_COMPLETION | `"language": "python"` | blanks are compared as the program reads them, not letter by letter |
| CODE_COMPLETION | `"ignore_case": true` | capitals do not count |
| CODE_COMPLETION | in a blank, `"pattern": "…"` | a regular expression that accepts more than `accepted` lists |
| CODE_COMPLETION | in a blank, `"partial": [{"text": "…", "weight": 0.5}]` | what is worth a share of the blank |
| CODE_COMPLETION | in a blank, `"feedback": [{"text": "…", "words": "…"}]` | what is said to whoever wrote that text |
| CODE_COMPLETION | in such a feedback, `"text": "*"` | any other answer that is worth nothing, `*` being none itself |

Option ids are stable: learners' answers name them, so that texts can be mended and options reordered.
"""

from __future__ import annotations

from typing import Any

import regex
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from config.base.shapes import check_shape

_TEXT: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 4000}
_ID: dict[str, Any] = {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,40}$"}
_IDS: dict[str, Any] = {"type": "array", "items": _ID, "minItems": 1, "maxItems": 50, "uniqueItems": True}
_WORDS: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 4000}
_SHARE: dict[str, Any] = {"type": "number", "minimum": 0, "maximum": 1}
_WEIGHT: dict[str, Any] = {"type": "number", "minimum": -1, "maximum": 1}
_TEXTS: dict[str, Any] = {
    "type": "array",
    "items": _TEXT,
    "minItems": 1,
    "maxItems": 100,
    "uniqueItems": True,
}


def _object(required: tuple[str, ...], properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": list(required),
        "additionalProperties": False,
        "properties": properties,
    }


def _list(required: tuple[str, ...], properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "minItems": 1, "maxItems": 100, "items": _object(required, properties)}


def _by_id(values: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "propertyNames": _ID,
        "additionalProperties": values,
        "minProperties": 1,
        "maxProperties": 50,
    }


_BLANK = _object(
    ("accepted",),
    {
        "accepted": _TEXTS,
        "pattern": {"type": "string", "minLength": 1, "maxLength": 500},
        "partial": _list(("text", "weight"), {"text": _TEXT, "weight": _SHARE}),
        "feedback": _list(("text", "words"), {"text": _TEXT, "words": _WORDS}),
    },
)
_BLANKS: dict[str, Any] = {"type": "array", "minItems": 1, "maxItems": 50, "items": _BLANK}
_FREE: dict[str, Any] = {
    "sample": {"type": "string", "maxLength": 4000},
    "rubric": _TEXT,
    "keywords": {"type": "array", "items": _TEXT, "maxItems": 100, "uniqueItems": True},
}
_CODE: dict[str, Any] = {
    "blanks": _BLANKS,
    "language": {"enum": ["python"]},
    "ignore_case": {"type": "boolean"},
}
_SCORED: dict[str, Any] = {"scoring": {"enum": ["EXACT", "PARTIAL"]}, "weights": _by_id(_WEIGHT)}

OPTIONS: dict[str, Any] = {
    "type": "array",
    "maxItems": 50,
    "items": _object(("id", "text"), {"id": _ID, "text": _TEXT}),
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
        "feedback": _by_id(_WORDS),
        **_SCORED,
        **_CODE,
        **_FREE,
    },
}

ANSWER_BY_KIND: dict[str, dict[str, Any]] = {
    "MULTIPLE_CHOICE": _object(("correct",), {"correct": _IDS, "feedback": _by_id(_WORDS), **_SCORED}),
    "TRUE_FALSE": _object(
        ("correct",),
        {
            "correct": {"type": "boolean"},
            "feedback": {**_object((), {"true": _WORDS, "false": _WORDS}), "minProperties": 1},
        },
    ),
    "CODE_COMPLETION": _object(("blanks",), _CODE),
    "FREE_FORM": _object(("sample",), _FREE),
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
    """The answer fits the kind, names only options that there are, and can be used to grade. ValidationError if not."""
    check_shape(answer, ANSWER_BY_KIND[kind])
    if kind == "MULTIPLE_CHOICE":
        _check_choice(answer, {option["id"] for option in options})
    if kind == "CODE_COMPLETION":
        for blank in answer["blanks"]:
            _check_pattern(blank.get("pattern"))


def _check_choice(answer: dict[str, Any], ids: set[str]) -> None:
    for key in ("correct", "weights", "feedback"):
        unknown = sorted(set(answer.get(key, ())) - ids)
        if unknown:
            raise ValidationError(
                _("%(key)s: no option has the id %(ids)s.") % {"key": key, "ids": ", ".join(unknown)},
                code="answer_unknown",
            )
    if "weights" not in answer:
        return
    if "scoring" in answer:
        raise ValidationError(_("scoring: the weights say it already."), code="answer_scoring")
    if {each for each, weight in answer["weights"].items() if weight > 0} != set(answer["correct"]):
        raise ValidationError(
            _("weights: the correct options are those with a weight above 0, and no others."),
            code="answer_weights",
        )


def _check_pattern(pattern: str | None) -> None:
    if pattern is None:
        return
    try:
        regex.compile(pattern)
    except regex.error as error:
        raise ValidationError(
            _("pattern: not a regular expression: %(reason)s.") % {"reason": error}, code="answer_pattern"
        ) from error
