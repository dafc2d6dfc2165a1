"""The reasons in words, French and English, for the customer to read.

Each sentence says what the facts say: how often and when something was bought, how many bought it, which tier it is
of, what it costs. A sentence is a translated template; what differs from item to item is filled in for all items at
once. Nothing is said of the customer but what they bought.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import polars as pl
from django.utils import translation
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from ..choices import Family, Scenario

LANGUAGES = ("fr", "en")

_SIGNS = {"EUR": "€", "GBP": "£", "USD": "$"}
_PLACE = re.compile(r"%\((\w+)\)s")

Column = pl.Expr


def add_explanations(scenario: str, items: pl.DataFrame, products: pl.DataFrame) -> pl.DataFrame:
    """The items of a scenario with `explanation_fr` and `explanation_en`, told from their facts.

    `products` is the frame of products, in the order of the catalogue.
    """
    for language in LANGUAGES:
        with translation.override(language):
            named = _with_words(items, products)
            told = named.select(_sentences(scenario, named.columns).alias(f"explanation_{language}"))
        items = items.with_columns(told.to_series())
    return items


def _with_words(items: pl.DataFrame, products: pl.DataFrame) -> pl.DataFrame:
    """The items with what the sentences name: `w_label`, `w_price`, what a product may share, `w_buyers`, `w_day`."""
    families = {name: _family(name) for name in products["family"].drop_nulls().unique()}
    quotation = pgettext("quotation marks", "“%(text)s”")
    goods = pl.DataFrame(
        {
            "w_label": [quotation % {"text": label} for label in products["label"].to_list()],
            "w_price": [
                None if cents is None else price_in_words(cents, currency)
                for cents, currency in zip(products["price"], products["price_currency"], strict=True)
            ],
            "w_grape": products["grape"],
            "w_producer": products["producer"],
            "w_category": products["category"],
            "w_family": products["family"].replace_strict(families, return_dtype=pl.String),
        },
        schema_overrides={"w_price": pl.String},
    ).with_row_index("product")
    named = items.join(goods, on="product", maintain_order="left")
    told = [_told(items["f_buyers"], number_in_words).alias("w_buyers")]
    for name in {"f_last_bought", "f_last_purchase"} & set(items.columns):
        told.append(_told(items[name], lambda day: day_in_words(date.fromisoformat(day))).alias("w_day"))
    return named.with_columns(told)


def _told(values: pl.Series, in_words: Callable[[Any], str]) -> pl.Series:
    """Each value in words, found once for each that occurs."""
    known = values.unique().sort()
    words = pl.Series([in_words(value) for value in known.to_list()], dtype=pl.String)
    return values.replace_strict(known, words, return_dtype=pl.String)


def _sentences(scenario: str, known: list[str]) -> Column:
    """The reason, what the product shares with earlier purchases, its price."""
    parts = [_REASONS[scenario]()]
    if "f_shared" in known:
        parts.append(_shared())
    price = _fill(_("It costs %(price)s."), {"price": pl.col("w_price")})
    parts.append(pl.when(pl.col("w_price").is_not_null()).then(price))
    return pl.concat_str(parts, separator=" ", ignore_nulls=True)


def _rebuy() -> Column:
    values = {"product": pl.col("w_label"), "day": pl.col("w_day"), "times": pl.col("f_times_bought")}
    once = _("You bought %(product)s on %(day)s: would you like it again?")
    often = _("You have bought %(product)s on %(times)s different days, most recently on %(day)s.")
    return _either(pl.col("f_times_bought") == 1, once, often, values)


def _cross_sell() -> Column:
    values = {"product": pl.col("w_label"), "buyers": pl.col("w_buyers")}
    one = _("Something new for you: %(product)s. One of our customers has chosen it.")
    many = _("Something new for you: %(product)s. %(buyers)s of our customers have chosen it.")
    return _either(pl.col("f_buyers") == 1, one, many, values)


def _upsell() -> Column:
    template = _(
        "A step up: %(product)s is of tier %(tier)s out of 5; so far you have bought up to tier %(top)s."
    )
    values = {
        "product": pl.col("w_label"),
        "tier": pl.col("f_tier"),
        "top": pl.col("f_highest_tier_bought"),
    }
    return _fill(template, values)


def _winback() -> Column:
    values = {"day": pl.col("w_day")}
    since = _fill(_("It has been a while: your last purchase was on %(day)s."), values)
    return pl.concat_str(since, _popular(), separator=" ")


def _nurture() -> Column:
    return pl.concat_str(pl.lit(_("So that we get to know your taste:")), _popular(), separator=" ")


def _popular() -> Column:
    values = {
        "product": pl.col("w_label"),
        "rank": pl.col("f_popularity_rank"),
        "buyers": pl.col("w_buyers"),
    }
    one = _("%(product)s is number %(rank)s among our customers’ favourites: one has chosen it.")
    many = _("%(product)s is number %(rank)s among our customers’ favourites: %(buyers)s have chosen it.")
    return _either(pl.col("f_buyers") == 1, one, many, values)


_REASONS: dict[str, Callable[[], Column]] = {
    Scenario.REBUY: _rebuy,
    Scenario.CROSS_SELL: _cross_sell,
    Scenario.UPSELL: _upsell,
    Scenario.WINBACK: _winback,
    Scenario.NURTURE: _nurture,
}


def _shared() -> Column:
    """« Its grape, …, is that of 3 products that you have bought. » Null where it shares nothing."""
    templates = {
        "grape": (
            _("Its grape, %(value)s, is that of a product that you have bought."),
            _("Its grape, %(value)s, is that of %(products)s products that you have bought."),
        ),
        "producer": (
            _("It comes from %(value)s, like a product that you have bought."),
            _("It comes from %(value)s, like %(products)s products that you have bought."),
        ),
        "category": (
            _("Its category, %(value)s, is that of a product that you have bought."),
            _("Its category, %(value)s, is that of %(products)s products that you have bought."),
        ),
        "family": (
            _("It is %(value)s, like a product that you have bought."),
            _("It is %(value)s, like %(products)s products that you have bought."),
        ),
    }
    told: Column = pl.lit(None, dtype=pl.String)
    count = pl.col("f_shared_products")
    for name, (one, many) in templates.items():
        values = {"value": pl.col(f"w_{name}"), "products": count}
        told = (
            pl.when(pl.col("f_shared") == name).then(_either(count == 1, one, many, values)).otherwise(told)
        )
    return told


def _either(is_one: Column, one: str, many: str, values: Mapping[str, Column]) -> Column:
    return pl.when(is_one).then(_fill(one, values)).otherwise(_fill(many, values))


def _fill(template: str, values: Mapping[str, Column]) -> Column:
    """The template with each `%(name)s` replaced by the column of that name."""
    pieces = _PLACE.split(template)  # text, name, text, name, …, text
    return pl.concat_str(
        values[piece].cast(pl.String) if at % 2 else pl.lit(piece) for at, piece in enumerate(pieces) if piece
    )


def _family(family: str) -> str:
    """What a wine of this family is called in a sentence."""
    return {
        Family.RED: _("a red wine"),
        Family.WHITE: _("a white wine"),
        Family.ROSE: _("a rosé"),
        Family.SPARKLING: _("a sparkling wine"),
        Family.DESSERT: _("a dessert wine"),
        Family.FORTIFIED: _("a fortified wine"),
    }[Family(family)]


def day_in_words(day: date) -> str:
    """« 3 mars 2021 », « 1er mars 2021 », “3 March 2021”."""
    number = pgettext("the first day of a month", "1") if day.day == 1 else str(day.day)
    return f"{number} {MONTHS[day.month]} {day.year}"


def number_in_words(number: int) -> str:
    """« 1 234 », “1,234”."""
    return f"{number:,}".replace(",", "\u202f") if translation.get_language() == "fr" else f"{number:,}"


def price_in_words(cents: int, currency: str) -> str:
    """« 1 234,50 € », “€1,234.50”: spaces that break no line."""
    sign = _SIGNS.get(currency)
    whole, rest = divmod(cents, 100)
    if translation.get_language() == "fr":
        return f"{number_in_words(whole)},{rest:02d}\u00a0{sign or currency}"
    return (sign or f"{currency}\u00a0") + f"{number_in_words(whole)}.{rest:02d}"
