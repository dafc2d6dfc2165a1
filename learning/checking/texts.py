"""Texts as they are compared, and answers as they are stored."""

from __future__ import annotations

import unicodedata
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


def composed(text: str) -> str:
    """Composed (NFC), every line ended by one line feed."""
    return unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")


def trimmed(text: str) -> str:
    """Composed, without spaces at the ends of lines and without empty lines at the end."""
    return "\n".join(line.rstrip() for line in composed(text).split("\n")).rstrip("\n")


def canonical(kind: str, answer: dict[str, Any]) -> dict[str, Any]:
    """The answer so that two which say the same are equal: a set in order, texts composed.

    Raises ValidationError for characters that no text has and that not every database stores.
    """
    if kind == "MULTIPLE_CHOICE":
        return {"selected": sorted(answer["selected"])}
    if kind == "CODE_COMPLETION":
        return {"blanks": [_storable(text) for text in answer["blanks"]]}
    if kind == "FREE_FORM":
        text = _storable(answer["text"])
        if not text.strip():
            raise ValidationError(_("text: there is nothing in it."), code="answer_empty")
        return {"text": text}
    return {"value": answer["value"]}


def says_the_same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Do these two canonical answers differ in nothing but spaces at the ends of lines?"""
    return _bare(one) == _bare(other)


def _bare(answer: dict[str, Any]) -> dict[str, Any]:
    if "blanks" in answer:
        return {"blanks": [trimmed(text) for text in answer["blanks"]]}
    return {"text": trimmed(answer["text"])} if "text" in answer else answer


def _storable(text: str) -> str:
    if any(letter == "\0" or "\ud800" <= letter <= "\udfff" for letter in text):
        raise ValidationError(_("The answer holds characters that are not text."), code="answer_characters")
    return composed(text)
