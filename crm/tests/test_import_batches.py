"""Imports as batches: progress that others see, called off, killed in the middle, run anew."""

import os
import signal
import subprocess
import sys
from threading import Thread

import pytest
from django.conf import settings
from django.db import connection

from config.base.exceptions import DomainError
from crm.importing import noting, reading, store
from crm.importing.files import inspect
from crm.locks import only_worker
from crm.models import AuditItem, Customer, ImportBatch, OrderLine
from crm.services import cancel_import, resume_import, run_import, start_import
from crm.tests.factories import CustomerFactory
from crm.tests.test_import_orders import FIRST, HEADER, SECOND, figures, merlot, written  # noqa: F401

pytestmark = pytest.mark.django_db

BAD = "A2,1,soon,C2,MERLOT,1,9.90,EUR\n"

#: Runs the batch and kills its own process, as the kernel would: in the middle of reading, or of writing.
KILLED = """
import os, signal, sys
import django
django.setup()
from crm.importing import noting
from crm.models import ImportBatch
from crm.services import run_import
def kill(*args, **options):
    os.kill(os.getpid(), signal.SIGKILL)
if sys.argv[2] == "writing":
    noting.write_down = kill
run_import(batch=ImportBatch.objects.get(pk=sys.argv[1]), progress=kill if sys.argv[2] == "reading" else None)
"""


@pytest.fixture
def batch(written) -> ImportBatch:  # noqa: F811
    path = written(HEADER + FIRST + BAD + SECOND)
    return start_import(kind="ORDERS", source=path, file_name=path.name, mapping=None)


def database_url() -> str:
    found = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{found['NAME']}"
    return f"postgres://{found['USER']}:{found['PASSWORD']}@{found['HOST']}:{found['PORT']}/{found['NAME']}"


def elsewhere(function) -> list:
    """What the function returns on another connection."""
    answers = []

    def work() -> None:
        try:
            answers.append(function())
        finally:
            connection.close()

    thread = Thread(target=work)
    thread.start()
    thread.join()
    return answers


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("moment", ["reading", "writing"])
def test_a_killed_import_has_written_nothing_and_is_run_anew(batch, moment):
    environment = os.environ | {
        "DATABASE_URL": database_url(),
        "DATA_DIR": str(settings.DATA_DIR),
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
    }
    command = [sys.executable, "-c", KILLED, str(batch.pk), moment]
    killed = subprocess.run(command, env=environment, cwd=settings.BASE_DIR, capture_output=True, text=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    batch.refresh_from_db()
    assert (batch.status, batch.rows_read) == ("RUNNING", 0)
    assert not OrderLine.all_objects.exists() and not Customer.all_objects.exists()
    assert not AuditItem.all_objects.exists() and not store.rejects_path(batch).exists()
    assert figures(resume_import(batch=batch)) == (3, 2, 0, 0, 1)
    batch.refresh_from_db()
    assert (batch.status, batch.rows_created, batch.rows_rejected) == ("DONE", 2, 1)
    assert OrderLine.objects.count() == 2 and AuditItem.objects.filter(code="bad_date").count() == 1


@pytest.mark.django_db(transaction=True)
def test_while_a_file_is_read_others_see_how_far_it_is_and_can_write(batch):
    told = []

    def look(read: int, total: int) -> None:
        stored = elsewhere(lambda: ImportBatch.objects.get(pk=batch.pk))[0]
        told.append((stored.status, stored.bytes_read, stored.bytes_total))
        elsewhere(lambda: CustomerFactory(customer_code="MEANWHILE"))

    run_import(batch=batch, progress=look)
    size = store.kept(batch).stat().st_size
    assert told == [("RUNNING", size, size)]
    assert Customer.objects.filter(customer_code="MEANWHILE").exists()


def test_an_import_that_is_called_off_while_it_reads_writes_nothing(batch):
    result = run_import(batch=batch, progress=lambda read, total: cancel_import(batch=batch))
    assert figures(result) == (0, 0, 0, 0, 0)
    assert batch.status == "CANCELLED" and not OrderLine.all_objects.exists()
    assert figures(resume_import(batch=batch)) == (3, 2, 0, 0, 1)


@pytest.mark.django_db(transaction=True)
def test_an_import_that_is_called_off_while_it_writes_keeps_nothing(batch, monkeypatch):
    write_down = noting.write_down

    def call_off(*args: object) -> None:
        write_down(*args)
        if connection.vendor == "postgresql":  # another connection, which does not wait for the import to end
            elsewhere(lambda: cancel_import(batch=ImportBatch.objects.get(pk=batch.pk)))
        else:
            cancel_import(batch=ImportBatch.objects.get(pk=batch.pk))

    monkeypatch.setattr(noting, "write_down", call_off)
    result = run_import(batch=batch)
    assert figures(result) == (0, 0, 0, 0, 0)
    assert batch.status == "CANCELLED" and not OrderLine.all_objects.exists()
    assert not store.rejects_path(batch).exists()


def test_one_that_waits_is_called_off_at_once_and_a_finished_one_not_at_all(batch):
    assert cancel_import(batch=batch).status == "CANCELLED"
    with pytest.raises(DomainError) as caught:
        cancel_import(batch=batch)
    assert caught.value.code == "status"


def test_whatever_goes_wrong_is_told_by_the_batch_and_nothing_is_written(batch, monkeypatch):
    def fall(*args: object) -> None:
        raise RuntimeError("the disk is full")

    write_down = noting.write_down
    monkeypatch.setattr(noting, "write_down", fall)
    with pytest.raises(RuntimeError):
        run_import(batch=batch)
    batch.refresh_from_db()
    assert (batch.status, batch.failure) == ("FAILED", "RuntimeError: the disk is full")
    assert not OrderLine.all_objects.exists() and not Customer.all_objects.exists()
    monkeypatch.setattr(noting, "write_down", write_down)
    assert figures(resume_import(batch=batch)) == (3, 2, 0, 0, 1)


def test_a_batch_is_run_by_one_worker_at_a_time_and_once(batch):
    with only_worker(batch), pytest.raises(DomainError) as caught:
        run_import(batch=batch)
    assert caught.value.code == "busy"
    run_import(batch=batch)
    with pytest.raises(DomainError) as caught:
        run_import(batch=batch)
    assert caught.value.code == "status"


def test_rows_are_the_same_however_few_are_read_at_a_time(written):  # noqa: F811
    rows = [
        f'O{n},1,2021-03-01,"C\n{n}",MERLOT,1,1,EUR\n'
        if n % 7 == 0
        else f"O{n},1,2021-03-01,C{n},MERLOT,1,1,EUR\n"
        for n in range(1, 60)
    ]
    form = inspect(written(HEADER + "".join(rows)))
    found = []
    for size in (1, 7, 1000):
        chunks = list(reading.read_chunks(form, size=size))
        assert all(len(chunk) <= size for chunk in chunks)
        pairs = [zip(chunk.lines, chunk.cells.rows(), strict=True) for chunk in chunks]
        found.append([pair for each in pairs for pair in each])
    assert found[0] == found[1] == found[2] and len(found[0]) == 59
