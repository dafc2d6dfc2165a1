"""Contacts out of files: told once, suppression sticks, and no order of rows or files changes the outcome."""

from datetime import UTC, datetime

import pytest

from config.base import integrity
from config.base.tests.helpers import assert_sound
from crm.models import AuditItem, ContactEvent, Customer, ImportBatch
from crm.services import merge_customers, opt_in_customer, opt_out_customer, undo_import
from crm.tests.factories import ContactEventFactory, CustomerFactory
from crm.tests.import_files import Files, contents, figures, sheet, tables

pytestmark = pytest.mark.django_db

HEADER = "customer_code,channel,kind,occurred_at,campaign"
SENT = "c1,EMAIL,SENT,2021-06-01 10:00:00,Summer"
OUT = "c1,e-mail,désinscrit,2021-06-02 10:00:00,Summer"


@pytest.fixture
def files(settings, tmp_path) -> Files:
    settings.DATA_DIR = tmp_path / "data"
    return Files(tmp_path, "CONTACTS")


@pytest.fixture
def anne() -> Customer:
    return CustomerFactory(customer_code="C1")


def flags(customer) -> tuple[bool, bool]:
    return Customer.all_objects.values_list("is_bounced", "is_opted_out").get(pk=customer.pk)


def assert_checked():
    """`check_data` finds nothing."""
    assert list(integrity.find_problems()) == []


def test_an_event_is_what_the_row_says(files, anne):
    result = files.do(sheet(HEADER, SENT))
    assert figures(result) == (1, 1, 0, 0, 0)
    event = ContactEvent.objects.get()
    event.full_clean()
    assert (event.customer, event.channel, event.kind, event.campaign) == (anne, "EMAIL", "SENT", "Summer")
    assert event.occurred_at == datetime(2021, 6, 1, 8, tzinfo=UTC) and event.batch == result.batch
    assert flags(anne) == (False, False)
    assert_sound(ContactEvent, Customer)


def test_the_same_file_again_changes_nothing(files, anne):
    text = sheet(HEADER, SENT, "c1,SMS,BOUNCED,2021-06-01,", "c1,POST,OPT_OUT,2021-06-01,")
    files.do(text)
    assert flags(anne) == (True, True)
    before = tables()
    assert figures(files.do(text)) == (3, 0, 0, 3, 0)
    assert tables() == before


def test_a_dry_run_says_the_same_and_leaves_nothing(files, anne):
    text = sheet(
        HEADER, SENT, SENT, "c1,EMAIL,OPT_OUT,2021-06-02,", "c1,EMAIL,OPT_IN,2021-06-03,", "c9,SMS,SENT,2021,"
    )
    before = tables()
    dry = files.check(text)
    assert tables() == before and not ImportBatch.all_objects.exists() and flags(anne) == (False, False)
    real = files.do(text)
    assert figures(dry) == (5, 3, 0, 1, 1)
    assert dry.as_json() | {"batch": real.batch.pk} == real.as_json()


def test_an_event_told_twice_is_one_however_it_is_written(files, anne):
    rows = [SENT, "C1 ,e-mail,envoyé,01/06/2021 10:00,SUMMER", SENT.replace("Summer", "Winter")]
    result = files.do(sheet(HEADER, *rows))
    assert figures(result) == (3, 2, 0, 1, 0)
    assert result.codes == {"exact_repeat": 1, "key_case": 2}
    before = tables()
    assert figures(files.do(sheet(HEADER, *reversed(rows)))) == (3, 0, 0, 3, 0)
    assert tables() == before


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("customer_code", "", "missing_customer"),
        ("customer_code", "C" * 101, "too_long"),
        ("customer_code", "ERASED-7", "customer_erased"),
        ("customer_code", "c9", "unknown_customer"),
        ("channel", "", "missing_channel"),
        ("channel", "pigeon", "bad_choice"),
        ("kind", "", "missing_kind"),
        ("kind", "shouted", "bad_choice"),
        ("occurred_at", "", "bad_date"),
        ("occurred_at", "someday", "bad_date"),
        ("campaign", "c" * 101, "too_long"),
    ],
)
def test_what_the_model_refuses_is_rejected_with_its_cell(files, anne, column, value, code):
    row = dict(zip(HEADER.split(","), SENT.split(","), strict=True)) | {column: value}
    result = files.do(sheet(HEADER, ",".join(row.values())))
    assert figures(result) == (1, 0, 0, 0, 1)
    assert [(each.line, each.column, each.code, each.value) for each in result.rejects] == [
        (2, column, code, value)
    ]
    assert not ContactEvent.objects.exists()


def test_the_mapping_says_what_becomes_of_strangers(files):
    mapping = {"columns": {name: name for name in HEADER.split(",")}}
    parked = files.do(sheet(HEADER, OUT), mapping | {"unknown_customer": "park"})
    assert figures(parked) == (1, 0, 0, 0, 1)
    assert AuditItem.objects.get().details["row_customer_code"] == "c1"
    created = files.do(sheet(HEADER, OUT), mapping | {"unknown_customer": "create"})
    assert figures(created) == (1, 1, 0, 0, 0) and created.also == {"customers": 1}
    assert Customer.objects.get().is_opted_out


@pytest.mark.parametrize("reverse", [False, True])
def test_no_import_clears_a_flag_whatever_the_order_of_rows(files, anne, reverse):
    rows = ["c1,EMAIL,OPT_OUT,2021-06-01,", "c1,EMAIL,OPT_IN,2021-06-02,", "c1,EMAIL,BOUNCED,2021-06-01,"]
    result = files.do(sheet(HEADER, *(reversed(rows) if reverse else rows)))
    assert figures(result) == (3, 3, 0, 0, 0) and result.codes == {"consent_to_confirm": 1}
    assert flags(anne) == (True, True)
    assert_checked()


def test_a_file_of_consents_frees_nobody_but_tells_whom_to_ask(files, anne):
    opt_out_customer(customer=anne)
    bert = CustomerFactory(customer_code="C2")
    result = files.do(sheet(HEADER, "c1,EMAIL,OPT_IN,2099-06-02,", "c2,EMAIL,OPT_IN,2099-06-02,"))
    assert figures(result) == (2, 2, 0, 0, 0)
    assert [item.row_number for item in AuditItem.objects.filter(code="consent_to_confirm")] == [2]
    assert (flags(anne), flags(bert)) == ((False, True), (False, False))
    assert flags(opt_in_customer(customer=anne)) == (False, False), "a person can"


def test_a_consent_out_of_a_file_keeps_no_flag_from_being_set(files, anne):
    files.do(sheet(HEADER, "c1,EMAIL,OPT_IN,2021-06-03,"))
    files.do(sheet(HEADER, "c1,EMAIL,OPT_OUT,2021-06-02,"))
    assert flags(anne) == (False, True)


def test_a_consent_that_was_recorded_outlasts_older_rows(files, anne):
    ContactEventFactory(customer=anne, kind="OPT_IN", occurred_at=datetime(2021, 6, 3, tzinfo=UTC))
    files.do(sheet(HEADER, "c1,EMAIL,OPT_OUT,2021-06-02,", "c1,EMAIL,BOUNCED,2021-06-04,"))
    assert flags(anne) == (True, False)
    assert_checked()


def test_the_order_of_rows_does_not_change_the_result(files, anne):
    rows = [
        SENT,
        OUT,
        SENT.replace("Summer", "SUMMER"),
        "c1,POST,REPLIED,2021-06-05,",
        "zz,EMAIL,SENT,2021-06-05,",
    ]
    first = files.do(sheet(HEADER, *rows))
    stored = contents(ContactEvent, without=("version",))
    undo_import(batch=first.batch)
    second = files.do(sheet(HEADER, *reversed(rows)))
    assert (figures(first), first.codes) == (figures(second), second.codes)
    assert contents(ContactEvent, without=("version",)) == stored


def test_an_old_code_is_the_survivor_and_makes_no_event_a_new_one(files, anne):
    text = sheet(HEADER, SENT, OUT)
    files.do(text)
    survivor = CustomerFactory(customer_code="C2")
    merge_customers(survivor=survivor, merged=anne)
    before = tables()
    assert figures(files.do(text)) == (2, 0, 0, 2, 0)
    assert tables() == before
    assert figures(files.do(sheet(HEADER, "c1,EMAIL,CLICKED,2021-06-09,"))) == (1, 1, 0, 0, 0)
    assert ContactEvent.objects.get(kind="CLICKED").customer == survivor


def test_nobody_comes_back_from_the_trash(files, anne):
    anne.delete()
    result = files.do(sheet(HEADER, OUT))
    assert figures(result) == (1, 0, 0, 0, 1) and result.rejects[0].code == "customer_in_trash"
    assert not Customer.objects.exists()


def test_mended_rejects_complete_the_load(files, anne):
    result = files.do(sheet(HEADER, SENT, OUT.replace("désinscrit", "gone")))
    assert figures(result) == (2, 1, 0, 0, 1)
    mended = files.do(result.rejects_file.read_text().replace("e-mail,gone", "e-mail,OPT_OUT"))
    assert figures(mended) == (1, 1, 0, 0, 0) and flags(anne) == (False, True)


def test_undoing_takes_the_events_back_and_leaves_the_suppression(files, anne):
    result = files.do(sheet(HEADER, SENT, OUT))
    undo_import(batch=result.batch)
    assert not ContactEvent.objects.exists() and flags(anne) == (False, True)
    assert figures(files.do(sheet(HEADER, SENT, OUT))) == (2, 2, 0, 0, 0)
    assert_sound(ContactEvent, Customer)
