"""Orders out of files: taken once, whatever the form of the file, and every row accounted for."""

import csv
import gzip
import io
import json
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from config.base.exceptions import DomainError
from crm.models import AuditItem, Customer, ImportBatch, OrderLine, Product
from crm.services import check_import, run_import, start_import
from crm.tests.factories import ProductAliasFactory, ProductFactory

pytestmark = pytest.mark.django_db

HEADER = "order_reference,line_number,ordered_at,customer_code,product_key,quantity,unit_price,currency\n"
FIRST = "A1,1,2021-03-01 10:00:00,c1,merlot,2,12.50,EUR\n"
SECOND = "A1,2,2021-03-01 10:00:00,C1 ,MERLOT,-1,12.50,EUR\n"


@pytest.fixture(autouse=True)
def merlot(settings, tmp_path) -> Product:
    settings.DATA_DIR = tmp_path / "data"
    return ProductFactory(product_key="MERLOT")


@pytest.fixture
def written(tmp_path):
    def write(text: str | bytes, name: str = "orders.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return write


def do(path: Path, mapping=None, **options):
    batch = start_import(kind="ORDERS", source=path, file_name=path.name, mapping=mapping)
    return run_import(batch=batch, **options)


def check(path: Path, mapping=None, **options):
    return check_import(kind="ORDERS", source=path, file_name=path.name, mapping=mapping, **options)


def tables():
    models = (OrderLine, Customer, Product)
    return {model: list(model.all_objects.order_by("pk").values()) for model in models} | {
        model.history.model: list(model.history.order_by("pk").values()) for model in models
    }


def figures(result):
    return result.read, result.created, result.updated, result.unchanged, result.rejected


def test_a_line_is_what_the_file_says(written):
    assert figures(do(written(HEADER + FIRST + SECOND))) == (2, 2, 0, 0, 0)
    customer = Customer.objects.get()
    first, second = OrderLine.objects.order_by("line_key")
    assert (first.source, first.order_reference, first.line_key) == ("SHOP", "A1", "1")
    assert (first.customer, first.quantity, first.unit_price) == (customer, 2, Decimal("12.50"))
    assert (first.amount, first.currency) == (Decimal("25.00"), "EUR")
    assert first.ordered_at.isoformat() == "2021-03-01T09:00:00+00:00"
    assert (second.quantity, second.amount, second.is_cancellation) == (-1, Decimal("-12.50"), True)
    assert customer.customer_code == "C1" and customer.first_batch == first.batch
    assert [record.history_change_reason for record in first.history.all()] == [f"import {first.batch_id}"]


def test_the_same_file_again_changes_nothing(written):
    path = written(HEADER + FIRST + SECOND)
    do(path)
    before = tables()
    assert figures(do(path)) == (2, 0, 0, 2, 0)
    assert tables() == before


def test_a_dry_run_says_the_same_and_leaves_nothing(written, tmp_path):
    path = written(HEADER + FIRST + "A1,2,someday,C1,MERLOT,1,1,EUR\n" + SECOND)
    rejects = tmp_path / "rejects.csv"
    before = tables()
    dry = check(path, rejects=rejects)
    assert (tables(), ImportBatch.all_objects.count(), AuditItem.all_objects.count()) == (before, 0, 0)
    real = do(path)
    assert dry.batch is None and dry.as_json() | {"batch": real.batch.pk} == real.as_json()
    assert rejects.read_bytes() == real.rejects_file.read_bytes()


def test_a_changed_line_is_updated_as_a_new_version(written):
    do(written(HEADER + FIRST + SECOND))
    result = do(written(HEADER + FIRST.replace("2,12.50", "3,12.50") + SECOND))
    assert figures(result) == (2, 0, 1, 1, 0)
    line = OrderLine.objects.get(line_key="1")
    assert (line.quantity, line.amount, line.version) == (3, Decimal("37.50"), 2)
    assert [(each.column, each.old, each.new) for each in result.changes] == [
        ("quantity", "2", "3"),
        ("amount", "25.00", "37.50"),
    ]


def test_rejected_rows_are_told_and_once_mended_complete_the_load(written):
    bad = "A2,1,2021-03-01,C2,syrah,1,9.90,EUR\n"
    result = do(written(HEADER + FIRST + bad + SECOND))
    assert figures(result) == (3, 2, 0, 0, 1)
    (reject,) = result.rejects
    assert (reject.line, reject.column, reject.code, reject.value) == (
        3,
        "product_key",
        "unknown_product",
        "syrah",
    )
    rows = list(csv.DictReader(io.StringIO(result.rejects_file.read_text())))
    assert [(row["line"], row["column"], row["code"], row["value"]) for row in rows] == [
        ("3", "product_key", "unknown_product", "syrah")
    ]
    item = AuditItem.objects.get(code="unknown_product")
    assert (item.batch, item.row_number, item.severity) == (result.batch, 3, "ERROR")
    assert not Customer.objects.filter(customer_code="C2").exists()
    mended = result.rejects_file.read_text().replace("syrah,1", "merlot,1")
    assert figures(do(written(mended, "mended.csv"))) == (1, 1, 0, 0, 0)
    assert figures(do(written(HEADER + FIRST + bad.replace("syrah", "merlot") + SECOND))) == (3, 0, 0, 3, 0)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("packed", [False, True])
def test_a_file_may_be_written_in_many_ways(written, encoding, separator, packed):
    ProductAliasFactory(raw_label="Château Élan", product=Product.objects.get())
    out = io.StringIO()
    rows = [
        ["order_reference", "ordered_at", "customer_code", "label", "quantity", "unit_price"],
        ["B1", "02/03/2021", "C1", "CHÂTEAU  élan", "1", "1 234,50"],
    ]
    csv.writer(out, delimiter=separator).writerows(rows)
    data = out.getvalue().encode(encoding)
    assert figures(do(written(gzip.compress(data) if packed else data))) == (1, 1, 0, 0, 0)
    line = OrderLine.objects.get()
    assert (line.raw_label, line.amount, line.product.product_key) == (
        "CHÂTEAU  élan",
        Decimal("1234.50"),
        "MERLOT",
    )


@pytest.mark.parametrize(
    ("text", "code", "named"),
    [
        ("", "empty", "is empty"),
        ("\n\n", "empty", "is empty"),
        (HEADER, "no_rows", "no rows"),
        (HEADER.replace("quantity", "pieces") + FIRST, "missing_column", "quantity"),
        (HEADER.encode("utf-16"), "encoding", "UTF-16"),
        ((HEADER + FIRST).replace("\n", "\r"), "header", "old Macintosh"),
        ('"' + HEADER, "header", "quotes do not match"),
        (b"\x89PNG\r\n\x1a\n" + bytes(99), "not_text", "Save it as CSV"),
        (gzip.compress(HEADER.encode() * 9)[:-12], "unreadable", "damaged"),
    ],
    ids=["empty", "blank", "header", "column", "utf-16", "macintosh", "quotes", "picture", "packed"],
)
def test_a_file_that_is_none_is_refused_and_leaves_no_batch(written, text, code, named):
    path = written(text)
    with pytest.raises(DomainError, match=named) as caught:
        check(path)
    assert caught.value.code == code
    assert not ImportBatch.all_objects.exists()


def test_broken_rows_are_rejected_at_their_line(written):
    text = (
        HEADER
        + FIRST
        + 'A2,1,2021-03-01,"C2,MERLOT,1,1,EUR\n'  # a quote that is never closed
        + SECOND
        + "A3,1,2021-03-01\n"
        + "A4,1,2021-03-01,C\0,MERLOT,1,1,EUR\n"
        + 'A5,1,2021-03-01,"C\n5",MERLOT,1,1,EUR\n'  # a line break in a cell
        + "\n"
        + "A6,1,2021-03-01,C6,MERLOT,1,1,EUR,more\n"
    )
    result = do(written(text))
    assert [(each.line, each.code) for each in result.rejects] == [
        (3, "bad_quotes"),
        (5, "wrong_cells"),
        (6, "not_text"),
        (10, "wrong_cells"),
    ]
    assert figures(result) == (7, 3, 0, 0, 4)
    assert Customer.objects.filter(customer_code="C 5").exists()


def test_a_product_goes_by_the_label_of_the_catalogue_unless_two_have_it(written):
    merlot = ProductFactory(product_key="DOM-1", label="Château Élan, Rouge")
    for key in ("TWIN-1", "TWIN-2"):
        ProductFactory(product_key=key, label="Cuvée Jumelle")
    head = "order_reference,ordered_at,customer_code,label,quantity,unit_price\n"
    rows = 'L1,2021-03-02,C1,"CHÂTEAU  élan, rouge",1,9\nL2,2021-03-02,C1,Cuvée Jumelle,1,9\n'
    mapping = {
        "columns": {name: name for name in head.strip().split(",")},
        "unknown_product": "reject",
        "unknown_customer": "create",
    }
    result = do(written(head + rows), mapping=mapping)
    assert figures(result) == (2, 1, 0, 0, 1)
    assert OrderLine.objects.get().product == merlot
    assert [(each.line, each.code) for each in result.rejects] == [(3, "unknown_product")]
    mapping["unknown_product"] = "create"
    assert do(written(head + rows), mapping=mapping).also["products"] == 1
    assert OrderLine.objects.filter(product=merlot).count() == 1


@pytest.mark.parametrize(
    ("rejects", "named"),
    [("orders.csv", "into another one"), ("nowhere/rejects.csv", "there is no folder"), (".", "is a folder")],
)
@pytest.mark.parametrize("options", [(), ("--dry-run",)])
def test_rejects_that_cannot_be_written_are_refused_before_anything_is_imported(
    written, tmp_path, rejects, named, options
):
    path = written(HEADER + FIRST + "A2,1,soon,C1,MERLOT,1,1,EUR\n")
    before = path.read_bytes()
    with pytest.raises(CommandError, match=named):
        call_command("import_orders", path, "--rejects", tmp_path / rejects, *options)
    assert path.read_bytes() == before
    assert not ImportBatch.all_objects.exists() and not OrderLine.all_objects.exists()


@pytest.mark.parametrize("dry", [True, False])
def test_a_machine_is_told_of_every_reject(tmp_path, monkeypatch, dry):
    """Of which the result itself keeps only so many."""
    monkeypatch.setattr("crm.importing.noting.LIMIT", 1)
    ProductFactory(product_key="PINOT")
    file = tmp_path / "orders.csv"
    bad = "".join(f"O{n};{n};2024-01-0{n};ANNE;PINOT;x;1,00;EUR\n" for n in (1, 2, 3))
    file.write_text(
        f"order_reference;line_number;ordered_at;customer_code;product_key;quantity;unit_price;currency\n{bad}"
    )
    out = io.StringIO()
    call_command("import_orders", file, "--json", *(["--dry-run"] if dry else []), stdout=out)
    said = json.loads(out.getvalue())
    assert said["rejected"] == 3
    assert [(each["line"], each["column"], each["value"]) for each in said["rejects"]] == [
        (line, "quantity", "x") for line in (2, 3, 4)
    ]
