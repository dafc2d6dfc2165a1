"""Work in the background: enqueued with the transaction, done by a worker, taken up again when the worker has died."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks.base import Task
from django_tasks_db.models import DBTaskResult

from accounts.tests.factories import StaffFactory
from config.base.audit import current_actor_id
from config.base.clock import now_ms
from config.base.tests.admin_helpers import signed_in, text_of, url_of
from config.base.work import task_name
from crm import services, tasks
from crm.locks import only_worker
from crm.models import ImportBatch, OrderLine
from crm.stalling import STALLED_AFTER, is_stalled

from . import factories as make
from .import_helpers import BAD, GOOD, HEADER

QUEUED, RUNNING, DONE = "QUEUED", "RUNNING", "DONE"


def unfinished(status=QUEUED, **values):
    return make.ImportBatchFactory(status=status, finished_at=None, **values)


def quiet_for(seconds):
    return now_ms() - STALLED_AFTER - timedelta(seconds=seconds)


@pytest.fixture
def calls(monkeypatch):
    """What the services were asked for, by whom."""
    made = []

    def remember(name):
        def service(**arguments):
            made.append((name, arguments, current_actor_id()))
            return arguments.get("batch")

        return service

    for name in ("run_import", "requeue_import", "build_profiles", "recommend"):
        monkeypatch.setattr(services, name, remember(name), raising=False)
    return made


def work():
    """What a worker does until nothing waits."""
    call_command("db_worker", "--batch", "--no-startup-delay", verbosity=0)


@pytest.mark.django_db(transaction=True)
def test_a_worker_does_what_was_enqueued_as_the_person_who_asked(calls):
    person = StaffFactory()
    batch = unfinished(imported_by=person)
    tasks.import_later(batch)
    work()
    assert [(name, given["batch"].pk, actor) for name, given, actor in calls] == [
        ("run_import", batch.pk, person.pk)
    ]
    assert DBTaskResult.objects.successful().count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_worker_imports_a_file_that_waits(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    make.ProductFactory(product_key="PINOT")
    source = tmp_path / "orders.csv"
    source.write_text(HEADER + GOOD + BAD)
    person = StaffFactory()
    given = {"kind": "ORDERS", "source": source, "file_name": source.name, "mapping": None}
    batch = services.start_import(**given, imported_by=person)
    tasks.import_later(batch)
    work()
    batch.refresh_from_db()
    assert (batch.status, batch.rows_created, batch.rows_rejected) == ("DONE", 1, 1)
    assert (batch.bytes_read, batch.bytes_total) == (source.stat().st_size, source.stat().st_size)
    assert OrderLine.objects.get().created_by == person


@pytest.mark.django_db(transaction=True)
def test_nothing_is_enqueued_by_a_transaction_that_is_undone():
    with transaction.atomic():
        tasks.import_later(unfinished())
        transaction.set_rollback(True)
    assert not DBTaskResult.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_went_wrong_is_in_the_log_and_not_in_the_list_of_tasks(monkeypatch, caplog):
    def stop(**_arguments):
        raise ValueError("camille@example.org was refused")

    monkeypatch.setattr(services, "run_import", stop, raising=False)
    tasks.import_later(unfinished())
    work()
    failed = DBTaskResult.objects.failed().get()
    assert "ValueError" in failed.traceback
    assert "camille" not in failed.traceback
    assert "camille@example.org" in caplog.text
    page = text_of(signed_in().get(url_of(DBTaskResult, "change", failed.pk)))
    assert "Import a file" in page
    assert "ValueError" in page


@pytest.mark.django_db
@pytest.mark.parametrize("status", [RUNNING, DONE, "CANCELLED"])
def test_an_import_is_begun_once(calls, status):
    values = {} if status != RUNNING else {"finished_at": None}
    tasks.import_file.call(make.ImportBatchFactory(status=status, **values).pk)
    tasks.import_file.call(0)
    assert not calls


@pytest.mark.django_db
def test_an_import_is_stalled_when_nobody_has_heard_of_it_for_two_minutes():
    started = timezone.now() - timedelta(hours=1)
    assert not is_stalled(unfinished(RUNNING, started_at=started, progress_at=now_ms()))
    assert is_stalled(unfinished(RUNNING, started_at=started, progress_at=quiet_for(1)))
    assert is_stalled(unfinished(RUNNING, started_at=started))
    assert not is_stalled(unfinished(started_at=started)), "it waits"
    assert not is_stalled(make.ImportBatchFactory())


@pytest.mark.django_db
def test_an_import_that_a_process_is_at_is_not_stalled_however_silent(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    batch = unfinished(RUNNING, progress_at=quiet_for(1))
    with only_worker(batch):
        assert not is_stalled(batch)
    assert is_stalled(batch)


@pytest.mark.django_db
def test_a_stalled_import_is_resumed(calls, django_capture_on_commit_callbacks):
    batch, other = (unfinished(RUNNING, progress_at=quiet_for(1)) for _each in range(2))
    left, others = (
        task(TaskResultStatus.RUNNING, args_kwargs={"args": [], "kwargs": {"batch_id": each.pk}})
        for each in (batch, other)
    )
    with django_capture_on_commit_callbacks(execute=True):
        tasks.watch_import.call(batch.pk)
    assert [name for name, *_rest in calls] == ["requeue_import"]
    enqueued = DBTaskResult.objects.filter(status=TaskResultStatus.READY).values_list("task_path", flat=True)
    assert set(enqueued) == {tasks.import_file.module_path, tasks.watch_import.module_path}
    assert list(DBTaskResult.objects.failed()) == [left], "its worker is dead"
    assert list(DBTaskResult.objects.running()) == [others]


@pytest.mark.django_db
def test_an_import_that_goes_on_is_looked_at_again_later(calls, django_capture_on_commit_callbacks):
    batch = unfinished(RUNNING, progress_at=now_ms())
    with django_capture_on_commit_callbacks(execute=True):
        tasks.watch_import.call(batch.pk)
    assert not calls
    waiting = DBTaskResult.objects.get()
    assert waiting.task_path == tasks.watch_import.module_path
    assert waiting.run_after > timezone.now() + STALLED_AFTER / 2
    waiting.delete()
    ImportBatch.objects.update(status=DONE, finished_at=now_ms())
    with django_capture_on_commit_callbacks(execute=True):
        tasks.watch_import.call(batch.pk)
    assert not DBTaskResult.objects.exists()


@pytest.mark.django_db
def test_profiles_and_recommendations_are_asked_for_by_day(calls):
    person = StaffFactory()
    tasks.build_profiles_task.call("2026-02-28", user_id=person.pk)
    tasks.recommend_task.call("2026-02-28", {"holdout_percent": 10})
    assert [(name, str(given["as_of"]), actor) for name, given, actor in calls] == [
        ("build_profiles", "2026-02-28", person.pk),
        ("recommend", "2026-02-28", None),
    ]
    assert calls[1][1]["config"] == {"holdout_percent": 10}


def task(status, **values):
    values = {"args_kwargs": {"args": [], "kwargs": {}}, "run_after": timezone.now(), **values}
    return DBTaskResult.objects.create(
        status=status, task_path="crm.tasks.import_file", backend_name="default", **values
    )


@pytest.mark.django_db
def test_the_list_of_tasks_is_read_only_and_narrowed_by_status():
    boss = signed_in()
    failed = task(TaskResultStatus.FAILED, traceback="Traceback\ncrm.tasks.TaskFailedError: ValueError\n")
    task(TaskResultStatus.READY)
    listed = boss.get(url_of(DBTaskResult, "changelist"), {"state": "FAILED"}).context["cl"].result_list
    assert list(listed) == [failed]
    assert boss.get(url_of(DBTaskResult, "changelist"), {"state": "else"}).status_code in (200, 302)
    assert boss.post(url_of(DBTaskResult, "change", failed.pk), {"status": "READY"}).status_code == 403
    assert boss.get(url_of(DBTaskResult, "add")).status_code == 403
    assert boss.post(url_of(DBTaskResult, "delete", failed.pk), {"post": "yes"}).status_code == 403
    assert (
        signed_in(permissions=["crm.view_importbatch"]).get(url_of(DBTaskResult, "changelist")).status_code
        == 403
    )


def test_every_task_has_a_name_for_people():
    defined = {each.module_path for each in vars(tasks).values() if isinstance(each, Task)}
    assert defined
    assert all(task_name(path) != path for path in defined)
