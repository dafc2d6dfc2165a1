"""Bricks from Markdown files, and figures from the folder beside them. See `content.brick_files` for the format."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from config.base.exceptions import DomainError
from courses.models import Subject

from ..brick_files import FIELDS, MAX_FILE, BrickFile, FileRefused, read_brick, tidy
from ..checking import TextError
from ..figures import read_figure
from ..models import ContentBrick, ContentFigure


@dataclass(frozen=True, slots=True)
class Reject:
    """Why a file was left out: `line` counts from 1, `column` is a field's name, `value` the file."""

    line: int
    column: str
    code: str
    value: str
    message: str


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """What became of a file: created, updated, unchanged or rejected; `changes` is {field: (before, after)}, `title`
    the brick's, `brick_id` its key once it is stored."""

    path: str
    outcome: str
    changes: dict[str, tuple[str, str]] = field(default_factory=dict)
    title: str = ""
    brick_id: int | None = None


@dataclass(slots=True)
class BrickImport:
    """What an import did, or would do."""

    files: list[ImportedFile] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of what it did or would do: the same files against the same bricks have the same."""
        done = [(each.path, each.outcome, each.changes) for each in self.files]
        return hashlib.sha256(json.dumps(done, sort_keys=True).encode()).hexdigest()

    def count(self, outcome: str) -> int:
        return sum(each.outcome == outcome for each in self.files)

    def as_json(self) -> dict[str, Any]:
        counts = {name: self.count(name) for name in ("created", "updated", "unchanged", "rejected")}
        rejects = [
            {name: getattr(each, name) for name in ("line", "column", "code", "value", "message")}
            for each in self.rejects
        ]
        return {"read": len(self.files), **counts, "rejects": rejects, "batch": None}


class _Rejected(Exception):
    """A brick that is not valid."""

    def __init__(self, rejects: list[Reject]) -> None:
        self.rejects = rejects


def import_bricks(
    *, files: Mapping[str, bytes], dry_run: bool = False, expected: str | None = None
) -> BrickImport:
    """Create and update drafts from these files, {path: content}: `*.md` are bricks, `figures/NAME.png|svg` figures.

    A brick is known by its slug; the same files again change nothing. A published brick keeps its status, and its new
    text waits for the next publication. What is refused is left out, with its line and the reason; the rest is written
    in one transaction, or with `dry_run` not at all. With the fingerprint of a dry run as `expected` just that is done;
    raises DomainError `changed_meanwhile`, and writes nothing, where the bricks are no longer those it was made of.
    """
    result = BrickImport()
    slugs: set[str] = set()
    with transaction.atomic():
        for path, content in sorted(files.items(), key=lambda each: (each[0].endswith(".md"), each[0])):
            try:
                with transaction.atomic():
                    result.files.append(_take(path, content, slugs))
            except FileRefused as refused:
                _reject(result, path, Reject(refused.line, "", refused.code, path, str(refused)))
            except _Rejected as rejected:
                _reject(result, path, *rejected.rejects)
            except ValidationError as error:
                _reject(result, path, *_rejects(path, error, {}))
        if expected is not None and result.fingerprint != expected:
            message = _("Bricks were changed meanwhile. Nothing was written: look at what would be done now.")
            raise DomainError(message, code="changed_meanwhile")
        if dry_run:
            transaction.set_rollback(True)
    return result


def _reject(result: BrickImport, path: str, *rejects: Reject) -> None:
    result.rejects += rejects
    result.files.append(ImportedFile(path, "rejected"))


def _rejects(path: str, error: ValidationError, lines: Mapping[str, int]) -> list[Reject]:
    """Each error with the line of the file that it is about, as far as `lines` of its fields say."""
    found = []
    for name, errors in error.update_error_dict({}).items():
        column = "" if name == "__all__" else name
        for each in errors:
            line = lines.get(name, 1)
            if isinstance(each, TextError):
                line += max(0, each.problem.line - 1)
                words = [capfirst(each.problem.words or each.problem.message)]
            else:
                words = each.messages
            found += [Reject(line, column, each.code or "invalid", path, message) for message in words]
    return sorted(found, key=lambda each: each.line)


def _take(path: str, content: bytes, slugs: set[str]) -> ImportedFile:
    name = PurePosixPath(path)
    if name.suffix == ".md":
        return _take_brick(path, content, slugs)
    if name.parent.name == "figures" and name.suffix in (".svg", ".png"):
        return _take_figure(path, name.stem, content)
    raise FileRefused(_("Only .md files, and .svg and .png in the folder “figures”, are taken."), code="kind")


def _take_figure(path: str, name: str, content: bytes) -> ImportedFile:
    found = read_figure(content).columns()
    stored = ContentFigure.all_objects.filter(name=name).first()
    if stored is None:
        figure = ContentFigure(name=name, **found)
        figure.full_clean()
        figure.save()
        return ImportedFile(path, "created")
    # What is seeded is stored as it was written, and comes back from an export so.
    same = stored.sha256 in (found["sha256"], hashlib.sha256(content).hexdigest())
    if stored.is_deleted or not same:
        raise FileRefused(_("There is, or was, another figure with that name."), code="unique")
    return ImportedFile(path, "unchanged")


def _take_brick(path: str, content: bytes, slugs: set[str]) -> ImportedFile:
    if len(content) > MAX_FILE:
        raise FileRefused(_("The file is too large for a brick."), code="too_large")
    try:
        read = read_brick(content.decode())
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise FileRefused(_("The file is not in UTF-8."), code="encoding", line=line) from error
    values = _values(read)
    stored = ContentBrick.objects.select_for_update(no_key=True).filter(slug=values.get("slug")).first()
    brick = stored or ContentBrick()
    before = {name: getattr(brick, name) for name in values} if stored else {}
    for name, value in values.items():
        setattr(brick, name, value)
    try:
        brick.full_clean()
    except ValidationError as error:
        raise _Rejected(_rejects(path, error, read.lines)) from error
    if brick.slug in slugs:
        message = _("Another of these files is of the brick “%(slug)s” too.") % {"slug": brick.slug}
        raise FileRefused(message, code="twice", line=read.lines.get("slug", 1))
    slugs.add(brick.slug)
    if stored is None:
        brick.save()
        return ImportedFile(path, "created", title=brick.title, brick_id=brick.pk)
    changes = {
        name: (_written(before[name]), _written(getattr(brick, name)))
        for name in values
        if before[name] != getattr(brick, name) and not _same_text(name, before[name], getattr(brick, name))
    }
    if not changes:
        return ImportedFile(path, "unchanged", title=brick.title, brick_id=brick.pk)
    brick.save(update_fields=list(changes))
    return ImportedFile(path, "updated", changes, brick.title, brick.pk)


def _written(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _same_text(name: str, before: Any, after: Any) -> bool:
    """Empty lines round a text are not kept by a file, and are no change."""
    return name in ("body", "answer") and tidy(before) == after


def _values(read: BrickFile) -> dict[str, Any]:
    """The columns that the file speaks of. Raises FileRefused for a value of the wrong kind."""
    values: dict[str, Any] = {"body": read.body, "answer": read.answer}
    for name in FIELDS:
        if name not in read.values:
            continue
        value = read.values[name]
        if isinstance(value, list) != (name == "tags") or isinstance(value, dict):
            message = _("“%(name)s” is not written as it should be.") % {"name": name}
            raise FileRefused(message, code="shape", line=read.lines[name])
        values[name] = value
    if "subject" in values:
        subject = Subject.objects.filter(slug=values["subject"]).first()
        if subject is None:
            message = _("There is no subject “%(slug)s”.") % {"slug": values["subject"]}
            raise FileRefused(message, code="subject", line=read.lines["subject"])
        values["subject"] = subject
    return values
