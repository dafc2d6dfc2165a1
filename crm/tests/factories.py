"""One factory per model; each builds a valid row with the parents it needs."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256

import factory
from factory.django import DjangoModelFactory

from crm import models

FIRST_DAY = datetime(2021, 1, 4, 9, tzinfo=UTC)

MAPPING = {"columns": {"customer_code": "client", "quantity": "qty"}, "decimal_comma": True}
CONFIG = {
    "silence_days": 14,
    "attribution_days": 30,
    "holdout_percent": 10,
    "lapsed_days": 180,
    "items_per_customer": 3,
}
REASONS = {
    "components": [{"name": "frequency", "value": 0.5}, {"name": "recency", "value": 0.25}],
    "facts": {"times_bought": 4},
}


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


class ProductFactory(DjangoModelFactory):
    class Meta:
        model = models.Product

    product_key = factory.Sequence(lambda number: f"PINOT_NOIR_{number}")
    label = factory.Sequence(lambda number: f"Pinot noir, cuvée {number}")
    family = "RED"
    grape = "Pinot Noir"
    sugar = "DRY"
    price_amount = Decimal("12.50")
    price_currency = "EUR"
    premium_tier = 2
    season_tags = factory.LazyFunction(lambda: ["AUTUMN", "WINTER"])
    aroma_fruit = 60
    aroma_floral = 20
    aroma_spice = 30
    aroma_mineral = 10
    aroma_acidity = 50
    aroma_body = 50
    aroma_tannin = 40


class ProductAliasFactory(DjangoModelFactory):
    class Meta:
        model = models.ProductAlias

    product = factory.SubFactory(ProductFactory)
    raw_label = factory.Sequence(lambda number: f"Pinot  Noir n° {number}")
    source = "shop"


class ImportBatchFactory(DjangoModelFactory):
    """A finished import of nine rows."""

    class Meta:
        model = models.ImportBatch

    kind = models.ImportBatch.Kind.ORDERS
    file_name = factory.Sequence(lambda number: f"orders-{number}.csv")
    sha256 = factory.LazyAttribute(lambda batch: digest(batch.file_name))
    mapping = factory.LazyFunction(lambda: dict(MAPPING))
    status = models.ImportBatch.Status.DONE
    rows_read = 9
    rows_created = 5
    rows_updated = 1
    rows_unchanged = 2
    rows_rejected = 1
    started_at = FIRST_DAY
    finished_at = FIRST_DAY + timedelta(minutes=1)


class CustomerFactory(DjangoModelFactory):
    class Meta:
        model = models.Customer

    customer_code = factory.Sequence(lambda number: f"CUST_{number:05d}")
    full_name = factory.Sequence(lambda number: f"Élodie Martin {number}")
    email = factory.Sequence(lambda number: f"elodie.martin{number}@example.org")
    phone = "+33612345678"
    address_line = "4 rue des Vignes"
    postal_code = "21200"
    city = "Beaune"
    country = "FR"


class CustomerMergeFactory(DjangoModelFactory):
    class Meta:
        model = models.CustomerMerge

    survivor = factory.SubFactory(CustomerFactory)
    merged = factory.SubFactory(CustomerFactory)
    moved = factory.LazyFunction(
        lambda: [{"model": "crm.orderline", "id": 1, "field": "customer", "version": 2}]
    )


class DistinctPairFactory(DjangoModelFactory):
    class Meta:
        model = models.DistinctPair

    first = factory.SubFactory(CustomerFactory)
    second = factory.SubFactory(CustomerFactory)


class OrderLineFactory(DjangoModelFactory):
    class Meta:
        model = models.OrderLine

    source = "SHOP"
    order_reference = factory.Sequence(lambda number: f"ORDER-{number}")
    line_key = "1"
    customer = factory.SubFactory(CustomerFactory)
    product = factory.SubFactory(ProductFactory)
    ordered_at = factory.Sequence(lambda number: FIRST_DAY + timedelta(minutes=number))
    quantity = 2
    unit_price = Decimal("12.50")
    amount = factory.LazyAttribute(lambda line: Decimal(line.unit_price) * line.quantity)
    currency = "EUR"


class ContactEventFactory(DjangoModelFactory):
    class Meta:
        model = models.ContactEvent

    customer = factory.SubFactory(CustomerFactory)
    channel = models.ContactEvent.Channel.EMAIL
    kind = models.ContactEvent.Kind.SENT
    occurred_at = factory.Sequence(lambda number: FIRST_DAY + timedelta(minutes=number))
    campaign = "Spring tasting"


class ClientMasterProfileFactory(DjangoModelFactory):
    class Meta:
        model = models.ClientMasterProfile

    customer = factory.SubFactory(CustomerFactory)
    recency_days = 12
    frequency = 4
    monetary_amount = Decimal("310.40")
    monetary_currency = "EUR"
    recency_score = 5
    frequency_score = 3
    monetary_score = 4
    segment = "LOYAL"
    top_families = factory.LazyFunction(lambda: [{"value": "RED", "share": 0.75}])
    top_grapes = factory.LazyFunction(lambda: [{"value": "Pinot Noir", "share": 0.5}])
    aroma_profile = factory.LazyFunction(lambda: [{"axis": "fruit", "weight": 0.4}])
    family_diversity = 0.25
    confidence = 0.8
    as_of = date(2022, 1, 1)


class RecoRunFactory(DjangoModelFactory):
    class Meta:
        model = models.RecoRun

    as_of = date(2022, 1, 1)
    config = factory.LazyFunction(lambda: dict(CONFIG))
    config_hash = digest("config")
    input_hash = digest("input")
    status = models.RecoRun.Status.DONE
    counts = factory.LazyFunction(lambda: {"customers": 1, "items": 1, "scenarios": {"REBUY": 1}})
    timings = factory.LazyFunction(lambda: {"load": 0.5, "score": 1.25})
    started_at = factory.Sequence(lambda number: FIRST_DAY + timedelta(hours=number))
    finished_at = factory.LazyAttribute(lambda run: run.started_at + timedelta(minutes=2))


class RecoItemFactory(DjangoModelFactory):
    class Meta:
        model = models.RecoItem

    run = factory.SubFactory(RecoRunFactory)
    customer = factory.SubFactory(CustomerFactory)
    product = factory.SubFactory(ProductFactory)
    rank = 1
    scenario = models.RecoItem.Scenario.REBUY
    score = 0.75
    reasons = factory.LazyFunction(lambda: dict(REASONS))
    explanation_fr = "Vous en avez pris quatre fois."
    explanation_en = "You bought it four times."


class AuditItemFactory(DjangoModelFactory):
    class Meta:
        model = models.AuditItem

    batch = factory.SubFactory(ImportBatchFactory)
    number = factory.Sequence(lambda number: number + 1)
    severity = models.AuditItem.Severity.WARNING
    code = "unknown_product"
    row_number = 12
    message = "No product is called “Pinot Noir”."
    details = factory.LazyFunction(lambda: {"column": "label", "value": "Pinot Noir"})


class OutcomeEventFactory(DjangoModelFactory):
    class Meta:
        model = models.OutcomeEvent

    reco_item = factory.SubFactory(RecoItemFactory)
    order_line = factory.SubFactory(OrderLineFactory)
    outcome = models.OutcomeEvent.Outcome.CONTACTED
    amount = Decimal("25.00")
    currency = "EUR"
    occurred_at = FIRST_DAY
