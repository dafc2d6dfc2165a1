"""Having an import done by a worker that another one left, that failed, or that was called off."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from config.base.exceptions import DomainError

from ..locks import only_worker
from ..models import ImportBatch
from .imports import RESUMABLE


@transaction.atomic
def requeue_import(*, batch: ImportBatch) -> ImportBatch:
    """Let the import wait for a worker again; nothing of it had been written. Twice is once.

    Raises DomainError: it has come to its end (`status`), or somebody is at it (`busy`).
    """
    with only_worker(batch):
        stored = ImportBatch.objects.select_for_update(no_key=True).get(pk=batch.pk)
        if stored.status not in RESUMABLE:
            raise DomainError(_("This import has come to its end already."), code="status")
        if stored.status != ImportBatch.Status.QUEUED:
            stored.status, stored.finished_at, stored.failure = ImportBatch.Status.QUEUED, None, ""
            stored.save(update_fields=["status", "finished_at", "failure"])
        ImportBatch.objects.filter(pk=batch.pk).update(cancel_requested=False, bytes_read=0)
    batch.refresh_from_db()
    return batch
