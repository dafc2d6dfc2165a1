"""French intervals: in `x ∈ ]a ; b[` the first bracket opens and the last closes, which LaTeX cannot know."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .mathml import Node

_OPERANDS = {
    "mi",
    "mn",
    "mtext",
    "mfrac",
    "msqrt",
    "mroot",
    "msup",
    "msub",
    "msubsup",
    "mover",
    "munder",
    "mrow",
}


def turned(children: tuple[Node, ...]) -> tuple[Node, ...]:
    """The same nodes, each square bracket that does not stretch saying whether it opens or closes."""
    found: list[Node] = []
    opened: list[bool] = []  # for each bracket that is open, whether a separator followed it
    for child in children:
        if child.tag == "mo" and child.text in {";", ","} and opened:
            opened[-1] = True
        if (
            child.tag == "mo"
            and child.text in {"[", "]"}
            and child.get("stretchy") != "true"
            and not child.get("minsize")
        ):
            after_operand = _ends_operand(found)
            if opened and after_operand and (child.text == "]" or opened[-1]):
                opened.pop()
                child = _fence(child, "postfix")
            else:
                opened.append(False)
                child = _fence(child, "prefix")
        found.append(child)
    return tuple(found) if not opened else children


def _fence(node: Node, form: str) -> Node:
    kept = {name: value for name, value in node.attributes.items() if name not in {"lspace", "rspace"}}
    return replace(node, attributes={**kept, "fence": "true", "form": form, "stretchy": "false"})


def _ends_operand(found: list[Node]) -> bool:
    for node in reversed(found):
        if node.tag == "mspace":
            continue
        return node.tag in _OPERANDS or (node.tag == "mo" and node.get("form") == "postfix")
    return False
