"""Rows of orders as they are staged; the rules are in `orders`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import polars as pl
from django.conf import settings

from ..privacy import ERASED_CODE
from ..validators import normalize_key, normalize_label
from . import order_problems as wrong
from .mappings import DEFAULT_SOURCE, Mapping
from .problems import Problem
from .values import (
    SCALE,
    customer_codes,
    digests,
    indexable,
    is_long,
    joined,
    mapped,
    moments,
    numbers,
    rounded,
    said,
    spelling,
    text_of,
)

LARGEST_QUANTITY = 2_147_483_647
LARGEST_CENTS = 10**12 - 1
CENT = SCALE // 100

SCHEMA = {
    "source": pl.String,
    "order_reference": pl.String,
    "line_key": pl.String,
    "mark": pl.Int64,
    "customer_code": pl.String,
    "product": pl.String,
    "raw_label": pl.String,
    "ordered_at": pl.Int64,
    "quantity": pl.Int64,
    "unit_price": pl.Int64,
    "amount": pl.Int64,
    "currency": pl.String,
    "order_written": pl.String,
    "customer_written": pl.String,
    "product_written": pl.String,
    "reject": pl.String,
}


def parse(raw: pl.DataFrame, mapping: Mapping) -> tuple[dict[str, pl.Series], dict[Problem, pl.Series]]:
    """See `Kind.parse`. What is read of a row that is rejected is of no matter, but its key and its repeats."""

    text = partial(text_of, raw)
    source, order = (
        mapped(text("source", DEFAULT_SOURCE), normalize_key),
        mapped(text("order_reference"), normalize_key),
    )
    codes = customer_codes(raw)
    customer, label = mapped(codes, normalize_key), text("label")
    keys = mapped(text("product_key"), normalize_key)
    names = mapped(label, normalize_label)
    line_number = mapped(text("line_number").str.replace(r"^0*(\d+)(\.0+)?$", "$1"), normalize_key)
    ordered_at = moments(text("ordered_at"), date_format=mapping.date_format)
    currency = text("currency", settings.DEFAULT_CURRENCY).str.to_uppercase()
    flags: dict[Problem, pl.Series] = {}
    figures = _figures(raw, text, mapping, flags)
    flags |= {
        wrong.MISSING_REFERENCE: order.is_null(),
        wrong.LONG_REFERENCE: order.str.len_chars() > 100,
        wrong.MISSING_SOURCE: source.is_null(),
        wrong.LONG_SOURCE: source.str.len_chars() > 50,
        wrong.BAD_DATE: ordered_at.is_null(),
        wrong.MISSING_CUSTOMER: customer.is_null(),
        wrong.LONG_CUSTOMER: customer.str.len_chars() > 100,
        wrong.ERASED_CUSTOMER: customer.str.starts_with(ERASED_CODE),
        wrong.MISSING_PRODUCT: keys.is_null() & label.is_null(),
        wrong.LONG_PRODUCT: keys.str.len_chars() > 100,
        wrong.LONG_LABEL: (label.str.len_chars() > 255) | is_long(names),
        wrong.BAD_CURRENCY: ~currency.str.contains("^[A-Z]{3}$").fill_null(False),
    }
    content = [source, order, line_number, customer, keys, label, currency]
    content += [said(ordered_at, text("ordered_at")), *figures.pop("said")]
    digest, mark = digests(joined(content))
    if mapping.has("line_number"):
        flags |= {
            wrong.MISSING_LINE: line_number.is_null(),
            wrong.LONG_LINE: line_number.str.len_chars() > 80,
        }
        line_key = line_number
    else:
        line_key = "#" + digest
    product = pl.DataFrame({"k": "K" + keys, "l": "L" + names}).select(pl.coalesce("k", "l")).to_series()
    staged = {
        "source": indexable(source),
        "order_reference": indexable(order),
        "line_key": indexable(line_key),
        "mark": mark,
        "customer_code": indexable(customer),
        "product": indexable(product),
        "raw_label": label.fill_null(""),
        "ordered_at": ordered_at,
        **{name: series[0] for name, series in figures.items()},
        "currency": currency,
        "order_written": spelling(text("order_reference"), order),
        "customer_written": spelling(codes, customer),
        "product_written": spelling(text("product_key"), keys),
        "reject": text("reject"),
    }
    return staged, flags


def _figures(
    raw: pl.DataFrame, text: Callable[..., pl.Series], mapping: Mapping, flags: dict[Problem, pl.Series]
) -> dict[str, list[pl.Series]]:
    """Quantity, price and amount; under `said`, what the file says of them."""
    comma = mapping.decimal_comma
    texts = {name: text(name) for name in ("quantity", "unit_price", "amount")}
    frame = pl.DataFrame({name: numbers(each, decimal_comma=comma) for name, each in texts.items()})
    count, price, amount = pl.col("quantity"), pl.col("unit_price"), pl.col("amount")
    prefix = raw["cancellation"] if "cancellation" in raw.columns else None
    cancelled = (
        pl.lit(False) if prefix is None else pl.lit(prefix.str.starts_with(mapping.cancellation_prefix))
    )
    whole = (count % SCALE == 0) & (count != 0) & (count.abs() <= LARGEST_QUANTITY * SCALE)
    given = pl.when(whole).then(count // SCALE)
    by_amount, by_price = mapping.has("amount"), mapping.has("unit_price")
    frame = frame.with_columns(cancelled.fill_null(False).alias("called_off"))
    frame = frame.with_columns(pl.when("called_off").then(-given.abs()).otherwise(given).alias("number"))
    number = pl.col("number")
    # A price of six places times a quantity may leave the range of whole numbers: then it is too large anyway.
    fits = (price.abs().cast(pl.Float64) * number.abs()) < 9e15
    charged = rounded(amount.abs(), CENT)
    worth = number.sign() * charged if by_amount else pl.when(fits).then(rounded(price * number, CENT))
    each = rounded(price, CENT) if by_price else rounded(charged, number.abs())
    frame = frame.with_columns(worth.alias("worth"), each.alias("each"))
    is_negative = (number < 0).fill_null(False)
    takes_back = pl.col("called_off") | is_negative
    # Where the mapping tells which orders were cancelled, a negative line of another is something else.
    is_cancelled = takes_back if prefix is None else pl.col("called_off")
    # A mapping that gives every line the same price means that the file has none.
    is_told = mapping.is_read("unit_price" if by_price else "amount")
    zero = ((price if by_price else amount) == 0) & is_told
    marks = frame.select(
        bad_quantity=number.is_null(),
        bad_price=price.is_null() if by_price else pl.lit(False),
        negative_price=price < 0,
        bad_amount=amount.is_null() if by_amount else pl.lit(False),
        negative_amount=(amount < 0) & ~takes_back,
        too_much=number.is_not_null()
        & (amount if by_amount else price).is_not_null()
        & ((pl.col("worth").abs() > LARGEST_CENTS) | pl.col("worth").is_null()),
        cancellation=is_cancelled,
        negative_quantity=is_negative & ~is_cancelled,
        zero=zero,
    )
    problems = (
        wrong.BAD_QUANTITY,
        wrong.BAD_PRICE,
        wrong.NEGATIVE_PRICE,
        wrong.BAD_AMOUNT,
        wrong.NEGATIVE_AMOUNT,
        wrong.TOO_MUCH,
        wrong.CANCELLATION,
        wrong.NEGATIVE_QUANTITY,
        wrong.ZERO_PRICE,
    )
    flags |= dict(zip(problems, marks.iter_columns(), strict=True))
    return {
        "quantity": [frame["number"]],
        "unit_price": [frame["each"]],
        "amount": [frame["worth"]],
        "said": [
            said(frame["number"], texts["quantity"]),
            *(said(frame[name], texts[name]) for name in ("unit_price", "amount")),
        ],
    }
