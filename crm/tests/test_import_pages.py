"""Importing in the back office: a file is looked at before anything is written."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django_tasks_db.models import DBTaskResult

from config.base.clock import now_ms
from config.base.sheets import BYTE_ORDER_MARK
from config.base.tests.admin_helpers import form_of, signed_in, text_of
from crm import tasks, uploads
from crm.models import Customer, ImportBatch, OrderLine

from . import factories as make
from .import_helpers import BAD, GOOD, HEADER, confirm, file_of, send, token_of, url, work

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def data(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    make.ProductFactory(product_key="PINOT")
    return tmp_path


@pytest.fixture
def boss():
    return signed_in()


def test_a_file_is_looked_at_before_anything_is_written(boss):
    page = send(boss)
    text = text_of(page)
    assert page.context["checked"].read == 2
    assert [str(value) for _label, value in page.context["figures"]] == ["2", "1", "0", "0", "1"]
    assert "zwei" in text
    assert "bad_quantity" in text
    assert not ImportBatch.objects.exists()
    assert not OrderLine.objects.exists()
    assert not Customer.objects.exists()


def test_what_is_confirmed_is_what_was_looked_at(boss, django_capture_on_commit_callbacks):
    page = send(boss)
    with django_capture_on_commit_callbacks(execute=True):
        batch = confirm(boss, page)
    assert (batch.status, batch.imported_by, batch.file_name) == ("QUEUED", boss.user, "orders.csv")
    assert DBTaskResult.objects.filter(task_path=tasks.import_file.module_path).count() == 1
    assert not OrderLine.objects.exists(), "a worker does it"
    work(batch)
    checked = page.context["checked"]
    for name in ("read", "created", "updated", "unchanged", "rejected"):
        assert getattr(batch, f"rows_{name}") == getattr(checked, name)
    assert OrderLine.objects.get().created_by == boss.user


def test_a_file_is_gone_once_its_import_has_begun(boss, data):
    page = send(boss)
    assert list((data / "imports/uploads").iterdir())
    confirm(boss, page)
    assert not list((data / "imports/uploads").iterdir())
    assert boss.get(url("preview", token_of(page))).status_code == 404


def test_what_lies_for_a_day_is_thrown_away_when_the_next_file_comes(boss, monkeypatch):
    old = token_of(send(boss))
    later = now_ms() + uploads.KEPT_FOR + timedelta(seconds=1)
    monkeypatch.setattr(uploads, "now_ms", lambda: later)
    send(boss)
    assert boss.get(url("preview", old)).status_code == 404


def test_a_file_is_seen_by_nobody_but_who_sent_it(boss):
    token = token_of(send(boss))
    other = signed_in()
    for name in ("preview", "columns", "preview_rejects"):
        assert boss.get(url(name, token)).status_code == 200
        assert other.get(url(name, token)).status_code == 404
    assert other.post(url("preview", token), {"confirm": "1"}).status_code == 404
    assert not ImportBatch.objects.exists()


@pytest.mark.parametrize("right", ["crm.view_importbatch", "crm.change_importbatch"])
def test_importing_needs_its_own_right(boss, right):
    token = token_of(send(boss))
    other = signed_in(permissions=[right])
    assert other.get(url("import")).status_code == 403
    assert other.post(url("import"), {"file": file_of(HEADER)}).status_code == 403
    for name in ("preview", "columns", "preview_rejects"):
        assert other.get(url(name, token)).status_code == 403


def test_the_rejected_rows_are_a_file_to_mend_and_load_again(boss, django_capture_on_commit_callbacks):
    page = send(boss)
    work(confirm(boss, page))
    page = send(boss)
    answer = boss.get(url("preview_rejects", token_of(page)))
    assert 'filename="rejects-orders.csv"' in answer["Content-Disposition"]
    rejects = b"".join(answer.streaming_content).decode()
    assert rejects.startswith(BYTE_ORDER_MARK), "spreadsheets take it for UTF-8"
    assert rejects.splitlines()[1].startswith(BAD.strip())
    assert "“zwei” is no whole number" in rejects, "it says what is wrong"
    mended = send(boss, rejects.replace("zwei", "2"))
    assert (mended.context["checked"].created, mended.context["checked"].rejected) == (1, 0)


def test_cells_that_would_change_are_shown_old_and_new(boss):
    work(confirm(boss, send(boss, HEADER + GOOD)))
    page = send(boss, HEADER + GOOD.replace(",2,9.50", ",3,9.50"))
    assert page.context["checked"].updated == 1
    columns = {change["column"]: (change["old"], change["new"]) for change, _label in page.context["changes"]}
    assert columns["quantity"] == ("2", "3")
    assert "<del>2</del>" in text_of(page)


def test_a_file_that_is_no_table_is_refused_at_once(boss, data):
    page = send(boss, "")
    assert page.status_code == 400
    assert "file" in page.context["form"].errors
    assert not list((data / "imports/uploads").glob("*"))


def test_a_file_that_is_too_large_is_refused(boss, monkeypatch):
    monkeypatch.setattr("crm.admin.import_forms.MAX_SIZE", 10)
    page = send(boss)
    assert page.context["form"].errors["file"] == ["The file is larger than 200 MB. The command imports it."]


def test_the_columns_of_a_foreign_file_are_told_by_hand(boss):
    text = "Beleg;Datum;Kunde;Wein;label;Menge;Preis\nA-1;05/01/2026 10:00;C1;PINOT;x;2;9,50\n"
    page = send(boss, text, reading="columns")
    form = form_of(page, "columns_form")
    assert form["column_label"] == "label", "what is called as ours is guessed"
    form |= {
        "column_order_reference": "Beleg",
        "column_ordered_at": "Datum",
        "column_customer_code": "Kunde",
        "column_product_key": "Wein",
        "column_quantity": "Menge",
        "column_unit_price": "Preis",
        "constant_currency": "EUR",
        "date_format": "%d/%m/%Y %H:%M",
        "decimal_comma": "on",
    }
    page = boss.post(url("columns", token_of(page)), form, follow=True)
    assert (page.context["checked"].created, page.context["checked"].failure) == (1, "")
    batch = work(confirm(boss, page))
    line = OrderLine.objects.get()
    assert (line.quantity, str(line.unit_price), line.currency) == (2, "9.50", "EUR")
    assert batch.mapping["columns"]["customer_code"] == "Kunde"
    assert batch.mapping["decimal_comma"] is True


def test_columns_that_do_not_suffice_are_said_on_the_preview(boss):
    page = send(boss, "a,b\n1,2\n", reading="columns")
    form = form_of(page, "columns_form")
    refused = boss.post(url("columns", token_of(page)), form)
    assert refused.status_code == 400
    page = boss.post(url("columns", token_of(page)), {**form, "column_quantity": "a"}, follow=True)
    assert page.context["checked"].failure
    assert "confirm_form" not in text_of(page)


def test_a_mapping_of_ones_own_is_read_from_json(boss):
    mapping = {"columns": {"order_reference": "Beleg"}, "no_such_key": 1}
    page = send(boss, reading="json", json_file=file_of(json.dumps(mapping), "m.json"))
    assert "json_file" in page.context["form"].errors
    page = send(boss, reading="json", json_file=file_of("{", "m.json"))
    assert page.context["form"].errors["json_file"] == ["This is no JSON."]
    page = send(boss, reading="json")
    assert page.context["form"].errors["json_file"] == ["Choose the JSON file of your mapping."]
    columns = {name: name for name in HEADER.strip().split(",")}
    given = {"columns": columns, "unknown_customer": "create"}
    page = send(boss, reading="json", json_file=file_of(json.dumps(given), "m.json"))
    assert page.context["checked"].created == 1


def test_a_shipped_mapping_is_for_one_kind_of_file(boss):
    page = send(boss, kind="PRODUCTS", reading="online-retail")
    assert page.context["form"].errors["reading"] == ["This mapping is for another kind of file."]
    page = send(boss, reading="/etc/passwd")
    assert "reading" in page.context["form"].errors


def test_a_large_file_is_looked_at_in_the_background(boss, monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.setattr(uploads, "SMALL", 10)
    with django_capture_on_commit_callbacks(execute=True):
        page = send(boss)
    assert 'http-equiv="refresh"' in text_of(page)
    assert "It waits for a worker." in text_of(page)
    waiting = DBTaskResult.objects.get()
    tasks.check_upload.call(**waiting.args_kwargs["kwargs"])
    page = boss.get(url("preview", token_of(page)))
    assert page.context["checked"].created == 1
    assert 'http-equiv="refresh"' not in text_of(page)


def test_the_page_of_a_file_that_is_looked_at_says_how_far_it_is(boss, monkeypatch):
    monkeypatch.setattr(uploads, "SMALL", 10)
    page = send(boss)
    upload = page.context["upload"]
    (upload.folder / uploads.PROGRESS).write_text("[30, 120]")
    assert 'value="25"' in text_of(boss.get(url("preview", upload.token)))
