"""Temml's MathML, held to a closed list of elements and attributes; and the small tree that is written from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from html import escape
from xml.etree.ElementTree import Element, ParseError

from defusedxml.ElementTree import fromstring

from .brackets import turned
from .values import FormulaRefused

MAX_NODES = 6_000
MAX_DEPTH = 80
MAX_COLUMNS = 40
MAX_EM = 40.0

_COMMON = {"mathcolor", "displaystyle", "scriptlevel", "mathvariant", "mathbackground"}
_SPACED = {
    "form",
    "fence",
    "separator",
    "stretchy",
    "symmetric",
    "largeop",
    "movablelimits",
    "lspace",
    "rspace",
}
ELEMENTS: dict[str, set[str]] = {
    "math": {"display"},
    **{
        tag: set()
        for tag in (
            "mrow",
            "mi",
            "mn",
            "mtext",
            "msqrt",
            "mroot",
            "msub",
            "msup",
            "msubsup",
            "mphantom",
            "mtr",
        )
    },
    **{tag: set() for tag in ("mmultiscripts", "mprescripts", "none", "mtd", "mtable")},
    "mo": _SPACED | {"minsize", "maxsize"},
    "mfrac": {"linethickness"},
    "mstyle": {"mathsize"},
    "mspace": {"width", "height", "depth"},
    "mpadded": {"width", "height", "depth", "voffset", "lspace"},
    "menclose": {"notation"},
    **{tag: {"accent", "accentunder"} for tag in ("munder", "mover", "munderover")},
}
_ENCLOSED = {"top", "bottom", "updiagonalstrike", "downdiagonalstrike", "horizontalstrike", "box"}
_CLASSES = re.compile(r"tml-[a-z0-9-]+|(?:up|down)strike|sout|mathcal|mathscr|chr-[a-z]+(?:-vec)?")
_LENGTH = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))(em|ex|pt|px|mm|cm|in|pc|mu)?")
_EMS = {
    "em": 1.0,
    "": 1.0,
    "ex": 0.45,
    "pt": 0.1,
    "px": 0.075,
    "mm": 0.285,
    "cm": 2.85,
    "in": 7.2,
    "pc": 1.2,
    "mu": 1 / 18,
}
_COLOUR = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
_BORDER = re.compile(r"(\d*\.?\d+)(em|px|pt) (solid|dashed|double) ?(#[0-9a-fA-F]{3,6})?")
_LENGTHS = {"padding", "padding-left", "padding-right", "padding-top", "padding-bottom", "margin-left"}
_COMMAND = re.compile(r"\\[A-Za-z]+")
_EXACTLY = {("font-weight", "bold"), ("math-depth", "0"), ("math-depth", "2")}
_BORDERS = {"border", "border-left", "border-right", "border-top", "border-bottom"}


@dataclass(frozen=True, slots=True)
class Node:
    """An element. `text` is that of a leaf; `style` its inline style, by property."""

    tag: str
    text: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    style: dict[str, str] = field(default_factory=dict)
    children: tuple[Node, ...] = ()

    def get(self, name: str) -> str:
        return self.attributes.get(name, "")

    def walk(self) -> Iterator[Node]:
        yield self
        for child in self.children:
            yield from child.walk()

    def plain(self) -> str:
        """The characters of all its leaves."""
        return self.text + "".join(child.plain() for child in self.children)


def ems(length: str) -> float:
    """A length in em, of ten points. Raises FormulaRefused for one that is too long, or none."""
    match = _LENGTH.fullmatch(length.strip())
    if match is None:
        raise FormulaRefused("dimension", length[:40])
    value = float(match[1]) * _EMS[match[2] or ""]
    if abs(value) > MAX_EM:
        raise FormulaRefused("dimension", length[:40])
    return round(value, 4)


def read(mathml: str) -> Node:
    """The tree of a formula. Raises FormulaRefused for what is not on the lists."""
    try:
        root = fromstring(mathml, forbid_dtd=True)
    except (ParseError, ValueError) as error:
        raise FormulaRefused("unsupported", str(error)) from error
    return _Reader().read(root)


class _Reader:
    def __init__(self) -> None:
        self.count = 0

    def read(self, element: Element, depth: int = 0) -> Node:
        self.count += 1
        if self.count > MAX_NODES or depth > MAX_DEPTH:
            raise FormulaRefused("size", f"{self.count} elements, {depth} deep")
        tag = element.tag
        if tag not in ELEMENTS:
            raise FormulaRefused("unsupported", str(tag)[:40])
        children = tuple(self.read(child, depth + 1) for child in element if not _is_numbering(child))
        if tag == "mtr" and len(children) > MAX_COLUMNS:
            raise FormulaRefused("size", f"{len(children)} columns")
        text = "" if children else (element.text or "")
        if any((child.tail or "").strip() for child in element) or (
            children and (element.text or "").strip()
        ):
            raise FormulaRefused("unsupported", f"text beside elements in {tag}")
        if tag in {"mi", "mo", "mn"} and children:
            tag, text = ("mrow", "")  # \operatorname with a mixed content
        if shown := _COMMAND.search(text):  # nobody is to wonder whether a command was not understood
            raise FormulaRefused("command", shown[0])
        attributes = {
            name: _checked(name, value)
            for name, value in element.attrib.items()
            if name in ELEMENTS[tag] or name in _COMMON
        }
        classes = " ".join(c for c in (element.get("class") or "").split() if _CLASSES.fullmatch(c))
        if classes:
            attributes["class"] = classes
        node_children = turned(children) if tag in {"mrow", "mtd", "math", "mstyle"} else children
        return Node(tag, text, attributes, _style(element.get("style") or ""), node_children)


def _is_numbering(element: Element) -> bool:
    """The columns either side of a numbered environment: a sheet numbers its exercises, not its equations."""
    if element.tag == "mrow" and "tml-label" in (element.get("class") or ""):
        return True
    return element.tag == "mtd" and "width:" in (element.get("style") or "")


def _checked(name: str, value: str) -> str:
    if name in {"mathcolor", "mathbackground"}:
        if value != "black" and not _COLOUR.fullmatch(value):
            raise FormulaRefused("colour", value[:40])
    elif name in {
        "width",
        "height",
        "depth",
        "lspace",
        "rspace",
        "minsize",
        "maxsize",
        "mathsize",
        "voffset",
    }:
        if not re.fullmatch(r"-?\d*\.?\d+width", value):
            ems(value)
    elif name == "linethickness":
        ems(value)
    elif name == "notation":
        if not set(value.split()) <= _ENCLOSED:
            raise FormulaRefused("unsupported", value[:40])
    elif not re.fullmatch(r"[a-z0-9+-]{1,20}", value):
        raise FormulaRefused("unsupported", f"{name} {value[:40]}")
    return value


@lru_cache(maxsize=1_024)
def _style(written: str) -> dict[str, str]:
    """What is kept of a style: a few of them stand all over every formula, so nobody changes what is returned."""
    kept: dict[str, str] = {}
    for declaration in written.split(";"):
        name, _, value = (part.strip() for part in declaration.partition(":"))
        if name in _LENGTHS:
            for length in value.split():
                ems(length)
            kept[name] = value
        elif name in _BORDERS and _BORDER.fullmatch(value):
            kept[name] = value
        elif name == "color" and value not in {"", "undefined"}:
            kept[name] = _checked("mathcolor", value)
        elif (name, value) in _EXACTLY:
            kept[name] = value
    return kept


def write(node: Node) -> str:
    """The node as MathML for HTML."""
    attributes = "".join(
        f' {name}="{escape(value)}"' for name, value in {**node.attributes, **_spacing(node)}.items()
    )
    if node.style:
        attributes += f' style="{escape(";".join(f"{n}:{v}" for n, v in node.style.items()))}"'
    inside = "".join(map(write, _signed(node.children))) if node.children else escape(node.text)
    return f"<{node.tag}{attributes}>{inside}</{node.tag}>"


def _spacing(node: Node) -> dict[str, str]:
    """None around a bracket that is turned outwards: MathML Core's operator dictionary knows it the other way only."""
    turned_outwards = (node.text, node.get("form")) in {("]", "prefix"), ("[", "postfix")}
    return {"lspace": "0em", "rspace": "0em"} if node.tag == "mo" and turned_outwards else {}


def _signed(children: tuple[Node, ...]) -> Iterator[Node]:
    """A sign after an opening bracket belongs to its number, where MathML takes it for a subtraction."""
    before: Node | None = None
    for child in children:
        opens = before is not None and before.get("fence") == "true" and before.get("form") == "prefix"
        is_sign = child.tag == "mo" and child.text in {"−", "+", "±", "∓"} and not child.get("form")
        yield (
            replace(child, attributes={**child.attributes, "form": "prefix"}) if opens and is_sign else child
        )
        before = child
