"""Code with blanks: what was written is compared, never run."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from time import monotonic
from typing import Any

import regex

from .python_tokens import python_tokens
from .results import Verdict, paragraphs
from .texts import composed, trimmed

#: Seconds that all expressions of a key have together; what needs longer is for a person to judge.
PATTERN_SECONDS = 1.0
#: A text that is longer is not held against an expression.
PATTERN_LENGTH = 2000
#: In place of a text, of what is said to whoever writes it: any other.
OTHERS = "*"

Reading = Callable[[str], object]


def judge(key: dict[str, Any], options: list[dict[str, str]], answer: dict[str, Any]) -> Verdict:
    """Each blank is worth the same share; an empty one is worth nothing, whatever the key says."""
    ignore_case = key.get("ignore_case", False)
    read = _reading(key.get("language"), ignore_case)
    until = monotonic() + PATTERN_SECONDS
    total, words = Fraction(0), []
    for blank, text in zip(key["blanks"], answer["blanks"], strict=True):
        share = _share(blank, text, read, ignore_case, until)
        if share is None:
            return Verdict(None)
        total += share
        words += _words(blank, text, share, read)
    return Verdict(total / len(key["blanks"]), paragraphs(words))


def _reading(language: str | None, ignore_case: bool) -> Reading:
    """What of a text is compared: its tokens where it can be read as Python, else its letters."""

    def read(text: str) -> object:
        text = composed(text)
        if ignore_case:
            text = text.casefold()
        tokens = python_tokens(text) if language == "python" else None
        return trimmed(text) if tokens is None else tokens

    return read


def _share(
    blank: dict[str, Any], text: str, read: Reading, ignore_case: bool, until: float
) -> Fraction | None:
    """0…1 of the blank; None where its expression has taken too long."""
    if not trimmed(text).strip():
        return Fraction(0)
    written = read(text)
    if any(read(accepted) == written for accepted in blank["accepted"]):
        return Fraction(1)
    fits = _fits(blank.get("pattern"), trimmed(text), ignore_case, until)
    if fits is None or fits:
        return None if fits is None else Fraction(1)
    partial = [each for each in blank.get("partial", ()) if read(each["text"]) == written]
    return max((Fraction(str(each["weight"])) for each in partial), default=Fraction(0))


def _fits(pattern: str | None, text: str, ignore_case: bool, until: float) -> bool | None:
    """Does the author's expression match the whole text? None where it took too long or cannot be used."""
    if pattern is None or len(text) > PATTERN_LENGTH:
        return False
    left = until - monotonic()
    if left <= 0:
        return None
    try:
        flags = regex.IGNORECASE if ignore_case else 0
        return regex.fullmatch(pattern, text, flags=flags, timeout=left) is not None
    except (TimeoutError, regex.error):
        return None


def _words(blank: dict[str, Any], text: str, share: Fraction, read: Reading) -> list[str]:
    """What is said to this text; to one that is worth nothing and has no words of its own, those for any other."""
    said = blank.get("feedback", ())
    if not said:
        return []
    written = read(text)
    words = [each["words"] for each in said if read(each["text"]) == written]
    if words or share or not trimmed(text).strip() or _is_listed(OTHERS, blank):
        return words
    return [each["words"] for each in said if each["text"] == OTHERS]


def _is_listed(text: str, blank: dict[str, Any]) -> bool:
    """Is it an answer itself? What is said to whoever finds it is for nobody else to read."""
    return text in blank["accepted"] or any(each["text"] == text for each in blank.get("partial", ()))
