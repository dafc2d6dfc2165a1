"""Where imported files are kept: below DATA_DIR/imports, for nobody else's eyes, once each under their hash.

A file is kept as it was given, packed or not, until somebody clears the folder: a batch that is resumed reads it, and
the rows that were rejected stand beside it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from ..models import ImportBatch
from .files import BLOCK, UnreadableFile


def folder() -> Path:
    """The folder, made when it is not there."""
    path = Path(settings.DATA_DIR) / "imports"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def keep(source: Path) -> str:
    """Keep a copy of this file; its SHA-256. Raises UnreadableFile."""
    try:
        with source.open("rb") as file, tempfile.NamedTemporaryFile(dir=folder(), delete=False) as copy:
            digest = hashlib.sha256()
            while block := file.read(BLOCK):
                digest.update(block)
                copy.write(block)
    except OSError as error:
        raise UnreadableFile(f"{source.name}: {error.strerror or error}") from error
    os.replace(copy.name, folder() / digest.hexdigest())
    return digest.hexdigest()


def kept(batch: ImportBatch) -> Path:
    """The file that a batch imports. Raises UnreadableFile when it is gone."""
    path = folder() / batch.sha256
    if not path.is_file():
        raise UnreadableFile(_("The file of this import is not kept any more."), code="file_gone")
    return path


def rejects_path(batch: ImportBatch) -> Path:
    """Where its rejected rows are kept, named for the file too: a database put back counts its batches anew."""
    return folder() / f"rejects-{batch.pk}-{batch.sha256}.csv"


def open_rejects(batch: ImportBatch) -> Iterator[bytes]:
    """The rejected rows of a batch as CSV in UTF-8, in pieces. Raises UnreadableFile when there is no such file."""
    path = rejects_path(batch)
    if not path.is_file():
        raise UnreadableFile(_("The rejected rows of this import are not kept any more."), code="file_gone")
    return _pieces(path)


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block


@contextmanager
def draft(target: Path | None) -> Iterator[Path]:
    """A file to write to, which takes the target's place in the end; nothing stays when something goes wrong."""
    handle, name = tempfile.mkstemp(dir=folder(), suffix=".csv")
    os.close(handle)
    path = Path(name)
    try:
        yield path
        if target is not None:
            shutil.move(path, target)
    finally:
        path.unlink(missing_ok=True)
