"""What stands between the braces of a GIFT question, and thereby which kind it is."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from . import model
from .gift_text import find, text_of, text_or_none, unescape, unescaped
from .model import BadItem, Choice, Number, Text

_WEIGHT = re.compile(r"\s*%(-?\d+(?:\.\d*)?|-?\.\d+)%")
_TRUTH = {"T": True, "TRUE": True, "F": False, "FALSE": False}


def answers_of(raw: str, form: str, *, is_moodle: bool = False) -> dict[str, Any]:
    """The kind of the question and what belongs to it, as fields of `Question`. BadItem when it is none."""
    cut = find(raw, "####")
    general = text_or_none(raw[cut + 4 :], form) if cut >= 0 else None
    raw = (raw[:cut] if cut >= 0 else raw).strip()
    return {"general_feedback": general, **_kind_of(raw, form, is_moodle)}


def _kind_of(raw: str, form: str, is_moodle: bool) -> dict[str, Any]:
    if not raw:
        return {"kind": model.ESSAY}
    if raw.startswith("#"):
        return {"kind": model.NUMERICAL, "choices": _numbers(raw[1:].strip(), form)}
    first = next(unescaped(raw, "~=#"), len(raw))
    truth = _TRUTH.get(raw[:first].partition("//")[0].strip().upper())
    if truth is not None and not (first < len(raw) and raw[first] in "~="):
        return _true_false(truth, raw[first:], form, is_moodle)
    choices = _choices(raw, form)
    if any(sign == "~" for sign, _raw in choices):
        made = tuple(_choice(sign, each, form) for sign, each in choices)
        return {
            "kind": model.CHOICE,
            "choices": made,
            "is_single": any(sign == "=" for sign, _raw in choices),
        }
    if all("->" in each and not _WEIGHT.match(each) for _sign, each in choices):
        return {"kind": model.MATCHING, "pairs": tuple(_pair(each, form) for _sign, each in choices)}
    return {"kind": model.SHORT, "choices": tuple(_choice(sign, each, form) for sign, each in choices)}


def _true_false(truth: bool, raw: str, form: str, is_moodle: bool) -> dict[str, Any]:
    parts = [raw[start + 1 : end] for start, end in _spans(raw, "#")]
    if len(parts) > 2:
        raise BadItem(
            _("A true-or-false question has two feedbacks at most."), code="feedbacks", kind="truefalse"
        )
    said = [text_or_none(part, form) for part in parts] + [None, None]
    if is_moodle and truth:  # the wrong answer's first
        said[:2] = said[1], said[0]
    return {"kind": model.TRUE_FALSE, "is_true": truth, "true_feedback": said[0], "false_feedback": said[1]}


def _spans(raw: str, signs: str) -> list[tuple[int, int]]:
    """Each part that begins with one of these signs: where it begins and ends."""
    return list(pairwise([*unescaped(raw, signs), len(raw)]))


def _choices(raw: str, form: str) -> list[tuple[str, str]]:
    """The sign and the rest of each choice; a text without a sign is the only right answer."""
    spans = _spans(raw, "~=")
    if not spans:
        return [("=", raw)]
    if raw[: spans[0][0]].strip():
        raise BadItem(_("A text stands before the first answer, without = or ~."), code="text_before")
    return [(raw[start], raw[start + 1 : end]) for start, end in spans]


def _weighed(raw: str) -> tuple[Decimal | None, str]:
    found = _WEIGHT.match(raw)
    if found is None:
        return None, raw
    weight = Decimal(found[1])
    if abs(weight) > 100:
        raise BadItem(_("%(weight)s %%: a weight is from -100 to 100.") % {"weight": weight}, code="weight")
    return weight, raw[found.end() :]


def _split_feedback(raw: str, form: str) -> tuple[str, Text | None]:
    cut = find(raw, "#")
    return (raw, None) if cut < 0 else (raw[:cut], text_or_none(raw[cut + 1 :], form))


def _choice(sign: str, raw: str, form: str) -> Choice:
    weight, raw = _weighed(raw)
    raw, feedback = _split_feedback(raw, form)
    return Choice(text_of(raw, form), sign == "=", weight, feedback)


def _pair(raw: str, form: str) -> tuple[Text, str]:
    left, _arrow, right = raw.partition("->")
    return text_of(left, form), text_of(right, "moodle").text


def _numbers(raw: str, form: str) -> tuple[Choice, ...]:
    spans = _spans(raw, "~=")
    if not spans:
        alone, feedback = _split_feedback(raw, form)
        return (Choice(Text(unescape(alone.strip())), True, None, feedback, _number(alone)),)
    if raw[: spans[0][0]].strip():  # Moodle forgives a missing sign before the first
        return _numbers(f"={raw}", form)
    made = []
    for start, end in spans:
        weight, rest = _weighed(raw[start + 1 : end])
        rest, feedback = _split_feedback(rest, form)
        number_text = unescape(rest.strip()) or "*"
        number = None if number_text == "*" else _number(rest)
        made.append(Choice(Text(number_text), raw[start] == "=", weight, feedback, number))
    return tuple(made)


def _number(raw: str) -> Number:
    raw = unescape(raw).strip()
    try:
        if ".." in raw:
            low, high = (_decimal(part) for part in raw.split("..", 1))
            return Number(low, high, is_range=True)
        if ":" in raw:
            middle, tolerance = (_decimal(part) for part in raw.split(":", 1))
            return Number(middle - tolerance, middle + tolerance, tolerance)
        return Number(_decimal(raw), _decimal(raw))
    except InvalidOperation as error:
        message = _("“%(text)s” is not a number.") % {"text": model.shorten(raw)}
        raise BadItem(message, code="number", kind=model.NUMERICAL) from error


def _decimal(raw: str) -> Decimal:
    number = Decimal(raw.strip())
    if not number.is_finite() or number.adjusted() > 30 or number.adjusted() < -30:
        raise InvalidOperation
    return number
