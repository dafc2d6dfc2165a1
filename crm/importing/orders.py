"""Orders: one row a line of an order.

| column | rule |
|---|---|
| line key | the number of the line; without one, a hash of what the row says and a running number for exact repeats, in
which a mended reject follows the rows that were taken from its file: see `mended` |
| customer code | `17850.0`, as spreadsheets write it, is 17850 |
| product | by its key or another name of it; without a key, by its label or another name |
| quantity | negative for a cancellation, and so is that of an order that the mapping's rule calls cancelled |
| notes | `cancellation`: the orders that the rule names, or without a rule what is negative; else `negative_quantity` |
| amount | as given, or quantity times price; rounded half away from zero to cents. Its sign is the quantity's |
| price | as given, or the amount by the quantity |

A key that stands on rows that differ says nothing sure of any of them: all are rejected, so that no order of the rows
decides. An exact repeat of a numbered line is the same line; of one without a number, another one.
"""

from __future__ import annotations

from ..models import OrderLine
from . import lookups
from . import order_problems as wrong
from .kinds import Counts, Kind, Work
from .mended import taken_before
from .merging import merge
from .order_rows import SCHEMA, parse
from .repeats import count_repeats, note_ambiguous, note_spellings, numbered_repeats


def settle(work: Work) -> Counts:
    """See `Kind.settle`."""
    by_number = work.mapping.has("line_number")
    if by_number:
        note_ambiguous(work, wrong.AMBIGUOUS, ("source", "order_reference", "line_key"))
    with numbered_repeats(work, wrong.REPEAT) as repeats:
        for problem, column, written in (
            (wrong.ORDER_CASE, "order_reference", "order_written"),
            (wrong.CUSTOMER_CASE, "customer_code", "customer_written"),
            (wrong.PRODUCT_CASE, "product", "product_written"),
        ):
            note_spellings(work, problem, column, written)
        with lookups.customers(work) as customers, lookups.products(work) as products:
            _note_unknown(work, customers, "code", "customer_code", "customer")
            _note_unknown(work, products, "token", "product", "product")
            work.refuse()
            accepted = work.accepted()
            also = {
                "customers": lookups.create_customers(work, customers, accepted),
                "products": lookups.create_products(work, products, accepted),
            }
            with taken_before(work, wrong.REPEAT, repeats) as before:
                counts = _merge(work, customers, products, repeats, before, by_number=by_number)
    counts.also = also
    return counts


def _note_unknown(work: Work, table: str, code: str, column: str, what: str) -> None:
    """Rows that name somebody or something in the trash, or unknown where the mapping does not have it created."""
    gone = {"customer": wrong.CUSTOMER_GONE, "product": wrong.PRODUCT_GONE}[what]
    reject = {"customer": wrong.UNKNOWN_CUSTOMER, "product": wrong.UNKNOWN_PRODUCT}[what]
    park = {"customer": wrong.PARKED_CUSTOMER, "product": wrong.PARKED_PRODUCT}[what]
    named = f"SELECT s.line FROM {work.table} s JOIN {table} k ON k.{code} = s.{column} WHERE k.id IS NULL"
    if lookups.some(work, table, "gone"):
        work.note(gone, f"{named} AND k.gone")
    policy = work.mapping.policy(what)
    if policy != "create" and lookups.some(work, table, "id IS NULL AND NOT gone"):
        work.note(park if policy == "park" else reject, f"{named} AND NOT k.gone")


def _merge(
    work: Work, customers: str, products: str, repeats: str, before: str, *, by_number: bool
) -> Counts:
    number = "(COALESCE(n.number, 1) + COALESCE(b.number, 0))"
    line_key = "s.line_key" if by_number else f"s.line_key || '-' || {number}"
    accepted = work.accepted()
    # The exact repeat of a numbered line is that line: there is nothing more to write.
    once = f"{accepted} AND n.line IS NULL" if by_number else accepted
    counts = merge(
        work,
        OrderLine,
        key=("source", "order_reference", "line_key"),
        values={
            "source": "s.source",
            "order_reference": "s.order_reference",
            "line_key": line_key,
            "customer_id": "c.id",
            "product_id": "p.id",
            "ordered_at": "s.ordered_at",
            "quantity": "s.quantity",
            "unit_price": "s.unit_price",
            "amount": "s.amount",
            "currency": "s.currency",
            "raw_label": "s.raw_label",
        },
        joins=(
            f"JOIN {customers} c ON c.code = s.customer_code JOIN {products} p ON p.token = s.product"
            f" LEFT JOIN {repeats} n ON n.line = s.line LEFT JOIN {before} b ON b.mark = s.mark"
        ),
        accepted=once,
        on_creation={"batch_id": str(work.batch.pk)},
    )
    if by_number:
        counts.unchanged += count_repeats(work, repeats, accepted)
    return counts


ORDERS = Kind(
    name="ORDERS",
    needs=(
        *(("order_reference",), ("ordered_at",), ("customer_code",), ("product_key", "label")),
        *(("quantity",), ("unit_price", "amount")),
    ),
    problems=wrong.PROBLEMS,
    schema=SCHEMA,
    parse=parse,
    settle=settle,
)
