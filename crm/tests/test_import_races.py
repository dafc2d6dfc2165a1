"""Imports at the same moment as others, as merges, as an undoing: real threads."""

from __future__ import annotations

import time
from threading import Event

import pytest
from django.db import connection, transaction

from config.base.tests.helpers import assert_sound, race
from crm.importing import lookups, noting
from crm.models import Customer, OrderLine
from crm.services import merge_customers, undo_import
from crm.tests.factories import CustomerFactory, ProductAliasFactory
from crm.tests.test_import_orders import FIRST, HEADER, SECOND, do, merlot, written  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)

CREATE = {"columns": {name: name for name in HEADER.strip().split(",")}, "unknown_customer": "create"}


def test_of_two_imports_of_one_file_at_once_one_creates_and_one_finds_all_there(written):  # noqa: F811
    path = written(HEADER + FIRST + SECOND)
    outcomes = race(*(lambda: "created {0.created}, unchanged {0.unchanged}".format(do(path, CREATE)),) * 2)
    assert outcomes == {"created 2, unchanged 0": 1, "created 0, unchanged 2": 1}
    assert OrderLine.objects.count() == 2 and Customer.objects.count() == 1
    assert_sound()


def test_nothing_is_undone_while_another_import_hangs_rows_on_what_was_created(written, monkeypatch):  # noqa: F811
    first = do(written(HEADER + FIRST), CREATE).batch
    path, writing, write_down = written(HEADER + FIRST.replace("A1", "A2")), Event(), noting.write_down

    def slowly(*args):
        write_down(*args)
        writing.set()
        time.sleep(0.5)

    def undo():
        writing.wait()
        undo_import(batch=first)

    monkeypatch.setattr(noting, "write_down", slowly)
    assert race(lambda: do(path, CREATE) and "imported", undo) == {"UndoConflict": 1, "imported": 1}
    assert OrderLine.objects.count() == 2 and Customer.objects.count() == 1
    assert_sound()


def test_a_product_that_is_deleted_while_a_file_names_it_by_another_name_gets_no_line(
    written,  # noqa: F811
    merlot,  # noqa: F811
    monkeypatch,
):
    ProductAliasFactory(raw_label="Rouge", product=merlot)
    path, by_label = written(HEADER + FIRST.replace("merlot", "rouge")), lookups._by_label

    def meanwhile(*args):
        by_label(*args)
        if connection.vendor == "postgresql":  # elsewhere the import has the database for itself
            race(merlot.delete)

    monkeypatch.setattr(lookups, "_by_label", meanwhile)
    result = do(path, CREATE)
    if connection.vendor == "postgresql":
        assert result.codes == {"product_in_trash": 1} and not OrderLine.objects.exists()
    assert_sound()


@pytest.mark.postgresql  # SQLite has one writer at a time
def test_an_import_and_a_merge_wait_for_one_another(written):  # noqa: F811
    """Somebody holds the older of the two, whom the merge wants first; the younger stands first in the table."""
    older, younger = CustomerFactory(customer_code="C2"), CustomerFactory(customer_code="C1")
    Customer.objects.filter(pk=older.pk).update(city="Lyon")
    path, held = written(HEADER + FIRST + SECOND.replace("C1 ", "C2")), Event()

    def hold():
        with transaction.atomic():
            Customer.objects.select_for_update().get(pk=older.pk)
            held.set()
            time.sleep(2)

    def merge():
        held.wait()
        merge_customers(survivor=older, merged=younger)

    def read():
        held.wait()
        time.sleep(0.7)
        do(path, CREATE)

    assert race(hold, merge, read) == {"done": 3}
    assert set(OrderLine.objects.values_list("customer", flat=True)) == {older.pk}
    assert_sound()
