"""The wines of X-Wines as products: how `fixtures/70_wines.json` follows from `fixtures/xwines_wines.csv`.

The source and its licence are in `fixtures/README.md`. To write the fixture anew after a change of these rules:

    python manage.py shell -c "from crm.xwines import write_fixture; write_fixture()"

| column | rule |
|---|---|
| product key | winery, name and number in ASCII capitals: CASA_VALDUGA_ORIGEM_MERLOT_100062 |
| family | the type, word for word |
| grape | the only one, or the only one that the name names; else unknown, for the order of a blend says nothing |
| sugar | sweet: dessert types, and under 8 % of alcohol. Dry: by its label, or still and of 12 % or more |
| tier | a guess from the words of the label: 4 for a classed growth, 3 for a reserve or the like, 2 for the rest |
| seasons | by family and body, see `SEASONS` |
| aromas | `crm.aroma` |
| vintage | unknown: a row stands for every vintage of the wine, and lists up to sixty |
| price, band | unknown: X-Wines has no prices |

A wine goes by its number (what the ratings name), by its winery and name, and by its name alone where no other wine of
the file has it.
"""

from __future__ import annotations

import ast
import csv
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

from django.conf import settings

from config.base.search import fold

from .aroma import aroma_of
from .validators import normalize_label

SOURCE = "X-Wines"
FOLDER = Path(settings.FIXTURE_DIRS[0])
WINES, FIXTURE = FOLDER / "xwines_wines.csv", FOLDER / "70_wines.json"

FAMILIES = {
    "Red": "RED",
    "White": "WHITE",
    "Rosé": "ROSE",
    "Sparkling": "SPARKLING",
    "Dessert": "DESSERT",
    "Dessert/Port": "FORTIFIED",
}

#: By family; a red of full body belongs to the cold, a lighter one to the middle of the year.
SEASONS = {
    "WHITE": ["SPRING", "SUMMER"],
    "ROSE": ["SUMMER"],
    "SPARKLING": ["SUMMER", "FESTIVE"],
    "DESSERT": ["WINTER", "FESTIVE"],
    "FORTIFIED": ["WINTER", "FESTIVE"],
}
FULL_REDS, OTHER_REDS = ["AUTUMN", "WINTER"], ["SPRING", "AUTUMN"]

#: On a label, in folded letters: dry; a classed growth; a reserve or another selection.
DRY_WORDS = re.compile(r"\b(brut|trocken|seco|dry)\b")
CLASSED = re.compile(r"\b(grand cru|premier cru|1er cru)\b")
SELECTED = re.compile(
    r"\b(reserva|reserve|riserva|gran|cuvee|selection|select|superior|prestige|old vine|vieille vigne|colheita|rare)\b"
)


def read_wines() -> list[dict[str, str]]:
    """The rows of the file as they are."""
    with WINES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def product_of(wine: dict[str, str]) -> dict[str, Any]:
    """The product that a row stands for, as the fields of a fixture."""
    name, winery, family = wine["WineName"], wine["WineryName"], FAMILIES[wine["Type"]]
    grapes = ast.literal_eval(wine["Grapes"])
    aromas = aroma_of(wine_type=wine["Type"], grapes=grapes, body=wine["Body"], acidity=wine["Acidity"])
    return {
        "product_key": key_of(wine),
        "label": f"{name}, {winery}",
        "family": family,
        "grape": _grape(name, grapes),
        "sugar": _sugar(name, family, float(wine["ABV"])),
        "premium_tier": _tier(name),
        "season_tags": _seasons(family, wine["Body"]),
        **aromas.as_columns(),
    }


def key_of(wine: dict[str, str]) -> str:
    """Winery, name and number in ASCII capitals, at most 100 characters; the number is never cut off."""
    words = re.sub(r"[^a-z0-9]+", "_", fold(f"{wine['WineryName']} {wine['WineName']}") or "").strip("_")
    number = wine["WineID"]
    return f"{words[: 99 - len(number)].strip('_')}_{number}".upper()


def aliases_of(wine: dict[str, str], times_named: Counter[str]) -> list[str]:
    """The names that stand for this wine and no other; `times_named` counts the normal forms of all names."""
    name, whole = wine["WineName"], f"{wine['WineryName']} {wine['WineName']}"
    return [wine["WineID"], whole, *([name] if times_named[normalize_label(name)] == 1 else [])]


def fixture_rows() -> list[dict[str, Any]]:
    """The products and their aliases, as `loaddata` reads them."""
    wines = read_wines()
    times_named = Counter(normalize_label(wine["WineName"]) for wine in wines)
    rows: list[dict[str, Any]] = []
    for wine in wines:
        rows.append({"model": "crm.product", "fields": product_of(wine)})
        for raw_label in aliases_of(wine, times_named):
            names = {"raw_label": raw_label, "normalized_label": normalize_label(raw_label)}
            alias = {"product": [key_of(wine)], **names, "source": SOURCE}
            rows.append({"model": "crm.productalias", "fields": alias})
    return rows


def write_fixture() -> None:
    """Write the fixture anew from the file."""
    text = json.dumps(fixture_rows(), ensure_ascii=False, indent=1)
    FIXTURE.write_text(f"{text}\n", encoding="utf-8")


def _grape(name: str, grapes: list[str]) -> str | None:
    if len(grapes) == 1:
        return grapes[0]
    named = [grape for grape in grapes if (fold(grape) or "") in (fold(name) or "")]
    return named[0] if len(named) == 1 else None


def _sugar(name: str, family: str, alcohol: float) -> str | None:
    if family in ("DESSERT", "FORTIFIED") or alcohol < 8:
        return "SWEET"
    if DRY_WORDS.search(fold(name) or "") or (family != "SPARKLING" and alcohol >= 12):
        return "DRY"
    return None


def _tier(name: str) -> int:
    label = fold(name) or ""
    if CLASSED.search(label):
        return 4
    return 3 if SELECTED.search(label) else 2


def _seasons(family: str, body: str) -> list[str]:
    if family == "RED":
        return FULL_REDS if body in ("Full-bodied", "Very full-bodied") else OTHER_REDS
    return SEASONS[family]
