"""Python as the program reads it: spaces between tokens do not count, indentation and strings do."""

from __future__ import annotations

import io
import tokenize

#: Longer texts are compared letter by letter.
LENGTH = 4000

Token = tuple[int, str]

_UNREAD = frozenset({tokenize.NL, tokenize.COMMENT, tokenize.ENCODING, tokenize.ENDMARKER})
#: What is said by being there: how wide an indentation is, or how a line ends, is not read.
_BARE = frozenset({tokenize.INDENT, tokenize.DEDENT, tokenize.NEWLINE})
# From Python 3.12 on a formatted string comes in pieces; it is one string here, as it is on 3.11.
_OPENS = getattr(tokenize, "FSTRING_START", None)
_CLOSES = getattr(tokenize, "FSTRING_END", None)


def python_tokens(text: str) -> tuple[Token, ...] | None:
    """The tokens of a piece of Python, without comments; None where it cannot be read or nothing is in it."""
    if len(text) > LENGTH:
        return None
    try:
        found = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (tokenize.TokenError, SyntaxError, ValueError):
        return None
    if any(token.type == tokenize.ERRORTOKEN for token in found):
        return None
    lines = [f"{line}\n" for line in text.split("\n")]
    tokens: list[Token] = []
    depth, start = 0, (0, 0)
    for token in found:
        if token.type == _OPENS:
            start = start if depth else token.start
            depth += 1
        elif token.type == _CLOSES:
            depth -= 1
            if not depth:
                tokens.append((tokenize.STRING, _between(lines, start, token.end)))
        elif not depth and token.type not in _UNREAD:
            tokens.append((token.type, "" if token.type in _BARE else token.string))
    while tokens and tokens[-1][0] == tokenize.NEWLINE:
        tokens.pop()
    return tuple(tokens) or None


def _between(lines: list[str], start: tuple[int, int], end: tuple[int, int]) -> str:
    (first, left), (last, right) = start, end
    if first == last:
        return lines[first - 1][left:right]
    return "".join([lines[first - 1][left:], *lines[first : last - 1], lines[last - 1][:right]])
