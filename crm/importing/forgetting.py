"""The files of imports that tell of somebody who is erased: thrown away, as a file with holes is not the file any more.

What they are for ends with them: an import that waits for its file fails and says so, rejects are still listed as
audit items, and rows that come back mended are taken as if their file had been cleared away.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection
from pathlib import Path

from config.base.mentions import Masker
from config.base.personal import Person
from config.base.search import fold

from .. import uploads
from ..models import ContactEvent, Customer, ImportBatch, OrderLine
from . import store
from .files import UnreadableFile, blocks, open_plain
from .undoing import reason_of


def files_about(person: Person) -> list[Path]:
    """The kept files, the files of rejects and the folders of uploads in which this person is named, or their own.

    Files that rows of theirs came from are searched for all that identifies them, any others for what nobody else is
    called by; see `config.base.personal`.
    """
    theirs = _digests(person)
    found = [
        path
        for path in store.folder().iterdir()
        if path.is_file()
        and _tells(path, person.needles if path.stem.rpartition("-")[2] in theirs else person.proven)
    ]
    for upload in uploads.every_upload():
        if upload.owner in person.users or _tells(upload.path, person.proven):
            found.append(upload.folder)
    return found


def throw_away(paths: Collection[Path]) -> None:
    """Delete these files and folders; some may have gone meanwhile."""
    for path in paths:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _digests(person: Person) -> set[str]:
    """The hashes of the files that wrote rows of this person."""
    customers = sorted(person.rows("crm.Customer"))
    batches = set(Customer.all_objects.filter(pk__any_of=customers).values_list("first_batch", flat=True))
    for model in (OrderLine, ContactEvent):
        rows = model.all_objects.filter(customer__any_of=customers).order_by()
        batches |= set(rows.values_list("batch", flat=True).distinct())
    records = Customer.history.filter(id__any_of=customers).order_by()
    reasons = set(records.values_list("history_change_reason", flat=True).distinct())
    every = ImportBatch.all_objects.only("pk", "sha256")
    return {batch.sha256 for batch in every if batch.pk in batches or reason_of(batch) in reasons}


def _tells(path: Path, needles: Collection[str]) -> bool:
    """Does one of these stand in the file? A file that nobody can unpack is taken to say anything."""
    pattern = Masker(needles).pattern
    if pattern is None:
        return False
    try:
        with open_plain(path) as file:
            return any(
                any(needle in text for needle in needles) and pattern.search(text)
                for block in blocks(file)
                for text in _folded(block)
            )
    except UnreadableFile:
        return True
    except FileNotFoundError:
        return False


def _folded(block: bytes) -> list[str]:
    """The text in the form in which it is compared; in both encodings where it may be either."""
    try:
        texts = [block.decode()]
    except UnicodeDecodeError:
        texts = [block.decode(encoding, errors="replace") for encoding in ("utf-8", "cp1252")]
    return [text.lower() if text.isascii() else fold(text) or "" for text in texts]
