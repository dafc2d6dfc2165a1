"""Arrays, with their rules: matrices, systems, aligned lines, tables of signs and of variation."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .calls import BOUNDS
from .mathml import Node, ems

#: An alignment point, which has no name outside markup. Nothing of an author's stands in it.
_POINT = "$&$.body"
_RULE = "0.05em"
_DOUBLE = "0.18em"

Writes = Callable[[Sequence[Node]], str]


def array(table: Node, write: Writes) -> str:
    """An `mtable` as a matrix without delimiters."""
    rows = [row.children for row in table.children]
    columns = max((len(row) for row in rows), default=0)
    if not columns:
        return "[]"
    if any(name.startswith("border") for row in rows for cell in row for name in cell.style):
        return _ruled(rows, columns, write)
    display = table.get("displaystyle") == "true"
    small = "tml-small" in table.get("class")
    pads = _paddings(rows, columns)
    lines = []
    for row in rows:
        cells = []
        for at in range(columns):
            content = write(row[at].children) if at < len(row) else "[]"
            body = f"math.display({content})" if display else content
            cells.append(_aligned(row[at] if at < len(row) else None, body, pads[at]))
        lines.append(f"({', '.join(cells)},)")
    gap = "0.2em" if small else "0.65em" if display else "0.5em"
    return f"math.mat(delim: none, row-gap: {gap}, column-gap: 0pt, {', '.join(lines)})"


def _paddings(rows: Sequence[Sequence[Node]], columns: int) -> list[tuple[float, float]]:
    """Em either side of each column."""
    first = max(rows, key=len)
    return [
        tuple(ems(first[at].style.get(f"padding-{side}") or "0") for side in ("left", "right"))  # type: ignore[misc]
        for at in range(columns)
    ]


def _aligned(cell: Node | None, body: str, pads: tuple[float, float]) -> str:
    kind = cell.get("class") if cell else ""
    before, after = (f"h({pad}em); " if pad else "" for pad in pads)
    if "tml-left" in kind:
        empty = "" if before else "box(); "  # as TeX does, so that a relation keeps its space
        return f"{{[]; {before}{_POINT}; {empty}{body}; {after}[]}}"
    if "tml-right" in kind:
        return f"{{[]; {before}{body}; {_POINT}; {after}[]}}"
    return f"{{[]; {before}{body}; {after}[]}}"


def _ruled(rows: Sequence[Sequence[Node]], columns: int, write: Writes) -> str:
    """Each cell in a box with its own margins, so that rules meet; a double rule stands either side of a narrow one."""
    across, kept_rows = _rules([row[0].style for row in rows], "top", "bottom")
    widest = max(rows, key=len)
    down, kept_columns = _rules([cell.style for cell in widest], "left", "right")
    lines = []
    for at_row in kept_rows:
        if at_row is None:
            lines.append("(" + f"box(height: {_DOUBLE}), " * len(kept_columns) + ")")
            continue
        row = rows[at_row]
        cells = [
            f"box(width: {_DOUBLE})" if at is None else _boxed(row[at] if at < len(row) else None, write)
            for at in kept_columns
        ]
        lines.append(f"({', '.join(cells)},)")
    augment = f"augment: (hline: {_tuple(across)}, vline: {_tuple(down)}, stroke: {_RULE})"
    return f"math.mat(delim: none, row-gap: 0pt, column-gap: 0pt, {augment}, {', '.join(lines)})"


def _tuple(numbers: Sequence[int]) -> str:
    return "(" + "".join(f"{number}, " for number in numbers) + ")"


def _rules(styles: Sequence[dict[str, str]], before: str, after: str) -> tuple[list[int], list[int | None]]:
    """Where rules are drawn, counted in what is kept: the numbers of rows (or columns), None for a narrow one."""
    kept: list[int | None] = []
    rules: list[int] = []

    def rule(border: str) -> None:
        if border:
            rules.append(len(kept))
        if "double" in border:
            kept.append(None)
            rules.append(len(kept))

    for at, style in enumerate(styles):
        if at == 0:
            rule(style.get(f"border-{before}", ""))
        kept.append(at)
        rule(style.get(f"border-{after}", ""))
    return rules, kept


def _boxed(cell: Node | None, write: Writes) -> str:
    content = write(cell.children) if cell else "[]"
    strut = 'hide(symbol("("))'
    body = f"{{[]; {strut}; h(-0.39em); {content}}}"
    boxed = f"box(inset: (x: 0.6em, y: 0.28em), {{{BOUNDS}; math.equation({body})}})"
    kind = cell.get("class") if cell else ""
    if "tml-left" in kind:
        return f"{{[]; {_POINT}; {boxed}}}"
    return f"{{[]; {boxed}; {_POINT}}}" if "tml-right" in kind else boxed
