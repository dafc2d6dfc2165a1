"""Files on their way to an import: kept privately while somebody looks at what would become of them.

    DATA_DIR/imports/uploads/TOKEN/    file, about.json; progress.json, then result.json and rejects.csv

An upload belongs to who sent it, holds what files hold of people, and is thrown away when the import has begun, at the
latest after a day, when the next file comes.
"""

from __future__ import annotations

import json
import shutil
import uuid
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder

from config.base.clock import now_ms
from config.base.exceptions import DomainError

from . import services

#: In bytes. Larger files are imported by the command.
MAX_SIZE = 200_000_000

#: In bytes: a file up to this size is looked at while the page is awaited, a larger one in the background.
SMALL = 2_000_000

KEPT_FOR = timedelta(days=1)

FILE, ABOUT, PROGRESS, RESULT, REJECTS = "file", "about.json", "progress.json", "result.json", "rejects.csv"


@dataclass(frozen=True)
class Upload:
    """A file that somebody sent, and how it is to be read; `mapping` is a name, a mapping, or not known yet."""

    token: str
    owner: int
    kind: str
    file_name: str
    size: int
    mapping: str | dict[str, Any] | None = None

    @property
    def folder(self) -> Path:
        return _root() / self.token

    @property
    def path(self) -> Path:
        return self.folder / FILE

    @property
    def rejects(self) -> Path:
        return self.folder / REJECTS

    @property
    def is_small(self) -> bool:
        return self.size <= SMALL


@dataclass(frozen=True)
class Checked:
    """What an import would do, ready for JSON; `failure` says why it could not be done at all."""

    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    codes: dict[str, int] = field(default_factory=dict)
    also: dict[str, int] = field(default_factory=dict)
    rejects: list[dict[str, Any]] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    failure: str = ""


def keep_upload(*, chunks: Iterable[bytes], kind: str, file_name: str, owner: int) -> Upload:
    """Keep a file that somebody sent."""
    prune_uploads()
    upload = Upload(token=str(uuid.uuid4()), owner=owner, kind=kind, file_name=file_name[-255:], size=0)
    upload.folder.mkdir(parents=True, mode=0o700)
    size = 0
    with upload.path.open("wb") as file:
        for chunk in chunks:
            file.write(chunk)
            size += len(chunk)
    return _describe(replace(upload, size=size))


def map_upload(upload: Upload, mapping: str | dict[str, Any] | None) -> Upload:
    """Say how the file is to be read; what was found out under another mapping is forgotten."""
    for name in (PROGRESS, RESULT, REJECTS):
        (upload.folder / name).unlink(missing_ok=True)
    return _describe(replace(upload, mapping=mapping))


def find_upload(*, token: str, owner: int) -> Upload | None:
    """The upload of this token, if it is this person's and has not been thrown away."""
    try:
        upload = _described(_root() / str(uuid.UUID(token)))
    except ValueError:
        return None
    return upload if upload is not None and upload.owner == owner else None


def every_upload() -> list[Upload]:
    """All that have not been thrown away."""
    return [upload for folder in _root().glob("*/") if (upload := _described(folder)) is not None]


def check_upload(upload: Upload) -> Checked:
    """Find out what an import of the file would do, and keep the answer beside it."""

    def tell(read: int, total: int) -> None:
        _write(upload.folder / PROGRESS, [read, total])

    try:
        result = services.check_import(
            kind=upload.kind,
            source=upload.path,
            file_name=upload.file_name,
            mapping=upload.mapping,
            rejects=upload.rejects,
            progress=tell,
        )
    except DomainError as error:
        checked = Checked(failure=str(error))
    else:
        checked = as_checked(result)
    _write(upload.folder / RESULT, asdict(checked))
    return checked


def as_checked(result: Any) -> Checked:
    """The result of an import in plain values."""
    return Checked(
        **{name: getattr(result, name) for name in ("read", "created", "updated", "unchanged", "rejected")},
        codes=dict(result.codes),
        also=dict(result.also),
        rejects=[asdict(reject) for reject in result.rejects],
        changes=[asdict(change) for change in result.changes],
    )


def progress_of(upload: Upload) -> tuple[int, int] | None:
    """How many bytes of how many have been read by whoever looks at the file; None before that."""
    try:
        read, total = json.loads((upload.folder / PROGRESS).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return int(read), int(total)


def result_of(upload: Upload) -> Checked | None:
    """What was found out about the file; None while nothing is."""
    try:
        return Checked(**json.loads((upload.folder / RESULT).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None


def discard_upload(upload: Upload) -> None:
    """Throw the file away."""
    shutil.rmtree(upload.folder, ignore_errors=True)


def prune_uploads() -> None:
    """Throw away what has been left lying for a day."""
    oldest = (now_ms() - KEPT_FOR).timestamp()
    for folder in _root().glob("*/"):
        if folder.stat().st_mtime < oldest:
            shutil.rmtree(folder, ignore_errors=True)


def _root() -> Path:
    return Path(settings.DATA_DIR) / "imports" / "uploads"


def _described(folder: Path) -> Upload | None:
    """What was written down of the upload in this folder; None where it is gone."""
    try:
        return Upload(**json.loads((folder / ABOUT).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None


def _describe(upload: Upload) -> Upload:
    _write(upload.folder / ABOUT, asdict(upload))
    return upload


def _write(path: Path, value: Any) -> None:
    """Whole or not at all: a page may read it at any moment."""
    part = path.with_suffix(".part")
    part.write_text(json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False), encoding="utf-8")
    part.replace(path)
