"""Whatever stands in files of products, customers and contacts: a plain reading of the rules says the same.

Each column draws from a pool {as written: what it means}, which is all that the oracle knows of reading.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.models import ContactEvent, Customer, Product
from crm.services import undo_import
from crm.tests.factories import CustomerFactory
from crm.tests.import_files import Files, as_csv, contents, figures

pytestmark = pytest.mark.django_db

BAD = object()


@pytest.fixture(autouse=True)
def data_dir(settings, tmp_path) -> None:
    settings.DATA_DIR = tmp_path


PRODUCT = {
    "product_key": {"a": "A", " A ": "A", "ａ": "A", "b": "B", "straße": "STRASSE", "": BAD, "k" * 101: BAD},
    "label": {
        "": None,
        "Merlot": "Merlot",
        " Merlot\u00a0 noir": "Merlot noir",
        "é" * 255: "é" * 255,
        "l" * 256: BAD,
    },
    "family": {"": None, "rouge": "RED", "RED": "RED", "Rosé": "ROSE", "blue": BAD},
    "vintage": {"": None, "2019": 2019, "2019.0": 2019, "1700": 1700, "2201": BAD, "old": BAD},
    "price": {"": None, "5": Decimal(5), "5,00": Decimal(5), "0.10": Decimal("0.1"), "-1": BAD, "1.005": BAD},
    "currency": {"": None, "EUR": "EUR", "usd": "USD", "euro": BAD},
    "premium_tier": {"": None, "1": 1, "5": 5, "6": BAD},
    "season_tags": {
        "": None,
        "été; hiver": ["SUMMER", "WINTER"],
        "winter|SUMMER": ["SUMMER", "WINTER"],
        "x": BAD,
    },
    "is_active": {"": None, "oui": True, "No": False, "?": BAD},
}
CUSTOMER = {
    "customer_code": {"c1": "C1", "C1 ": "C1", "17.0": "17", "17": "17", "": BAD, "erased-1": BAD},
    "full_name": {"": None, "Anne  Élie": "Anne Élie", "n" * 151: BAD},
    "email": {"": None, "A@Example.org": "A@example.org", "a@example.org": "a@example.org", "a@": BAD},
    "phone": {"": None, "06 12 34 56 78": "+33612345678", "+33612345678": "+33612345678", "06": BAD},
    "city": {"": None, " Beaune ": "Beaune", "c" * 101: BAD},
    "country": {"": None, "fr": "FR", "France": BAD},
}
CONTACT = {
    "customer_code": {"c1": "C1", "C1": "C1", "c2": "C2", "c3": BAD, "": BAD},
    "channel": {"EMAIL": "EMAIL", "e-mail": "EMAIL", "SMS": "SMS", "pigeon": BAD},
    "kind": {
        "sent": "SENT",
        "OPT_OUT": "OPT_OUT",
        "désinscrit": "OPT_OUT",
        "OPT_IN": "OPT_IN",
        "BOUNCED": "BOUNCED",
    },
    "occurred_at": {"2021-06-01": 1, "01/06/2021": 1, "2021-06-01 00:00:00": 1, "2021-06-02": 2, "soon": BAD},
    "campaign": {"": "", "Summer": "summer", "SUMMER ": "summer", "c" * 101: BAD},
}


def rows_of(pools: dict[str, dict[str, Any]]) -> Any:
    columns = {name: st.sampled_from(list(pool)) for name, pool in pools.items()}
    row = st.fixed_dictionaries(columns)
    # Cells that are mostly right, so that not every row is refused for one of them.
    fine = {
        name: st.sampled_from([text for text, value in pool.items() if value is not BAD])
        for name, pool in pools.items()
    }
    return st.lists(
        st.one_of(row, st.fixed_dictionaries(fine), st.fixed_dictionaries(fine)), min_size=1, max_size=6
    )


def meaning(row: dict[str, str], pools: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {name: pool[row[name]] for name, pool in pools.items()}


def said(row: dict[str, str], pools: dict[str, dict[str, Any]]) -> tuple[Any, ...]:
    """Two rows that say the same have the same; what means nothing speaks for itself."""
    cells = ((row[name], pool[row[name]]) for name, pool in pools.items())
    return tuple(f"? {text}" if value is BAD else repr(value) for text, value in cells)


def keyed(rows: list[Any], pools: Any, key: str, known: dict[str, Any], take: Any) -> tuple[int, ...]:
    """Read a file of one row a key into `known`; how many rows read, created, updated, unchanged, rejected."""
    count: Counter[str] = Counter(read=len(rows))
    groups: dict[Any, list[Any]] = {}
    for row in rows:
        means = meaning(row, pools)
        groups.setdefault(means[key] if means[key] is not BAD else object(), []).append(row)
    for name, group in groups.items():
        means = meaning(group[0], pools)
        old = known.get(name)
        new = None if BAD in means.values() else take(old, means)
        if new is None or len({said(row, pools) for row in group}) > 1:
            count["rejected"] += len(group)
            continue
        count["created" if old is None else "unchanged" if old == new else "updated"] += 1
        count["unchanged"] += len(group) - 1
        known[name] = new
    return tuple(count[name] for name in ("read", "created", "updated", "unchanged", "rejected"))


def take_product(old: dict[str, Any] | None, row: dict[str, Any]) -> dict[str, Any] | None:
    if old is None:
        if row["label"] is None:
            return None
        unknown = {"premium_tier": 1, "season_tags": [], "is_active": True}
        old = {name: unknown.get(name) for name in row}
    new = {name: old[name] if value is None else value for name, value in row.items()}
    currency = row["currency"] or old["currency"] or "EUR"
    return new | {"currency": old["currency"] if row["price"] is None else currency}


def take_customer(old: dict[str, Any] | None, row: dict[str, Any]) -> dict[str, Any]:
    return {name: value if value is not None or old is None else old[name] for name, value in row.items()}


def stored(model: Any, columns: dict[str, str], key: str) -> dict[str, Any]:
    """{key: {column of the file: what is stored}}; every row stands by the model's own rules."""
    found = {}
    for instance in model.objects.all():
        instance.full_clean()
        found[getattr(instance, key)] = {
            name: getattr(instance, field) or None for name, field in columns.items()
        }
    return found


def plain(known: dict[str, Any]) -> dict[str, Any]:
    return {key: {name: value or None for name, value in row.items()} for key, row in known.items()}


def rolled_back(play: Any) -> None:
    with tempfile.TemporaryDirectory() as folder, transaction.atomic():
        play(Path(folder))
        transaction.set_rollback(True)


def play_keyed(
    folder: Path, kind: str, model: Any, pools: Any, key: str, take: Any, files: Any, order: Any
) -> None:
    imported, columns, known = Files(folder, kind), list(pools), {}
    names = {"price": "price_amount", "currency": "price_currency"}
    fields = {name: names.get(name, name) if model is Product else name for name in pools}
    for rows in files:
        expected = keyed(rows, pools, key, known, take)
        text = as_csv(rows, columns)
        turned = order.sample(rows, len(rows))
        dry = imported.check(as_csv(turned, columns))
        result = imported.do(text)
        assert figures(dry) == figures(result) == expected
        assert dry.codes == result.codes
        assert stored(model, fields, key) == plain(known)
        after, loaded = contents(model), contents(model, without=("version",))
        again = imported.do(as_csv(turned, columns))
        assert figures(again)[1:3] == (0, 0) and contents(model) == after
        for each in (again, result):  # the newest first, as people do
            undo_import(batch=each.batch)
        imported.do(as_csv(turned, columns))
        assert contents(model, without=("version",)) == loaded


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=st.lists(rows_of(PRODUCT), min_size=1, max_size=2), order=st.randoms())
def test_products_are_what_their_rows_say(files, order):
    rolled_back(
        lambda folder: play_keyed(
            folder, "PRODUCTS", Product, PRODUCT, "product_key", take_product, files, order
        )
    )


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=st.lists(rows_of(CUSTOMER), min_size=1, max_size=2), order=st.randoms())
def test_customers_are_what_their_rows_say(files, order):
    rolled_back(
        lambda folder: play_keyed(
            folder, "CUSTOMERS", Customer, CUSTOMER, "customer_code", take_customer, files, order
        )
    )


def play_contacts(folder: Path, files: Any, order: Any) -> None:
    imported, known = Files(folder, "CONTACTS"), set()
    for code in ("C1", "C2"):
        CustomerFactory(customer_code=code)
    for rows in files:
        count: Counter[str] = Counter(read=len(rows))
        for row in rows:
            means = tuple(meaning(row, CONTACT).values())
            state = "rejected" if BAD in means else "unchanged" if means in known else "created"
            count[state] += 1
            if state != "rejected":
                known.add(means)
        turned = as_csv(order.sample(rows, len(rows)), list(CONTACT))
        dry, result = imported.check(turned), imported.do(as_csv(rows, list(CONTACT)))
        expected = tuple(count[name] for name in ("read", "created", "updated", "unchanged", "rejected"))
        assert figures(dry) == figures(result) == expected
        assert dry.codes == result.codes
    for event in ContactEvent.objects.all():
        event.full_clean()
    assert ContactEvent.objects.count() == len(known)
    for customer in Customer.objects.all():
        kinds = {kind for code, _channel, kind, _day, _campaign in known if code == customer.customer_code}
        assert (customer.is_bounced, customer.is_opted_out) == ("BOUNCED" in kinds, "OPT_OUT" in kinds)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=st.lists(rows_of(CONTACT), min_size=1, max_size=3), order=st.randoms())
def test_contacts_and_flags_are_what_the_rows_say_in_any_order(files, order):
    rolled_back(lambda folder: play_contacts(folder, files, order))
