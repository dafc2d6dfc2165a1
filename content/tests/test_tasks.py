"""Requests in the background: done once, by whoever lives; a worker that is killed leaves nothing half done."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, models
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks.base import Task
from django_tasks_db.models import DBTaskResult

from config.base.audit import current_actor_id
from config.base.clock import now_ms
from config.base.work import TaskFailedError, task_name
from content import services, tasks
from content.leases import LEASE, MAX_ATTEMPTS
from content.models import DocumentBrick, DocumentRequest, GeneratedDocument
from content.rendering.contained import RenderFailed
from content.rendering.limits import LIMITS
from content.services import generate_document, generation

from .factories import DocumentRequestFactory
from .making import ask
from .test_generate_document import database_url

pytestmark = pytest.mark.django_db

#: A worker that kills its own process, as the kernel would, at the moment that it is told.
WORKER = """
import os, signal, sys
import django
django.setup()
from django.conf import settings
from django.core.management import call_command
from content import services
from content.services import generation
def kill(*args, **options):
    os.kill(os.getpid(), signal.SIGKILL)
def kill_after(real):
    return lambda *args: (real(*args), kill())
def kill_at(real, number):
    calls = []
    def work(*args, **options):
        calls.append(1)
        return kill() if len(calls) == number else real(*args, **options)
    return work
settings.MEDIA_ROOT, moment = sys.argv[1:]
if moment == "before":
    services.generate_document = kill
elif moment == "taken up":
    generation._fix_manifest = kill
elif moment == "picking":
    generation.build_manifest = kill
elif moment == "picked":
    generation._show_life = kill
elif moment == "rendering":
    generation.run = kill
elif moment == "rendered":
    generation.run = kill_after(generation.run)
elif moment == "writing":
    generation._write = kill_at(generation._write, 2)
elif moment == "committing":
    generation.emit = kill
elif moment == "done":
    generation._keep = kill_after(generation._keep)
call_command("db_worker", "--batch", "--no-startup-delay", verbosity=0)
"""
MOMENTS = [
    "before",
    "taken up",
    "picking",
    "picked",
    "rendering",
    "rendered",
    "writing",
    "committing",
    "done",
]


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)


def work() -> None:
    """What a worker does until nothing waits."""
    call_command("db_worker", "--batch", "--no-startup-delay", verbosity=0)


def be_silent(request: DocumentRequest) -> None:
    """As if nobody had been heard of for longer than a lease lasts, and the watch were due."""
    before = now_ms() - LEASE - timedelta(seconds=1)
    rows = DocumentRequest.objects.filter(pk=request.pk)
    models.QuerySet.update(rows, updated_at=before)
    rows.exclude(progress_at=None).update(progress_at=before)
    DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING).update(started_at=before)
    DBTaskResult.objects.filter(status=TaskResultStatus.READY).update(run_after=before)


def statuses() -> list[str]:
    """Of the tasks that make documents, the oldest first."""
    rows = DBTaskResult.objects.filter(task_path=tasks.generate.module_path)
    return list(rows.order_by("enqueued_at").values_list("status", flat=True))


def files() -> list[str]:
    return sorted(path.name for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file())


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_worker_that_is_killed_leaves_one_set_of_documents_or_a_request_that_resumes(moment):
    request = ask(seed=5)
    environment = os.environ | {
        "DATABASE_URL": database_url(),
        "DATA_DIR": str(settings.DATA_DIR),
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
    }
    command = [sys.executable, "-c", WORKER, settings.MEDIA_ROOT, moment]
    killed = subprocess.run(command, env=environment, cwd=settings.BASE_DIR, capture_output=True, text=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    request.refresh_from_db()
    left = {"before": "QUEUED", "done": "DONE"}.get(moment, "RUNNING")
    assert request.status == left and statuses() == ["RUNNING"]
    assert GeneratedDocument.all_objects.count() == (2 if moment == "done" else 0)
    manifest = request.manifest
    assert (manifest is None) == (moment in ("before", "taken up", "picking"))

    if left == "RUNNING":
        assert generate_document(request=request).status == "RUNNING", "it may be alive"
    be_silent(request)
    tasks.watch_requests.call()
    if moment != "done":
        assert statuses() == ["FAILED", "READY"], "its worker is dead, another takes over"
    be_silent(request)
    work()
    request.refresh_from_db()
    assert (request.status, request.error) == ("DONE", None)
    assert request.attempts == (1 if moment in ("before", "done") else 2)
    assert manifest is None or request.manifest == manifest
    assert sorted(request.documents.values_list("variant", flat=True)) == ["STUDENT", "TEACHER"]
    assert GeneratedDocument.all_objects.count() == 2 and DocumentBrick.all_objects.count() == 8
    assert files() == ["student.pdf", "teacher.pdf"]


def test_a_worker_that_was_thought_dead_writes_nothing_when_it_comes_back(monkeypatch):
    request = ask()
    real, other = generation.run, []

    def run(operation, payload):
        """While the first copy is set the lease runs out, and somebody else does it all."""
        if not other:
            other.append(True)
            be_silent(request)
            generate_document(request=DocumentRequest.objects.get(pk=request.pk))
        return real(operation, payload)

    monkeypatch.setattr(generation, "run", run)
    generate_document(request=request)
    assert (request.status, request.attempts) == ("DONE", 2)
    assert GeneratedDocument.all_objects.count() == 2 and len(files()) == 2


def test_a_request_that_kills_every_worker_fails_in_the_end():
    request = ask()
    models.QuerySet.update(
        DocumentRequest.objects.filter(pk=request.pk), status="RUNNING", attempts=MAX_ATTEMPTS
    )
    be_silent(request)
    generate_document(request=request)
    assert (request.status, request.attempts) == ("FAILED", MAX_ATTEMPTS) and request.error


def test_the_longest_step_ends_long_before_the_lease():
    assert timedelta(seconds=2 * (LIMITS.wall + 5)) < LEASE


def test_a_document_is_made_as_the_person_who_asked(monkeypatch):
    seen = []

    def remember(*, request):
        seen.append(current_actor_id())
        return request

    request = ask()
    monkeypatch.setattr(services, "generate_document", remember)
    models.QuerySet.update(DocumentRequest.objects.filter(pk=request.pk), status="RUNNING")
    tasks.generate.call(request_id=request.pk)
    tasks.generate.call(request_id=0)
    assert seen == [request.requester_id]


def test_after_a_failure_of_the_machinery_it_is_tried_again_a_little_later(monkeypatch):
    def crash(operation, payload):
        raise RenderFailed("crash", "SIGSEGV")

    request = ask()
    DBTaskResult.objects.all().delete()
    monkeypatch.setattr(generation, "run", crash)
    tasks.generate.call(request_id=request.pk)
    waiting = DBTaskResult.objects.get(task_path=tasks.generate.module_path)
    assert waiting.run_after > timezone.now()
    for _attempt in range(MAX_ATTEMPTS - 1):
        tasks.generate.call(request_id=request.pk)
    request.refresh_from_db()
    assert request.status == "FAILED"


def test_requests_are_looked_after_by_one_watch_for_as_long_as_any_goes_on():
    request = ask()
    watches = DBTaskResult.objects.filter(task_path=tasks.watch_requests.module_path)
    tasks.generate_later(request)
    assert watches.count() == 1 and watches.get().run_after > timezone.now() + LEASE / 2
    tasks.generate_later(request)
    assert watches.count() == 1
    watches.update(run_after=timezone.now() + timedelta(seconds=1))
    tasks.generate_later(request)
    assert watches.count() == 2, "the first may end before it can see a request that is not committed yet"
    watches.delete()
    tasks.watch_requests.call()
    assert watches.count() == 1 and statuses() == ["READY"] * 4, "it has been heard of"
    watches.delete()
    generate_document(request=request)
    tasks.watch_requests.call()
    assert not watches.exists()


def test_a_request_that_waits_in_a_long_queue_is_not_queued_twice():
    request = ask()
    be_silent(request)
    tasks.watch_requests.call()
    assert statuses() == ["READY"]


def test_a_long_queue_is_looked_after_in_as_many_queries_as_a_short_one():
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            tasks.watch_requests.call()
        return len(found)

    be_silent(ask())
    few = queries()
    for each in DocumentRequestFactory.create_batch(5):
        tasks.generate_later(each)
        be_silent(each)
    assert queries() <= few and statuses() == ["READY"] * 6


def test_a_request_whose_task_was_lost_is_queued_again():
    request = ask()
    DBTaskResult.objects.all().delete()
    be_silent(request)
    tasks.watch_requests.call()
    assert statuses() == ["READY"]


def test_what_went_wrong_is_in_the_log_and_not_in_the_list_of_tasks(monkeypatch, caplog):
    def stop(**_arguments):
        raise ValueError("camille@example.org was refused")

    request = ask()
    monkeypatch.setattr(services, "generate_document", stop)
    with pytest.raises(TaskFailedError, match="ValueError") as failed:
        tasks.generate.call(request_id=request.pk)
    assert failed.value.__cause__ is None and "camille" in caplog.text


def test_every_task_has_a_name_for_people():
    defined = {each.module_path for each in vars(tasks).values() if isinstance(each, Task)}
    assert defined
    assert all(task_name(path) != path for path in defined)
