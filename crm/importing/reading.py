"""The rows of a file in chunks, each with the number of the line it begins on; broken rows are rows too.

A row is broken when it has more or fewer cells than the header, when its quotes do not match, when it holds a NUL or
bytes that are no text; of a line without end each piece is one. A quote that is never closed would swallow the rest of
the file: where a row with line breaks in it turns out to be broken, only its first line is, and reading goes on with
the next line.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

import numpy as np
import polars as pl

from .files import FileForm, blocks, open_plain, position
from .plain import plain_rows

#: Rows of a chunk: what bounds the memory.
CHUNK = 25_000

#: Bytes of a chunk, roughly: what bounds the memory where lines are long.
HEAVY = 1 << 24

#: Of a broken line no more characters are kept.
LONGEST_LINE = 100_000

#: Lines that are read row by row where one of them is broken, or goes on over several lines.
STRETCH = 1_000

#: A quoted cell may go on over so many lines. One that goes on longer was never closed.
MAX_LINES = 100

#: No cell of a table is longer.
csv.field_size_limit(131_072)

#: What no text holds: NUL, and bytes that are no letters in the file's encoding (as they are decoded here).
_NO_TEXT = re.compile("[\0\udc80-\udcff]")

WRONG_CELLS, BAD_QUOTES, NOT_TEXT = "wrong_cells", "bad_quotes", "not_text"


@dataclass
class Broken:
    """A row that could not be read: where it begins, why, what stands there, and its cells as far as they go."""

    line: int
    code: str
    text: str
    cells: list[str]


class Chunk:
    """Rows in the order of the file: `lines[i]` is where row `i` of `cells` begins, its columns are called 0, 1, 2, …

    `position` is in bytes of the file.
    """

    def __init__(self, width: int) -> None:
        self.schema = {str(number): pl.String for number in range(width)}
        self.broken: list[Broken] = []
        self.position = 0
        self.size = 0
        self.weight = 0  # bytes that were read for it
        self.parts: list[pl.DataFrame] = []
        self.numbers: list[np.ndarray] = []
        self.rows: list[list[str]] = []  # read one by one, and where they begin; not yet among the parts
        self.begin: list[int] = []

    def is_full(self, size: int) -> bool:
        return len(self) >= size or (len(self) > 0 and self.weight >= HEAVY)

    def __len__(self) -> int:
        return self.size + len(self.rows) + len(self.broken)

    def add(self, cells: pl.DataFrame, first: int) -> None:
        """Rows of one line each, the first on that line."""
        self.close()
        self.parts.append(cells)
        self.numbers.append(np.arange(first, first + cells.height, dtype=np.int64))
        self.size += cells.height

    def close(self) -> None:
        """Put the rows that were read one by one among the others."""
        if self.rows:
            self.parts.append(pl.DataFrame(self.rows, schema=self.schema, orient="row"))
            self.numbers.append(np.array(self.begin, dtype=np.int64))
            self.size += len(self.rows)
            self.rows, self.begin = [], []

    @property
    def cells(self) -> pl.DataFrame:
        return pl.concat(self.parts) if self.parts else pl.DataFrame(schema=self.schema)

    @property
    def lines(self) -> np.ndarray:
        return np.concatenate(self.numbers) if self.numbers else np.empty(0, dtype=np.int64)


def read_chunks(form: FileForm, *, size: int = CHUNK) -> Iterator[Chunk]:
    """Every row below the header, in chunks of so many."""
    with open_plain(form.path) as file:
        reader = _Rows(file, form)
        while chunk := reader.take(size):
            chunk.position = position(file)
            yield chunk


class _Rows:
    """Reads rows one after the other and remembers the lines of the row at hand, to read them again."""

    def __init__(self, file: IO[bytes], form: FileForm) -> None:
        self.form = form
        self.width = len(form.header)
        self.blocks = blocks(file)
        self.encoding = form.encoding
        self.data = b""  # a block in UTF-8, where its lines end, and how many of them are read
        self.ends = np.empty(0, dtype=np.int64)
        self.done = 0
        self.again: deque[str] = deque()
        self.held: list[str] = []
        self.number = 0  # of the line that was read last
        self.header_seen = False
        self.is_odd = self.may_be_odd = False

    def __iter__(self) -> Iterator[str]:
        """The lines for the CSV reader; ends where a row has gone on for too long."""
        while len(self.held) < MAX_LINES:
            if not self.again:
                if not self._more():
                    return
                self._take_again(STRETCH)
            line = self.again.popleft()
            self.number += 1
            self.held.append(line)
            yield line

    def take(self, size: int) -> Chunk | None:
        """The next chunk, or None at the end of the file."""
        chunk = Chunk(self.width)
        while not chunk.is_full(size):
            if not self.again:
                if not self._more():
                    break
                room = size - len(chunk)
                if self._read_at_once(chunk, room) or self._read_at_once(chunk, min(room, STRETCH)):
                    continue
                chunk.weight += self._take_again(min(room, STRETCH))
            self._read(chunk, size)
        chunk.close()
        return chunk if len(chunk) else None

    def _more(self) -> bool:
        """Is there a line left of the block at hand, or of another?"""
        while self.done == len(self.ends):
            block = next(self.blocks, None)
            if block is None:
                return False
            if self.encoding == "utf-8-sig":
                block, self.encoding = block.removeprefix(codecs.BOM_UTF8), "utf-8"
            text = block.decode(self.encoding, errors="surrogateescape")
            self.is_odd = _NO_TEXT.search(text) is not None
            self.may_be_odd = self.may_be_odd or self.is_odd
            self.data = block if self.encoding == "utf-8" else text.encode(errors="surrogateescape")
            ends = np.flatnonzero(np.frombuffer(self.data, dtype=np.uint8) == ord("\n")) + 1
            has_rest = self.data and not self.data.endswith(b"\n")
            self.ends, self.done = np.append(ends, len(self.data)) if has_rest else ends, 0
        return True

    def _next(self, number: int) -> tuple[bytes, np.ndarray]:
        """So many of the lines left of this block, fewer where they are long, and where each of them ends."""
        start = int(self.ends[self.done - 1]) if self.done else 0
        ends = self.ends[self.done : self.done + number] - start
        ends = ends[: 1 + np.searchsorted(ends, HEAVY)]
        return self.data[start : start + int(ends[-1])], ends

    def _take_again(self, number: int) -> int:
        """Have so many lines read one by one; how many bytes these are."""
        data, ends = self._next(number)
        self.done += len(ends)
        starts = np.concatenate(([0], ends[:-1]))
        self.again.extend(
            data[start:end].decode(errors="surrogateescape")
            for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
        )
        return len(data)

    def _read_at_once(self, chunk: Chunk, number: int) -> bool:
        """Read these lines if each of them is a whole row; else they have to be read one by one."""
        if self.is_odd or not self.header_seen:
            return False
        data, ends = self._next(number)
        cells = plain_rows(data, ends, separator=self.form.separator, schema=chunk.schema)
        if cells is None:
            return False
        chunk.add(cells, self.number + 1)
        chunk.weight += len(data)
        self.number += len(ends)
        self.done += len(ends)
        return True

    def _read(self, chunk: Chunk, size: int) -> None:
        """Read rows one by one until the chunk is full, a row is broken, or no line is left to be read again."""
        width, held = self.width, self.held
        try:
            for row in csv.reader(iter(self), delimiter=self.form.separator, strict=True):
                if row and not self.header_seen:
                    self.header_seen = True
                elif row and (len(row) != width or (self.may_be_odd and _is_odd(held))):
                    self._break(chunk, WRONG_CELLS)
                    return
                elif row:
                    chunk.rows.append(row)
                    chunk.begin.append(self.number - len(held) + 1)
                held.clear()
                if not self.again or chunk.is_full(size):
                    return
        except csv.Error:
            self._break(chunk, BAD_QUOTES)

    def _break(self, chunk: Chunk, code: str) -> None:
        """The first line of the row at hand is broken; the others are read again."""
        first, *others = self.held
        self.number -= len(others)
        self.again.extendleft(reversed(others))
        self.held.clear()
        if _is_odd([first]):
            code = NOT_TEXT
        text = _NO_TEXT.sub("\ufffd", first[:LONGEST_LINE]).rstrip("\r\n")
        cells = next(csv.reader([text.replace("\r", " ")], delimiter=self.form.separator), [])
        chunk.broken.append(Broken(self.number, code, text, cells))


def _is_odd(lines: list[str]) -> bool:
    """Is there anything in these lines that is no text?"""
    return any(_NO_TEXT.search(line) for line in lines)
