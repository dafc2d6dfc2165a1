"""Odd cells: each costs its own row and no other; what is empty, endless, blank to Python alone or of another zone."""

import random
import string
from datetime import UTC, datetime

import polars as pl
import pytest

from crm.importing.values import is_date_format, moments
from crm.models import ImportBatch, OrderLine
from crm.tests.factories import CustomerFactory, ProductFactory
from crm.tests.import_files import Files, figures, sheet

pytestmark = pytest.mark.django_db

#: A row of each kind that is good.
GOOD = {
    kind: dict(zip(header.split(","), row.split(","), strict=True))
    for kind, header, row in (
        (
            "ORDERS",
            "source,order_reference,line_number,ordered_at,customer_code,product_key,quantity,unit_price,amount,currency",
            "SHOP,A1,1,2021-03-01,C1,MERLOT,1,5,5,EUR",
        ),
        ("PRODUCTS", "product_key,label", "SYRAH,Syrah"),
        (
            "CUSTOMERS",
            "customer_code,full_name,email,phone,city",
            "C2,Zoé,zoe@example.fr,0144556677,Lyon",
        ),
        ("CONTACTS", "customer_code,channel,kind,occurred_at,campaign", "C1,EMAIL,SENT,2021-03-01,May"),
    )
}
KEYS = {
    "ORDERS": "order_reference",
    "PRODUCTS": "product_key",
    "CUSTOMERS": "customer_code",
    "CONTACTS": "campaign",
}
OPTIONAL = {"full_name", "email", "phone", "city", "campaign"}

_random = random.Random(7)
ENDLESS = "".join(_random.choices(string.ascii_letters + string.digits, k=30_000))  # no database packs it
BLANK = "\x1f\x1c"  # white space to Python, and to no one else
SPREADING = "\ufdfa" * 255  # one letter that is eighteen when it is normalised


@pytest.fixture(autouse=True)
def known(settings, tmp_path):
    settings.DATA_DIR = tmp_path / "data"
    CustomerFactory(customer_code="C1")
    ProductFactory(product_key="MERLOT")


def test_every_kind_has_a_good_row():
    assert set(GOOD) == set(ImportBatch.Kind.values)


@pytest.mark.parametrize("cell", ["", BLANK], ids=["empty", "blank"])
@pytest.mark.parametrize("kind", GOOD)
def test_an_empty_cell_rejects_its_row_where_it_is_needed_and_is_told_once(tmp_path, kind, cell):
    row = GOOD[kind]
    odd = [
        ",".join((row | {KEYS[kind]: f"Z{number}", column: cell}).values())
        for number, column in enumerate(row)
    ]
    result = Files(tmp_path, kind).do(sheet(",".join(row), *odd))
    needed = [line for line, column in enumerate(row, start=2) if column not in OPTIONAL]
    assert [reject.line for reject in result.rejects] == needed
    assert sum(result.codes.values()) - result.codes.get("shared_email", 0) == len(needed)


@pytest.mark.parametrize(
    "cell", [ENDLESS, SPREADING, f"06{BLANK}11"], ids=["endless", "spreading", "blank inside"]
)
@pytest.mark.parametrize("kind", GOOD)
def test_an_odd_cell_costs_no_other_row(tmp_path, kind, cell):
    row = GOOD[kind]
    odd = [",".join((row | {column: text}).values()) for column in row for text in (cell, cell + "1")]
    good = ",".join((row | {KEYS[kind]: "Z9"}).values())
    result = Files(tmp_path, kind).do(sheet(",".join(row), *odd, good))
    assert result.read == 2 * len(row) + 1 and result.created > 0
    assert result.read + 1 not in {reject.line for reject in result.rejects}


@pytest.mark.parametrize("label", [ENDLESS, SPREADING])
def test_a_label_that_no_index_holds_rejects_its_row(tmp_path, label):
    row = {name: text for name, text in GOOD["ORDERS"].items() if name != "product_key"} | {"label": label}
    mapping = {"columns": {name: name for name in row}, "unknown_product": "create"}
    result = Files(tmp_path, "ORDERS").do(sheet(",".join(row), ",".join(row.values())), mapping)
    assert result.codes == {"too_long": 1} and figures(result) == (1, 0, 0, 0, 1)


def test_a_price_that_is_none_is_not_taken_for_another_that_is_kept_alike(tmp_path):
    """1000 is kept as 1000000000 millionths: one who writes those says something else, and nothing is sure."""
    row = GOOD["ORDERS"] | {"amount": "1"}
    rows = [",".join((row | {"unit_price": price}).values()) for price in ("1000000000", "1000")]
    result = Files(tmp_path, "ORDERS").do(sheet(",".join(row), *rows))
    assert result.codes == {"bad_price": 1, "ambiguous_key": 2}
    assert figures(result) == (2, 0, 0, 0, 2) and not OrderLine.objects.exists()


@pytest.mark.parametrize(
    ("date_format", "text"),
    [
        ("%Y-%m-%dT%H:%M:%S%z", "2021-07-01T10:00:00+0500"),
        ("%Y-%m-%dT%H:%M:%S%:z", "2021-07-01T10:00:00+05:00"),
        ("%Y-%m-%dT%H:%M:%S%#z", "2021-07-01T10:00:00+05"),
        ("%+", "2021-07-01T10:00:00+05:00"),
        ("%s", "1625115600"),
        ("%Y-%m-%dT%H:%M:%SZ", "2021-07-01T05:00:00Z"),
        ("%d/%m/%Y %H:%M", "01/07/2021 07:00"),
        (None, "2021-07-01T05:00:00Z"),
    ],
)
def test_a_moment_is_in_the_zone_that_it_names_and_else_in_the_sites(date_format, text):
    (found,) = moments(pl.Series([text]), date_format=date_format)
    assert datetime.fromtimestamp(found / 1000, UTC).isoformat() == "2021-07-01T05:00:00+00:00"


def test_the_name_of_a_zone_is_nothing_that_can_be_read():
    assert not is_date_format("%Y-%m-%d %H:%M:%S %Z")
    assert is_date_format("%Y-%m-%d %H:%M:%S %%Z")
