"""What a file is before anything is known of its rows: packed or not, its encoding, its separator, its header."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.utils.translation import gettext as _

from config.base.exceptions import DomainError

from ..validators import normalize_label

#: Bytes that are read at a time. A line that is longer is none that anybody wrote.
BLOCK = 1 << 20

SEPARATORS = (",", ";", "\t")

GZIP_MAGIC = b"\x1f\x8b"
FOREIGN_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
#: How workbooks (xlsx and ods, xls), PDF, PNG, GIF and JPEG begin.
OTHER_MARKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF-", b"\x89PNG\r\n", b"GIF8", b"\xff\xd8\xff")


#: A packed file that unpacks to more than so many bytes and so many times its size was made to fill the machine.
MOST_UNPACKED, MOST_TIMES = 1 << 30, 200


class UnreadableFile(DomainError):
    """The file as a whole cannot be read; nothing was written."""

    code = "unreadable"


@dataclass(frozen=True)
class FileForm:
    """How a file is written: its encoding, its separator, and its columns in order."""

    path: Path
    encoding: str
    separator: str
    header: tuple[str, ...]
    size: int

    def has(self, name: str) -> bool:
        """Is there a column of this name, however it is written?"""
        return header_key(name) in {header_key(each) for each in self.header}


def header_key(name: str) -> str:
    """The form in which names of columns are compared."""
    return normalize_label(name)


def open_plain(path: Path) -> IO[bytes]:
    """The file's bytes, unpacked when they are packed."""
    file = path.open("rb")
    packed = file.read(2) == GZIP_MAGIC
    file.seek(0)
    return gzip.GzipFile(fileobj=file) if packed else file  # type: ignore[return-value]


def position(file: IO[bytes]) -> int:
    """How many bytes of the file, packed as it is, have been taken."""
    inner = getattr(file, "fileobj", None)
    return int((inner or file).tell())


def blocks(file: IO[bytes]) -> Iterator[bytes]:
    """The bytes in blocks that end with a line. Raises UnreadableFile where a packed file is damaged, or a bomb.

    Of a line that does not end within a block and another, the pieces are handed over as they come.
    """
    rest, taken = b"", 0
    while True:
        try:
            data = file.read(BLOCK)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise UnreadableFile(
                _("The packed file is damaged: it cannot be unpacked to its end.")
            ) from error
        taken += len(data)
        if taken > MOST_UNPACKED and taken > MOST_TIMES * position(file):
            raise UnreadableFile(_("The packed file holds so much that it cannot be a table."))
        if not data:
            if rest:
                yield rest
            return
        cut = data.rfind(b"\n") + 1
        if cut or len(rest) > BLOCK:
            cut = cut or len(data)
            yield rest + data[:cut]
            rest = data[cut:]
        else:
            rest += data


def inspect(path: Path) -> FileForm:
    """Find out how the file is written, in one pass over it. Raises UnreadableFile: no file, empty, not a table."""
    try:
        with open_plain(path) as file:
            encoding = _encoding(file)
            file.seek(0)
            first = next(blocks(file), b"")
    except OSError as error:
        raise UnreadableFile(f"{path.name}: {error.strerror or error}") from error
    text = first.decode(encoding, errors="replace")
    lines = (line for line in io.StringIO(text, newline="\n") if line.strip("\r\n"))
    head = next(lines, None)
    if head is None:
        raise UnreadableFile(_("The file is empty."), code="empty")
    separator, header = _header(head)
    return FileForm(path, encoding, separator, header, path.stat().st_size)


def _encoding(file: IO[bytes]) -> str:
    """UTF-8 where it is UTF-8, with its mark or without; else Windows-1252.

    Where few bytes are no UTF-8 but more lines hold letters that are, the file is UTF-8 with broken rows in it.
    """
    decoder, is_marked, is_first = codecs.getincrementaldecoder("utf-8")(), False, True
    valid = invalid = 0
    for block in blocks(file):
        if is_first:
            if block.startswith(FOREIGN_MARKS):
                raise UnreadableFile(_("The file is UTF-16. Save it as CSV in UTF-8."), code="encoding")
            if block.startswith(OTHER_MARKS):
                raise UnreadableFile(
                    _("The file is a workbook, a picture or a PDF. Save it as CSV."), code="not_text"
                )
            is_marked, is_first = block.startswith(codecs.BOM_UTF8), False
        try:
            decoder.decode(block, final=True)
        except UnicodeDecodeError:
            for line in block.split(b"\n"):
                if not line.isascii():
                    is_valid = _is_utf8(line)
                    valid, invalid = valid + is_valid, invalid + (not is_valid)
        else:
            valid += not block.isascii()
    if is_marked:
        return "utf-8-sig"
    return "cp1252" if invalid > valid else "utf-8"


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _header(line: str) -> tuple[str, tuple[str, ...]]:
    """The separator that makes most of the first line, and the names of the columns."""
    if "\r" in line.rstrip("\r\n") and '"' not in line:
        raise UnreadableFile(
            _("The lines of the file end as on an old Macintosh. Save it as CSV again, for Windows or Unix."),
            code="header",
        )
    best: tuple[str, tuple[str, ...]] = (",", ())
    for separator in SEPARATORS:
        try:
            cells = next(csv.reader([line.rstrip("\r\n")], delimiter=separator, strict=True), [])
        except csv.Error:
            continue
        if len(cells) > len(best[1]):
            best = separator, tuple(cell.strip() for cell in cells)
    if not best[1]:
        raise UnreadableFile(_("The first line is no header: its quotes do not match."), code="header")
    return best
