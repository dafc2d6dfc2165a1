"""An import taken back: what it created is in the trash, what it changed is as before, or nothing happens at all."""

from decimal import Decimal

import pytest

from config.base.exceptions import DomainError
from crm.importing.undoing import UndoConflict
from crm.models import Customer, ImportBatch, OrderLine, OutcomeEvent, Product
from crm.services import merge_customers, undo_import, unmerge_customers
from crm.tests.factories import ContactEventFactory, CustomerFactory, OrderLineFactory, OutcomeEventFactory
from crm.tests.test_import_orders import FIRST, HEADER, SECOND, do, figures, merlot, written  # noqa: F401

pytestmark = pytest.mark.django_db

CREATE = {"columns": {name: name for name in HEADER.strip().split(",")}, "unknown_product": "create"} | {
    "unknown_customer": "create"
}
SYRAH = FIRST.replace("merlot", "syrah").replace("A1", "A9")


@pytest.fixture
def first(written) -> ImportBatch:  # noqa: F811
    return do(written(HEADER + FIRST + SECOND)).batch


def test_what_was_created_goes_to_the_trash_and_can_be_imported_again(written):  # noqa: F811
    path = written(HEADER + FIRST + SYRAH)
    batch = do(path, CREATE).batch
    result = undo_import(batch=batch)
    assert result.removed == {"crm.OrderLine": 2, "crm.Customer": 1, "crm.Product": 1}
    assert batch.status == "UNDONE"
    assert not OrderLine.objects.exists() and not Customer.objects.exists()
    assert [product.product_key for product in Product.objects.all()] == ["MERLOT"]
    line = OrderLine.all_objects.first()
    assert line.history.first().history_change_reason == f"undo import {batch.pk}"
    assert figures(do(path, CREATE)) == (2, 2, 0, 0, 0)
    assert Customer.objects.get().customer_code == "C1"


def test_what_was_updated_is_what_it_was_before(first, written):  # noqa: F811
    before = OrderLine.objects.get(line_key="1")
    second = do(written(HEADER + FIRST.replace("12.50", "15.00"))).batch
    assert undo_import(batch=second).restored == {"crm.OrderLine": 1}
    line = OrderLine.objects.get(line_key="1")
    assert (line.version, line.unit_price, line.amount) == (3, Decimal("12.50"), Decimal("25.00"))
    assert (line.ordered_at, line.batch) == (before.ordered_at, first)


def test_nothing_is_undone_where_somebody_changed_a_row_since(first):
    line = OrderLine.objects.get(line_key="2")
    line.quantity, line.amount = -3, Decimal("-37.50")
    line.save()
    with pytest.raises(UndoConflict, match="A1 · 2") as caught:
        undo_import(batch=first)
    assert [(each.label, each.pk) for each in caught.value.conflicts] == [("crm.OrderLine", line.pk)]
    assert OrderLine.objects.count() == 2 and Customer.objects.exists()
    first.refresh_from_db()
    assert first.status == "DONE"


def test_lines_that_went_through_a_merge_and_its_undo_are_no_obstacle(first, written):  # noqa: F811
    second = do(written(HEADER + FIRST.replace("12.50", "15.00"))).batch
    merge = merge_customers(survivor=CustomerFactory(), merged=Customer.objects.get(customer_code="C1"))
    with pytest.raises(UndoConflict, match="has been changed since"):
        undo_import(batch=second)
    unmerge_customers(merge=merge)
    assert undo_import(batch=second).restored == {"crm.OrderLine": 1}
    assert OrderLine.objects.get(line_key="1").unit_price == Decimal("12.50")


@pytest.mark.parametrize("factory", [OrderLineFactory, ContactEventFactory])
def test_nothing_is_undone_where_something_else_hangs_on_a_new_customer(first, factory):
    other = factory(customer=Customer.objects.get())
    with pytest.raises(UndoConflict) as caught:
        undo_import(batch=first)
    assert [(each.label, each.pk) for each in caught.value.conflicts] == [(other._meta.label, other.pk)]
    assert OrderLine.objects.filter(batch=first).count() == 2


def test_a_row_that_was_deleted_since_is_no_obstacle(first):
    OrderLine.objects.get(line_key="2").delete()
    assert undo_import(batch=first).removed == {"crm.OrderLine": 1, "crm.Customer": 1}


def test_outcomes_that_were_credited_fall_with_their_line(first):
    OutcomeEventFactory(order_line=OrderLine.objects.get(line_key="1"))
    undo_import(batch=first)
    assert not OutcomeEvent.objects.exists()


def test_only_a_completed_import_is_undone_and_only_once(first):
    undo_import(batch=first)
    with pytest.raises(DomainError) as caught:
        undo_import(batch=first)
    assert caught.value.code == "status"
