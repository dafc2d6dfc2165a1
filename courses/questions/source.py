"""From the bytes of a file to its text, and which format it is in."""

from __future__ import annotations

import codecs
from pathlib import Path

from django.utils.translation import gettext as _

from .model import MAX_BYTES, QuestionFileError

GIFT, MOODLE_XML = "gift", "moodle-xml"
FORMATS = (GIFT, MOODLE_XML)

_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def format_of(name: str, data: bytes) -> str:
    """The format by the end of the file's name, otherwise by how the file begins."""
    suffix = Path(name).suffix.lower()
    if suffix == ".xml":
        return MOODLE_XML
    if suffix in (".gift", ".txt"):
        return GIFT
    return MOODLE_XML if data[:500].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<?xml") else GIFT


def check_size(data: bytes) -> None:
    """QuestionFileError when there is nothing in it, or too much."""
    if len(data) > MAX_BYTES:
        raise QuestionFileError(
            _("The file is larger than %(size)d MB. Import it in parts.")
            % {"size": MAX_BYTES // 1024 // 1024},
            code="too_large",
        )
    if not data.removeprefix(codecs.BOM_UTF8).strip():
        raise QuestionFileError(_("The file is empty."), code="empty")


def decode(data: bytes) -> str:
    """The text, lines ending with a line feed. UTF-8, with or without a mark at its beginning, or marked UTF-16."""
    encoding = "utf-16" if data.startswith(_WIDE) else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = _("The file is not UTF-8 text (line %(line)d, byte %(byte)s). Save it as UTF-8.")
        raise QuestionFileError(
            message % {"line": line, "byte": f"0x{data[error.start]:02X}"}, code="encoding"
        ) from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise QuestionFileError(
            _("The file is not text (line %(line)d, byte %(byte)s).") % {"line": line, "byte": "0x00"},
            code="encoding",
        )
    return text.replace("\r\n", "\n").replace("\r", "\n")
