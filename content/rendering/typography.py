"""French spaces, as the Imprimerie nationale sets them: narrow no-break before ; ! ? and inside « », no-break before
the colon and before % and € after a figure.

A space that stands there is replaced; a missing one is added where only prose can be meant: « 10:30 », « 1:2 », « a;b »
and « ?x=1 » are left alone. Nothing but spaces changes, and applying the rules twice changes nothing more.

Opinions differ on « and » : some houses set a full no-break space inside them, schoolbooks a narrow one."""

from __future__ import annotations

import re
from collections.abc import Iterator

NARROW = "\u202f"
NO_BREAK = "\u00a0"
SPACES = " \u00a0\u202f\u2009"
#: What stands for a formula, a figure or code while the words around it are set.
OBJECT = "\ufffc"

ADDRESS = re.compile(r"(?:https?://|mailto:|www\.)[^\s<>«»]+|[\w.+-]{1,64}@[\w-]{1,64}\.[\w.-]{1,190}")
MARK = re.compile(r"[;!?:«»%€]")
CLOSING = f")]»”’\"'%€°…*{OBJECT}"


def typeset(text: str, *, language: str) -> str:
    """`text` with the spaces of its language; a text in another language than French comes back as it is."""
    return rewrite(text, edits(text, language=language))


def rewrite(text: str, changes: dict[int, str], *, start: int = 0) -> str:
    """`text`, which begins at `start` of what the edits were made for, with those that fall into it."""
    if not changes:
        return text
    return "".join(changes.get(start + index, sign) for index, sign in enumerate(text))


def edits(text: str, *, language: str) -> dict[int, str]:
    """What to write instead of some signs of `text`, by their index. Only spaces are replaced and left out; a space
    that is added stands with its mark."""
    if language.partition("-")[0] != "fr":
        return {}
    addresses = [found.span() for found in ADDRESS.finditer(text)]
    changes: dict[int, str] = {}
    address = 0
    for mark in MARK.finditer(text):
        at = mark.start()
        while address < len(addresses) and addresses[address][1] <= at:
            address += 1
        if address < len(addresses) and addresses[address][0] <= at:
            continue
        for first, last, space in _around(text, at):
            if first == last:
                changes[at] = text[at] + space if first > at else space + changes.get(at, text[at])
            elif text[first:last] != space:
                changes |= dict.fromkeys(range(first, last), "") | {first: space}
    return changes


#: From, to and the space that belongs there.
Gap = tuple[int, int, str]


def _around(text: str, at: int) -> Iterator[Gap]:
    mark, start = text[at], at
    if mark == "«":
        end = at + 1
        while end < len(text) and text[end] in SPACES:
            end += 1
        if end < len(text) and not text[end].isspace():
            yield at + 1, end, NARROW
        return
    while start and text[start - 1] in SPACES:
        start -= 1
    before = text[start - 1] if start else ""
    after = text[at + 1] if at + 1 < len(text) else ""
    if not before or before.isspace() or before in "«([":
        return
    stood = start < at
    ends = not after or not (after.isalnum() or after in "=/_&")
    if mark == "»":
        yield start, at, NARROW
    elif mark in "%€":
        if stood and before.isdigit():
            yield start, at, NO_BREAK
    elif mark == ":":
        added = (before.isalnum() or before in CLOSING) and (not after or after.isspace() or after == "»")
        if (stood and before != ":" and after != ":") or (not stood and added):
            yield start, at, NO_BREAK
    elif stood or ((before.isalnum() or before in CLOSING) and ends):
        yield start, at, NARROW
