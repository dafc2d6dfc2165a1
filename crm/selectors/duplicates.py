"""Customers who may be one, with the reasons to think so.

Each kind of match key puts the customers who share it into a group, and each group becomes pairs; nothing is compared
with everything. A group of more than `CROWD` customers makes no pairs, because what so many share says nothing about
any two of them (a switchboard's number, an address made up to fill a form): it is named instead, with its size.

Capitals, accents, punctuation and the order of the words of a name do not matter.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import Any

import polars as pl
from django.db import models
from django.utils.translation import gettext_lazy as _

from config.base.search import fold
from config.base.staging import read_frame

from ..models import Customer, DistinctPair

#: More than so many who share something are a crowd: at most CROWD · (CROWD − 1) / 2 pairs a group.
CROWD = 20


class Reason(models.TextChoices):
    """What two customers share."""

    USER = "USER", _("same user")
    CODE = "CODE", _("same code but for its punctuation")
    EMAIL = "EMAIL", _("same e-mail")
    NAME_AND_PLACE = "NAME_AND_PLACE", _("same name and postal code")
    PHONE = "PHONE", _("same phone")


#: How far a reason alone convinces, in percent; two convince more than each: 1 − (1 − a)(1 − b).
WEIGHTS = {
    Reason.USER: 95,
    Reason.CODE: 85,
    Reason.EMAIL: 80,
    Reason.NAME_AND_PLACE: 75,
    Reason.PHONE: 60,
}

#: What remains of the confidence, in percent, where both names are known and have no word in common: a household.
OTHER_NAMES = 50

_COLUMNS = {
    "id": pl.Int64,
    **dict.fromkeys(("code", "name", "email", "phone", "postal_code"), pl.String),
    "user": pl.Int64,
}

_PAIRS = {"first": pl.Int64, "second": pl.Int64, "confidence": pl.Int64, "reasons": pl.List(pl.String)}


@dataclass(frozen=True)
class Crowd:
    """So many customers share this: too many to be compared with each other."""

    reason: str
    value: str
    size: int


@dataclass(frozen=True)
class Duplicate:
    """Somebody who may be the customer asked about: how sure it is, in percent, and why."""

    customer: Customer
    confidence: int
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Duplicates:
    """`pairs`: `first` < `second`, `confidence` in percent, `reasons`; the most convincing first, then by key."""

    pairs: pl.DataFrame
    crowds: tuple[Crowd, ...]

    def of(self, customer: int) -> pl.DataFrame:
        """The pairs that this customer is one of."""
        return self.pairs.filter((pl.col("first") == customer) | (pl.col("second") == customer))


def find_duplicates(using: str = "default") -> Duplicates:
    """The pairs of alive, unmerged customers that may be one and of whom nobody said otherwise; three queries."""
    customers = _customers(using)
    keys = {
        Reason.USER: pl.col("user").cast(pl.String),
        Reason.CODE: pl.col("stripped"),
        Reason.EMAIL: pl.col("email"),
        Reason.NAME_AND_PLACE: pl.when(pl.col("name_key") != "", pl.col("place_key") != "").then(
            pl.col("name_key") + " · " + pl.col("place_key")
        ),
        Reason.PHONE: pl.col("phone"),
    }
    found, crowds = [], []
    for reason, key in keys.items():
        groups = customers.select("id", key=key).filter(pl.col("key").str.len_chars() > 0)
        groups = groups.with_columns(size=pl.len().over("key")).filter(pl.col("size") > 1)
        found.append(_pairs_of(groups.filter(pl.col("size") <= CROWD), reason))
        large = (
            groups.filter(pl.col("size") > CROWD)
            .unique(subset=["key"])
            .sort("size", "key", descending=[True, False])
        )
        crowds += [Crowd(reason, value, size) for _id, value, size in large.iter_rows()]
    pairs = pl.concat(found).join(_distinct(using), on=["first", "second"], how="anti")
    return Duplicates(_judged(pairs, customers), tuple(crowds))


def duplicates_of(customer: Customer, using: str = "default") -> list[Duplicate]:
    """Who may be this customer, the most convincing first; four queries."""
    rows = [
        (second if first == customer.pk else first, sure, tuple(reasons))
        for first, second, sure, reasons in find_duplicates(using).of(customer.pk).iter_rows()
    ]
    people = Customer.objects.using(using).in_bulk([other for other, _sure, _reasons in rows])
    return [Duplicate(people[other], sure, reasons) for other, sure, reasons in rows if other in people]


def _customers(using: str) -> pl.DataFrame:
    """Everybody who stands under their own number, with what they are compared by."""
    rows = read_frame(
        f"""
        SELECT id, customer_code, full_name, email_key, phone, postal_code, user_id
        FROM {Customer._meta.db_table} WHERE NOT is_deleted AND merged_into_id IS NULL
        """,
        schema=_COLUMNS,
        using=using,
    )
    return rows.with_columns(
        stripped=_each(rows["code"], squeezed),
        name_key=_each(rows["name"], words_of),
        place_key=_each(rows["postal_code"], squeezed),
    )


def _each(values: pl.Series, normal: Callable[[str], str]) -> pl.Series:
    """The normal form of every text, worked out once for each that occurs; an unknown one is empty."""
    forms = {value: normal(value) for value in values.unique() if value}
    return values.fill_null("").replace_strict(forms, default="", return_dtype=pl.String)


def squeezed(text: str) -> str:
    """Letters and digits alone: « CUST-001 » and « cust 001 » are one; nothing at all of « --- »."""
    return "".join(re.findall(r"\w", fold(text) or "")).replace("_", "")


def words_of(name: str) -> str:
    """The words of a name, in the order of the alphabet: « MARTIN, Élodie » and « Elodie Martin » are one."""
    return " ".join(sorted(re.findall(r"\w+", fold(name) or "")))


def _pairs_of(groups: pl.DataFrame, reason: str) -> pl.DataFrame:
    """Everybody of a group with everybody after them."""
    both = groups.join(groups, on="key").filter(pl.col("id") < pl.col("id_right"))
    return both.select(first="id", second="id_right", reason=pl.lit(str(reason)))


def _distinct(using: str) -> pl.DataFrame:
    """The pairs of whom somebody said that they are two; whoever was merged since counts as who they are by now."""
    said = DistinctPair.objects.using(using).order_by().values_list("first", "second")
    rows = list(said)
    into = Customer.objects.using(using).survivors() if rows else {}
    ends = [sorted((into.get(one, one), into.get(other, other))) for one, other in rows]
    return pl.DataFrame(ends, schema={"first": pl.Int64, "second": pl.Int64}, orient="row")


def _judged(pairs: pl.DataFrame, customers: pl.DataFrame) -> pl.DataFrame:
    """One row a pair with all its reasons, the most convincing first."""
    order = pl.Enum([str(reason) for reason in WEIGHTS])
    doubts = {str(reason): 100 - weight for reason, weight in WEIGHTS.items()}
    grouped = (
        pairs.with_columns(
            pl.col("reason").cast(order), doubt=pl.col("reason").replace_strict(doubts, return_dtype=pl.Int64)
        )
        .sort("first", "second", "reason")
        .group_by("first", "second", maintain_order=True)
        .agg(reasons=pl.col("reason").cast(pl.String), doubt=pl.col("doubt"))
    )
    words = pl.col("name_key").str.split(" ").list.eval(pl.element().filter(pl.element() != ""))
    names = customers.select("id", words=words)
    named = grouped.join(names, left_on="first", right_on="id").join(
        names, left_on="second", right_on="id", suffix="_other"
    )
    strangers = (
        (pl.col("words").list.len() > 0)
        & (pl.col("words_other").list.len() > 0)
        & (pl.col("words").list.set_intersection("words_other").list.len() == 0)
    )
    certain = 100 - pl.col("doubt").map_elements(_together, return_dtype=pl.Int64)
    confidence = pl.when(strangers).then(certain * OTHER_NAMES // 100).otherwise(certain)
    judged = named.with_columns(confidence=confidence.cast(pl.Int64)).select(*_PAIRS)
    return judged.sort("confidence", "first", "second", descending=[True, False, False])


def _together(doubts: Any) -> int:
    """What is left of the doubt, in percent: the product, rounded up after each reason, so that some always is."""
    return reduce(lambda left, each: -(-left * each // 100), doubts, 100)
