"""A formula read aloud, in French or in English; what has no words is said by its characters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from .mathml import Node
from .vocabulary import MARKS, PHRASES, SYMBOLS

LONGEST = 2_000


def words(root: Node, language: str) -> str:
    """What is read aloud; never empty."""
    said = re.sub(r"\s+", " ", _Reader("en" if language == "en" else "fr").row(root.children)).strip()
    said = said.replace(" ,", ",").replace(" ;", ";")
    return said[:LONGEST] or "…"


class _Reader:
    def __init__(self, language: str) -> None:
        self.symbols = SYMBOLS[language]
        self.marks = MARKS[language]
        self.phrases = PHRASES[language]

    def phrase(self, name: str, *parts: str) -> str:
        return self.phrases[name].format(*parts)

    def row(self, nodes: Sequence[Node]) -> str:
        said: list[str] = []
        at = 0
        while at < len(nodes):
            if [node.text for node in nodes[at : at + 2]] == ["/", "/"]:
                said.append(self.symbols["//"])
                at += 2
                continue
            end = _end_of_interval(nodes, at)
            said.append(self.interval(nodes[at : end + 1]) if end else self.node(nodes[at]))
            at = (end or at) + 1
        return " ".join(filter(None, said))

    def interval(self, nodes: Sequence[Node]) -> str:
        """From a bracket to the one that closes it: what counts is whether the ends belong to it."""
        first, *inside, last = nodes
        at = next(place for place, node in enumerate(inside) if node.text == ";")
        low, high = self.row(inside[:at]), self.row(inside[at + 1 :])
        begins, ends = self.phrases["included"], self.phrases["excluded"]
        return self.phrase(
            "interval", low, begins if first.text == "[" else ends, high, begins if last.text == "]" else ends
        )

    def node(self, node: Node) -> str:
        match node.tag:
            case "mi" | "mo":
                known = self.symbols.get(node.text)
                # voices skip the letters of the mathematical alphabets
                return unicodedata.normalize("NFKC", node.text) if known is None else known
            case "mn" | "mtext":
                return node.text
            case "mspace" | "mphantom" | "none" | "mprescripts":
                return ""
            case "mfrac":
                above, below = (self.row([child]) for child in node.children)
                if node.get("linethickness"):
                    return self.phrase("binomial", below, above)
                return self.phrase("fraction", above, below)
            case "msqrt":
                return self.phrase("root", self.row(node.children))
            case "mroot":
                return self.phrase("nth_root", self.row(node.children[1:]), self.row(node.children[:1]))
            case "msub" | "msup" | "msubsup":
                return self.scripts(node)
            case "munder" | "mover" | "munderover":
                return self.over(node)
            case "menclose":
                return self.enclosed(node)
            case "mtable":
                return self.table(node)
        if _is_system(node.children):
            return self.phrase("system", self.rows(node.children[1]))
        if len(node.children) == 3 and (said := self.fenced(*node.children)):
            return said
        if "border" in node.style:
            return self.phrase("boxed", self.row(node.children))
        return self.row(node.children)

    def fenced(self, before: Node, inside: Node, after: Node) -> str:
        """A binomial, a matrix and a determinant, whose delimiters their names say."""
        fences = (before.text, after.text)
        if inside.tag == "mfrac" and inside.get("linethickness") and fences == ("(", ")"):
            return self.node(inside)
        if inside.tag == "mtable" and fences in {("(", ")"), ("[", "]"), ("|", "|")}:
            return self.phrase("determinant" if fences[0] == "|" else "matrix", self.rows(inside))
        return ""

    def scripts(self, node: Node) -> str:
        base = self.row(node.children[:1])
        if node.tag != "msup":
            low = self.row(node.children[1:2])
            if node.tag == "msubsup" and node.children[0].tag == "mo":
                return self.phrase("from_to", base, low, self.row(node.children[2:]))
            if node.children[0].plain() in {"lim", "limsup", "liminf"}:
                return self.phrase("when", base, low)
            base = self.phrase("index", base, low)
        if node.tag == "msub":
            return base
        high = node.children[-1]
        raised = high.plain()
        if raised and set(raised) == {"′"}:
            return base + " " + " ".join([self.symbols["′"]] * len(raised))
        if raised in {"∘", "°"}:
            return f"{base} {self.phrases['degrees']}"
        if raised in {"2", "3"}:
            return self.phrase("square" if raised == "2" else "cube", base)
        return self.phrase("power", base, self.row([high]))

    def over(self, node: Node) -> str:
        base, *marks = node.children
        if len(marks) == 1 and marks[0].tag == "mo" and (said := self.marks.get((node.tag, marks[0].text))):
            inside = self.row([base])
            return said.format(inside.replace(" ", "") if _is_name(base.plain()) else inside)
        if len(marks) == 1 and marks[0].tag == "mspace":
            return self.row([base])
        inside = self.row([base])
        if node.tag == "munderover":
            return self.phrase("from_to", inside, *(self.row([mark]) for mark in marks))
        return self.phrase("when" if base.text == "lim" else "under" if node.tag == "munder" else "over",
                           inside, self.row(marks))  # fmt: skip

    def enclosed(self, node: Node) -> str:
        inside = self.row(node.children)
        name = {"top": "overline", "bottom": "underline", "box": "boxed"}.get(
            node.get("notation"), "cancelled"
        )
        return self.phrase(name, inside)

    def table(self, node: Node) -> str:
        return self.phrase("table", self.rows(node))

    def rows(self, node: Node) -> str:
        rows = [
            ", ".join(filter(None, (self.row(cell.children) for cell in row.children)))
            for row in node.children
        ]
        return " ; ".join(filter(None, rows))


def _is_name(text: str) -> bool:
    """Of points, such as AB or ABC: said as one word."""
    return len(text) < 4 and text.isalpha() and text.isascii()


def _is_system(nodes: Sequence[Node]) -> bool:
    """A brace before a table, and nothing that closes it."""
    return (
        len(nodes) == 3
        and (nodes[0].tag, nodes[0].text) == ("mo", "{")
        and nodes[1].tag == "mtable"
        and not nodes[2].plain()
    )


def _end_of_interval(nodes: Sequence[Node], at: int) -> int | None:
    """Where the bracket at this place is closed, if a single semicolon stands between the two."""
    if (nodes[at].tag, nodes[at].get("form")) != ("mo", "prefix") or nodes[at].text not in {"[", "]"}:
        return None
    for end in range(at + 1, len(nodes)):
        if nodes[end].tag == "mo" and nodes[end].text in {"[", "]"}:
            between = [node.text for node in nodes[at + 1 : end]]
            return end if nodes[end].get("form") == "postfix" and between.count(";") == 1 else None
    return None
