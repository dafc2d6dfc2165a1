"""Who is at work on what: a lock of the process, below DATA_DIR/imports, which is free again when it is killed."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.utils.translation import gettext as _

from config.base.exceptions import DomainError

from .importing.store import folder
from .models import ImportBatch, RecoRun


@contextmanager
def only_worker(work: ImportBatch | RecoRun) -> Iterator[None]:
    """Nobody else works on this meanwhile. Raises DomainError `busy` when somebody does."""
    path = _lock_of(work)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise DomainError(_("Another process is at work on this."), code="busy") from error
        yield
    path.unlink(missing_ok=True)


def is_at_work(work: ImportBatch | RecoRun) -> bool:
    """Is a process working on this, whether or not it shows signs of life?"""
    try:
        with _lock_of(work).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


def _lock_of(work: ImportBatch | RecoRun) -> Path:
    kind = "batch" if isinstance(work, ImportBatch) else "run"
    return folder() / f"{kind}-{work.pk}.lock"
