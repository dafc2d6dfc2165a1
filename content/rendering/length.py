"""How long a text will be on paper: an estimate, good enough to decide what is not torn between two pages."""

from __future__ import annotations

from . import tree

SIGNS = 88  # in a line of the column
SURE = 60  # of the widest, with the space around a cell


def short(text: tree.Tree, *, lines: int) -> bool:
    """Whether the text takes about that many lines at most, half as many beside one figure: a page has some 45 lines,
    a figure is no higher than 21, and on the first page there are the title and the name of a section too."""
    allowed = lines / 2 if text.figures else lines
    return len(text.figures) <= 1 and sum(lines_of(block) for block in text.children) <= allowed


def lines_of(block: tree.Block) -> float:
    """How many lines a block takes, with the space after it."""
    match block:
        case tree.Paragraph() | tree.Heading():
            return _wrapped(block.children) + 0.6
        case tree.CodeBlock():
            return sum(1 + len(line) // SIGNS for line in block.text.split("\n")) + 1
        case tree.Quote():
            return sum(map(lines_of, block.children)) + 0.6
        case tree.Items():
            return sum(sum(map(lines_of, item)) for item in block.items) + 0.5
        case tree.Table():
            share = max(1, len(block.alignments))
            return 3 + sum(1 + max(_wrapped(cell) * share / 1.5 for cell in row) for row in block.rows)
        case tree.Formula():
            return 2.5 + _rows(block)
        case tree.Figure() | tree.Rule():
            return 1.5


def fits(table: tree.Table) -> bool:
    """Whether every cell is sure to stand on one line."""
    columns = zip(table.header, *table.rows, strict=True)
    return sum(4 + max(map(_signs, column)) for column in columns) <= SURE


def _signs(children: tuple[tree.Inline, ...]) -> int:
    """At most so many are seen."""
    signs = 0
    for child in children:
        match child:
            case tree.Text() | tree.Code():
                signs += len(child.text)
            case tree.Formula():
                signs += len(child.latex)
            case tree.Figure():
                signs += SURE
            case tree.Emphasis() | tree.Strong() | tree.Strike() | tree.Link():
                signs += _signs(child.children)
    return signs


def _wrapped(children: tuple[tree.Inline, ...]) -> float:
    signs, height = _measured(children)
    return 1 + signs // SIGNS + height


def _measured(children: tuple[tree.Inline, ...]) -> tuple[int, float]:
    """Signs, and lines that formulas and figures take on top."""
    signs, height = 0, 0.0
    for child in children:
        match child:
            case tree.Text() | tree.Code():
                signs += len(child.text)
            case tree.Formula():
                signs += len(child.latex) // 2
                height += _rows(child) + (2.5 if child.display else 0.4 if "frac" in child.latex else 0)
            case tree.Figure() | tree.LineBreak():
                height += 1
            case _:
                inner = _measured(child.children)
                signs, height = signs + inner[0], height + inner[1]
    return signs, height


def _rows(formula: tree.Formula) -> float:
    return formula.latex.count("\\\\") * 1.7
