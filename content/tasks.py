"""What is done in the background, by `manage.py db_worker`.

A task is a row of the same database, so it is enqueued within the transaction that makes its request: both are there
or neither. A worker that is killed leaves its task running for ever; `watch_requests` tells by the signs of life of
the requests (`content.leases`) that nobody is at them any more, and has them taken up again.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from config.base.audit import audit_context
from config.base.work import TaskFailedError, guarded, name_tasks

from . import services  # the services enqueue what is here, so their names are looked up when they are used
from .leases import LEASE
from .models import DocumentRequest

#: Before a request is tried again whose rendering process died, times the attempts made.
PAUSE = timedelta(seconds=5)


def generate_later(request: DocumentRequest, *, pause: timedelta = timedelta()) -> None:
    """Have the request done by a worker, and looked after."""
    work = generate.using(run_after=timezone.now() + pause) if pause and _can_wait(generate) else generate
    work.enqueue(request_id=request.pk)
    _watch_later()


@task()
@guarded
def generate(request_id: int) -> None:
    """Make the documents of a request. One that somebody is at, has ended or is gone is left alone: twice is once."""
    request = DocumentRequest.objects.filter(pk=request_id).first()
    if request is None:
        return
    with audit_context(actor=request.requester, reason="task: document"):
        request = services.generate_document(request=request)
        if request.status == DocumentRequest.Status.QUEUED:
            generate_later(request, pause=PAUSE * request.attempts)


@task()
@guarded
def watch_requests() -> None:
    """Have the requests taken up whose worker died; look again later while there are any that go on."""
    if DocumentRequest.objects.unfinished().exists():
        _watch_later()  # before anything else, so that it is looked after them even when this time fails
    silent = set(DocumentRequest.objects.silent().values_list("pk", flat=True))
    _note_dead_workers(silent)
    waiting = _tasks().filter(status=TaskResultStatus.READY)
    for key in sorted(silent - {_request_of(each) for each in waiting}):
        generate.enqueue(request_id=key)


def _note_dead_workers(silent: set[int]) -> None:
    """Whoever has had one of these requests for so long without a sign of life is dead: its task failed."""
    for each in _tasks().running().filter(started_at__lt=timezone.now() - LEASE):
        if _request_of(each) in silent:
            each.set_failed(TaskFailedError("WorkerDied"))


def _tasks() -> Any:
    return DBTaskResult.objects.filter(task_path=generate.module_path)


def _request_of(result: DBTaskResult) -> Any:
    return result.args_kwargs["kwargs"].get("request_id")


def _watch_later() -> None:
    """Have it looked after the requests, unless that is to be done, where tasks can wait for their time.

    One that is due soon does not count: it may end before it can see the request whose transaction this is.
    """
    now = timezone.now()
    watches = DBTaskResult.objects.filter(task_path=watch_requests.module_path)
    waiting = watches.filter(status=TaskResultStatus.READY, run_after__gt=now + LEASE / 2)
    if _can_wait(watch_requests) and not waiting.exists():
        watch_requests.using(run_after=now + LEASE + timedelta(seconds=1)).enqueue()


def _can_wait(work: Any) -> bool:
    return bool(work.get_backend().supports_defer)


name_tasks(
    {
        generate.module_path: _("Make a document"),
        watch_requests.module_path: _("Look after the requests for documents"),
    }
)
