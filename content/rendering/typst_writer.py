"""From an outline to a Typst program: authored words are in it as string literals only, never as markup."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from datetime import datetime
from functools import cache
from itertools import zip_longest
from pathlib import Path

from . import tree, words
from .length import fits, lines_of, short
from .outline import Brick, Converted, Outline, picture
from .values import Image

Convert = Callable[[tree.Formula], Converted]
#: Lines up to which a brick, an answer and a table are not torn between two pages.
KEPT, KEPT_ANSWER, KEPT_TABLE = 16, 7, 24
#: Signs, commands not counted, up to which a formula in a line is not broken.
UNBROKEN = 24
#: What a source may end with; another gets a full stop before the next.
STOPS = (".", "!", "?", "…")
COMMAND = re.compile(r"\\(?:[A-Za-z]+|.)|[{}\s]")
#: What is higher than a line: it is given air above and below.
TALL = re.compile(r"\\(?:[cdt]?frac|[dt]?binom|begin|displaystyle|limits|(?:und|ov)erbrace)(?![A-Za-z])")
#: What the paragraph before it announces: the two stay together.
SHOWN = (tree.Formula, tree.Figure, tree.Items, tree.Table, tree.Quote, tree.CodeBlock)
#: A word that no line may be able to hold, and after how many signs it is broken.
ENDLESS = re.compile(r"[^\s\u200b-]{48,}")
BROKEN = 24
#: What a source may end with; another gets a full stop before the next.
STOPS = (".", "!", "?", "…")
ESCAPED = re.compile(r'[\\"\x00-\x1f\x7f-\x9f\u2028\u2029]')


def string(text: str) -> str:
    """`text` as a literal of Typst: whatever it holds, it is text."""
    return '"' + ESCAPED.sub(lambda sign: f"\\u{{{ord(sign[0]):x}}}", text) + '"'


def breakable(text: str) -> str:
    """`text` with places to break a line, which are not seen, in words that would run out of the page."""
    return ENDLESS.sub(
        lambda word: "\u200b".join(word[0][at : at + BROKEN] for at in range(0, len(word[0]), BROKEN)), text
    )


@cache
def layout() -> str:
    """The functions that the program calls."""
    return Path(__file__).with_name("layout.typ").read_text(encoding="utf-8")


class TypstWriter:
    """Writes one sheet."""

    def __init__(self, outline: Outline, convert: Callable[[tree.Formula, str], Converted]) -> None:
        self.outline = outline
        self.convert_formula = convert
        self.language = outline.sheet.language
        self.underlines = True

    def write(self) -> str:
        """The whole program."""
        outline, values = self.outline, self.outline.values
        language = outline.sheet.language
        moment = datetime.fromisoformat(outline.sheet.rendered_at)
        above = " · ".join(filter(None, (values.get("subject", ""), values.get("level", ""))))
        lines = [
            layout(),
            "#show: sheet.with(",
            f"  title: {string(outline.title)}, language: {string(language)}, running: {string(above)},",
            f"  author: {array(string(values[key]) for key in ('teacher_name',) if values.get(key))},",
            f"  moment: datetime(year: {moment.year}, month: {moment.month}, day: {moment.day}),",
            f"  seed: {string(self.labelled('seed', 'seed'))},",
            f"  numbered: {flag('page' in values)}, total: {flag('pages' in values)},",
            ")",
            "#{",
            f"masthead(above: {string(above)}, facts: {array(string(fact) for fact in outline.facts)},",
            f"  fields: {array(self.fields())},",
            f"  copy: {string(words.word('teacher_copy', language) if outline.is_teachers else '')},",
            f"  boxes: {array(string(label) for label in outline.boxes)})",
        ]
        last = [brick for group in outline.groups for brick in group.bricks][-1:]
        for group in outline.groups:
            if group.title:
                lines.append(f"section({string(breakable(group.title))})")
            lines += [
                self.brick(brick, tied=bool(outline.sources) and [brick] == last) for brick in group.bricks
            ]
        if outline.sources:
            label = words.labelled("sources", "", language)
            told = " ".join(each if each.endswith(STOPS) else f"{each}." for each in outline.sources)
            lines.append(f"footnotes({string(label)}, {string(breakable(told))})")
        return "\n".join([*lines, "}", ""])

    def labelled(self, key: str, name: str) -> str:
        value = self.outline.values.get(name, "")
        return words.labelled(key, value, self.outline.sheet.language) if value else ""

    def fields(self) -> list[str]:
        """Label, value and share of the line of what is filled in by hand when there is no value."""
        values, language = self.outline.values, self.outline.sheet.language
        fields: list[tuple[str, str, int]] = []
        if "student_name" in values:
            fields.append(("name", values["student_name"], 3))
            if not values["student_name"]:
                fields.append(("class", "", 1))
        return [
            f"({string(words.labelled(key, '', language))}, {string(value)}, {share})"
            for key, value, share in fields
        ]

    def brick(self, brick: Brick, *, tied: bool) -> str:
        """`tied` to the sources that follow, unless what they would take along is long."""
        self.language = brick.part.language
        keep = short(brick.body, lines=KEPT)
        body = self.blocks(brick.body.children, depth=brick.depth)
        answer, keep_answer = "none", True
        if brick.answer is not None:
            answer = self.blocks(brick.answer.children, depth=brick.depth)
            keep_answer = short(brick.answer, lines=KEPT_ANSWER)
        label = words.word("answer", self.outline.sheet.language)
        return (
            f"brick(kind: {string(brick.part.kind)}, label: {string(brick.label)}, "
            f"title: {string(breakable(brick.title))}, "
            f"depth: {brick.depth}, language: {string(brick.part.language)}, answer-label: {string(label)},\n"
            f"keep: {flag(keep)}, keep-answer: {flag(keep_answer)}, "
            f"tied: {flag(tied and (keep if brick.answer is None else keep_answer))}, "
            f"answer: {answer},\n{body})"
        )

    def blocks(self, blocks: tuple[tree.Block, ...], *, depth: int, tight: bool = False) -> str:
        lines: list[str] = []
        for block, following in zip_longest(blocks, blocks[1:]):
            written = self.block(block, depth=depth, tight=tight)
            announces = isinstance(block, tree.Paragraph) and isinstance(following, SHOWN) and not tight
            lines.append(f"announcing({written})" if announces else written)
        return "{\n" + "\n".join(lines) + "\n}"

    def block(self, block: tree.Block, *, depth: int, tight: bool) -> str:
        match block:
            case tree.Heading():
                return f"subheading({depth + block.depth}, {self.inlines(block.children)})"
            case tree.Paragraph():
                inside = self.inlines(block.children)
                return inside if tight else f"par({inside})"
            case tree.CodeBlock():
                return f"listing({string(breakable(block.text))})"
            case tree.Quote():
                return f"citation({self.blocks(block.children, depth=depth)})"
            case tree.Items():
                return self.items(block, depth=depth)
            case tree.Table():
                return self.table(block)
            case tree.Rule():
                return "rule()"
            case tree.Formula():
                return self.formula(block)
            case tree.Figure():
                return self.figure(block)

    def items(self, items: tree.Items, *, depth: int) -> str:
        name = "list" if items.start is None else "enum"
        start = "" if items.start is None else f"start: {items.start}, "
        tight = f"tight: {flag(items.tight)}, "
        content = ",\n".join(self.blocks(item, depth=depth, tight=items.tight) for item in items.items)
        return f"{name}({start}{tight}{content})"

    def table(self, table: tree.Table) -> str:
        blank = [any(not row[index] for row in table.rows) for index in range(len(table.alignments))]
        columns = array("1fr" if empty else "auto" for empty in blank)
        alignments = array(f"{alignment or 'left'} + horizon" for alignment in table.alignments)
        header = array(self.inlines(cell) for cell in table.header)
        cells = ",\n".join(self.inlines(cell) for row in table.rows for cell in row)
        keep = flag(lines_of(table) <= KEPT_TABLE)
        return f"grid-of({keep}, {flag(fits(table))}, {columns}, {alignments}, {header}{', ' if cells else ''}{cells})"

    def inlines(self, children: tuple[tree.Inline, ...]) -> str:
        return "{" + "; ".join(["[]", *(self.inline(child) for child in children)]) + "}"

    def inline(self, node: tree.Inline) -> str:
        match node:
            case tree.Text():
                return f"text({string(breakable(node.text))})"
            case tree.Code():
                return f"raw({string(breakable(node.text))})"
            case tree.Formula():
                return self.formula(node) if node.display else self.inline_formula(node)
            case tree.Figure():
                source = svg_of(picture(self.outline.sheet, node))
                return f"inline-picture({string(source)}, {string(node.alt)})"
            case tree.Emphasis():
                return f"emph({self.inlines(node.children)})"
            case tree.Strong():
                return f"strong({self.inlines(node.children)})"
            case tree.Strike():
                return self.struck(node)
            case tree.Link():
                lined = self.underlines and not tree.is_struck(node.children)
                return f"address({string(node.address)}, {flag(lined)}, {self.inlines(node.children)})"
            case tree.LineBreak():
                return "linebreak()"

    def struck(self, node: tree.Strike) -> str:
        """Without lines below its links: the standards allow one line at a time."""
        underlined, self.underlines = self.underlines, False
        written = self.inlines(node.children)
        self.underlines = underlined
        return f"strike({written})"

    def formula(self, formula: tree.Formula) -> str:
        return self.convert_formula(formula, self.language).typst

    def inline_formula(self, formula: tree.Formula) -> str:
        whole = len(COMMAND.sub("", formula.latex)) <= UNBROKEN
        tall = TALL.search(formula.latex) is not None
        how = ("tall" if tall else "box") if whole else ("tall-and-long" if tall else "")
        return f"{how}({self.formula(formula)})"

    def figure(self, figure: tree.Figure) -> str:
        source = svg_of(picture(self.outline.sheet, figure))
        width = f"{figure.width}%" if figure.width else "auto"
        return f"picture({string(source)}, {string(figure.alt)}, {width})"


def svg_of(image: Image) -> str:
    """The figure as SVG; a PNG at 144 signs an inch, framed in one: so no file is ever opened."""
    if image.media_type == "image/svg+xml":
        return image.content.decode("utf-8")
    width, height = struct.unpack("!II", image.content[16:24])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width / 2:g}" height="{height / 2:g}">'
        f'<image width="{width / 2:g}" height="{height / 2:g}" href="data:image/png;base64,{image.data}"/></svg>'
    )


def array(values: object) -> str:
    """An array of Typst, of expressions."""
    return "(" + "".join(f"{value}, " for value in values) + ")"  # type: ignore[attr-defined]


def flag(value: bool) -> str:
    return "true" if value else "false"
