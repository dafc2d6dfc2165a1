"""The texts of a GIFT file: escapes, formats, and where a sign counts.

`\\~ \\= \\# \\{ \\} \\: \\\\` stand for the signs themselves and `\\n` for a line break; any other backslash is itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .model import Text

_ESCAPE = re.compile(r"\\([~=#{}:\\n])")
_LINE_END = re.compile(r"\r\n?|\n")
_SIGN = re.compile(r"[~=#{}:\\]")
_FORMAT = re.compile(r"\s*\[(html|moodle|plain|markdown)\]")
_SPACES = re.compile(r"[ \t\f\v\n]+")


def unescape(raw: str) -> str:
    return _ESCAPE.sub(lambda found: "\n" if found[1] == "n" else found[1], raw)


def escape(text: str) -> str:
    """On one line, so that nothing in it can be taken for a comment or for the end of the question."""
    return (
        _SIGN.sub(lambda found: f"\\{found[0]}", text)
        .replace("\r\n", "\\n")
        .replace("\r", "\\n")
        .replace("\n", "\\n")
    )


def text_of(raw: str, default: str = "moodle") -> Text:
    """The text in its own format, or the question's. Line breaks of the moodle format are spaces."""
    mark = _FORMAT.match(raw)
    kind = mark[1] if mark else default
    raw = raw[mark.end() :] if mark else raw
    raw = raw.strip(" \t\f\v\n")
    return Text(unescape(_SPACES.sub(" ", raw) if kind == "moodle" else raw), kind)


def text_or_none(raw: str, default: str) -> Text | None:
    """None for a feedback that says nothing."""
    text = text_of(raw, default)
    return text if text.text else None


def unescaped(raw: str, signs: str, start: int = 0) -> Iterator[int]:
    """Where one of these signs stands without a backslash before it."""
    at = start
    while at < len(raw):
        if raw[at] == "\\":
            at += 2
            continue
        if raw[at] in signs:
            yield at
        at += 1


def find(raw: str, wanted: str, start: int = 0) -> int:
    """Where this first stands unescaped, or -1."""
    for at in unescaped(raw, wanted[0], start):
        if raw.startswith(wanted, at):
            return at
    return -1
