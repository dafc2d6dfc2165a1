"""Imports over the API: sent, looked at, called off, resumed, undone."""

from __future__ import annotations

import json

import pytest
from django_tasks_db.models import DBTaskResult

from accounts.tests.factories import StaffFactory
from config.base.testing import api_client, etag
from crm import tasks
from crm.importing.results import LIMIT
from crm.models import AuditItem, Customer, ImportBatch, OrderLine

from . import factories as make
from .import_helpers import BAD, GOOD, HEADER, file_of, work

pytestmark = pytest.mark.django_db

URL = "/api/v1/crm/import-batches/"


@pytest.fixture(autouse=True)
def data(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    make.ProductFactory(product_key="PINOT")


def send(client, path="", text=HEADER + GOOD + BAD, **values):
    return client.post(URL + path, {"file": file_of(text), "kind": "ORDERS", **values}, format="multipart")


def act(client, batch, action, **headers):
    return client.post(f"{URL}{batch.pk}/{action}/", headers={"If-Match": etag(batch), **headers})


def codes_of(answer, status=400):
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    return {error["field"]: error["code"] for error in answer.json()["errors"]}


def test_a_file_that_is_sent_waits_for_a_worker(staff_api, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        answer = send(staff_api)
    assert answer.status_code == 201, answer.content
    batch = ImportBatch.objects.get()
    assert answer["Location"].endswith(f"{URL}{batch.pk}/")
    assert answer["ETag"] == etag(batch)
    assert (answer.json()["status"], answer.json()["imported_by"]) == ("QUEUED", staff_api.user.pk)
    assert DBTaskResult.objects.filter(task_path=tasks.import_file.module_path).exists()
    assert (work(batch).rows_created, batch.rows_rejected) == (1, 1)


def test_looking_tells_the_same_and_keeps_nothing(staff_api):
    answer = send(staff_api, "check/")
    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert [body[name] for name in ("read", "created", "updated", "unchanged", "rejected")] == [2, 1, 0, 0, 1]
    assert body["codes"] == {"bad_quantity": 1}
    (reject,) = body["rejects"]
    assert (reject["line"], reject["code"], reject["value"]) == (3, "bad_quantity", "zwei")
    for model in (ImportBatch, OrderLine, Customer, AuditItem):
        assert not model.all_objects.exists()


def test_looking_lists_as_many_rejects_as_the_description_says(staff_api):
    answer = send(staff_api, "check/", HEADER + BAD * (LIMIT + 1))
    assert (answer.json()["rejected"], len(answer.json()["rejects"])) == (LIMIT + 1, 1000)


@pytest.mark.parametrize("path", ["", "check/"])
def test_what_is_sent_is_judged_key_by_key(staff_api, path):
    assert codes_of(staff_api.post(URL + path, {"no_such": "1"}, format="multipart")) == {
        "no_such": "unknown",
        "file": "required",
        "kind": "required",
    }
    assert codes_of(staff_api.post(URL + path, {"file": "x"}, format="json")) == {
        "file": "invalid",
        "kind": "required",
    }
    assert set(codes_of(send(staff_api, path, mapping="/etc/passwd"))) == {"mapping"}
    assert set(codes_of(send(staff_api, path, mapping="{"))) == {"mapping"}
    assert set(codes_of(send(staff_api, path, mapping='{"columns": {"no_such": "x"}}'))) == {"mapping"}
    assert codes_of(send(staff_api, path, kind="ELSE")) == {"kind": "invalid_choice"}
    assert send(staff_api, path, text="a,b\n1,2\n").status_code == 409, "the columns do not suffice"
    assert not ImportBatch.objects.exists()


def test_a_mapping_is_sent_as_json(staff_api):
    text = (HEADER + GOOD).replace("order_reference", "Beleg")
    columns = {name: name for name in HEADER.strip().split(",")} | {"order_reference": "Beleg"}
    mapping = json.dumps({"columns": columns, "unknown_customer": "create"})
    assert send(staff_api, "check/", text, mapping=mapping).json()["created"] == 1


def test_a_file_that_is_too_large_is_refused(staff_api, monkeypatch):
    monkeypatch.setattr("crm.api.imports.MAX_SIZE", 10)
    assert codes_of(send(staff_api)) == {"file": "invalid"}


def test_the_rights_are_those_of_importing_and_of_changing():
    batch = make.ImportBatchFactory(status="QUEUED", finished_at=None)
    reader, importer, changer = (
        api_client(StaffFactory(permissions=["crm.view_importbatch", *more]))
        for more in ([], ["crm.add_importbatch"], ["crm.change_importbatch"])
    )
    for client in (reader, changer):
        assert send(client).status_code == send(client, "check/").status_code == 403
    assert send(importer, "check/").status_code == 200
    for client in (reader, importer):
        for action in ("cancel", "resume", "undo"):
            assert act(client, batch, action).status_code == 403
    assert act(changer, batch, "cancel").status_code == 200


def test_an_import_is_called_off_and_resumed(staff_api, django_capture_on_commit_callbacks):
    send(staff_api)
    batch = ImportBatch.objects.get()
    assert staff_api.post(f"{URL}{batch.pk}/cancel/").status_code == 428
    assert act(staff_api, batch, "cancel").json()["status"] == "CANCELLED"
    stale = staff_api.post(f"{URL}{batch.pk}/resume/", headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    with django_capture_on_commit_callbacks(execute=True):
        assert act(staff_api, batch, "resume").json()["status"] == "QUEUED"
    assert DBTaskResult.objects.filter(task_path=tasks.import_file.module_path).exists()
    assert work(batch).status == "DONE"
    refused = act(staff_api, batch, "cancel")
    assert (refused.status_code, refused.json()["code"]) == (409, "status")


def test_an_import_is_undone(staff_api):
    send(staff_api)
    batch = work(ImportBatch.objects.get())
    assert act(staff_api, batch, "undo").json()["status"] == "UNDONE"
    assert not OrderLine.objects.exists()
    assert act(staff_api, batch, "undo").status_code == 409


def test_what_stands_against_undoing_is_listed(staff_api):
    send(staff_api)
    batch = work(ImportBatch.objects.get())
    line = OrderLine.objects.get()
    line.raw_label = "Mended by hand"
    line.save()
    answer = act(staff_api, batch, "undo")
    assert (answer.status_code, answer.json()["code"]) == (409, "undo_conflict")
    assert [(each["object"], each["id"]) for each in answer.json()["errors"]] == [("crm.OrderLine", line.pk)]


def test_the_rejected_rows_are_csv(staff_api):
    send(staff_api)
    batch = ImportBatch.objects.get()
    assert staff_api.get(f"{URL}{batch.pk}/rejects/").status_code == 404, "nothing has been rejected yet"
    work(batch)
    for accept in ("*/*", "text/csv"):
        answer = staff_api.get(f"{URL}{batch.pk}/rejects/", headers={"Accept": accept})
        assert answer["Content-Type"].startswith("text/csv")
        rows = b"".join(answer.streaming_content).decode().splitlines()
        assert len(rows) == 2
        assert rows[1].startswith(BAD.strip())
    missing = staff_api.get(f"{URL}0/rejects/", headers={"Accept": "text/csv"})
    assert missing.status_code == 404
    assert json.loads(missing.content)["code"] == "not_found"
