"""The seeded wines are what the rules make of X-Wines, and nothing else."""

from __future__ import annotations

import csv
import hashlib
import json
import re

import pytest
from django.core.management import call_command

from crm import aroma, xwines
from crm.models import Product, ProductAlias
from crm.values import AXES, AromaAxes

WINES = xwines.read_wines()
FIXTURE = json.loads(xwines.FIXTURE.read_text(encoding="utf-8"))


def test_the_files_are_the_originals():
    """CC0, cited in fixtures/README.md; unchanged, so that whoever compares finds them so."""
    digests = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in xwines.FOLDER.glob("xwines_*.csv")
    }
    assert digests == {
        "xwines_wines.csv": "6a0bca68aa8252c18eb75e70cebcebc37cd751aef51088286e685a97d66a60eb",
        "xwines_ratings.csv": "deb450653206e8f4c8cb294960cca567ad6d151f05436d1983ad663e9efa0a6f",
    }
    readme = (xwines.FOLDER / "README.md").read_text(encoding="utf-8")
    assert "https://doi.org/10.3390/bdcc7010020" in readme
    assert "CC0" in readme


def test_the_fixture_is_what_the_rules_make_of_the_file():
    assert xwines.fixture_rows() == FIXTURE
    assert len(WINES) == 100
    assert sum(row["model"] == "crm.product" for row in FIXTURE) == 100


@pytest.mark.parametrize("wine", WINES, ids=lambda wine: wine["WineID"])
def test_each_product_follows_from_its_row(wine):
    stored = next(row["fields"] for row in FIXTURE if row["fields"].get("product_key") == xwines.key_of(wine))
    assert stored == xwines.product_of(wine)
    assert re.fullmatch(r"[A-Z0-9]+(_[A-Z0-9]+)*", stored["product_key"])
    assert stored["product_key"].endswith(f"_{wine['WineID']}")
    assert len(stored["product_key"]) <= 100
    assert {"price_amount", "budget", "vintage"}.isdisjoint(stored), "X-Wines does not say"


def test_every_rating_names_a_wine_by_an_alias():
    with (xwines.FOLDER / "xwines_ratings.csv").open(encoding="utf-8", newline="") as file:
        rated = {row["WineID"] for row in csv.DictReader(file)}
    labels = {row["fields"]["raw_label"] for row in FIXTURE if row["model"] == "crm.productalias"}
    assert rated <= labels


@pytest.mark.django_db
def test_wines_are_found_by_their_names_however_written():
    call_command("loaddata", str(xwines.FIXTURE), verbosity=0)
    assert Product.objects.count() == Product.objects.with_aromas().count() == 100
    fine = Product.objects.get(product_key="sandeman_fine_ruby_port_102055")
    for label in ("102055", "Sandeman  FINE Ruby Port", "fine ruby port"):
        assert ProductAlias.objects.for_label(label).get().product == fine
    assert not ProductAlias.objects.for_label("Pinot Noir").exists(), "several wines are called that"


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("100062", {"family": "RED", "grape": "Merlot", "sugar": "DRY", "premium_tier": 2}),
        ("102055", {"family": "FORTIFIED", "grape": None, "sugar": "SWEET", "premium_tier": 2}),
        ("105599", {"grape": "Touriga Nacional", "sugar": None}),
        ("125678", {"premium_tier": 4, "season_tags": ["AUTUMN", "WINTER"]}),
        ("143806", {"family": "WHITE", "sugar": "SWEET"}),
        ("163876", {"family": "SPARKLING", "sugar": "DRY"}),
        ("153611", {"family": "SPARKLING", "sugar": None}),
        ("100191", {"premium_tier": 3, "season_tags": ["SPRING", "SUMMER"]}),
    ],
)
def test_the_rules_say_what_the_row_says_and_leave_open_what_it_does_not(number, expected):
    product = xwines.product_of(next(wine for wine in WINES if wine["WineID"] == number))
    assert {name: product[name] for name in expected} == expected


def of(wine_type="Red", grapes=("Merlot",), body="Medium-bodied", acidity="Medium"):
    return aroma.aroma_of(wine_type=wine_type, grapes=grapes, body=body, acidity=acidity)


def test_the_axes_of_a_wine_by_the_table():
    assert of() == AromaAxes(fruit=70, floral=20, spice=40, mineral=20, acidity=50, body=50, tannin=55)
    assert of(grapes=["Nobody's Grape"]) == of(grapes=[])
    mean = of(grapes=["Nebbiolo", "Pinot Noir"])
    assert (mean.fruit, mean.tannin) == (55 + (-5 + 15) // 2, 55 + (35 - 20) // 2)
    assert of("Sparkling", acidity="High").acidity == 85


@pytest.mark.parametrize("wine_type", aroma.TYPES)
@pytest.mark.parametrize("body", aroma.BODIES)
@pytest.mark.parametrize("acidity", aroma.ACIDITIES)
def test_every_wine_that_can_be_told_has_axes_from_0_to_100(wine_type, body, acidity):
    for grape in aroma.GRAPES:
        axes = of(wine_type, [grape], body, acidity).as_dict()
        assert tuple(axes) == AXES


def test_fuller_wines_have_more_body_and_tannin_and_sourer_ones_more_acidity():
    bodies = [of(body=each) for each in aroma.BODIES]
    assert [each.body for each in bodies] == sorted({each.body for each in bodies})
    assert [each.tannin for each in bodies] == sorted({each.tannin for each in bodies})
    sour = [of(acidity=each).acidity for each in aroma.ACIDITIES]
    assert sour == sorted(set(sour))
    assert of("White").tannin < of("Rosé").tannin < of("Red").tannin


def test_a_word_that_is_none_of_theirs_is_not_guessed():
    with pytest.raises(KeyError):
        of(body="Rather full")
