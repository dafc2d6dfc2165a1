"""Who and what a file means: merged, erased, parked, written in several ways, and what no import may do."""

import json

import pytest
from django.core.management import call_command

from crm.models import AuditItem, Customer, ImportBatch, OrderLine, Product
from crm.tests.factories import CustomerFactory, OrderLineFactory, ProductFactory
from crm.tests.test_import_orders import FIRST, HEADER, SECOND, check, do, figures, merlot, written  # noqa: F401

pytestmark = pytest.mark.django_db

COLUMNS = {name: name for name in HEADER.strip().split(",")}
RETAIL = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"


def codes(result):
    return [(reject.line, reject.code) for reject in result.rejects]


def test_a_customer_in_the_trash_is_not_revived(written):  # noqa: F811
    customer = CustomerFactory(customer_code="C1", is_opted_out=True)
    customer.delete()
    result = do(written(HEADER + FIRST))
    assert codes(result) == [(2, "customer_in_trash")]
    assert not Customer.objects.exists() and Customer.all_objects.get().is_opted_out


def test_the_code_of_a_merged_customer_means_the_last_survivor(written):  # noqa: F811
    last = CustomerFactory(customer_code="LAST")
    between = CustomerFactory(customer_code="BETWEEN", merged_into=last)
    CustomerFactory(customer_code="C1", merged_into=between)
    assert figures(do(written(HEADER + FIRST))) == (1, 1, 0, 0, 0)
    assert OrderLine.objects.get().customer == last


def test_no_import_touches_the_flags_of_a_customer(written):  # noqa: F811
    CustomerFactory(customer_code="C1", is_opted_out=True, is_bounced=True)
    do(written(HEADER + FIRST))
    customer = Customer.objects.get()
    assert (customer.is_opted_out, customer.is_bounced, customer.version) == (True, True, 1)


def test_a_parked_row_is_kept_whole_in_its_audit_item(written):  # noqa: F811
    how = {"columns": COLUMNS, "unknown_product": "park", "unknown_customer": "park"}
    result = do(written(HEADER + FIRST.replace("merlot", "syrah")), how)
    assert codes(result) == [(2, "unknown_customer")]
    items = {item.code: item for item in AuditItem.objects.all()}
    assert set(items) == {"unknown_customer", "unknown_product"}
    item = items["unknown_product"]
    assert (item.severity, item.details["value"], item.details["row_quantity"]) == ("WARNING", "syrah", "2")


def test_rows_that_contradict_each_other_are_all_rejected_in_any_order(written):  # noqa: F811
    other = FIRST.replace("2,12.50", "3,12.50")
    for rows in (FIRST + other + SECOND, SECOND + other + FIRST):
        result = check(written(HEADER + rows))
        assert figures(result) == (3, 1, 0, 0, 2) and result.codes["ambiguous_key"] == 2


def test_an_exact_repeat_of_a_numbered_line_is_that_line(written):  # noqa: F811
    result = do(written(HEADER + FIRST + FIRST))
    assert figures(result) == (2, 1, 0, 1, 0) and result.codes["exact_repeat"] == 1


def test_the_retail_form_is_read_by_name_and_known_by_its_columns(written):  # noqa: F811
    row = "536365,85123A,HOLDER,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom\r\n"
    text = (
        RETAIL
        + row
        + row  # an exact repeat, another line
        + row.replace("85123A", "85123a").replace(",6,", ",7,")
        + row.replace("536365", "C536379").replace(",6,", ",-6,")
        + row.replace("536365", "536414").replace(
            ",6,", ",-6,"
        )  # taken back, by an order that was not cancelled
        + row.replace("2.55", "0").replace("17850.0", "")
        + row.replace("2.55", "-1").replace("HOLDER", "")
    )
    result = do(written(text), "online-retail")
    assert figures(result) == (7, 5, 0, 0, 2)
    assert codes(result) == [(7, "missing_customer"), (8, "negative_price")]
    assert result.codes == {
        "missing_customer": 1,
        "negative_price": 1,
        "cancellation": 1,
        "negative_quantity": 1,
        "zero_price": 1,
        "exact_repeat": 1,
        "key_case": 1,
    }
    assert Customer.objects.get().customer_code == "17850"
    product = Product.objects.get(product_key="85123A")
    assert (product.label, product.popularity, product.version) == ("HOLDER", 0, 1)
    assert {line.currency for line in OrderLine.objects.all()} == {"GBP"}
    assert figures(do(written(text))) == (7, 0, 0, 5, 2)  # the mapping is told from the header


def test_without_a_rule_what_is_negative_is_a_cancellation(written):  # noqa: F811
    found = do(written(HEADER + FIRST + SECOND)).codes
    assert found["cancellation"] == 1 and "negative_quantity" not in found


def test_a_line_in_the_trash_is_written_anew(written):  # noqa: F811
    path = written(HEADER + FIRST)
    do(path)
    OrderLine.objects.get().delete()
    assert figures(do(path)) == (1, 1, 0, 0, 0)
    assert (OrderLine.objects.count(), OrderLine.all_objects.count()) == (1, 2)


def test_a_product_in_the_trash_is_told_and_others_are_left_alone(written):  # noqa: F811
    ProductFactory(product_key="SYRAH").delete()
    untouched = OrderLineFactory()
    how = {"columns": COLUMNS, "unknown_product": "create", "unknown_customer": "create"}
    result = do(written(HEADER + FIRST.replace("merlot", "syrah")), how)
    assert codes(result) == [(2, "product_in_trash")]
    untouched.refresh_from_db()
    assert untouched.version == 1


def test_the_command_prints_one_object_and_takes_a_mapping_from_a_file(written, tmp_path, capsys):  # noqa: F811
    how = tmp_path / "how.json"
    how.write_text(json.dumps({"columns": COLUMNS, "unknown_customer": "create"}))
    path, rejects = (
        written(HEADER + FIRST + FIRST.replace("merlot", "syrah").replace(",1,", ",2,")),
        tmp_path / "r.csv",
    )
    call_command("import_orders", str(path), "--mapping", str(how), "--rejects", str(rejects), "--json")
    printed = json.loads(capsys.readouterr().out)
    assert {name: printed[name] for name in ("read", "created", "updated", "unchanged", "rejected")} == {
        "read": 2,
        "created": 1,
        "updated": 0,
        "unchanged": 0,
        "rejected": 1,
    }
    assert printed["rejects"][0]["code"] == "unknown_product"
    assert printed["batch"] == ImportBatch.objects.get().pk
    assert rejects.read_text().splitlines()[0] == HEADER.strip() + ",line,column,code,value,message"
