"""Customers: one row a customer, known by the code alone.

| column | rule |
|---|---|
| customer_code | `17850.0`, as spreadsheets write it, is 17850 |
| any other | an empty cell, or a column that the file does not have, leaves what is known: nothing is ever erased |
| phone | stored as E.164; in its national form it is of the row's country or, where that is not told, of the site's |
| country | two letters |

Two codes with one e-mail address stay two customers, with a note: merging is for people to decide. A customer in the
trash, or one who was erased, is not brought back, and no column here touches the flags that keep somebody from being
contacted. A code that was merged into another: the row is unchanged while it says what was known of it at that time;
one that says more is rejected, because two codes of one customer would overwrite each other.

Several rows of one customer that do not say the same are all rejected, so that no order of the rows decides; an exact
repeat is the same row.
"""

from __future__ import annotations

import polars as pl

from ..models import Customer
from ..privacy import ERASED_CODE
from ..validators import normalize_key
from . import customer_problems as wrong
from . import lookups, words
from .kinds import Counts, Kind, Work
from .mappings import Mapping
from .merging import merge
from .problems import Problem
from .repeats import count_repeats, note_ambiguous, note_spellings, numbered_repeats
from .values import customer_codes, digests, indexable, joined, mapped, said, spelling, text_of

LINES = {
    "full_name": wrong.LONG_NAME,
    "address_line": wrong.LONG_ADDRESS,
    "postal_code": wrong.LONG_POSTCODE,
    "city": wrong.LONG_CITY,
}
#: Unknown is NULL in some columns, and the empty text in the others.
NULLABLE = ("full_name", "email", "email_key", "phone")
OTHERS = ("address_line", "postal_code", "city", "country")

SCHEMA = {
    "customer_code": pl.String,
    "mark": pl.Int64,
    **dict.fromkeys((*NULLABLE, *OTHERS, "code_written"), pl.String),
}


def parse(raw: pl.DataFrame, mapping: Mapping) -> tuple[dict[str, pl.Series], dict[Problem, pl.Series]]:
    """See `Kind.parse`."""
    texts = {name: text_of(raw, name) for name in (*LINES, "email", "phone", "country")}
    codes = customer_codes(raw)
    code = mapped(codes, normalize_key)
    flags = {
        wrong.MISSING_CODE: code.is_null(),
        wrong.LONG_CODE: code.str.len_chars() > 100,
        wrong.ERASED: code.str.starts_with(ERASED_CODE),
    }
    staged: dict[str, pl.Series] = {}
    for name, problem in LINES.items():
        staged[name], flags[problem] = words.line(texts[name], Customer._meta.get_field(name))
    for name, problem in (("email", wrong.BAD_EMAIL), ("country", wrong.BAD_COUNTRY)):
        staged[name] = words.valid(texts[name], Customer._meta.get_field(name))
        flags[problem] = staged[name].is_null() & texts[name].is_not_null()
    staged["phone"] = words.phone(texts["phone"], staged["country"])
    flags[wrong.BAD_PHONE] = staged["phone"].is_null() & texts["phone"].is_not_null()
    content = [code, *(said(series, texts[name]) for name, series in staged.items())]
    _digest, mark = digests(joined(content))
    return {
        "customer_code": indexable(code),
        "mark": mark,
        **staged,
        "email_key": words.email_key(staged["email"]),
        "code_written": spelling(codes, code),
    }, flags


def settle(work: Work) -> Counts:
    """See `Kind.settle`."""
    note_ambiguous(work, wrong.AMBIGUOUS, ("customer_code",))
    note_spellings(work, wrong.KEY_CASE, "customer_code", "code_written")
    values = {name: f"COALESCE(s.{name}, t.{name})" for name in NULLABLE}
    values |= {name: f"COALESCE(s.{name}, t.{name}, '')" for name in OTHERS}
    known = "LEFT JOIN crm_customer t ON t.customer_code = s.customer_code AND NOT t.is_deleted"
    with (
        numbered_repeats(work, wrong.REPEAT) as repeats,
        lookups.customers(work) as customers,
    ):
        named = f"SELECT s.line FROM {work.table} s JOIN {customers} c ON c.code = s.customer_code"
        work.note(wrong.GONE, f"{named} WHERE c.gone")
        differs = " OR ".join(f"{value} IS DISTINCT FROM t.{name}" for name, value in values.items())
        work.note(wrong.MERGED, f"{named} {known} WHERE t.merged_into_id IS NOT NULL AND ({differs})")
        work.refuse()
        accepted = work.accepted()
        _note_shared(work, customers, accepted)
        counts = merge(
            work,
            Customer,
            key=("customer_code",),
            values={"customer_code": "s.customer_code", **values},
            joins=f"{known} LEFT JOIN {repeats} n ON n.line = s.line",
            accepted=f"{accepted} AND n.line IS NULL",
            on_creation={"first_batch_id": str(work.batch.pk)},
        )
        counts.unchanged += count_repeats(work, repeats, accepted)
    return counts


def _note_shared(work: Work, customers: str, accepted: str) -> None:
    """Note the accepted rows whose address is that of another customer, in the database or in this file."""
    named = f"{work.table} s JOIN {customers} c ON c.code = s.customer_code"
    work.note(
        wrong.SHARED_EMAIL,
        f"""
        SELECT s.line FROM {named} WHERE {accepted} AND EXISTS (
            SELECT 1 FROM crm_customer o WHERE o.email_key = s.email_key AND NOT o.is_deleted
                AND o.merged_into_id IS NULL AND o.id IS DISTINCT FROM c.id
        )
        """,
    )
    who = "CASE WHEN c.id IS NULL THEN 'K' || c.code ELSE 'I' || c.id END"
    with work.temporary("shared", "email_key text PRIMARY KEY") as shared:
        work.run(
            f"INSERT INTO {shared} SELECT s.email_key FROM {named} WHERE {accepted} AND s.email_key IS NOT NULL"
            f" GROUP BY s.email_key HAVING COUNT(DISTINCT {who}) > 1"
        )
        work.note(
            wrong.SHARED_EMAIL,
            f"SELECT s.line FROM {work.table} s JOIN {shared} k ON k.email_key = s.email_key WHERE {accepted}",
        )


CUSTOMERS = Kind(
    name="CUSTOMERS",
    needs=(("customer_code",),),
    problems=wrong.PROBLEMS,
    schema=SCHEMA,
    parse=parse,
    settle=settle,
)
