"""Short and numerical answers as the key of one blank.

In a short answer of Moodle a `*` stands for anything, `\\*` for the sign. An answer worth nothing only carries its
feedback; its text is kept as it is written, so that `*` there means "any other answer".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from . import model
from .markup import to_markdown, to_plain
from .model import BadItem, Choice, Question

_STAR = re.compile(r"(?<!\\)\*")


def short_key(question: Question) -> dict[str, Any]:
    """The answer of an exercise with one blank. BadItem when nothing is right, or nothing can be wrong."""
    texts = [(choice, to_plain(choice.text)) for choice in question.choices]
    accepted, patterns, partial = [], [], []
    for choice, text in texts:
        if not text:
            raise BadItem(_("An answer is empty."), code="empty_answer")
        is_open = bool(_STAR.search(text))
        if choice.percent >= 100:
            accepted.append(_literal(text) if not is_open else _without_stars(text))
            patterns += [_pattern(text)] if is_open else []
        elif choice.percent > 0:
            if is_open:
                raise BadItem(_("A * in an answer that is partly right."), code="partial_wildcard")
            partial.append({"text": _literal(text), "weight": float(choice.percent / 100)})
        elif choice.percent < 0:
            raise BadItem(_("A written answer cannot be worth less than nothing."), code="negative_answer")
    said = [(choice, text if choice.percent <= 0 else _literal(text)) for choice, text in texts]
    blank = _blank(accepted, partial, said)
    if patterns:
        blank["pattern"] = "|".join(patterns)
    return {"blanks": [blank], **({"ignore_case": True} if question.ignores_case else {})}


def numerical_key(question: Question) -> dict[str, Any]:
    """The same for exact numbers. BadItem when a range or a tolerance would be lost."""
    accepted: list[Decimal] = []
    partial: list[dict[str, Any]] = []
    said: list[tuple[Choice, str]] = []
    for choice in question.choices:
        number = choice.number
        if number is None and choice.percent == 0:  # any other
            said.append((choice, "*"))
            continue
        if number is None or not number.is_exact or choice.percent < 0:
            message = _("A number within a range, or with a tolerance: there is no exercise for that.")
            raise BadItem(message, code="numerical_range")
        digits = _digits(number.low)
        said.append((choice, digits))
        if choice.percent >= 100:
            accepted.append(number.low)
        elif choice.percent > 0:
            partial.append({"text": digits, "weight": float(choice.percent / 100)})
    blank = _blank([_digits(number) for number in accepted], partial, said)
    blank["pattern"] = "|".join(_number_pattern(number) for number in dict.fromkeys(accepted))
    return {"blanks": [blank]}


def has_words_for_patterns(question: Question) -> bool:
    """Does it say something to answers of a form, as `b*`? To any other, `*`, an exercise says it too."""
    return question.kind == model.SHORT and any(
        choice.feedback is not None and choice.text.text.strip() != "*" and _STAR.search(choice.text.text)
        for choice in question.choices
    )


def _blank(
    accepted: list[str], partial: list[dict[str, Any]], said: Iterable[tuple[Choice, str]]
) -> dict[str, Any]:
    if not accepted:
        raise BadItem(_("No answer is right."), code="no_right_answer")
    blank: dict[str, Any] = {"accepted": list(dict.fromkeys(accepted))}
    feedback = [
        {"text": text, "words": to_markdown(choice.feedback)}
        for choice, text in said
        if choice.feedback is not None
    ]
    if partial:
        blank["partial"] = partial
    if feedback:
        blank["feedback"] = feedback
    return blank


def _literal(text: str) -> str:
    return text.replace("\\*", "*")


def _without_stars(text: str) -> str:
    """One answer that the pattern accepts, for whoever reads the key."""
    words = " ".join(_literal(part) for part in _STAR.split(text)).split()
    if not words:
        raise BadItem(_("Every answer is right."), code="accepts_anything")
    return _literal(_STAR.sub("", text)).strip() or words[0]


def _pattern(text: str) -> str:
    return f"^{'.*'.join(re.escape(_literal(part)) for part in _STAR.split(text))}$"


def _digits(number: Decimal) -> str:
    return f"{number.normalize():f}" if number else "0"


def _number_pattern(number: Decimal) -> str:
    """Other ways to write it: a plus sign, zeros around it, a decimal comma."""
    digits = _digits(abs(number))
    whole, _point, places = digits.partition(".")
    sign = "-" if number < 0 else "[+-]?" if not number else r"\+?"
    if places:
        zero = "0*" if whole == "0" else f"0*{whole}"
        return f"^{sign}{zero}[.,]{places}0*$"
    return rf"^{sign}0*{whole}(?:[.,]0*)?$"
