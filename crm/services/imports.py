"""Importing files: check one, keep it, import it, call it off, run it anew, undo it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from config.base.audit import audit_context
from config.base.events import emit
from config.base.exceptions import DomainError
from config.base.querysets import now_ms

from ..events import BatchImported
from ..importing import engine, mappings, store
from ..importing.files import FileForm, inspect
from ..importing.kinds import Kind, registry
from ..importing.results import ImportResult
from ..importing.undoing import UndoResult, reason_of_undoing, undo
from ..locks import only_worker
from ..models import ImportBatch

Status = ImportBatch.Status

#: From these a batch can be run: anew, where an earlier run came to no end.
RUNNABLE = (Status.QUEUED, Status.RUNNING)
RESUMABLE = (*RUNNABLE, Status.FAILED, Status.CANCELLED)


class _Cancelled(Exception):
    """Somebody wishes this import to stop."""


def check_import(
    *,
    kind: str,
    source: Path,
    file_name: str,
    mapping: str | dict[str, Any] | None,
    rejects: Path | None = None,
    progress: engine.Progress | None = None,
) -> ImportResult:
    """Say what importing this file would do: it is done and taken back. Nothing stays but the file `rejects`.

    Raises UnreadableFile and BadMapping (DomainErrors).
    """
    chosen, form, fitted = _prepared(kind, source, mapping)
    batch = ImportBatch(
        kind=kind, file_name=file_name[-255:], sha256="0" * 64, mapping=fitted.data, status=Status.RUNNING
    )
    with store.draft(rejects) as draft:
        return engine.run(
            kind=chosen, form=form, mapping=fitted, batch=batch, rejects=draft, progress=progress
        )


def start_import(
    *,
    kind: str,
    source: Path,
    file_name: str,
    mapping: str | dict[str, Any] | None,
    imported_by: Any = None,
) -> ImportBatch:
    """Keep the file and a batch for it, which waits to be run. Raises UnreadableFile and BadMapping (DomainErrors)."""
    _chosen, form, fitted = _prepared(kind, source, mapping)
    return ImportBatch.objects.create(
        kind=kind,
        file_name=file_name[-255:],
        sha256=store.keep(source),
        mapping=fitted.data,
        status=Status.QUEUED,
        bytes_total=form.size,
        imported_by=imported_by,
    )


def run_import(*, batch: ImportBatch, progress: Callable[[int, int], None] | None = None) -> ImportResult:
    """Import the file of a batch that waits, or whose worker died: all of it, or nothing.

    While it reads, the batch tells how far it is, and `progress` is called with the bytes read and how many there are.
    A batch that is called off meanwhile ends as CANCELLED, with a result that counts nothing. Raises DomainError: the
    file or the mapping is wrong, another process is at it (`busy`), the batch has come to its end (`status`). Whatever
    is raised but `busy` and `status`, the batch ends as FAILED and says why.
    """
    with only_worker(batch):
        batch.refresh_from_db()
        if batch.status not in RUNNABLE:
            raise DomainError(_("This import has come to its end already."), code="status")
        batch.status, batch.started_at = Status.RUNNING, now_ms()
        batch.save(update_fields=["status", "started_at"])
        try:
            return _run(batch, progress)
        except _Cancelled:
            _end(batch, Status.CANCELLED)
            return ImportResult(batch=batch)
        except BaseException as error:
            text = str(error) if isinstance(error, DomainError) else f"{type(error).__name__}: {error}"
            _end(batch, Status.FAILED, failure=text[:2000])
            raise


def cancel_import(*, batch: ImportBatch) -> ImportBatch:
    """Call an import off: one that waits at once, one that runs before it keeps anything.

    Raises DomainError `status` for one that has come to its end.
    """
    with transaction.atomic():
        stored = ImportBatch.objects.select_for_update(no_key=True).get(pk=batch.pk)
        if stored.status not in RUNNABLE:
            raise DomainError(_("This import has come to its end already."), code="status")
        ImportBatch.objects.filter(pk=batch.pk).update(cancel_requested=True)
        if stored.status == Status.QUEUED:
            _end(stored, Status.CANCELLED)
    batch.refresh_from_db()
    return batch


def resume_import(*, batch: ImportBatch, progress: Callable[[int, int], None] | None = None) -> ImportResult:
    """Run an import anew that came to no good end: its worker died, it failed, it was called off.

    Nothing of it had been written, so the result is the same as if nothing had happened. Raises as `run_import`.
    """
    batch.refresh_from_db()
    if batch.status not in RESUMABLE:
        raise DomainError(_("This import has come to its end already."), code="status")
    if batch.status not in RUNNABLE:
        batch.status, batch.finished_at, batch.failure = Status.QUEUED, None, ""
        batch.save(update_fields=["status", "finished_at", "failure"])
    ImportBatch.objects.filter(pk=batch.pk).update(cancel_requested=False, bytes_read=0)
    return run_import(batch=batch, progress=progress)


@transaction.atomic
def undo_import(*, batch: ImportBatch) -> UndoResult:
    """Take an import back: what it created goes to the trash, what it updated is again what it was before.

    All of it or nothing. Raises UndoConflict listing what was changed since, DomainError `status` for an import that
    was not completed.
    """
    batch.refresh_from_db()
    stored = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if stored.status != Status.DONE:
        raise DomainError(_("Only an import that was completed can be undone."), code="status")
    with audit_context(reason=reason_of_undoing(batch)):
        result = undo(batch, using="default")
        batch.status = Status.UNDONE
        batch.save(update_fields=["status"])
    return result


def _prepared(
    kind: str, source: Path, mapping: str | dict[str, Any] | None
) -> tuple[Kind, FileForm, mappings.Mapping]:
    chosen = registry()[kind]
    data = mappings.load(mapping, kind=kind)
    form = inspect(source)
    return chosen, form, mappings.fit(data, form, kind=kind, needs=chosen.needs)


def _run(batch: ImportBatch, progress: Callable[[int, int], None] | None) -> ImportResult:
    rows = ImportBatch.objects.filter(pk=batch.pk)

    def report(read: int, total: int) -> None:
        rows.update(bytes_read=read, bytes_total=total, progress_at=now_ms())
        if progress is not None:
            progress(read, total)
        if rows.values_list("cancel_requested", flat=True).first():
            raise _Cancelled

    chosen, form, fitted = _prepared(batch.kind, store.kept(batch), batch.mapping)

    def finish(result: ImportResult) -> None:
        if ImportBatch.objects.select_for_update(no_key=True).get(pk=batch.pk).cancel_requested:
            raise _Cancelled
        batch.refresh_from_db()
        batch.rows_read, batch.rows_created, batch.rows_updated = result.read, result.created, result.updated
        batch.rows_unchanged, batch.rows_rejected = result.unchanged, result.rejected
        batch.status, batch.finished_at = Status.DONE, max(now_ms(), batch.started_at)
        batch.save()
        draft.replace(store.rejects_path(batch))
        emit(BatchImported(batch.pk))

    with store.draft(None) as draft:
        result = engine.run(
            kind=chosen, form=form, mapping=fitted, batch=batch, rejects=draft, progress=report, finish=finish
        )
    result.batch, result.rejects_file = batch, store.rejects_path(batch)
    return result


def _end(batch: ImportBatch, status: str, *, failure: str = "") -> None:
    """Note how it ended, from what is stored: the attempt itself was taken back."""
    batch.refresh_from_db()
    batch.status, batch.finished_at, batch.failure = status, max(now_ms(), batch.started_at), failure
    batch.save(update_fields=["status", "finished_at", "failure"])
