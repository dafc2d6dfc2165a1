"""From the tokens of one text to its tree."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import replace
from urllib.parse import urlsplit

from markdown_it.token import Token

from . import tree
from .typography import OBJECT, edits, rewrite, typeset

#: Quotes, lists, emphasis and links inside each other; more is refused.
MAX_DEPTH = 12
FIGURE = "figure:"  # as it is: escaped it would not be found when a figure is to go
STRAY = {"$": "dollar", "$$": "dollar", "<": "html"}
LINK_SCHEMES = frozenset({"http", "https", "mailto"})
Places = Callable[[Token], tree.Place]
INLINE: dict[str, type[tree.Emphasis] | type[tree.Strong] | type[tree.Strike]] = {
    "em": tree.Emphasis,
    "strong": tree.Strong,
    "s": tree.Strike,
}


class TextRefused(ValueError):
    """A text that is too long or too deeply nested. `code` is `length` or `depth`, `line` where, counted from 1."""

    def __init__(self, code: str, line: int) -> None:
        super().__init__(f"{code} at line {line}")
        self.code = code
        self.line = line


class Builder:
    """Builds one tree."""

    def __init__(self, text: str, *, language: str) -> None:
        self.language = language
        self.lines = text.split("\n")
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line) + 1)
        self.loose: set[int] = set()
        self.cells: tuple[int, int] = (0, 0)
        self.headings: list[int] = []
        self.formulas: list[tree.Formula] = []
        self.figures: list[tree.Figure] = []
        self.links: list[tree.Link] = []
        self.problems: list[tree.Problem] = []

    def build(self, tokens: list[Token]) -> tree.Tree:
        """The tree of all tokens of the text. Raises TextRefused when it is nested too deeply."""
        children = self.blocks(iter(tokens), end="", depth=0)
        return tree.Tree(
            children, tuple(self.formulas), tuple(self.figures), tuple(self.links), tuple(self.problems)
        )

    def blocks(self, tokens: Iterator[Token], *, end: str, depth: int) -> tuple[tree.Block, ...]:
        """The blocks up to the token of type `end`."""
        found: list[tree.Block] = []
        for token in tokens:
            if token.type == end:
                break
            if depth > MAX_DEPTH:
                raise TextRefused("depth", token.map[0] + 1 if token.map else 1)
            match token.type:
                case "paragraph_open":
                    if not token.hidden:
                        self.loose.add(token.level)
                    found += paragraphs(self.inlines(next(tokens)))
                    next(tokens)
                case "heading_open":
                    inside = self.inlines(next(tokens))
                    if tree.has_words(inside):
                        found.append(tree.Heading(self.rank(int(token.tag[1:])), inside))
                    elif inside:  # nothing to find one's way by, and the standards forbid it
                        found += paragraphs(inside)
                    next(tokens)
                case "fence" | "code_block":
                    found.append(tree.CodeBlock(token.content.rstrip("\n")))
                case "hr":
                    found.append(tree.Rule())
                case "display_formula":
                    line = token.map[0] if token.map else 0
                    found.append(self.formula(token.content, self.place(line, self.lines[line].find("$$"))))
                case "blockquote_open":
                    found.append(tree.Quote(self.blocks(tokens, end="blockquote_close", depth=depth + 1)))
                case "bullet_list_open" | "ordered_list_open":
                    found.append(self.items(token, tokens, depth=depth + 1))
                case "table_open":
                    found.append(self.table(tokens))
                case unknown:
                    raise AssertionError(f"no such block: {unknown}")
        return tuple(found)

    def rank(self, level: int) -> int:
        while self.headings and self.headings[-1] >= level:
            self.headings.pop()
        self.headings.append(level)
        return len(self.headings)

    def items(self, opening: Token, tokens: Iterator[Token], *, depth: int) -> tree.Items:
        start = int(opening.attrs.get("start", 1)) if opening.type == "ordered_list_open" else None
        items: list[tuple[tree.Block, ...]] = []
        level = opening.level + 2
        self.loose.discard(level)
        closing = opening.type.replace("open", "close")
        for token in tokens:
            if token.type == closing:
                break
            items.append(self.blocks(tokens, end="list_item_close", depth=depth))
        return tree.Items(start, level not in self.loose, tuple(items))

    def table(self, tokens: Iterator[Token]) -> tree.Table:
        alignments: list[str] = []
        rows: list[list[tuple[tree.Inline, ...]]] = []
        for token in tokens:
            if token.type == "table_close":
                break
            if token.type == "tr_open":
                rows.append([])
            elif token.type in ("th_open", "td_open"):
                if token.type == "th_open":
                    alignments.append(str(token.attrs.get("style", "")).removeprefix("text-align:"))
                rows[-1].append(self.inlines(next(tokens)))
        return tree.Table(tuple(alignments), tuple(rows[0]), tuple(tuple(row) for row in rows[1:]))

    def inlines(self, token: Token) -> tuple[tree.Inline, ...]:
        """What one line or paragraph holds; the typography sees it whole, whatever is emphasised in it."""
        children = token.children or []
        written = [_written(child) for child in children]
        changes = edits("".join(written), language=self.language)
        places = self.places(token)
        found: list[tuple[Token | None, list[tree.Inline]]] = [(None, [])]
        index = 0
        for child, text in zip(children, written, strict=True):
            inner = found[-1][1]
            if child.nesting == 1:
                if len(found) > MAX_DEPTH:
                    raise TextRefused("depth", token.map[0] + 1 if token.map else 1)
                found.append((child, []))
            elif child.nesting == -1:
                opening, content = found.pop()
                found[-1][1].extend(self.wrapped(opening, tuple(content), places))
            elif child.type in ("text", "softbreak", "stray"):
                self.add_text(inner, rewrite(text, changes, start=index))
                if child.type == "stray":
                    self.problems.append(tree.Problem(STRAY[child.markup], places(child), text))
            else:
                inner.append(self.leaf(child, places))
            index += len(text)
        return tuple(found[0][1])

    def add_text(self, inner: list[tree.Inline], text: str) -> None:
        if inner and isinstance(inner[-1], tree.Text):
            inner[-1] = tree.Text(inner[-1].text + text)
        elif text:
            inner.append(tree.Text(text))

    def wrapped(
        self, opening: Token | None, content: tuple[tree.Inline, ...], places: Places
    ) -> list[tree.Inline]:
        if opening is None or not content:
            return []
        if opening.tag in INLINE:
            return [INLINE[opening.tag](content)]
        address = str(opening.attrs.get("href", ""))
        if not allowed(address):
            self.problems.append(tree.Problem("link", places(opening), address))
            return list(content)
        link = tree.Link(address, content, places(opening))
        self.links.append(link)
        return [link]

    def leaf(self, token: Token, places: Places) -> tree.Inline:
        match token.type:
            case "code_inline":
                return tree.Code(token.content)
            case "formula":
                return self.formula(token.content, places(token), display=token.markup == "$$")
            case "image":
                return self.figure(token, places(token))
            case "hardbreak":
                return tree.LineBreak()
            case unknown:
                raise AssertionError(f"no such sign: {unknown}")

    def formula(self, latex: str, place: tree.Place, *, display: bool = True) -> tree.Formula:
        formula = tree.Formula(latex, display, place)
        self.formulas.append(formula)
        return formula

    def figure(self, token: Token, place: tree.Place) -> tree.Inline:
        source = str(token.attrs.get("src", ""))
        alt = "".join(_written(child, whole=True) for child in token.children or []).strip()
        alt = typeset(alt, language=self.language)
        if not source.startswith(FIGURE) or not any(source in line for line in self.lines):
            self.problems.append(tree.Problem("image", place, source))
            return tree.Text(alt)
        if not alt:
            self.problems.append(tree.Problem("alt", place, source.removeprefix(FIGURE)))
        figure = tree.Figure(source.removeprefix(FIGURE), alt, int(token.meta.get("width", 0)), place)
        self.figures.append(figure)
        return figure

    def places(self, token: Token) -> Places:
        """A function that tells where a token of this line or paragraph stands in the text."""
        first = token.map[0] if token.map else 0
        content = token.content.split("\n")
        offsets = [0, *(at + 1 for at, sign in enumerate(token.content) if sign == "\n")]
        line, done = self.cells
        start = self.lines[first].find(content[0], done if line == first else 0)
        self.cells = (first, max(start, 0) + len(content[0]))

        def place(child: Token) -> tree.Place:
            position = int(child.meta.get("position", 0))
            row = bisect_right(offsets, position) - 1
            column = position - offsets[row]
            found = start if row == 0 else self.lines[first + row].find(content[row])
            return self.place(first + row, max(found, 0) + column)

        return place

    def place(self, line: int, column: int) -> tree.Place:
        return tree.Place(line + 1, max(column, 0) + 1, self.starts[line] + max(column, 0))


def paragraphs(children: tuple[tree.Inline, ...]) -> Iterator[tree.Block]:
    """What stands between two blank lines. A displayed formula is a block of its own wherever it stands, for Typst
    drops one that stands inside a paragraph; so is a figure that is alone."""
    for piece in pieces(children):
        if isinstance(piece, tree.Formula):
            yield piece
        elif len(piece) == 1 and isinstance(piece[0], tree.Figure):
            yield piece[0]
        else:
            yield tree.Paragraph(piece)


def pieces(children: tuple[tree.Inline, ...]) -> list[tuple[tree.Inline, ...] | tree.Formula]:
    """The line cut at the displayed formulas, without the spaces around them; emphasis is on each piece."""
    found: list[tuple[tree.Inline, ...] | tree.Formula] = []
    line: list[tree.Inline] = []
    for child in children:
        parts: list[tuple[tree.Inline, ...] | tree.Formula] = [(child,)]
        if isinstance(child, tree.Formula) and child.display:
            parts = [child]
        elif isinstance(child, tree.Emphasis | tree.Strong | tree.Strike | tree.Link):
            inside = pieces(child.children)
            parts = [
                each if isinstance(each, tree.Formula) else (replace(child, children=each),)
                for each in inside
            ]
        for each in parts:
            if isinstance(each, tree.Formula):
                found += [*trimmed(line), each]
                line = []
            else:
                line += each
    return [*found, *trimmed(line)] if found else [tuple(line)]


def trimmed(line: list[tree.Inline]) -> list[tuple[tree.Inline, ...]]:
    """The line without spaces at its ends, if anything is left of it."""
    while line and blank(line[0]):
        line = line[1:]
    while line and blank(line[-1]):
        line = line[:-1]
    if line and isinstance(line[0], tree.Text):
        line = [tree.Text(line[0].text.lstrip(" ")), *line[1:]]
    if line and isinstance(line[-1], tree.Text):
        line = [*line[:-1], tree.Text(line[-1].text.rstrip(" "))]
    return [tuple(line)] if line else []


def blank(node: tree.Inline) -> bool:
    return isinstance(node, tree.LineBreak) or (isinstance(node, tree.Text) and not node.text.strip(" "))


def allowed(address: str) -> bool:
    """Whether a link may lead to `address`."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in LINK_SCHEMES and bool(parts.netloc or (parts.scheme == "mailto" and parts.path))


def _written(token: Token, *, whole: bool = False) -> str:
    """What a token is in the text that the typography sees; `whole` in an alternative text, where code is words."""
    if token.type in ("text", "stray"):
        return token.content
    if token.type in ("softbreak", "hardbreak"):
        return " " if token.type == "softbreak" else "\n"
    if token.nesting:
        return ""
    return token.content if whole else OBJECT
