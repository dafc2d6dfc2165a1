"""What is computed over whole tables reads them here: orders, products and customers as frames of Polars.

The numbers are integers (cents, milliseconds, days), so that no sum depends on the order of rows. `line`, `customer`
and `product` are the rows' keys in this database: what must be the same in another one is ordered by `code` and `key`.
"""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import polars as pl
from django.conf import settings
from django.db import connections

from config.base.staging import in_cents, in_milliseconds, read_frame

from .values import AROMA_COLUMNS, AXES

_LINES = {
    **dict.fromkeys(("customer", "product", "ms", "quantity", "cents", "line"), pl.Int64),
    **dict.fromkeys(("currency", "source", "reference"), pl.String),
}
_PRODUCTS = {
    "product": pl.Int64,
    **dict.fromkeys(
        ("key", "label", "family", "grape", "sugar", "budget", "producer", "category"), pl.String
    ),
    **dict.fromkeys(("vintage", "tier", "price"), pl.Int64),
    "price_currency": pl.String,
    **dict.fromkeys(AXES, pl.Int64),
    "is_active": pl.Boolean,
    "popularity": pl.Float64,
    "season_tags": pl.String,
}
_CUSTOMERS = {
    "customer": pl.Int64,
    "code": pl.String,
    **dict.fromkeys(("is_contactable", "is_bounced", "is_opted_out"), pl.Boolean),
}


def start_of(day: date, *, zone: str | None = None) -> datetime:
    """The moment at which the day begins in the zone, by default the site's."""
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone or settings.TIME_ZONE))


def day_number(day: date) -> int:
    """Days since 1970-01-01, as in the frames."""
    return (day - date(1970, 1, 1)).days


def order_frame(before: datetime, using: str = "default", *, zone: str | None = None) -> pl.DataFrame:
    """Every order line that stands, of a customer who stands under their own number, ordered strictly before.

    `line`, `order`, `customer`, `product`, `ms` (since 1970), `day` (of the calendar of `zone`, by default the site's,
    summer time included; days since 1970), `quantity`, `cents`, `currency`; the oldest line of the table first.
    `order` is one number for all lines of one order of one source: the smallest `line` among them.
    """
    return _named_lines(before, using, zone).drop("source", "reference")


def named_order_frame(before: datetime, using: str = "default", *, zone: str | None = None) -> pl.DataFrame:
    """The same with the `source` and the `reference` of each line's order: what it is called in any database."""
    return _named_lines(before, using, zone)


def line_frame(before: datetime, using: str = "default", *, zone: str | None = None) -> pl.DataFrame:
    """The same lines without `line` and `order`, in no order: two thirds of the time, where nobody asks for orders."""
    return _lines({}, before, zone, using)


def _named_lines(before: datetime, using: str, zone: str | None) -> pl.DataFrame:
    keys = {"line": "l.id", "source": "l.source", "reference": "l.order_reference"}
    order = pl.col("line").min().over("source", "reference")
    return (
        _lines(keys, before, zone, using)
        .with_columns(order=order)
        .select(
            *("line", "order", "customer", "product", "ms", "day", "quantity", "cents", "currency"),
            *("source", "reference"),
        )
        .sort("line")
    )


def _lines(more: dict[str, str], before: datetime, zone: str | None, using: str) -> pl.DataFrame:
    columns = {
        "customer": "l.customer_id",
        "product": "l.product_id",
        "ms": in_milliseconds("l.ordered_at", using=using),
        "quantity": "l.quantity",
        "cents": in_cents("l.amount", using=using),
        "currency": "l.currency",
        **more,
    }
    sql = f"""
        SELECT {", ".join(columns.values())} FROM crm_orderline l JOIN crm_customer c ON c.id = l.customer_id
        WHERE NOT l.is_deleted AND NOT c.is_deleted AND c.merged_into_id IS NULL AND l.ordered_at < %s
    """
    limit = connections[using].ops.adapt_datetimefield_value(before)
    schema = {name: _LINES[name] for name in columns}
    local = pl.from_epoch("ms", time_unit="ms").dt.replace_time_zone("UTC")
    day = local.dt.convert_time_zone(zone or settings.TIME_ZONE).dt.date().cast(pl.Int32)
    return read_frame(sql, [limit], schema=schema, using=using).with_columns(day=day)


def product_frame(using: str = "default") -> pl.DataFrame:
    """Every product that stands, in the order of `key`, with the seven axes; what is not known of it is null.

    `price` in cents of `price_currency`; `season_tags` as the JSON text.
    """
    axes = ", ".join(AROMA_COLUMNS)
    sql = f"""
        SELECT id, product_key, label, family, grape, sugar, budget, producer, category, vintage, premium_tier,
               {in_cents("price_amount", using=using)}, price_currency, {axes}, is_active, popularity, season_tags
        FROM crm_product WHERE NOT is_deleted
    """
    return read_frame(sql, schema=_PRODUCTS, using=using).sort("key")


def customer_frame(using: str = "default") -> pl.DataFrame:
    """Every customer who stands under their own number, in the order of `code`, with the flags on contacting them."""
    sql = """
        SELECT id, customer_code, is_contactable, is_bounced, is_opted_out
        FROM crm_customer WHERE NOT is_deleted AND merged_into_id IS NULL
    """
    return read_frame(sql, schema=_CUSTOMERS, using=using).sort("code")
