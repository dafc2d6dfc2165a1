"""A GIFT file cut into its questions: what stands between blank lines, with the comments before it.

A blank line within the answers is allowed, but a brace that nobody closes takes only its own question with it: the
block ends where the next question begins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

CATEGORY = "$CATEGORY:"
_HEADING = re.compile(r"\s*(::|\$CATEGORY:)")
_BRACE = re.compile(r"\\.|[{}]")


@dataclass
class Block:
    """The lines of one question, from line `line` of the file on; `comments` without their slashes."""

    line: int
    lines: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def blocks_of(text: str) -> Iterator[Block]:
    """The blocks in the order of the file; a category is a block of its own."""
    return _Cutter(text).cut()


class _Cutter:
    def __init__(self, text: str) -> None:
        self.lines = text.split("\n")
        self.comments: list[str] = []
        self.block: Block | None = None
        self.is_open = False  # within the answers
        self.was_closed = False  # behind them
        self.reaches = 0  # how far an open answer is known to go on, blank lines or not

    def cut(self) -> Iterator[Block]:
        for at, line in enumerate(self.lines):
            stripped = line.strip()
            if stripped.startswith("//"):
                self.comments.append(stripped[2:].strip())
                continue
            if not stripped and not self._goes_on(at):
                yield from self._end()
                continue
            if self._begins_another(line):
                yield from self._end()
            if self.block is None and stripped:
                self.block = Block(at + 1)
            if self.block is not None:
                self.block.lines.append(line)
                self._count_braces(line)
            if stripped.startswith(CATEGORY) and not self.is_open:
                yield from self._end()
        yield from self._end()

    def _end(self) -> Iterator[Block]:
        block, self.block = self.block, None
        self.is_open = self.was_closed = False
        if block is not None:
            block.comments, self.comments = self.comments, []
            yield block

    def _begins_another(self, line: str) -> bool:
        if self.block is None or self.is_open:
            return False
        heading = _HEADING.match(line)
        return heading is not None and (self.was_closed or heading[1] == CATEGORY)

    def _count_braces(self, line: str) -> None:
        for found in _BRACE.finditer(line):
            if found[0] == "{" and not self.is_open and not self.was_closed:
                self.is_open = True
            elif found[0] == "}" and self.is_open:
                self.is_open, self.was_closed = False, True

    def _goes_on(self, at: int) -> bool:
        """Does this blank line stand within answers that are closed further down, before anything else begins?"""
        if not self.is_open:
            return False
        if at < self.reaches:
            return True
        for ahead in range(at + 1, len(self.lines)):
            line = self.lines[ahead]
            if line.strip().startswith("//"):
                continue
            if _HEADING.match(line):
                return False
            brace = next((each[0] for each in _BRACE.finditer(line) if each[0] in "{}"), None)
            if brace is not None:
                self.reaches = ahead
                return brace == "}"
        return False
