"""From an outline to one self-contained page: no script, no outside address, sanitised last."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from functools import cache
from html import escape
from pathlib import Path

from . import maths, tree, words
from .cleaning import clean
from .outline import Brick, Converted, Outline, picture

FONTS = Path(__file__).with_name("fonts")
FRAMED = frozenset({"METHOD", "EXAMPLE", "THEORY", "SUMMARY", "TIP"})
CLASS = {
    "EXERCISE": "exercise",
    "THEORY": "theory",
    "METHOD": "method",
    "EXAMPLE": "example",
    "SUMMARY": "summary",
    "TIP": "tip",
    "FIGURE": "figure",
}


@cache
def stylesheet(*, formulas: bool) -> str:
    """The page's style; that of formulas, and the font that lets their brackets grow, where there are any."""
    style = Path(__file__).with_name("page.css").read_text(encoding="utf-8")
    if formulas:
        font = base64.b64encode((FONTS / "SheetMaths.woff2").read_bytes()).decode()
        style += f'@font-face {{ font-family: "Sheet Maths"; src: url("data:font/woff2;base64,{font}"); }}\n'
        style += maths.CSS
    return re.sub(r"\n\s*", "\n", style)


class HtmlWriter:
    """Writes one sheet."""

    def __init__(self, outline: Outline, convert: Callable[[tree.Formula, str], Converted]) -> None:
        self.outline = outline
        self.convert_formula = convert
        self.language = outline.sheet.language

    def write(self) -> str:
        """The whole page."""
        language = self.outline.sheet.language
        body = [self.masthead()]
        for group in self.outline.groups:
            inside = "\n".join(self.brick(brick) for brick in group.bricks)
            body.append(
                f"<section><h2>{escape(group.title)}</h2>\n{inside}</section>" if group.title else inside
            )
        body.append(self.footer())
        inside = clean(f"<main>{''.join(body)}</main>")
        style = stylesheet(formulas="<math" in inside)
        return (
            f'<!DOCTYPE html>\n<html lang="{escape(language)}">\n<head>\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{escape(self.outline.title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n"
            f"{inside}\n</body>\n</html>\n"
        )

    def masthead(self) -> str:
        outline, values, language = self.outline, self.outline.values, self.outline.sheet.language
        above = " · ".join(filter(None, (values.get("subject", ""), values.get("level", ""))))
        facts = "<br>".join(escape(fact) for fact in outline.facts)
        pieces = [
            "<header><div>",
            f'<p class="above">{escape(above)}</p>' if above else "",
            f"<h1>{escape(outline.title)}</h1></div>",
            f'<p class="facts">{facts}</p>' if facts else "",
            "</header>",
        ]
        if outline.is_teachers:
            pieces.append(f'<p class="copy">{escape(words.word("teacher_copy", language))}</p>')
        fields: list[str] = []
        if values.get("student_name"):
            fields.append(self.field("name", values["student_name"]))
        elif "student_name" in values:
            fields += [self.blank("name", "blank"), self.blank("class", "blank short")]
        if fields:
            pieces.append(f'<div class="fields">{"".join(fields)}</div>')
        if outline.boxes:
            boxes = "".join(f"<span>{escape(label)}</span>" for label in outline.boxes)
            pieces.append(f'<div class="boxes">{boxes}</div>')
        return "".join(pieces)

    def field(self, key: str, value: str) -> str:
        label = words.labelled(key, "", self.outline.sheet.language)
        return f"<span>{escape(label)}<strong>{escape(value)}</strong></span>"

    def blank(self, key: str, style: str) -> str:
        label = words.labelled(key, "", self.outline.sheet.language)
        return f'<span class="{style}">{escape(label)}<span class="line"></span></span>'

    def brick(self, brick: Brick) -> str:
        part = brick.part
        self.language = part.language
        other = "" if part.language == self.outline.sheet.language else f' lang="{escape(part.language)}"'
        style = CLASS[part.kind] + (" framed" if part.kind in FRAMED else "")
        tag = f"h{brick.depth + 1}"
        answer = ""
        if brick.answer is not None:
            label = escape(words.word("answer", self.outline.sheet.language))
            inside = self.blocks(brick.answer.children, depth=brick.depth + 1)
            answer = f'<div class="answer"><p class="label">{label}</p><div{other}>{inside}</div></div>'
        return (
            f'<article class="{style}"><{tag}><span class="badge">{escape(brick.label)}</span> '
            f"<span{other}>{escape(brick.title)}</span></{tag}>\n"
            f"<div{other}>{self.blocks(brick.body.children, depth=brick.depth + 1)}</div>{answer}</article>\n"
        )

    def footer(self) -> str:
        language = self.outline.sheet.language
        pieces: list[str] = []
        if self.outline.sources:
            items = "".join(f"<li>{escape(source)}</li>" for source in self.outline.sources)
            pieces.append(
                f"<p><strong>{escape(words.word('sources', language))}</strong></p><ul>{items}</ul>"
            )
        if self.outline.values.get("seed"):
            pieces.append(f"<p>{escape(words.labelled('seed', self.outline.values['seed'], language))}</p>")
        return f"<footer>{''.join(pieces)}</footer>" if pieces else ""

    def blocks(self, blocks: tuple[tree.Block, ...], *, depth: int, tight: bool = False) -> str:
        return "\n".join(self.block(block, depth=depth, tight=tight) for block in blocks)

    def block(self, block: tree.Block, *, depth: int, tight: bool) -> str:
        match block:
            case tree.Heading():
                level = min(depth + block.depth, 6)
                return f"<h{level}>{self.inlines(block.children)}</h{level}>"
            case tree.Paragraph():
                inside = self.inlines(block.children)
                return inside if tight else f"<p>{inside}</p>"
            case tree.CodeBlock():
                return f"<pre><code>{escape(block.text)}</code></pre>"
            case tree.Quote():
                return f"<blockquote>{self.blocks(block.children, depth=depth)}</blockquote>"
            case tree.Items():
                return self.items(block, depth=depth)
            case tree.Table():
                return self.table(block)
            case tree.Rule():
                return "<hr>"
            case tree.Formula():
                return f'<div class="display">{self.formula(block)}</div>'
            case tree.Figure():
                return f"<figure>{self.image(block)}</figure>"

    def items(self, items: tree.Items, *, depth: int) -> str:
        tag = "ul" if items.start is None else "ol"
        start = f' start="{items.start}"' if items.start not in (None, 1) else ""
        content = "\n".join(
            f"<li>{self.blocks(item, depth=depth, tight=items.tight)}</li>" for item in items.items
        )
        return f"<{tag}{start}>\n{content}\n</{tag}>"

    def table(self, table: tree.Table) -> str:
        styles = [f' class="{side}"' if side in ("center", "right") else "" for side in table.alignments]
        heads = "".join(
            f'<th scope="col"{style}>{self.inlines(cell)}</th>'
            for style, cell in zip(styles, table.header, strict=True)
        )
        rows: list[str] = []
        for row in table.rows:
            cells = [f"<td{style}>{self.inlines(cell)}</td>" for style, cell in zip(styles, row, strict=True)]
            rows.append(f"<tr>{''.join(cells)}</tr>")
        body = "\n".join(rows)
        return (
            f'<div class="table"><table><thead><tr>{heads}</tr></thead>\n<tbody>{body}</tbody></table></div>'
        )

    def inlines(self, children: tuple[tree.Inline, ...]) -> str:
        return "".join(self.inline(child) for child in children)

    def inline(self, node: tree.Inline) -> str:
        match node:
            case tree.Text():
                return escape(node.text)
            case tree.Code():
                return f"<code>{escape(node.text)}</code>"
            case tree.Formula():
                written = self.formula(node)
                return f'<span class="display">{written}</span>' if node.display else written
            case tree.Figure():
                return self.image(node)
            case tree.Emphasis():
                return f"<em>{self.inlines(node.children)}</em>"
            case tree.Strong():
                return f"<strong>{self.inlines(node.children)}</strong>"
            case tree.Strike():
                return f"<s>{self.inlines(node.children)}</s>"
            case tree.Link():
                return f'<a href="{escape(node.address)}">{self.inlines(node.children)}</a>'
            case tree.LineBreak():
                return "<br>"

    def formula(self, formula: tree.Formula) -> str:
        return self.convert_formula(formula, self.language).mathml

    def image(self, figure: tree.Figure) -> str:
        image = picture(self.outline.sheet, figure)
        width = f' width="{figure.width}%"' if figure.width else ""
        return f'<img alt="{escape(figure.alt)}"{width} src="data:{image.media_type};base64,{image.data}">'
