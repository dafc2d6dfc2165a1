"""The tree of a formula as one Typst expression: calls in code, every text of an author's an escaped string.

Nothing an author wrote is ever markup. Elements for which nothing is written here are refused.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from .arrays import array
from .calls import BOUNDS, string, symbol
from .mathml import Node, ems
from .values import FormulaRefused

TEXT_FONT = "Inter"
MAX_DEPTH = 40
_INVISIBLE = {"\u2061", "\u2062", "\u2063", "\u2064", "\u200b"}
_ACCENTS = {
    "→": "→", "←": "←", "↔": "↔", "⇀": "⇀", "↼": "↼",
    "ˆ": "\u0302", "^": "\u0302", "~": "\u0303", "˜": "\u0303", "‾": "\u0304", "¯": "\u0304", "ˉ": "\u0304",
    "˙": "\u0307", "¨": "\u0308", "ˇ": "\u030c", "˘": "\u0306", "´": "\u0301", "ˊ": "\u0301", "`": "\u0300",
    "ˋ": "\u0300", "˚": "\u030a", "⃛": "\u20db", "⃜": "\u20dc",
}  # fmt: skip
_OVER = {"⏞": "overbrace", "⏜": "overparen", "⎴": "overbracket", "⏠": "overshell"}
_UNDER = {"⏟": "underbrace", "⏝": "underparen", "⎵": "underbracket", "⏡": "undershell"}
_SCRIPTS = {"0": "inline", "1": "script", "2": "sscript"}
_PRIMES = re.compile("′+")


def equation(node: Node, *, words: str, display: bool) -> str:
    """The whole formula, to stand after a `#`."""
    body = sequence(node.children)
    return f"math.equation(block: {str(display).lower()}, alt: {string(words)}, {body})"


def sequence(nodes: Sequence[Node], depth: int = 0) -> str:
    """Several nodes side by side. The empty content makes joined what would else be a string."""
    written = [piece for node in nodes if (piece := write(node, depth))]
    return "{[]; " + "; ".join(written) + "}" if written else "[]"


def write(node: Node, depth: int = 0) -> str:
    """The node as an expression; nothing for what is not seen."""
    if depth > MAX_DEPTH:
        raise FormulaRefused("size", f"{depth} deep")
    writer = _WRITERS.get(node.tag)
    if writer is None:
        raise FormulaRefused("unsupported", node.tag)
    return _coloured(node, writer(node, depth + 1))


def _coloured(node: Node, written: str) -> str:
    colour = node.get("mathcolor") or node.style.get("color", "")
    if not colour or not written or node.tag == "mspace":
        return written
    fill = "black" if colour == "black" else f"rgb({string(colour)})"
    return f"text(fill: {fill}, {{[]; {written}}})"


def _row(node: Node, depth: int) -> str:
    if "border" in node.style or "mathbackground" in node.attributes:
        return boxed(node, depth)
    if "margin-left" in node.style:
        return f"h({ems(node.style['margin-left'])}em)"
    children = node.children
    if not children:
        return ""
    if len(children) >= 2 and _is_delimiter(children[0]) and _is_delimiter(children[-1]):
        ends = [symbol(end.text) if end.text else "box()" for end in (children[0], children[-1])]
        middle = [_middle(child, depth) for child in children[1:-1]]
        inside = "; ".join(["[]", ends[0], *(piece for piece in middle if piece), ends[1]])
        return f"math.lr({{{inside}}})"
    if len(children) == 3 and children[1].tag == "mfrac" and children[1].get("linethickness"):
        pair = ", ".join(sequence([part], depth) for part in children[1].children)
        ends = [symbol(children[at].text) if children[at].text else "box()" for at in (0, 2)]
        if children[0].tag == children[2].tag == "mo":
            if (children[0].text, children[2].text) == ("(", ")"):
                return f"math.binom({pair})"
            return f"math.lr({{[]; {ends[0]}; math.vec(delim: none, {pair}); {ends[1]}}})"
    return sequence(children, depth)


def boxed(node: Node, depth: int) -> str:
    """In a frame, as high as what is in it and not as a line of text."""
    style = "math.display" if node.get("displaystyle") == "true" else "math.inline"
    options = ["inset: 0.3em"]
    if "border" in node.style or node.tag == "menclose":
        options.append("stroke: 0.05em")
    if ground := node.get("mathbackground"):
        options.append("fill: " + ("black" if ground == "black" else f"rgb({string(ground)})"))
    body = sequence(node.children, depth)
    return f"box({', '.join(options)}, {{{BOUNDS}; math.equation({style}({body}))}})"


def _is_delimiter(node: Node) -> bool:
    return node.tag == "mo" and node.get("fence") == "true" and node.get("stretchy") == "true"


def _middle(node: Node, depth: int) -> str:
    if node.tag == "mo" and node.get("stretchy") == "true" and node.get("form") == "infix":
        return f"math.mid({symbol(node.text)})"
    return write(node, depth)


def _identifier(node: Node, depth: int) -> str:
    text = node.text
    if not text or text in _INVISIBLE:
        return ""
    if len(text) > 1:
        return f'math.class("normal", math.upright({string(text)}))'
    if node.get("mathvariant") == "normal" or node.style.get("font-weight") == "bold":
        upright = f"math.upright({symbol(text)})"
        return f"math.bold({upright})" if node.style.get("font-weight") == "bold" else upright
    if text.isalpha():
        return f"math.italic({symbol(text)})" if "\u0391" <= text <= "\u03a9" else symbol(text)
    return f'math.class("normal", {symbol(text)})'


def _number(node: Node, depth: int) -> str:
    return f'math.class("normal", {string(node.text)})' if node.text else ""


def _operator(node: Node, depth: int) -> str:
    text = node.text
    if not text or text in _INVISIBLE:
        return ""
    written = symbol(text) if len(text) == 1 else f"math.upright({string(text)})"
    if size := node.get("minsize"):
        written = f"math.lr(size: {ems(size)}em, {written})"
    kind = _class(node)
    if len(text) > 1 and not kind:
        kind = "normal"
    return f"math.class({string(kind)}, {written})" if kind else written


def _class(node: Node) -> str:
    if node.get("form") in {"prefix", "postfix"} and node.get("fence") == "true":
        return "opening" if node.get("form") == "prefix" else "closing"
    if node.get("lspace") and node.get("rspace"):
        left, right = ems(node.get("lspace")), ems(node.get("rspace"))
        if left == 0:
            return "punctuation" if right > 0 else "normal"
        return "relation" if left > 0.25 else "binary" if left > 0.2 else "unary"
    return ""


def _text(node: Node, depth: int) -> str:
    return f"text(font: {string(TEXT_FONT)}, size: 0.93em, {string(node.text)})" if node.text else ""


def _fraction(node: Node, depth: int) -> str:
    above, below = (sequence([child], depth) for child in node.children)
    if node.get("linethickness") and ems(node.get("linethickness")) == 0:
        return f"math.vec(delim: none, {above}, {below})"
    return f"math.frac({above}, {below})"


def _styled(node: Node, depth: int) -> str:
    body = sequence(node.children, depth)
    if node.get("displaystyle") == "true":
        body = f"math.display({body})"
    elif node.get("scriptlevel") in _SCRIPTS:
        body = f"math.{_SCRIPTS[node.get('scriptlevel')]}({body})"
    if size := node.get("mathsize"):
        body = f"text(size: {ems(size)}em, {body})"
    return body


def _root(node: Node, depth: int) -> str:
    if node.tag == "msqrt":
        return f"math.sqrt({sequence(node.children, depth)})"
    return f"math.root({sequence(node.children[1:], depth)}, {sequence(node.children[:1], depth)})"


def _attached(node: Node, depth: int) -> str:
    places = {"msub": ("b",), "msup": ("t",), "msubsup": ("b", "t")}[node.tag]
    base = write(node.children[0], depth) or "[]"
    parts = [f"{at}: {_script(child, depth)}" for at, child in zip(places, node.children[1:], strict=True)]
    return f"math.attach(math.scripts({{[]; {base}}}), {', '.join(parts)})"


def _script(node: Node, depth: int) -> str:
    if _PRIMES.fullmatch(node.plain()):
        return f"math.primes({len(node.plain())})"
    return sequence([node], depth)


def _over(node: Node, depth: int) -> str:
    """Accents, braces, and what stands above and below operators."""
    base, *marks = node.children
    places = {"munder": ("b",), "mover": ("t",), "munderover": ("b", "t")}[node.tag]
    if len(marks) == 1 and marks[0].tag == "mspace":
        return write(base, depth)  # it keeps an arrow wide
    accent = marks[0].text if len(marks) == 1 and marks[0].tag == "mo" else ""
    if accented := _accented(base, accent, places[0], depth):
        return accented
    if base.tag == "mo" and base.get("stretchy") == "true":
        written = f"math.stretch({symbol(base.text)}, size: 100% + 0.8em)"
    else:
        written = write(base, depth) or "[]"
    parts = [f"{at}: {sequence([mark], depth)}" for at, mark in zip(places, marks, strict=True)]
    attached = f"math.attach(math.limits({{[]; {written}}}), {', '.join(parts)})"
    return f'math.class("relation", {attached})' if base.get("stretchy") == "true" else attached


def _accented(base: Node, mark: str, place: str, depth: int) -> str:
    body = sequence([base], depth)
    if place == "t" and mark in _ACCENTS:
        return f"math.accent({body}, {string(_ACCENTS[mark])})"
    if place == "t" and mark in _OVER:
        return f"math.{_OVER[mark]}({body})"
    if place == "b" and mark in _UNDER:
        return f"math.{_UNDER[mark]}({body})"
    if place == "b" and mark in {"→", "←", "~", "˜", "ˆ", "↔"}:
        below = {"→": "\u20ef", "←": "\u20ee", "↔": "\u034d", "ˆ": "\u032d"}.get(mark, "\u0330")
        return f"math.accent({body}, {string(below)})"
    return ""


def _enclosed(node: Node, depth: int) -> str:
    body = sequence([child for child in node.children if child.children or child.text], depth)
    match node.get("notation"):
        case "top":
            return f"math.overline({body})"
        case "bottom":
            return f"math.underline({body})"
        case "updiagonalstrike":
            return f"math.cancel({body})"
        case "downdiagonalstrike":
            return f"math.cancel(inverted: true, {body})"
        case "updiagonalstrike downdiagonalstrike":
            return f"math.cancel(cross: true, {body})"
        case "horizontalstrike":
            return f"math.cancel(angle: 90deg, {body})"
        case "box":
            return boxed(node, depth)
    raise FormulaRefused("unsupported", f"menclose {node.get('notation')}")


def _space(node: Node, depth: int) -> str:
    width, height = (ems(node.get(name)) if node.get(name) else 0.0 for name in ("width", "height"))
    if ground := node.get("mathbackground"):
        fill = "black" if ground == "black" else f"rgb({string(ground)})"
        return f"box(width: {max(0, width)}em, height: {max(0, height)}em, fill: {fill})"
    return f"h({width}em)" if width else ""


def _padded(node: Node, depth: int) -> str:
    body = sequence(node.children, depth)
    if "width" in node.get("lspace"):
        raise FormulaRefused("unsupported", "overlap")
    if raised := node.get("voffset"):
        inner = f"math.equation(math.inline({body}))"
        return f"box(move(dy: {-ems(raised)}em, {inner}))"
    if node.get("width").startswith("0"):
        return f"box(width: 0pt, hide(math.equation({body})))" if node.children[0].tag == "mphantom" else body
    return body


def _scripts(node: Node, depth: int) -> str:
    base, *rest = node.children
    at = next((i for i, child in enumerate(rest) if child.tag == "mprescripts"), len(rest))
    parts = []
    for names, scripts in ((("br", "tr"), rest[:at]), (("bl", "tl"), rest[at + 1 :])):
        if len(scripts) > 2:
            raise FormulaRefused("unsupported", "several scripts")
        parts += [
            f"{name}: {sequence([child], depth)}"
            for name, child in zip(names, scripts, strict=False)
            if child.tag != "none"
        ]
    return f"math.attach({{[]; {write(base, depth) or '[]'}}}, {', '.join(parts)})"


_WRITERS = {
    "mrow": _row, "math": _row, "mi": _identifier, "mn": _number, "mo": _operator, "mtext": _text,
    "mfrac": _fraction, "mstyle": _styled, "msqrt": _root, "mroot": _root, "msub": _attached, "msup": _attached,
    "msubsup": _attached, "munder": _over, "mover": _over, "munderover": _over, "menclose": _enclosed,
    "mspace": _space, "mpadded": _padded, "mmultiscripts": _scripts,
    "mphantom": lambda node, depth: f"hide({sequence(node.children, depth)})",
    "mtable": lambda node, depth: array(node, lambda nodes: sequence(nodes, depth)),
}  # fmt: skip
