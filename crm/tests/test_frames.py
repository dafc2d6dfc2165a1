"""Whole tables as frames: what stands is in them, on integers, with the days of the site's calendar."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import polars as pl
import pytest
from django.db.models import F

from crm.frames import customer_frame, day_number, order_frame, product_frame, start_of
from crm.models import Customer, OrderLine
from crm.tests.factories import CustomerFactory, OrderLineFactory, ProductFactory

pytestmark = pytest.mark.django_db

MOMENT = datetime(2021, 6, 1, 9, tzinfo=UTC)


def test_a_line_is_read_in_cents_milliseconds_and_days():
    moment = MOMENT.replace(microsecond=7000)
    line = OrderLineFactory(ordered_at=moment, quantity=-3, unit_price=Decimal("4.35"))
    (row,) = order_frame(MOMENT + timedelta(days=1)).to_dicts()
    assert row == {
        "line": line.pk,
        "order": line.pk,
        "customer": line.customer_id,
        "product": line.product_id,
        "ms": round(moment.timestamp() * 1000),
        "day": day_number(date(2021, 6, 1)),
        "quantity": -3,
        "cents": -1305,
        "currency": "EUR",
    }


def test_a_day_is_one_of_the_calendar_in_winter_and_in_summer(settings):
    settings.TIME_ZONE = "Europe/Paris"
    moments = {
        datetime(2021, 3, 27, 22, 59, 59, 999_000, tzinfo=UTC): date(2021, 3, 27),
        datetime(2021, 3, 27, 23, 0, tzinfo=UTC): date(2021, 3, 28),
        datetime(2021, 3, 28, 21, 59, 59, 999_000, tzinfo=UTC): date(2021, 3, 28),
        datetime(2021, 3, 28, 22, 0, tzinfo=UTC): date(2021, 3, 29),
        datetime(1969, 12, 31, 22, 30, tzinfo=UTC): date(1969, 12, 31),
    }
    for moment in moments:
        OrderLineFactory(ordered_at=moment)
    frame = order_frame(start_of(date(2021, 3, 30)))
    assert frame["day"].to_list() == [day_number(day) for day in moments.values()]
    assert frame.schema["day"] == pl.Int32
    in_tokyo = order_frame(start_of(date(2021, 3, 30)), zone="Asia/Tokyo")
    assert in_tokyo["day"][0] == day_number(date(2021, 3, 28))


def test_nothing_at_or_after_the_limit_is_read(settings):
    settings.TIME_ZONE = "Europe/Paris"
    limit = start_of(date(2021, 3, 29))
    assert limit == datetime(2021, 3, 28, 22, tzinfo=UTC)
    before = OrderLineFactory(ordered_at=limit - timedelta(milliseconds=1))
    OrderLineFactory(ordered_at=limit)
    assert order_frame(limit)["line"].to_list() == [before.pk]


def test_lines_in_the_trash_and_of_customers_deleted_or_merged_are_left_out():
    kept = OrderLineFactory()
    OrderLineFactory(customer=kept.customer).delete()
    OrderLineFactory().customer.delete()
    merged = OrderLineFactory()
    Customer.objects.filter(pk=merged.customer_id).update(merged_into=kept.customer)
    later = OrderLine.objects.latest("ordered_at").ordered_at + timedelta(days=1)
    assert order_frame(later)["line"].to_list() == [kept.pk]
    assert customer_frame().rows() == [(kept.customer_id, kept.customer.customer_code, True, False, False)]


def test_the_lines_of_an_order_share_its_number_and_another_source_has_its_own():
    first = OrderLineFactory(order_reference="A", line_key="1", ordered_at=MOMENT)
    other = OrderLineFactory(order_reference="A", line_key="1", source="WEB", ordered_at=MOMENT)
    second = OrderLineFactory(order_reference="A", line_key="2", ordered_at=MOMENT)
    numbers = dict(order_frame(MOMENT + timedelta(days=1)).select("line", "order").rows())
    assert numbers == {first.pk: first.pk, second.pk: first.pk, other.pk: other.pk}


def test_products_are_in_the_order_of_their_keys_and_what_is_not_known_is_null():
    full = ProductFactory(product_key="B", producer="Domaine, « 1 »", popularity=0.25)
    bare = ProductFactory(
        product_key="A",
        **dict.fromkeys(("family", "grape", "sugar", "price_amount", "price_currency")),
        **{
            f"aroma_{axis}": None
            for axis in ("fruit", "floral", "spice", "mineral", "acidity", "body", "tannin")
        },
    )
    first, second = product_frame().to_dicts()
    assert (first["product"], first["family"], first["price"], first["fruit"]) == (bare.pk, None, None, None)
    assert (second["product"], second["producer"], second["price"]) == (full.pk, "Domaine, « 1 »", 1250)
    assert (second["tannin"], second["popularity"], second["is_active"]) == (40, 0.25, True)


def test_empty_tables_are_empty_frames_of_the_same_columns():
    empty = order_frame(MOMENT)
    OrderLineFactory(ordered_at=MOMENT)
    assert order_frame(MOMENT + timedelta(days=1)).schema == empty.schema
    assert empty.is_empty()


def test_flags_about_contacting_are_read():
    CustomerFactory(customer_code="B", is_contactable=False)
    Customer.objects.filter(pk=CustomerFactory(customer_code="A").pk).update(
        is_bounced=True, is_opted_out=~F("is_opted_out")
    )
    assert [row[1:] for row in customer_frame().rows()] == [
        ("A", True, True, True),
        ("B", False, False, False),
    ]
