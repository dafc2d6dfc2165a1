"""What each model accepts, refuses and keeps true."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from config.base.exceptions import DomainError
from config.base.tests.helpers import assert_sound
from config.base.values import Money
from crm import models
from crm.values import AROMA_COLUMNS, AXES, AromaAxes

from . import factories as make

pytestmark = pytest.mark.django_db

EVERY = [getattr(make, f"{name}Factory") for name in models.__all__]


@pytest.mark.parametrize("factory", EVERY, ids=lambda each: each.__name__)
def test_what_a_factory_builds_is_valid(factory):
    factory().full_clean()


@pytest.mark.parametrize("factory", EVERY, ids=lambda each: each.__name__)
def test_a_natural_key_finds_its_row(factory):
    row, _other = factory(), factory()
    assert type(row).objects.get_by_natural_key(*row.natural_key()) == row


def test_a_note_of_a_run_is_found_by_its_natural_key():
    item = make.AuditItemFactory(batch=None, run=make.RecoRunFactory())
    assert models.AuditItem.objects.get_by_natural_key(*item.natural_key()) == item


WRONG = [
    (make.ProductFactory, {"product_key": ""}, "product_key"),
    (make.ProductFactory, {"family": "GREEN"}, "family"),
    (make.ProductFactory, {"sugar": "SALTY"}, "sugar"),
    (make.ProductFactory, {"budget": "FREE"}, "budget"),
    (make.ProductFactory, {"vintage": 12}, "vintage"),
    (make.ProductFactory, {"premium_tier": 6}, "premium_tier"),
    (make.ProductFactory, {"price_amount": "-1.00"}, "price_amount"),
    (make.ProductFactory, {"price_amount": None}, "price_currency"),
    (make.ProductFactory, {"aroma_fruit": 101}, "aroma_fruit"),
    (make.ProductFactory, {"aroma_body": None}, "aroma_tannin"),
    (make.ImportBatchFactory, {"rows_rejected": 2}, "rows_rejected"),
    (make.ImportBatchFactory, {"status": "UNDONE", "rows_read": 8}, "rows_rejected"),
    (make.ImportBatchFactory, {"sha256": "abc"}, "sha256"),
    (make.ImportBatchFactory, {"finished_at": None}, "finished_at"),
    (make.ImportBatchFactory, {"status": "RUNNING"}, "finished_at"),
    (make.CustomerFactory, {"customer_code": " "}, "customer_code"),
    (make.OrderLineFactory, {"quantity": 0, "amount": 0}, "quantity"),
    (make.OrderLineFactory, {"unit_price": "-1.00", "amount": "1.00"}, "unit_price"),
    (make.OrderLineFactory, {"quantity": -1, "amount": "1.00"}, "quantity"),
    (make.OrderLineFactory, {"quantity": 1, "amount": "-1.00"}, "quantity"),
    (make.ContactEventFactory, {"kind": "SHOUTED"}, "kind"),
    (make.ContactEventFactory, {"channel": "PIGEON"}, "channel"),
    (make.ClientMasterProfileFactory, {"segment": "NOBLE"}, "segment"),
    (make.ClientMasterProfileFactory, {"monetary_score": 0}, "monetary_score"),
    (make.ClientMasterProfileFactory, {"confidence": 1.5}, "confidence"),
    (make.RecoRunFactory, {"finished_at": None}, "finished_at"),
    (make.RecoRunFactory, {"input_hash": "0" * 63}, "input_hash"),
    (make.RecoItemFactory, {"rank": 4}, "rank"),
    (make.RecoItemFactory, {"scenario": "GUESS"}, "scenario"),
    (make.AuditItemFactory, {"batch": None}, "run"),
    (make.AuditItemFactory, {"number": 0}, "number"),
    (make.AuditItemFactory, {"row_number": 0}, "row_number"),
    (make.AuditItemFactory, {"object_type": "crm.customer"}, "object_type"),
    (make.OutcomeEventFactory, {"outcome": "PERHAPS"}, "outcome"),
]


@pytest.mark.parametrize(("factory", "values", "field"), WRONG, ids=lambda each: str(each)[:40])
def test_what_breaks_a_rule_is_refused_on_its_field_and_by_the_database(factory, values, field):
    model = factory._meta.model
    good = factory()
    row = model.objects.get(pk=good.pk)
    for name, value in values.items():
        setattr(row, name, value)
    with pytest.raises(ValidationError) as error:
        row.full_clean()
    assert field in error.value.message_dict
    if model.append_only:
        return
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.filter(pk=good.pk).update(**values)


def test_a_run_and_a_batch_do_not_share_a_note():
    item = make.AuditItemFactory.build(batch=make.ImportBatchFactory(), run=make.RecoRunFactory())
    with pytest.raises(ValidationError, match="of one of the two"):
        item.full_clean()


SHAPES = [
    (make.ProductFactory, "season_tags", ["SUMMER", "SUMMER"], "same entry twice"),
    (make.ProductFactory, "season_tags", ["MONSOON"], "[0]"),
    (make.ImportBatchFactory, "mapping", {"constants": {}}, "columns"),
    (make.ImportBatchFactory, "mapping", {"columns": {"quantity": ""}}, "columns.quantity"),
    (make.ImportBatchFactory, "mapping", {"columns": {"colour": "Farbe"}}, "colour"),
    (
        make.ImportBatchFactory,
        "mapping",
        {"columns": {"quantity": "q"}, "unknown_product": "guess"},
        "reject",
    ),
    (
        make.ImportBatchFactory,
        "mapping",
        {"columns": {"quantity": "q"}, "cancellation": {"column": "x"}},
        "prefix",
    ),
    (make.CustomerMergeFactory, "moved", [{"model": "crm.orderline", "id": 1}], "field"),
    (make.ClientMasterProfileFactory, "top_families", [{"value": "RED", "share": 2}], "[0].share"),
    (make.ClientMasterProfileFactory, "top_grapes", [{"value": g, "share": 0} for g in "abc"], "at most 2"),
    (make.ClientMasterProfileFactory, "aroma_profile", [{"axis": "smoke", "weight": 0.1}], "[0].axis"),
    (make.RecoRunFactory, "config", {"silence_days": 14}, "attribution_days"),
    (make.RecoRunFactory, "config", {**make.CONFIG, "items_per_customer": 4}, "items_per_customer"),
    (make.RecoRunFactory, "config", {**make.CONFIG, "weights": {"Recency": 1}}, "pattern"),
    (make.RecoRunFactory, "counts", {"scenarios": {"GUESS": 1}}, "GUESS"),
    (make.RecoRunFactory, "timings", {"load": -1}, "load"),
    (make.RecoItemFactory, "reasons", {"components": []}, "components"),
    (make.RecoItemFactory, "reasons", {"components": [{"name": "x"}]}, "value"),
    (make.AuditItemFactory, "details", {"rows": [1, 2]}, "rows"),
    (make.AuditItemFactory, "details", {f"k{n}": n for n in range(21)}, "at most 20"),
]


@pytest.mark.parametrize(("factory", "column", "value", "words"), SHAPES, ids=lambda each: str(each)[:40])
def test_json_that_does_not_fit_names_the_key(factory, column, value, words):
    row = factory()
    setattr(row, column, value)
    with pytest.raises(ValidationError) as error:
        row.full_clean()
    assert set(error.value.message_dict) == {column}
    assert words in " ".join(error.value.message_dict[column])


def test_the_mappings_of_the_design_fit_their_shape():
    journey = {
        "columns": {
            "order_reference": "basket_id",
            "ordered_at": "transaction_timestamp",
            "customer_code": "household_id",
            "product_key": "product_id",
            "quantity": "quantity",
            "amount": "sales_value",
        },
        "constants": {"currency": "USD"},
        "date_format": "%Y-%m-%d %H:%M:%S",
        "decimal_comma": False,
        "unknown_product": "create",
        "unknown_customer": "create",
        "cancellation": {"column": "InvoiceNo", "prefix": "C"},
    }
    make.ImportBatchFactory(mapping=journey).full_clean()


def test_a_product_reads_its_price_and_aromas_as_values():
    product = make.ProductFactory()
    assert product.price == Money(Decimal("12.50"), "EUR")
    assert product.aroma_axes == AromaAxes(60, 20, 30, 10, 50, 50, 40)
    assert product.aroma_axes.as_columns() == {name: getattr(product, name) for name in AROMA_COLUMNS}
    unknown = make.ProductFactory(
        price_amount=None, price_currency=None, **dict.fromkeys(AROMA_COLUMNS), family="", grape=""
    )
    unknown.refresh_from_db()
    assert (unknown.price, unknown.aroma_axes) == (None, None)
    assert (unknown.family, unknown.grape) == (None, None), "there is one way to say unknown"


def test_a_price_without_a_currency_is_in_the_usual_one():
    product = make.ProductFactory.build(price_amount="9.90", price_currency=None)
    product.full_clean()
    assert product.price_currency == "EUR"


@pytest.mark.parametrize("value", [-1, 101, 2.5, True, None])
def test_an_axis_is_a_whole_number_from_0_to_100(value):
    with pytest.raises(ValueError, match="tannin"):
        AromaAxes(**{**dict.fromkeys(AXES, 50), "tannin": value})


def test_what_is_derived_of_a_product_and_a_profile_writes_no_history():
    product, profile = make.ProductFactory(), make.ClientMasterProfileFactory()
    models.Product.objects.update(popularity=3.5)
    profile.segment, profile.frequency = "AT_RISK", 9
    profile.save(update_fields=["segment", "frequency"])
    for row in (product, profile):
        row.refresh_from_db()
        assert (row.version, row.history.count()) == (1, 1)
    assert (product.popularity, profile.segment) == (3.5, "AT_RISK")


def test_a_deleted_customer_leaves_what_happened_and_takes_what_is_derived():
    profile = make.ClientMasterProfileFactory()
    customer = profile.customer
    kept = [
        make.OrderLineFactory(customer=customer),
        make.ContactEventFactory(customer=customer),
        make.RecoItemFactory(customer=customer),
    ]
    _total, by_model = customer.delete()
    assert by_model == {"crm.Customer": 1, "crm.ClientMasterProfile": 1}
    for row in kept:
        assert type(row).objects.get(pk=row.pk).customer == customer
    with pytest.raises(ProtectedError), transaction.atomic():
        customer.purge()
    customer.restore()
    assert models.ClientMasterProfile.objects.get() == profile
    assert_sound(models.Customer, models.ClientMasterProfile)


def test_a_product_that_was_sold_is_not_deleted():
    line = make.OrderLineFactory()
    with pytest.raises(ProtectedError):
        line.product.delete()
    unsold = make.ProductAliasFactory().product
    unsold.delete()
    assert not models.ProductAlias.objects.exists()


def test_a_line_that_goes_takes_its_credit_and_a_credited_item_stays():
    outcome = make.OutcomeEventFactory()
    with pytest.raises(ProtectedError):
        outcome.reco_item.run.delete()
    outcome.order_line.delete()
    assert not models.OutcomeEvent.objects.exists()
    outcome.reco_item.run.delete()


def test_a_line_is_credited_once_and_the_credit_never_changes():
    outcome = make.OutcomeEventFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        make.OutcomeEventFactory(order_line=outcome.order_line)
    outcome.amount = 1
    with pytest.raises(DomainError):
        outcome.save()


def test_nobody_is_merged_into_themselves():
    customer = make.CustomerFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        models.Customer.objects.filter(pk=customer.pk).update(merged_into=customer)
    with pytest.raises(IntegrityError), transaction.atomic():
        make.CustomerMergeFactory(survivor=customer, merged=customer)


def test_a_customer_is_merged_once_at_a_time():
    first = make.CustomerMergeFactory()
    again = make.CustomerMergeFactory.build(survivor=make.CustomerFactory(), merged=first.merged)
    with pytest.raises(ValidationError, match="merged already"):
        again.full_clean()
    first.undone_at = first.merged_at + timedelta(days=1)
    first.save()
    again.full_clean()


def test_the_components_of_a_recommendation_sum_to_its_score():
    item = make.RecoItemFactory()
    item.score = 0.75 + 2e-9
    with pytest.raises(ValidationError) as error:
        item.full_clean()
    assert set(error.value.message_dict) == {"reasons"}
    item.score = 0.75 + 5e-10
    item.full_clean()
