"""What our Markdown has beyond CommonMark: formulas between dollar signs, widths of figures, and tags as text.

A dollar sign opens a formula when a sign other than a space follows it; the next dollar sign closes it when no space
stands before it and no digit follows: « 5 $ et 6 $ » and « $20,000 and $30,000 » are prices. The first candidate
decides, so that reading stays linear whatever the text."""

from __future__ import annotations

import re
from collections.abc import Callable

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

InlineRule = Callable[[StateInline, bool], bool]

#: Rules that say where they matched, and the token that holds it.
PLACED = {"image": "image", "link": "link_open", "autolink": "link_open"}
TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9-]*(?:\s[^<>$`*\\\[]*)?/?>|<!--")
WIDTH = re.compile(r"\{width=([1-9][0-9]?|100)%\}")


def add_rules(markdown: MarkdownIt) -> None:
    """Teach them to `markdown`."""
    markdown.inline.ruler.before("escape", "formula", formula)
    markdown.inline.ruler.after("image", "width", width)
    markdown.inline.ruler.after("autolink", "tag", tag)
    markdown.block.ruler.before(
        "fence",
        "display_formula",
        display_formula,
        {"alt": ["paragraph", "reference", "blockquote", "list"]},
    )
    for rule in markdown.inline.ruler.__rules__:
        if rule.name in PLACED:
            markdown.inline.ruler.at(rule.name, placed(rule.fn, PLACED[rule.name]))


def placed(rule: InlineRule, kind: str) -> InlineRule:
    """The rule, noting in its first token of `kind` where in the line it matched."""

    def noting(state: StateInline, silent: bool) -> bool:
        start, count = state.pos, len(state.tokens)
        if not rule(state, silent):
            return False
        if not silent:
            token = next(token for token in state.tokens[count:] if token.type == kind)
            token.meta["position"] = start
        return True

    return noting


def closing(text: str, start: int, mark: str) -> int:
    """Where the next `mark` that no backslash escapes begins, from `start` on; -1 without one."""
    position = text.find(mark, start)
    while position > 0:
        backslashes = 0
        while text[position - backslashes - 1] == "\\" and position - backslashes - 1 >= start:
            backslashes += 1
        if backslashes % 2 == 0:
            return position
        position = text.find(mark, position + 1)
    return position


def formula(state: StateInline, silent: bool) -> bool:
    """`$…$`, and `$$…$$` inside a paragraph. A sign that opens none is text, and marked as stray."""
    text, start = state.src, state.pos
    if text[start] != "$":
        return False
    mark = "$$" if text.startswith("$$", start) else "$"
    inside = start + len(mark)
    end = closing(text, inside, mark)
    latex = text[inside:end].strip() if end > inside else ""
    if mark == "$" and latex:
        spaced = text[inside].isspace() or text[end - 1].isspace()
        latex = "" if spaced or text[end + 1 : end + 2].isdigit() else latex
    if not silent:
        token = state.push("formula" if latex else "stray", "", 0)
        token.content = latex or mark
        token.markup = mark
        token.meta["position"] = start
    state.pos = end + len(mark) if latex else inside
    return True


def tag(state: StateInline, silent: bool) -> bool:
    """A tag of HTML is text, and marked as stray."""
    found = TAG.match(state.src, state.pos) if state.src[state.pos] == "<" else None
    if not found:
        return False
    if not silent:
        token = state.push("stray", "", 0)
        token.content = found[0]
        token.markup = "<"
        token.meta["position"] = state.pos
    state.pos = found.end()
    return True


def display_formula(state: StateBlock, line: int, last: int, silent: bool) -> bool:
    """`$$…$$` that begins and ends a line; a blank line ends the search."""
    begin = state.bMarks[line] + state.tShift[line]
    if state.is_code_block(line) or not state.src.startswith("$$", begin):
        return False
    lines: list[str] = []
    row = line
    while row < last:
        content = state.src[
            begin if row == line else state.bMarks[row] + state.tShift[row] : state.eMarks[row]
        ]
        if row == line:
            content = content[2:]
        elif not content.strip() or state.sCount[row] < state.blkIndent:
            return False
        lines.append(content)
        found = closing(content, 0, "$$")
        if found >= 0:
            if content[found + 2 :].strip():
                return False
            lines[-1] = content[:found]
            break
        row += 1
    else:
        return False
    latex = "\n".join(lines).strip()
    if not latex:
        return False
    if not silent:
        token = state.push("display_formula", "math", 0)
        token.content = latex
        token.block = True
        token.map = [line, row + 1]
        state.line = row + 1
    return True


def width(state: StateInline, silent: bool) -> bool:
    """`{width=50%}` right after a figure; anything else in braces is text."""
    if state.src[state.pos] != "{" or not state.tokens or state.tokens[-1].type != "image" or state.pending:
        return False
    found = WIDTH.match(state.src, state.pos)
    if not found:
        return False
    if not silent:
        state.tokens[-1].meta["width"] = int(found[1])
    state.pos = found.end()
    return True
