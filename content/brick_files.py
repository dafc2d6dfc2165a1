"""Bricks as Markdown files with front matter, one a brick, and many of them as a zip.

    ---
    slug: ladder
    title: The ladder
    subject: mathematiques
    tags: [pythagore]
    ---

    How high does a ladder of $5$ m reach?

    <!-- answer -->

    $4$ m.

The front matter is YAML of which every value is text or a list of texts. A line of a text that is the mark itself gets
a backslash, which reading takes away.
"""

from __future__ import annotations

import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import yaml
from django.utils.translation import gettext as _

from .models import ContentBrick

FIELDS = (
    *("slug", "title", "subject", "level", "kind", "difficulty", "audience", "tags", "language"),
    *("family", "estimated_minutes", "source"),
)
ANSWER = "<!-- answer -->"
#: Of what is read: a file, all of them together, and how many.
MAX_FILE, MAX_TOTAL, MAX_FILES = 500_000, 50_000_000, 5_000
#: The moment of every file in a zip, so that the same bricks make the same bytes.
MOMENT = (1980, 1, 1, 0, 0, 0)

#: What a zip that was damaged, or made to do harm, ends in: beside these, names that are no UTF-8, and places before
#: the file's beginning.
_NOT_A_ZIP = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError),
    *(NotImplementedError, RuntimeError, EOFError, OSError),
)
_FRONT = re.compile(r"\A\ufeff?---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_EMPTY = re.compile(r"(?:[ \t]*\n)*")
#: What no database keeps: a file that holds one is refused before anything of it is looked for.
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
_MARK = re.compile(r"^<!-- (\\*)answer -->[ \t]*$", re.MULTILINE)


class FileRefused(ValueError):
    """A file that is no brick: `line` counts from 1, `code` is stable, the message is for people."""

    def __init__(self, message: str, *, code: str, line: int = 1) -> None:
        super().__init__(message)
        self.code = code
        self.line = line


class _TextLoader(yaml.BaseLoader):
    """Every scalar is text, and nothing stands for something else: a few lines cannot grow into millions."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.MarkedYAMLError(problem="alias", problem_mark=self.peek_event().start_mark)
        return super().compose_node(parent, index)


@dataclass(frozen=True, slots=True)
class BrickFile:
    """What a file says of a brick: its fields as they are written, text and answer. `lines` are those of the file, from
    1, on which each field stands, and the first of each text."""

    values: dict[str, Any]
    body: str
    answer: str
    lines: dict[str, int]


def write_brick(brick: ContentBrick) -> str:
    """The brick's file."""
    values: dict[str, Any] = {name: getattr(brick, name) for name in FIELDS if name != "subject"}
    values = {"slug": values["slug"], "title": values["title"], "subject": brick.subject.slug, **values}
    values = {name: str(value) if isinstance(value, str) else value for name, value in values.items()}
    front = yaml.safe_dump(values, allow_unicode=True, sort_keys=False, width=10_000)
    text = f"---\n{front}---\n\n{_escaped(tidy(brick.body))}\n"
    return f"{text}\n{ANSWER}\n\n{_escaped(tidy(brick.answer))}\n" if tidy(brick.answer) else text


def read_brick(text: str) -> BrickFile:
    """What the file says. Raises FileRefused."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if found := _UNSTORABLE.search(text):
        raise _unstorable(text.count("\n", 0, found.start()) + 1)
    front = _FRONT.match(text)
    if front is None:
        raise FileRefused(
            _("The file does not begin with its front matter, between two lines “---”."), code="front"
        )
    values, lines = _read_front(front[1])
    for name in values:
        if name not in FIELDS:
            message = _("There is no such field: “%(name)s”.") % {"name": name}
            raise FileRefused(message, code="unknown", line=lines[name])
        if _UNSTORABLE.search("".join(map(str, values[name]))):  # a text, or a list of them
            raise _unstorable(lines[name])
    mark = next((each for each in _MARK.finditer(text, front.end()) if not each[1]), None)
    ends = mark.span() if mark else (len(text), len(text))
    lines |= {"body": _first_line(text, front.end()), "answer": _first_line(text, ends[1])}
    body, answer = text[front.end() : ends[0]], text[ends[1] :]
    return BrickFile(values, _plain(tidy(body)), _plain(tidy(answer)), lines)


def _read_front(front: str) -> tuple[dict[str, Any], dict[str, int]]:
    """The values, and the line of the file on which each one's name stands."""
    try:
        loader = _TextLoader(front)
        node = loader.get_single_node()
        values = None if node is None else loader.construct_document(node)
    except (yaml.YAMLError, RecursionError) as error:
        line = getattr(getattr(error, "problem_mark", None), "line", 0) + 2
        if isinstance(error, yaml.reader.ReaderError):  # a character that YAML knows not; it tells where
            line = front.count("\n", 0, error.position) + 2
        raise FileRefused(_("The front matter cannot be read."), code="front", line=line) from error
    if not isinstance(node, yaml.MappingNode) or not isinstance(values, dict):
        raise FileRefused(_("The front matter is a list of names and values."), code="front")
    lines: dict[str, int] = {}
    for key, _value in node.value:
        line = key.start_mark.line + 2
        if key.value in lines:
            message = _("The field “%(name)s” stands here twice.") % {"name": key.value}
            raise FileRefused(message, code="twice", line=line)
        lines[key.value] = line
    return values, lines


def _unstorable(line: int) -> FileRefused:
    return FileRefused(_("A character here can be kept in no text."), code="character", line=line)


def _first_line(text: str, start: int) -> int:
    """The line, from 1, of the first after `start` that is not empty, which is where a text begins when it is tidy."""
    empty = _EMPTY.match(text, start)
    return text.count("\n", 0, empty.end() if empty else start) + 1


def write_zip(bricks: Iterable[ContentBrick], figures: dict[str, bytes]) -> bytes:
    """The files of the bricks, and `figures/` beside them: {file name: file}."""
    files = {f"{brick.slug}.md": write_brick(brick).encode() for brick in bricks}
    return pack(files | {f"figures/{name}": content for name, content in sorted(figures.items())})


def read_zip(content: bytes) -> dict[str, bytes]:
    """{path: file} of a zip. Raises FileRefused for one that is none, too large, or leads outside itself."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _unpacked(archive)
    except FileRefused:
        raise
    except (*_NOT_A_ZIP, ValueError, IndexError) as error:
        raise FileRefused(_("This is no zip that can be read."), code="zip") from error


def _unpacked(archive: zipfile.ZipFile) -> dict[str, bytes]:
    entries = [each for each in archive.infolist() if not each.is_dir()]
    if len(entries) > MAX_FILES:
        raise FileRefused(_("The zip holds too many files."), code="zip_too_large")
    found: dict[str, bytes] = {}
    total = 0
    for entry in entries:
        path = PurePosixPath(entry.filename.replace("\\", "/"))
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            # The others may ask for gigabytes before they unpack a single byte.
            raise FileRefused(_("This is no zip that can be read."), code="zip")
        if not path.parts or path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
            raise FileRefused(_("The zip holds a path that leads outside it."), code="zip_path")
        if path.parts[0] == "__MACOSX" or path.name.startswith("."):
            continue  # what a Mac adds of its own
        with archive.open(entry) as file:
            data = file.read(2 * MAX_FILE + 1)  # what the entry says of its size need not be true
        total += len(data)
        if len(data) > 2 * MAX_FILE or total > MAX_TOTAL:
            raise FileRefused(_("The zip holds too much once it is unpacked."), code="zip_too_large")
        if str(path) in found:
            message = _("The zip holds two files “%(path)s”.") % {"path": path}
            raise FileRefused(message, code="zip_twice")
        found[str(path)] = data
    return found


def tidy(text: str) -> str:
    """Without empty lines before and after, and with plain line ends: what a file keeps of a text."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text[_EMPTY.match(text).end() :].rstrip()  # type: ignore[union-attr]


def _escaped(text: str) -> str:
    return _MARK.sub(lambda mark: mark[0].replace("answer", "\\answer", 1), text)


def _plain(text: str) -> str:
    return _MARK.sub(lambda mark: mark[0].replace("\\", "", 1), text)


def pack(files: Mapping[str, bytes]) -> bytes:
    """These files, {path: file}, as one zip, which `read_zip` takes apart again."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(zipfile.ZipInfo(path, MOMENT), content, zipfile.ZIP_DEFLATED)
    return target.getvalue()
