"""Products: one row a product, known by its key.

| column | rule |
|---|---|
| any | an empty cell, or a column that the file does not have, leaves what is known: nothing is ever erased |
| label | must be given for a new product. Files that name products by their label find it by that name: see `names` |
| family, sugar, budget, season_tags | by code or by label, see `words`; a list is separated by ; or , or \\| |
| price | two decimals at most. Its currency is the row's, else that of the price that is known, else the site's |
| currency | without a price it says nothing: an amount does not change its currency by itself |
| aromas | all seven or none |

Several rows of one product that do not say the same are all rejected, so that no order of the rows decides; an exact
repeat is the same row. A product in the trash stays there.
"""

from __future__ import annotations

from typing import Any

import polars as pl
from django.conf import settings

from config.base.staging import in_cents

from ..choices import Budget, Family, Season, Sugar
from ..models import Product
from ..validators import normalize_key
from ..values import AROMA_COLUMNS
from . import lookups, names, words
from . import product_problems as wrong
from .kinds import Counts, Kind, Work
from .mappings import Mapping
from .merging import merge, stored
from .problems import Problem
from .repeats import count_repeats, note_ambiguous, note_spellings, numbered_repeats
from .values import SCALE, digests, indexable, joined, mapped, numbers, said, spelling, text_of, whole

LARGEST_CENTS = 10**10 - 1
CENT = SCALE // 100

LINES = {
    "label": wrong.LONG_LABEL,
    "grape": wrong.LONG_GRAPE,
    "producer": wrong.LONG_PRODUCER,
    "category": wrong.LONG_CATEGORY,
}
CHOICES: dict[str, tuple[Any, Problem]] = {
    "family": (Family, wrong.BAD_FAMILY),
    "sugar": (Sugar, wrong.BAD_SUGAR),
    "budget": (Budget, wrong.BAD_BUDGET),
}
NUMBERS = {
    "vintage": (1700, 2200, wrong.BAD_VINTAGE),
    "premium_tier": (1, 5, wrong.BAD_TIER),
    **{name: (0, 100, wrong.BAD_AROMAS[name]) for name in AROMA_COLUMNS},
}
SCHEMA = {
    "product_key": pl.String,
    "mark": pl.Int64,
    **dict.fromkeys((*LINES, *CHOICES, "season_tags"), pl.String),
    **dict.fromkeys(NUMBERS, pl.Int64),
    "price": pl.Int64,
    "currency": pl.String,
    "is_active": pl.Boolean,
    "key_written": pl.String,
}


def parse(raw: pl.DataFrame, mapping: Mapping) -> tuple[dict[str, pl.Series], dict[Problem, pl.Series]]:
    """See `Kind.parse`."""
    texts = {name: text_of(raw, name) for name in (*SCHEMA, "product_key") if name != "mark"}
    comma = mapping.decimal_comma
    key = mapped(texts["product_key"], normalize_key)
    flags = {wrong.MISSING_KEY: key.is_null(), wrong.LONG_KEY: key.str.len_chars() > 100}
    staged: dict[str, pl.Series] = {}
    for name, problem in LINES.items():
        staged[name], flags[problem] = words.line(texts[name], Product._meta.get_field(name))
    for name, (choices, problem) in CHOICES.items():
        staged[name] = words.choice(texts[name], choices)
        flags[problem] = _unread(staged[name], texts[name])
    staged["season_tags"] = words.choice_list(texts["season_tags"], Season)
    staged["is_active"] = words.truth(texts["is_active"])
    for name, (low, high, problem) in NUMBERS.items():
        staged[name] = whole(texts[name], decimal_comma=comma, low=low, high=high)
        flags[problem] = _unread(staged[name], texts[name])
    figures = pl.DataFrame({"n": numbers(texts["price"], decimal_comma=comma)})
    number = pl.col("n")
    is_price = (number % CENT == 0) & (number // CENT).is_between(0, LARGEST_CENTS)
    staged["price"] = figures.select(pl.when(is_price).then(number // CENT)).to_series()
    currency = texts["currency"].str.to_uppercase()
    staged["currency"] = currency
    given = sum(pl.col(name).is_not_null().cast(pl.Int64) for name in AROMA_COLUMNS)
    partly = pl.DataFrame({name: texts[name] for name in AROMA_COLUMNS}).select((given > 0) & (given < 7))
    flags |= {
        wrong.BAD_SEASONS: _unread(staged["season_tags"], texts["season_tags"]),
        wrong.BAD_ACTIVITY: _unread(staged["is_active"], texts["is_active"]),
        wrong.BAD_PRICE: _unread(staged["price"], texts["price"]) & ~(figures["n"] < 0).fill_null(False),
        wrong.NEGATIVE_PRICE: figures["n"] < 0,
        wrong.BAD_CURRENCY: ~currency.str.contains("^[A-Z]{3}$"),
        wrong.SOME_AROMAS: partly.to_series(),
    }
    content = [key, *(said(series, texts[name]) for name, series in staged.items())]
    _digest, mark = digests(joined(content))
    written = spelling(texts["product_key"], key)
    return {"product_key": indexable(key), "mark": mark, **staged, "key_written": written}, flags


def _unread(value: pl.Series, text: pl.Series) -> pl.Series:
    """Which cells say something that could not be read."""
    return value.is_null() & text.is_not_null()


def settle(work: Work) -> Counts:
    """See `Kind.settle`."""
    note_ambiguous(work, wrong.AMBIGUOUS, ("product_key",))
    note_spellings(work, wrong.KEY_CASE, "product_key", "key_written")
    with (
        numbered_repeats(work, wrong.REPEAT) as repeats,
        lookups.own(work, Product, "product_key") as known,
    ):
        new = f"SELECT s.line FROM {work.table} s JOIN {known} k ON k.code = s.product_key WHERE k.id IS NULL"
        work.note(wrong.GONE, f"{new} AND k.gone")
        work.note(wrong.MISSING_LABEL, f"{new} AND NOT k.gone AND s.label IS NULL")
        work.refuse()
        accepted = work.accepted()
        counts = _merge(work, known, repeats, accepted)
        counts.unchanged += count_repeats(work, repeats, accepted)
        counts.also = {"aliases": names.register(work, accepted, wrong.NAME_TAKEN)}
    return counts


def _merge(work: Work, known: str, repeats: str, accepted: str) -> Counts:
    default = f"'{settings.DEFAULT_CURRENCY}'"
    values = {name: f"COALESCE(s.{name}, t.{name})" for name in (*LINES, *CHOICES, "vintage", *AROMA_COLUMNS)}
    seasons = stored(Product, "season_tags", work.using)
    return merge(
        work,
        Product,
        key=("product_key",),
        values={
            "product_key": "s.product_key",
            **values,
            "premium_tier": "COALESCE(s.premium_tier, t.premium_tier, 1)",
            "season_tags": f"COALESCE(s.season_tags, {seasons}, '[]')",
            "is_active": "COALESCE(s.is_active, t.is_active, TRUE)",
            "price_amount": f"COALESCE(s.price, {in_cents('t.price_amount', using=work.using)})",
            "price_currency": "CASE WHEN s.price IS NULL THEN t.price_currency"
            f" ELSE COALESCE(s.currency, t.price_currency, {default}) END",
        },
        joins=f"JOIN {known} k ON k.code = s.product_key LEFT JOIN crm_product t ON t.id = k.id"
        f" LEFT JOIN {repeats} n ON n.line = s.line",
        accepted=f"{accepted} AND n.line IS NULL",
    )


PRODUCTS = Kind(
    name="PRODUCTS",
    needs=(("product_key",),),
    problems=wrong.PROBLEMS,
    schema=SCHEMA,
    parse=parse,
    settle=settle,
)
