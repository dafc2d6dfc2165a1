"""When an import or a run is taken for abandoned: it shows no sign of life, and no process holds it.

Signs come while the file is read; then its rows are written at once, which may take longer than people wait for one.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from config.base.clock import now_ms

from .locks import is_at_work
from .models import ImportBatch, RecoRun

#: A worker shows a sign of life every few seconds; without one for so long it is dead.
STALLED_AFTER = timedelta(minutes=2)


def last_sign(batch: ImportBatch) -> datetime:
    """When the import last showed a sign of life: at its start at the earliest."""
    return batch.progress_at or batch.started_at


def is_stalled(batch: ImportBatch) -> bool:
    """Is it running according to its status, has nobody heard of it for too long, and is nobody at it?"""
    is_silent = batch.status == ImportBatch.Status.RUNNING and now_ms() - last_sign(batch) > STALLED_AFTER
    return is_silent and not is_at_work(batch)


def is_abandoned(run: RecoRun) -> bool:
    """Is the run going on according to its status, begun a while ago, and is nobody at it?"""
    is_old = run.status == RecoRun.Status.RUNNING and now_ms() - run.started_at > STALLED_AFTER
    return is_old and not is_at_work(run)
