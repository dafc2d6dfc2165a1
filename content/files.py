"""The PDFs of documents, below MEDIA_ROOT, which no address serves.

A file's name follows from the request (`pdf_path`), so that whoever makes a document anew after a killed worker
replaces what that one left; nothing lies about under a name that no row knows.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

from django.db import transaction

from .choices import Variant
from .models import DocumentRequest, GeneratedDocument
from .models.document import pdf_path

#: Read and written by nobody but the process's own user.
_MODE = 0o600


def write_pdf(document: GeneratedDocument, content: bytes) -> None:
    """Put the whole file in its place, and name it in the document, which is not saved."""
    name = pdf_path(document, "")
    path = _path(name)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_name(f".{path.name}.part")
    with open(part, "wb", opener=lambda name, flags: os.open(name, flags, _MODE)) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    document.pdf.name = name


def stored_pdf_sha256(document: GeneratedDocument) -> str:
    """SHA-256 of the file as it lies there, empty when there is none that can be read."""
    try:
        with document.pdf.storage.open(document.pdf.name) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def delete_after_commit(names: Iterable[str], using: str = "default") -> None:
    """Delete these files of documents once the transaction that lets go of them is committed."""
    paths = [_path(name) for name in names if name]

    def delete() -> None:
        for path in paths:
            path.unlink(missing_ok=True)
        _remove_if_empty({path.parent for path in paths})

    transaction.on_commit(delete, using=using)


def remove_pdfs(request: DocumentRequest) -> None:
    """Remove what an attempt that came to nothing left of the request's files."""
    paths = [_path(pdf_path(GeneratedDocument(request=request, variant=each), "")) for each in Variant.values]
    for path in paths:
        path.unlink(missing_ok=True)
        path.with_name(f".{path.name}.part").unlink(missing_ok=True)
    _remove_if_empty({path.parent for path in paths})


def _remove_if_empty(folders: Iterable[Path]) -> None:
    for folder in folders:
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def _path(name: str) -> Path:
    return Path(GeneratedDocument._meta.get_field("pdf").storage.path(name))  # type: ignore[union-attr]
