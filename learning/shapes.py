"""The declared shapes of what learners answer and of what a chat message is about, as JSON Schemas.

What a learner answers, by the kind of the exercise when it was begun:

| kind | answer |
|---|---|
| MULTIPLE_CHOICE | `{"selected": ["a", "c"]}`: the set of ids ticked, perhaps none |
| TRUE_FALSE | `{"value": true}`: a boolean, never the text "true" |
| CODE_COMPLETION | `{"blanks": ["…", …]}`: one text a blank, in their order, an empty one where nothing was written |
| FREE_FORM | `{"text": "…"}` |

Options and key of the exercise as they were are copied in the shapes of `courses.shapes`.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.base.shapes import check_shape
from courses import shapes as courses_shapes

OPTIONS = courses_shapes.OPTIONS
KEY = courses_shapes.ANSWER

_SELECTED: dict[str, Any] = {
    "type": "array",
    "maxItems": 50,
    "uniqueItems": True,
    "items": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,40}$"},
}
_BLANKS: dict[str, Any] = {
    "type": "array",
    "minItems": 1,
    "maxItems": 50,
    "items": {"type": "string", "maxLength": 4000},
}
_TEXT: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 20_000}
_GIVEN: dict[str, dict[str, Any]] = {
    "selected": _SELECTED,
    "value": {"type": "boolean"},
    "blanks": _BLANKS,
    "text": _TEXT,
}

#: What an answer to any kind looks like; the kind decides which key there is.
GIVEN: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "minProperties": 1,
    "maxProperties": 1,
    "properties": _GIVEN,
}


def _only(key: str) -> dict[str, Any]:
    return {
        "type": "object",
        "required": [key],
        "additionalProperties": False,
        "properties": {key: _GIVEN[key]},
    }


GIVEN_BY_KIND: dict[str, dict[str, Any]] = {
    "MULTIPLE_CHOICE": _only("selected"),
    "TRUE_FALSE": _only("value"),
    "CODE_COMPLETION": _only("blanks"),
    "FREE_FORM": _only("text"),
}

_KEY_NUMBER: dict[str, Any] = {"type": "integer", "minimum": 1, "maximum": 2**63 - 1}

#: What a message is about: numbers of rows, and what its author had in front of them. Every key may be left out.
CONTEXT: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "course": _KEY_NUMBER,
        "lesson": _KEY_NUMBER,
        "exercise": _KEY_NUMBER,
        "excerpt": {"type": "string", "minLength": 1, "maxLength": 4000},
    },
}


def check_given(kind: str, given: dict[str, Any], options: list[dict[str, str]], key: dict[str, Any]) -> None:
    """The answer fits the kind, names only options that there are and fills each blank. Says nothing of right or wrong.

    Raises ValidationError; the key itself is never in its message.
    """
    check_shape(given, GIVEN_BY_KIND[kind])
    if kind == "MULTIPLE_CHOICE":
        unknown = sorted(set(given["selected"]) - {option["id"] for option in options})
        if unknown:
            raise ValidationError(
                _("selected: no option has the id %(ids)s.") % {"ids": ", ".join(unknown)},
                code="answer_unknown",
            )
    if kind == "CODE_COMPLETION" and len(given["blanks"]) != len(key["blanks"]):
        wanted = len(key["blanks"])
        words = ngettext(
            "blanks: there is %(count)d to fill.", "blanks: there are %(count)d to fill.", wanted
        )
        raise ValidationError(words % {"count": wanted}, code="answer_blanks")
