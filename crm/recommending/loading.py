"""Everything that a run reads, read once: what is hashed is what is computed with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import polars as pl
from django.db import connections

from config.base.staging import in_milliseconds, read_frame

from ..choices import ContactKind
from ..contact_policy import exclusions, silence_window
from ..frames import customer_frame, named_order_frame, product_frame, start_of
from ..models import ContactEvent, Customer
from ..values import AXES
from .hashing import hash_input
from .history import Catalogue, build_catalogue, build_history
from .offers import Market

#: What is read of a product. Its popularity is not: a run counts for itself.
ATTRIBUTES = (
    *("key", "label", "family", "grape", "sugar", "budget", "producer", "category", "vintage", "tier"),
    *("price", "price_currency", "is_active", *AXES),
)


@dataclass(frozen=True, eq=False)
class Inputs:
    """The frames of `crm.frames` as of a day, who is not to be contacted, and the contacts that silence them."""

    as_of: date
    lines: pl.DataFrame
    customers: pl.DataFrame
    products: pl.DataFrame
    excluded: pl.DataFrame
    contacts: pl.DataFrame

    @cached_property
    def numbers(self) -> pl.DataFrame:
        """`customer` (the key here) and `who`: the place in the order of the codes, the same in any database."""
        return self.customers.select("customer").with_row_index("who")

    @cached_property
    def lines_by_number(self) -> pl.DataFrame:
        """The lines with `who` and `what`: the places of customers and products. Of no product in the trash."""
        products = self.products.select("product").with_row_index("what")
        return self.lines.join(self.numbers, on="customer").join(products, on="product")

    @cached_property
    def orders(self) -> pl.DataFrame:
        """`order` (the key here), `source`, `reference` and `number`: the place in the order of the two."""
        named = self.lines_by_number.group_by("order").agg(pl.col("source", "reference").first())
        return named.sort("source", "reference").with_row_index("number")

    @cached_property
    def market(self) -> Market:
        catalogue: Catalogue = build_catalogue(self.products)
        numbers = self.orders.select("order", "number")
        lines = self.lines.drop("source", "reference").join(numbers, on="order")
        lines = lines.drop("order").rename({"number": "order"})
        history = build_history(lines, self.customers, catalogue, as_of=self.as_of)
        return Market(history, catalogue, self.products["tier"].to_numpy())

    def ordered(self) -> pl.DataFrame:
        """Every pair of a customer and a product, by number, that was ever ordered, what was cancelled too."""
        pairs = self.lines_by_number.select(customer="who", product="what")
        return pairs.unique()

    def hash(self) -> str:
        """See `hashing`. The keys of this database are replaced by places in the order of natural keys."""
        lines = self.lines_by_number
        return hash_input(
            as_of=self.as_of,
            lines=lines.select("order", *("who", "what", "ms", "day", "quantity", "cents", "currency"))
            .join(self.orders.select("order", "number"), on="order")
            .drop("order"),
            tables={
                "orders": self.orders.select("source", "reference"),
                "customers": self.customers.drop("customer"),
                "products": self.products.select(ATTRIBUTES),
                "excluded": self.excluded.join(self.numbers, on="customer").drop("customer"),
                "contacts": self.contacts.join(self.numbers, on="customer").drop("customer"),
            },
        )


def load_inputs(*, as_of: date, config: Mapping[str, Any], using: str = "default") -> Inputs:
    """Read what a run as of the day reads; no order line on or after it, in the time zone of the settings."""
    zone, silence = config["time_zone"], config["silence_days"]
    return Inputs(
        as_of=as_of,
        lines=named_order_frame(start_of(as_of, zone=zone), using, zone=zone),
        customers=customer_frame(using),
        products=product_frame(using),
        excluded=exclusions(as_of, silence, zone, using),
        contacts=_contacts(as_of, silence, zone, using),
    )


def _contacts(as_of: date, silence_days: int, time_zone: str, using: str) -> pl.DataFrame:
    """`customer` and `ms` of each contact in the silence window."""
    customers, contacts = Customer._meta.db_table, ContactEvent._meta.db_table
    adapt = connections[using].ops.adapt_datetimefield_value
    window = [adapt(moment) for moment in silence_window(as_of, silence_days, time_zone)]
    sql = f"""
        SELECT e.customer_id, {in_milliseconds("e.occurred_at", using=using)}
        FROM {contacts} e JOIN {customers} c ON c.id = e.customer_id
        WHERE e.kind = %s AND e.occurred_at >= %s AND e.occurred_at < %s AND NOT e.is_deleted
            AND NOT c.is_deleted AND c.merged_into_id IS NULL
    """
    params = [str(ContactKind.SENT), *window]
    return read_frame(sql, params, schema={"customer": pl.Int64, "ms": pl.Int64}, using=using)
