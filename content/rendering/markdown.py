"""From Markdown to a tree: CommonMark with tables, strikethrough, formulas and figures; raw HTML is text."""

from __future__ import annotations

import re
from functools import cache

from markdown_it import MarkdownIt

from . import tree
from .building import MAX_DEPTH, Builder, TextRefused
from .markdown_rules import add_rules

__all__ = ["TextRefused", "formulas_of", "images_of", "links_of", "parse", "problems_of"]

#: No font has them. One character for one, so that places stay true.
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
#: Longer texts are refused: reading stays within seconds, whatever is in them.
MAX_LENGTH = 200_000


@cache
def _reader() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False, "maxNesting": 4 * MAX_DEPTH})
    reader.enable(["table", "strikethrough"])
    add_rules(reader)
    # what an address may be is said once, when the tree is built: here nothing is dropped silently
    reader.validateLink = lambda url: True  # type: ignore[method-assign]
    return reader


def parse(text: str, *, language: str) -> tree.Tree:
    """The tree of `text`, with the typography of `language`. Raises TextRefused."""
    if len(text) > MAX_LENGTH:
        raise TextRefused("length", 1)
    text = text.encode("utf-8", "replace").decode().replace("\r\n", "\n").replace("\r", "\n")
    text = CONTROL.sub("\ufffd", text)
    return Builder(text, language=language).build(_reader().parse(text))


def formulas_of(text: str) -> tuple[tree.Formula, ...]:
    """The formulas of a text, in its order."""
    return parse(text, language="").formulas


def images_of(text: str) -> tuple[tree.Figure, ...]:
    """The figures that a text names, with their alternative texts; another source is among its problems."""
    return parse(text, language="").figures


def links_of(text: str) -> tuple[tree.Link, ...]:
    """The links of a text whose address may be opened."""
    return parse(text, language="").links


def problems_of(text: str) -> tuple[tree.Problem, ...]:
    """What is not as its author will have meant it."""
    return parse(text, language="").problems
