"""What became of an import: how far it is, what it did; called off, resumed, undone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from config.base.clock import now_ms
from config.base.tests.admin_helpers import form_of, signed_in, text_of
from crm import tasks
from crm.importing import store
from crm.models import AuditItem, Customer, ImportBatch, OrderLine
from crm.stalling import STALLED_AFTER

from . import factories as make
from .import_helpers import BAD, HEADER, confirm, send, url, work

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def data(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    make.ProductFactory(product_key="PINOT")
    return tmp_path


@pytest.fixture
def boss():
    return signed_in()


def report(client, batch):
    return text_of(client.get(url("report", batch.pk)))


def test_the_report_counts_and_links_the_rejects(boss):
    batch = work(confirm(boss, send(boss)))
    page = boss.get(url("report", batch.pk))
    text = text_of(page)
    item = AuditItem.objects.get(code="bad_quantity")
    assert reverse("admin:crm_audititem_change", args=[item.pk]) in text
    ((code, link),) = page.context["rejected_codes"]
    assert (code.code, code.rows) == ("bad_quantity", 1)
    assert list(boss.get(link).context["cl"].result_list) == [item]
    rejects = b"".join(boss.get(url("rejects", batch.pk)).streaming_content).decode()
    assert rejects.splitlines()[1].startswith(BAD.strip())
    assert 'http-equiv="refresh"' not in text
    store.rejects_path(batch).unlink()
    assert boss.get(url("rejects", batch.pk)).status_code == 404
    assert url("rejects", batch.pk) not in report(boss, batch)


def test_each_row_is_listed_once_with_all_that_speaks_against_it(boss, monkeypatch):
    monkeypatch.setattr("crm.admin.import_reports.SHOWN", 2)
    twice = "A-{0},1,2026-01-06 10:00,C2,PINOT,zwei,teuer,EUR\n"
    text = HEADER + "".join(twice.format(number) for number in range(3))
    batch = work(confirm(boss, send(boss, text)))
    assert (batch.rows_rejected, AuditItem.objects.count()) == (3, 6)
    page = boss.get(url("report", batch.pk))
    assert [note.row_number for note in page.context["rejects"]] == [2, 3]
    assert all("zwei" in note.message and "teuer" in note.message for note in page.context["rejects"])
    assert page.context["notes_url"].replace("&", "&amp;") in text_of(page), "where the third one is"


def unfinished(status, **values):
    return make.ImportBatchFactory(status=status, finished_at=None, **values)


def test_a_running_import_shows_how_far_it_is_and_can_be_called_off(boss):
    batch = unfinished("RUNNING", bytes_total=200, bytes_read=50, progress_at=now_ms())
    text = report(boss, batch)
    assert 'value="25"' in text
    assert 'http-equiv="refresh"' in text
    boss.post(url("cancel", batch.pk))
    batch.refresh_from_db()
    assert batch.cancel_requested
    assert "It is being called off." in report(boss, batch)


def test_an_import_that_nobody_takes_up_says_that_a_worker_is_missing(boss):
    assert "db_worker" not in report(boss, unfinished("QUEUED", started_at=now_ms()))
    waiting = unfinished("QUEUED", started_at=now_ms() - timedelta(minutes=1))
    assert "db_worker" in report(boss, waiting)
    boss.post(url("cancel", waiting.pk))
    waiting.refresh_from_db()
    assert waiting.status == "CANCELLED"
    assert "called off; nothing was written" in report(boss, waiting)


def test_a_stalled_import_says_since_when_and_is_resumed(boss, django_capture_on_commit_callbacks):
    batch = confirm(boss, send(boss))
    quiet = now_ms() - STALLED_AFTER - timedelta(seconds=1)
    ImportBatch.objects.filter(pk=batch.pk).update(status="RUNNING", started_at=quiet, progress_at=quiet)
    text = report(boss, batch)
    assert "No sign of life since" in text
    assert 'http-equiv="refresh"' not in text
    with django_capture_on_commit_callbacks(execute=True):
        boss.post(url("resume", batch.pk))
    assert DBTaskResult.objects.filter(task_path=tasks.import_file.module_path).count() == 1
    assert (work(batch).status, batch.rows_created) == ("DONE", 1)
    answer = boss.post(url("resume", batch.pk), follow=True)
    assert "has come to its end already" in text_of(answer)


def test_an_import_that_failed_says_why(boss):
    batch = make.ImportBatchFactory(status="FAILED", failure="The packed file is damaged.")
    text = report(boss, batch)
    assert "The packed file is damaged." in text
    assert url("resume", batch.pk) in text


def test_who_may_only_look_is_offered_no_button_and_refused(boss):
    batch = unfinished("RUNNING", progress_at=now_ms())
    reader = signed_in(permissions=["crm.view_importbatch"])
    text = report(reader, batch)
    done = make.ImportBatchFactory()
    for name in ("cancel", "resume", "take_back"):
        assert url(name, batch.pk) not in text + report(reader, done)
        assert reader.post(url(name, batch.pk)).status_code == 403
    assert not ImportBatch.objects.get(pk=batch.pk).cancel_requested
    assert signed_in(permissions=["crm.add_importbatch"]).get(url("report", batch.pk)).status_code == 403


def test_the_list_leads_to_the_report_and_a_new_import(boss):
    batch = make.ImportBatchFactory()
    text = text_of(boss.get(url("changelist")))
    assert url("report", batch.pk) in text
    assert url("import") in text


def test_undoing_says_what_would_go_and_takes_it_back(boss):
    batch = work(confirm(boss, send(boss)))
    page = boss.get(url("take_back", batch.pk))
    assert {str(label): number for label, number in page.context["written"]} == {
        "order lines": 1,
        "customers": 1,
    }
    assert OrderLine.objects.count() == 1
    answer = boss.post(url("take_back", batch.pk), form_of(page, "undo_form"), follow=True)
    assert "The import was undone." in text_of(answer)
    batch.refresh_from_db()
    assert batch.status == "UNDONE"
    assert not OrderLine.objects.exists()
    assert not Customer.objects.exists()
    assert url("take_back", batch.pk) not in report(boss, batch)


def test_an_import_whose_rows_were_changed_since_is_not_undone_and_says_which(boss):
    batch = work(confirm(boss, send(boss)))
    line = OrderLine.objects.get()
    line.raw_label = "Mended by hand"
    line.save()
    answer = boss.post(url("take_back", batch.pk), {"post": "1"})
    assert answer.status_code == 409
    assert "Nothing was changed." in answer.content.decode()
    assert answer.context["conflicts"]
    assert OrderLine.objects.count() == 1
