"""What a text of a brick is made of: plain frozen nodes that both writers walk.

Places are 1-based lines and columns in the text as it was written; `offset` counts characters from 0."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where something begins in its text."""

    line: int
    column: int
    offset: int


@dataclass(frozen=True, slots=True)
class Text:
    """Words, with the typography of the language already applied."""

    text: str


@dataclass(frozen=True, slots=True)
class Code:
    """Signs to be shown as they are, inside a line."""

    text: str


@dataclass(frozen=True, slots=True)
class Formula:
    """LaTeX between dollar signs; `display` when it stands on a line of its own."""

    latex: str
    display: bool
    place: Place


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the library, named `figure:NAME`; `width` in percent of the column, 0 for its own size."""

    name: str
    alt: str
    width: int
    place: Place


@dataclass(frozen=True, slots=True)
class Emphasis:
    children: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Strong:
    children: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Strike:
    children: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """`address` begins with http:, https: or mailto:."""

    address: str
    children: tuple[Inline, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class LineBreak:
    pass


Inline = Text | Code | Formula | Figure | Emphasis | Strong | Strike | Link | LineBreak


def has_words(children: tuple[Inline, ...]) -> bool:
    """Whether there is something to be read, other than figures."""
    return any(
        bool(child.text.strip(" \t\u00a0\u202f\u2009\u200b"))
        if isinstance(child, Text | Code)
        else isinstance(child, Formula) or has_words(getattr(child, "children", ()))
        for child in children
    )


def is_struck(children: tuple[Inline, ...]) -> bool:
    """Whether any of it is struck through."""
    return any(isinstance(child, Strike) or is_struck(getattr(child, "children", ())) for child in children)


@dataclass(frozen=True, slots=True)
class Heading:
    """`depth` counts from 1 inside its text and never skips a step, whatever the author wrote."""

    depth: int
    children: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    children: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class CodeBlock:
    text: str


@dataclass(frozen=True, slots=True)
class Quote:
    children: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Items:
    """A list; `start` is the first number of an ordered one, None for bullets. `tight`: no space between items."""

    start: int | None
    tight: bool
    items: tuple[tuple[Block, ...], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """`alignments`: "left", "center", "right" or "" for each column; every row has as many cells."""

    alignments: tuple[str, ...]
    header: tuple[tuple[Inline, ...], ...]
    rows: tuple[tuple[tuple[Inline, ...], ...], ...]


@dataclass(frozen=True, slots=True)
class Rule:
    pass


Block = Heading | Paragraph | CodeBlock | Quote | Items | Table | Rule | Formula | Figure


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a text is not as its author meant it. Codes: `dollar` (a `$` that opens no formula), `image` (its source is
    not figure:NAME), `alt` (a figure without alternative text), `link` (an address other than http, https, mailto),
    `html` (raw HTML, printed as it stands)."""

    code: str
    place: Place
    detail: str


@dataclass(frozen=True, slots=True)
class Tree:
    """A whole text. `formulas`, `figures` and `links` are in the order of the text."""

    children: tuple[Block, ...]
    formulas: tuple[Formula, ...]
    figures: tuple[Figure, ...]
    links: tuple[Link, ...]
    problems: tuple[Problem, ...]
