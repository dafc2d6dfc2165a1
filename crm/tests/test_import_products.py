"""Products out of files: known by their key, never emptied, never stolen a name from."""

from decimal import Decimal

import pytest
from django.utils import translation

from config.base.tests.helpers import assert_sound
from crm.models import ImportBatch, OrderLine, Product, ProductAlias
from crm.tests.factories import ProductAliasFactory, ProductFactory
from crm.tests.import_files import Files, contents, figures, sheet, tables
from crm.values import AROMA_COLUMNS

pytestmark = pytest.mark.django_db

HEADER = (
    "product_key;label;family;grape;producer;sugar;vintage;"
    "price;currency;budget;premium_tier;season_tags;is_active"
)
FULL = "merlot_2019;Merlot  2019;Rouge;Merlot;Dupont;sec;2019;1 234,50;usd;Grand vin;3;été | FESTIVE;oui"
AROMAS = ",".join(AROMA_COLUMNS)


@pytest.fixture
def files(settings, tmp_path) -> Files:
    settings.DATA_DIR = tmp_path / "data"
    return Files(tmp_path, "PRODUCTS")


def test_a_product_is_what_the_row_says(files):
    result = files.do(sheet(HEADER, FULL))
    assert figures(result) == (1, 1, 0, 0, 0)
    product = Product.objects.get()
    product.full_clean()
    assert (product.product_key, product.label, product.family) == ("MERLOT_2019", "Merlot 2019", "RED")
    assert (product.grape, product.producer, product.sugar, product.vintage) == (
        "Merlot",
        "Dupont",
        "DRY",
        2019,
    )
    assert (product.price_amount, product.price_currency) == (Decimal("1234.50"), "USD")
    assert (product.budget, product.premium_tier, product.season_tags) == ("FINE", 3, ["SUMMER", "FESTIVE"])
    assert product.is_active is True and product.category is None
    assert [record.history_change_reason for record in product.history.all()] == [f"import {result.batch.pk}"]
    assert_sound(Product, ProductAlias)


def test_the_same_file_again_changes_nothing(files):
    text = sheet(HEADER, FULL, "syrah;Syrah;;;;;;;;;;;")
    files.do(text)
    before = tables()
    again = files.do(text)
    assert figures(again) == (2, 0, 0, 2, 0) and again.also == {"aliases": 0}
    assert tables() == before


def test_a_dry_run_says_the_same_and_leaves_nothing(files):
    ProductFactory(product_key="SYRAH")
    text = sheet(HEADER, FULL, "syrah;Syrah;blue;;;;;;;;;;", "SYRAH2;Syrah 2;rosé;;;demi-sec;;;;;;;")
    before = tables()
    dry = files.check(text)
    assert tables() == before and not ImportBatch.all_objects.exists()
    real = files.do(text)
    assert figures(dry) == (3, 2, 0, 0, 1)
    assert dry.as_json() | {"batch": real.batch.pk} == real.as_json()


def test_an_empty_cell_or_a_missing_column_leaves_what_is_known(files):
    files.do(sheet(HEADER, FULL))
    before = contents(Product)
    assert figures(files.do(sheet(HEADER, "MERLOT_2019;;;;;;;;;;;;"))) == (1, 0, 0, 1, 0)
    assert figures(files.do(sheet("product_key", "merlot_2019"))) == (1, 0, 0, 1, 0)
    assert contents(Product) == before
    assert figures(files.do(sheet("product_key,vintage", "merlot_2019,2020"))) == (1, 0, 1, 0, 0)
    product = Product.objects.get()
    assert (product.vintage, product.grape, product.version) == (2020, "Merlot", 2)


def test_a_currency_says_nothing_without_a_price_and_a_price_finds_its_own(files):
    files.do(sheet("product_key,label,price,currency", "a,A,5,USD", "b,B,6,", "c,C,,USD"))
    prices = {p.product_key: (p.price_amount, p.price_currency) for p in Product.objects.all()}
    assert prices == {"A": (Decimal(5), "USD"), "B": (Decimal(6), "EUR"), "C": (None, None)}
    result = files.do(sheet("product_key,price,currency", "a,7,", "b,,USD"))
    assert figures(result) == (2, 0, 1, 1, 0)
    prices = {p.product_key: (p.price_amount, p.price_currency) for p in Product.objects.all()}
    assert prices == {"A": (Decimal(7), "USD"), "B": (Decimal(6), "EUR"), "C": (None, None)}


def test_the_differences_are_shown_cell_by_cell(files):
    files.do(sheet(HEADER, FULL))
    result = files.do(sheet("product_key,price,is_active,season_tags", "merlot_2019,9.90,non,hiver"))
    with translation.override("fr"):
        result = files.check(sheet("product_key,price,is_active,season_tags", "merlot_2019,8,oui,été"))
    assert [(each.column, each.old, each.new) for each in result.changes] == [
        ("season_tags", '["WINTER"]', '["SUMMER"]'),
        ("is_active", "Non", "Oui"),
        ("price_amount", "9.90", "8.00"),
    ]


@pytest.mark.parametrize(
    ("word", "family"),
    [("RED", "RED"), ("rouge", "RED"), ("Rosé", "ROSE"), ("rose", "ROSE"), ("Dessert wine", "DESSERT")],
)
def test_a_choice_is_understood_by_code_and_label_in_both_languages(files, word, family):
    assert figures(files.do(sheet("product_key,label,family", f"a,A,{word}"))) == (1, 1, 0, 0, 0)
    assert Product.objects.get().family == family


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("product_key", "", "missing_product"),
        ("product_key", "K" * 101, "too_long"),
        ("label", "", "missing_label"),
        ("label", "L" * 256, "too_long"),
        ("grape", "g" * 101, "too_long"),
        ("family", "blue", "bad_choice"),
        ("sugar", "salty", "bad_choice"),
        ("budget", "free", "bad_choice"),
        ("season_tags", "summer|monsoon", "bad_choice"),
        ("vintage", "1699", "bad_vintage"),
        ("vintage", "2019.5", "bad_vintage"),
        ("vintage", "NV", "bad_vintage"),
        ("price", "-1", "negative_price"),
        ("price", "1.005", "bad_price"),
        ("price", "100000000", "bad_price"),
        ("price", "free", "bad_price"),
        ("currency", "euro", "bad_currency"),
        ("premium_tier", "0", "bad_tier"),
        ("premium_tier", "6", "bad_tier"),
        ("is_active", "perhaps", "bad_truth"),
        ("aroma_body", "101", "bad_aroma"),
        ("aroma_body", "50", "some_aromas"),
    ],
)
def test_what_the_model_refuses_is_rejected_with_its_cell(files, column, value, code):
    row = {"product_key": "a", "label": "A", column: value}
    result = files.do(sheet(",".join(row), ",".join(row.values())))
    assert figures(result) == (1, 0, 0, 0, 1)
    (reject,) = result.rejects
    assert (reject.line, reject.code, reject.value) == (2, code, "" if code == "some_aromas" else value)
    assert not Product.objects.exists()


def test_the_seven_aromas_come_together(files):
    result = files.do(sheet(f"product_key,label,{AROMAS}", "a,A,1,2,3,4,5,6,7", "b,B,1,,,,,,", "c,C,,,,,,,"))
    assert figures(result) == (3, 2, 0, 0, 1) and result.rejects[0].code == "some_aromas"
    assert list(Product.objects.get(product_key="A").aroma_axes.as_dict().values()) == [1, 2, 3, 4, 5, 6, 7]
    assert Product.objects.get(product_key="C").aroma_axes is None


def test_repeated_keys_are_told_and_contradictions_rejected_in_any_order(files):
    rows = ["a,A,2019", "A ,A,2019", "b,B,2019", "B,B,2020", "c,C,2019"]
    text = sheet("product_key,label,vintage", *rows)
    turned = sheet("product_key,label,vintage", *reversed(rows))
    dry, turned = files.check(turned), files.do(turned)
    assert figures(dry) == figures(turned) == (5, 2, 0, 1, 2)
    assert turned.codes == {"ambiguous_key": 2, "exact_repeat": 1, "key_case": 2}
    before = tables()
    assert figures(files.do(text)) == (5, 0, 0, 3, 2)
    assert tables() == before


def test_mended_rejects_complete_the_load(files):
    result = files.do(sheet("product_key,label,family", "a,A,red", "b,B,blue"))
    assert figures(result) == (2, 1, 0, 0, 1)
    mended = files.do(result.rejects_file.read_text().replace("b,B,blue", "b,B,blanc"))
    assert figures(mended) == (1, 1, 0, 0, 0)
    assert Product.objects.get(product_key="B").family == "WHITE"


def test_a_product_in_the_trash_stays_there(files):
    ProductFactory(product_key="A").delete()
    result = files.do(sheet("product_key,label", "a,A"))
    assert figures(result) == (1, 0, 0, 0, 1) and result.rejects[0].code == "product_in_trash"
    assert not Product.objects.exists()


def test_a_clear_label_becomes_a_name_by_which_orders_find_the_product(files, tmp_path):
    result = files.do(sheet("product_key,label", "p1,Château  Élan", "p2,Twice", "p3,TWICE", "p4,P1"))
    assert figures(result) == (4, 4, 0, 0, 0) and result.also == {"aliases": 1}, "P1 is another one's key"
    alias = ProductAlias.objects.get()
    assert (alias.normalized_label, alias.product.product_key) == ("château élan", "P1")
    alias.full_clean()
    orders = Files(tmp_path, "ORDERS").do(
        sheet(
            "order_reference,ordered_at,customer_code,label,quantity,unit_price",
            "1,2021-01-01,c,CHÂTEAU élan,1,2",
        )
    )
    assert orders.created == 1 and OrderLine.objects.get().product.product_key == "P1"


def test_no_name_is_taken_from_another_product_nor_out_of_the_trash(files):
    other = ProductFactory(product_key="OTHER", label="Something else")
    ProductAliasFactory(product=other, raw_label="merlot")
    ProductAliasFactory(product=other, raw_label="syrah").delete()
    result = files.do(sheet("product_key,label", "p1,Merlot", "p2,Syrah"))
    assert figures(result) == (2, 2, 0, 0, 0)
    assert result.codes == {"name_taken": 1} and result.also == {"aliases": 0}
    assert ProductAlias.objects.get().product == other


def test_one_column_may_feed_two_of_ours(files):
    text = sheet("product_id,manufacturer_id,product_type,package_size", "145106,2468,BOX WINES,1.5 L")
    assert figures(files.do(text)) == figures(files.check(text, "journey-products"))[:1] + (1, 0, 0, 0)
    product = Product.objects.get()
    assert (product.product_key, product.label, product.category) == ("145106", "BOX WINES", "BOX WINES")
    assert product.producer == "2468"
