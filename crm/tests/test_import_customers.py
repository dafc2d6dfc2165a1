"""Customers out of files: known by their code alone, never emptied, merged, freed of a flag or brought back."""

import pytest

from config.base.tests.helpers import assert_sound
from crm.models import AuditItem, ContactEvent, Customer, ImportBatch
from crm.services import merge_customers, opt_out_customer, undo_import
from crm.tests.factories import ContactEventFactory, CustomerFactory, ProductFactory
from crm.tests.import_files import Files, contents, figures, sheet, tables

pytestmark = pytest.mark.django_db

HEADER = "customer_code,full_name,email,phone,address_line,postal_code,city,country"
ANNE = 'c1,Anne  Élie,Anne@Example.ORG,06 12 34 56 78,"4, rue des Vignes",21200,Beaune,fr'


@pytest.fixture
def files(settings, tmp_path) -> Files:
    settings.DATA_DIR = tmp_path / "data"
    return Files(tmp_path, "CUSTOMERS")


def test_a_customer_is_what_the_row_says(files):
    result = files.do(sheet(HEADER, ANNE))
    assert figures(result) == (1, 1, 0, 0, 0)
    customer = Customer.objects.get()
    customer.full_clean()
    assert (customer.customer_code, customer.full_name) == ("C1", "Anne Élie")
    assert (customer.email, customer.email_key) == ("Anne@example.org", "anne@example.org")
    assert customer.phone == "+33612345678" and customer.first_batch == result.batch
    assert (customer.address_line, customer.postal_code) == ("4, rue des Vignes", "21200")
    assert (customer.city, customer.country) == ("Beaune", "FR")
    assert [record.history_change_reason for record in customer.history.all()] == [
        f"import {result.batch.pk}"
    ]
    assert_sound(Customer)


def test_the_same_file_again_changes_nothing(files):
    text = sheet(HEADER, ANNE, "17850.0,,,,,,,")
    assert figures(files.do(text)) == (2, 2, 0, 0, 0)
    assert Customer.objects.filter(customer_code="17850").exists()
    before = tables()
    assert figures(files.do(text)) == (2, 0, 0, 2, 0)
    assert tables() == before


def test_a_dry_run_says_the_same_and_leaves_nothing(files):
    CustomerFactory(customer_code="C2", email="b@example.org")
    text = sheet(HEADER, ANNE, "c2,,anne@example.org,,,,,", "c3,,nobody,,,,,")
    before = tables()
    dry = files.check(text)
    assert tables() == before and not ImportBatch.all_objects.exists()
    real = files.do(text)
    assert figures(dry) == (3, 1, 1, 0, 1)
    assert dry.as_json() | {"batch": real.batch.pk} == real.as_json()


def test_an_empty_cell_or_a_missing_column_leaves_what_is_known(files):
    files.do(sheet(HEADER, ANNE))
    before = contents(Customer)
    assert figures(files.do(sheet(HEADER, "C1,,,,,,,"))) == (1, 0, 0, 1, 0)
    assert contents(Customer) == before
    result = files.do(sheet("customer_code,email", "c1,anne@example.com"))
    assert figures(result) == (1, 0, 1, 0, 0)
    assert [(each.column, each.old, each.new) for each in result.changes] == [
        ("email", "Anne@example.org", "anne@example.com")
    ]
    customer = Customer.objects.get()
    assert (customer.email_key, customer.city, customer.version) == ("anne@example.com", "Beaune", 2)


@pytest.mark.parametrize(
    ("phone", "country", "stored"),
    [
        ("06 12 34 56 78", "", "+33612345678"),
        ("+32 470 12 34 56", "FR", "+32470123456"),
        ("0470 12 34 56", "BE", "+32470123456"),
        ("01.42.68.53.00", "FR", "+33142685300"),
    ],
)
def test_a_phone_number_is_stored_as_it_is_dialled_from_anywhere(files, phone, country, stored):
    assert figures(files.do(sheet("customer_code,phone,country", f"c,{phone},{country}"))) == (1, 1, 0, 0, 0)
    assert Customer.objects.get().phone == stored


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("customer_code", "", "missing_customer"),
        ("customer_code", "C" * 101, "too_long"),
        ("customer_code", "erased-12", "customer_erased"),
        ("full_name", "n" * 151, "too_long"),
        ("email", "anne@", "bad_email"),
        ("email", "a" * 250 + "@example.org", "bad_email"),
        ("phone", "0612", "bad_phone"),
        ("address_line", "a" * 256, "too_long"),
        ("postal_code", "1" * 21, "too_long"),
        ("city", "c" * 101, "too_long"),
        ("country", "France", "bad_country"),
    ],
)
def test_what_the_model_refuses_is_rejected_with_its_cell(files, column, value, code):
    row = {"customer_code": "c", column: value}
    row = row if len(row) > 1 else row | {"city": "Beaune"}
    result = files.do(sheet(",".join(row), ",".join(row.values())))
    assert figures(result) == (1, 0, 0, 0, 1)
    assert [(each.line, each.code, each.value) for each in result.rejects] == [(2, code, value)]
    assert not Customer.objects.exists()


def test_repeated_codes_are_told_and_contradictions_rejected_in_any_order(files):
    rows = ["a,Anne", "A,Anne", "b,Bea", "B,Beatrix", "c,Cleo"]
    text, turned = sheet("customer_code,full_name", *rows), sheet("customer_code,full_name", *reversed(rows))
    dry, real = files.check(text), files.do(turned)
    assert figures(dry) == figures(real) == (5, 2, 0, 1, 2)
    assert dry.codes == real.codes == {"ambiguous_key": 2, "exact_repeat": 1, "key_case": 2}
    assert sorted(Customer.objects.values_list("customer_code", flat=True)) == ["A", "C"]


def test_two_codes_with_one_address_stay_two_and_are_noted(files):
    CustomerFactory(customer_code="OLD", email="anne@example.org")
    result = files.do(
        sheet(
            "customer_code,email",
            "c1,ANNE@example.org",
            "c2,b@example.org",
            "c3,B@example.org",
            "c4,d@example.org",
        )
    )
    assert figures(result) == (4, 4, 0, 0, 0) and result.codes == {"shared_email": 3}
    assert list(AuditItem.objects.order_by("row_number").values_list("row_number", flat=True)) == [2, 3, 4]
    assert not Customer.objects.filter(merged_into__isnull=False).exists()


def test_no_import_clears_a_flag(files):
    customer = opt_out_customer(customer=CustomerFactory(customer_code="C1"))
    ContactEventFactory(customer=customer, kind="BOUNCED")
    assert figures(files.do(sheet(HEADER, ANNE))) == (1, 0, 1, 0, 0)
    customer.refresh_from_db()
    assert (customer.is_bounced, customer.is_opted_out, customer.full_name) == (True, True, "Anne Élie")


def test_nobody_comes_back_from_the_trash(files):
    CustomerFactory(customer_code="C1").delete()
    result = files.do(sheet(HEADER, ANNE))
    assert figures(result) == (1, 0, 0, 0, 1) and result.rejects[0].code == "customer_in_trash"
    assert not Customer.objects.exists()


def test_a_merged_code_may_say_what_was_known_and_nothing_new(files):
    text = sheet("customer_code,full_name", "a,Anne", "b,Anne E.")
    files.do(text)
    merge_customers(
        survivor=Customer.objects.get(customer_code="B"), merged=Customer.objects.get(customer_code="A")
    )
    before = tables()
    assert figures(files.do(text)) == (2, 0, 0, 2, 0)
    result = files.do(sheet("customer_code,full_name", "a,Anne Élie"))
    assert figures(result) == (1, 0, 0, 0, 1) and result.rejects[0].code == "customer_merged"
    assert tables() == before


def test_mended_rejects_complete_the_load(files):
    result = files.do(sheet("customer_code,email", "a,a@example.org", "b,b(at)example.org"))
    mended = files.do(result.rejects_file.read_text().replace("b(at)example.org,3", "b@example.org,3"))
    assert figures(mended) == (1, 1, 0, 0, 0)


def test_undoing_gives_back_the_records_before_and_a_later_import_brings_them_anew(files):
    CustomerFactory(customer_code="C1", full_name="Anne")
    before = contents(Customer, without=("version",))
    text = sheet(HEADER, ANNE, "c2,Bea,,,,,,")
    undo_import(batch=files.do(text).batch)
    assert contents(Customer, without=("version",)) == before
    assert figures(files.do(text)) == (2, 1, 1, 0, 0)
    assert_sound(Customer, ContactEvent)


def test_no_kind_of_file_speaks_of_somebody_who_was_erased(files, tmp_path):
    erased = CustomerFactory(customer_code="ERASED-7", full_name=None)
    ProductFactory(product_key="P")
    told = {
        "CUSTOMERS": sheet("customer_code,full_name", "erased-7,Anne"),
        "CONTACTS": sheet("customer_code,channel,kind,occurred_at", "erased-7,EMAIL,SENT,2021-06-01"),
        "ORDERS": sheet(
            "order_reference,ordered_at,customer_code,product_key,quantity,unit_price",
            "1,2021-06-01,ERASED-7,p,1,2",
            "2,2021-06-01,ERASED-8,p,1,2",
        ),
    }
    for kind, text in told.items():
        result = Files(tmp_path, kind).do(text)
        assert {reject.code for reject in result.rejects} == {"customer_erased"}
        assert result.rejected == result.read
    assert list(Customer.objects.values_list("pk", "full_name")) == [(erased.pk, None)]
