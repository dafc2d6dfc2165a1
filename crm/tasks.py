"""What is done in the background, by `manage.py db_worker`.

A task is enqueued when the transaction commits (`later`), so that no worker looks for rows that are not there yet. A
worker that is killed leaves its task running for ever: an import tells by its signs of life that nobody is at it any
more (`ImportBatch.progress_at`), and `watch_import` takes it up again; of a run nothing is left, and `watch_runs`
says so.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import date, timedelta
from functools import partial
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from config.base.audit import audit_context
from config.base.work import TaskFailedError, guarded, name_tasks

from . import services, uploads
from .models import ImportBatch, RecoRun
from .stalling import STALLED_AFTER, is_stalled


def later(work: Any, **arguments: Any) -> None:
    """Enqueue the task with these arguments, plain values, when the transaction commits; at once outside of one."""
    transaction.on_commit(partial(work.enqueue, **arguments))


def import_later(batch: ImportBatch) -> None:
    """Have the queued import done, and looked after."""
    later(import_file, batch_id=batch.pk)
    _watch_later(batch.pk)


@transaction.atomic
def resume_later(batch: ImportBatch) -> ImportBatch:
    """Have an import done anew, and note that the worker which left it is dead.

    Raises DomainError: it has come to its end (`status`), or somebody is at it (`busy`).
    """
    batch = services.requeue_import(batch=batch)
    left = DBTaskResult.objects.running().filter(task_path=import_file.module_path)
    for task_result in left.filter(args_kwargs__kwargs__batch_id=batch.pk):
        task_result.set_failed(TaskFailedError("WorkerDied"))
    import_later(batch)
    return batch


def _watch_later(batch_id: int) -> None:
    """Have it looked whether the import still shows signs of life, where tasks can wait for their time."""
    _look_later(watch_import, batch_id=batch_id)


def _watch_runs_later() -> None:
    """The same for the runs that go on."""
    _look_later(watch_runs)


def _look_later(watch: Any, **arguments: Any) -> None:
    if watch.get_backend().supports_defer:
        later(watch.using(run_after=timezone.now() + STALLED_AFTER + timedelta(seconds=1)), **arguments)


@task()
@guarded
def import_file(batch_id: int) -> None:
    """Run an import that waits. One that runs, has ended or is gone is left alone: twice is once."""
    batch = ImportBatch.objects.filter(pk=batch_id, status=ImportBatch.Status.QUEUED).first()
    if batch is None:
        return
    with _done_for(batch.imported_by_id, "import"):
        services.run_import(batch=batch)


@task()
@guarded
def watch_import(batch_id: int) -> None:
    """Resume the import if its worker has died; look again later while it has not come to its end."""
    batch = ImportBatch.objects.unfinished().filter(pk=batch_id).first()
    if batch is None:
        return
    if not is_stalled(batch):
        _watch_later(batch.pk)
        return
    with _done_for(batch.imported_by_id, "import resumed"):
        resume_later(batch)


@task()
@guarded
def check_upload(token: str, user_id: int, language: str) -> None:
    """Find out what an import of the uploaded file would do, told in the language of whoever asked."""
    upload = uploads.find_upload(token=token, owner=user_id)
    if upload is None:
        return
    with translation.override(language), _done_for(user_id, "import looked at"):
        uploads.check_upload(upload)


@task()
@guarded
def build_profiles_task(as_of: str, user_id: int | None = None) -> None:
    """Build the profiles as of this day (ISO 8601)."""
    with _done_for(user_id, "profiles"):
        services.build_profiles(as_of=date.fromisoformat(as_of))


@task()
@guarded
def recommend_task(as_of: str, config: dict[str, Any] | None = None, user_id: int | None = None) -> None:
    """Recommend as of this day (ISO 8601), with these settings or the usual ones."""
    _watch_runs_later()
    with _done_for(user_id, "recommendations"):
        services.recommend(as_of=date.fromisoformat(as_of), config=config)


@task()
@guarded
def watch_runs() -> None:
    """Note the runs whose process died; look again later while there are runs that go on."""
    services.end_abandoned_runs()
    if RecoRun.objects.running().exists():
        _watch_runs_later()


name_tasks(
    {
        import_file.module_path: _("Import a file"),
        watch_import.module_path: _("Look after an import"),
        check_upload.module_path: _("Look at a file before its import"),
        build_profiles_task.module_path: _("Build profiles"),
        recommend_task.module_path: _("Recommend"),
        watch_runs.module_path: _("Look after the runs"),
    }
)


def _done_for(user_id: int | None, reason: str) -> AbstractContextManager[None]:
    """History names who asked for it."""
    actor = None if user_id is None else get_user_model()._base_manager.filter(pk=user_id).first()
    return audit_context(actor=actor, reason=f"task: {reason}")
