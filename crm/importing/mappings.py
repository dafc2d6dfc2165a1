"""Which column of a file is which: shipped mappings by name, others as JSON (`crm.shapes.MAPPING`).

| name | of |
|---|---|
| `canonical` | columns called as ours are; the optional ones may be missing |
| `online-retail` | orders as in UCI's Online Retail; an invoice that begins with C is cancelled |
| `journey` | orders as in The Complete Journey: an amount a line, no price |
| `journey-products` | the products of that file: the type is both label and category, the maker a number |
| `xwines-ratings` | X-Wines' ratings, each taken for an order of one bottle of unknown price |
"""

from __future__ import annotations

import json
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from config.base.exceptions import DomainError
from config.base.shapes import check_shape

from .. import shapes
from ..validators import validate_storable
from .files import FileForm, header_key
from .values import is_date_format

CANONICAL = "canonical"

#: What the file of rejects says of each row, beside the row. A later import asks them only which row it was.
OWN_COLUMNS = ("line", "column", "code", "value", "message")

#: The source of orders where a mapping names none.
DEFAULT_SOURCE = "SHOP"

SHIPPED: dict[str, dict[str, dict[str, Any]]] = {
    "ORDERS": {
        "online-retail": {
            "columns": {
                "order_reference": "InvoiceNo",
                "product_key": "StockCode",
                "label": "Description",
                "quantity": "Quantity",
                "ordered_at": "InvoiceDate",
                "unit_price": "UnitPrice",
                "customer_code": "CustomerID",
            },
            "constants": {"source": "ONLINE-RETAIL", "currency": "GBP"},
            "decimal_comma": False,
            "unknown_product": "create",
            "unknown_customer": "create",
            "cancellation": {"column": "InvoiceNo", "prefix": "C"},
        },
        "journey": {
            "columns": {
                "order_reference": "basket_id",
                "ordered_at": "transaction_timestamp",
                "customer_code": "household_id",
                "product_key": "product_id",
                "quantity": "quantity",
                "amount": "sales_value",
            },
            "constants": {"source": "JOURNEY", "currency": "USD"},
            "date_format": "%Y-%m-%d %H:%M:%S",
            "decimal_comma": False,
            "unknown_product": "create",
            "unknown_customer": "create",
        },
        "xwines-ratings": {
            "columns": {
                "order_reference": "RatingID",
                "ordered_at": "Date",
                "customer_code": "UserID",
                "label": "WineID",
            },
            "constants": {
                "source": "X-WINES",
                "line_number": "1",
                "quantity": "1",
                "amount": "0",
                "currency": "EUR",
            },
            "date_format": "%Y-%m-%d %H:%M:%S",
            "unknown_product": "reject",
            "unknown_customer": "create",
        },
    },
    "PRODUCTS": {
        "journey-products": {
            "columns": {
                "product_key": "product_id",
                "label": "product_type",
                "category": "product_type",
                "producer": "manufacturer_id",
            },
        },
    },
}

#: What a canonical file of orders does with the unknown: customers come with their orders, products from a catalogue.
CANONICAL_RULES: dict[str, dict[str, Any]] = {
    "ORDERS": {"unknown_product": "reject", "unknown_customer": "create"},
}


class BadMapping(DomainError):
    """The mapping, or what it says of this file, is wrong."""

    code = "mapping"


@dataclass(frozen=True)
class Mapping:
    """How a file is read: where each of our columns is found in it, and what else the JSON says."""

    data: dict[str, Any]
    places: dict[str, int] = field(default_factory=dict)  # ours → number of the file's column
    cancellation_place: int | None = None
    reject_places: tuple[int, int] | None = None  # of the line and the code, where the file is one of rejects

    @property
    def constants(self) -> dict[str, str]:
        return dict(self.data.get("constants", {}))

    @property
    def date_format(self) -> str | None:
        return self.data.get("date_format")

    @property
    def decimal_comma(self) -> bool | None:
        return self.data.get("decimal_comma")

    @property
    def cancellation_prefix(self) -> str:
        return str(self.data.get("cancellation", {}).get("prefix", ""))

    def has(self, column: str) -> bool:
        """Does the file, or a constant, say anything of this column of ours?"""
        return column in self.places or column in self.constants

    def is_read(self, column: str) -> bool:
        """Does the file say of each row what this column of ours is?"""
        return column in self.places

    def policy(self, what: str) -> str:
        """What becomes of an unknown `product` or `customer`: reject, create or park."""
        return str(self.data.get(f"unknown_{what}", "reject"))

    def name_of(self, column: str) -> str:
        """What the file calls a column of ours; ours where it is a constant."""
        return str(self.data["columns"].get(column, column))


def names(kind: str) -> list[str]:
    """The mappings that are shipped for a kind of file."""
    return [CANONICAL, *SHIPPED.get(kind, {})]


def load(given: str | AnyMapping[str, Any] | None, *, kind: str) -> dict[str, Any] | None:
    """The mapping of this name, in this file, or as given; None for the canonical one. Raises BadMapping."""
    if given is None or given == CANONICAL:
        return None
    if isinstance(given, str):
        shipped = SHIPPED.get(kind, {}).get(given)
        return shipped if shipped is not None else _from_file(given, kind)
    data = dict(given)
    try:
        validate_storable(data)
        check_shape(data, shapes.MAPPING)
    except ValidationError as error:
        raise BadMapping(" ".join(error.messages)) from error
    unknown = {*data["columns"], *data.get("constants", {})} - set(shapes.IMPORT_COLUMNS[kind])
    if unknown:
        raise BadMapping(
            _("A file of this kind has no column %(columns)s.") % {"columns": ", ".join(sorted(unknown))}
        )
    if "date_format" in data and not is_date_format(data["date_format"]):
        message = _("“%(format)s” describes no date that can be read.")
        raise BadMapping(message % {"format": data["date_format"]})
    return data


def _from_file(name: str, kind: str) -> dict[str, Any] | None:
    path = Path(name)
    if not path.is_file():
        raise BadMapping(
            _("There is no mapping “%(name)s”: it is one of %(names)s, or a JSON file.")
            % {"name": name, "names": ", ".join(names(kind))}
        )
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise BadMapping(_("%(name)s is no JSON: %(error)s") % {"name": path.name, "error": error}) from error
    if not isinstance(data, dict):
        raise BadMapping(_("%(name)s: a mapping is a JSON object.") % {"name": path.name})
    return load(data, kind=kind)


def fit(
    data: dict[str, Any] | None, form: FileForm, *, kind: str, needs: tuple[tuple[str, ...], ...]
) -> Mapping:
    """The mapping as it applies to this file. Raises BadMapping naming the column that is missing.

    Without a mapping the columns are called as ours are; a file that has those of a shipped mapping instead is read by
    that one. `needs` are the columns without which nothing can be done, each with those that may stand in for it.
    """
    if data is None:
        data = _canonical(form, kind, needs)
    found = {header_key(name): number for number, name in reversed(list(enumerate(form.header)))}
    places = {}
    for ours, theirs in data["columns"].items():
        if header_key(theirs) not in found:
            raise BadMapping(_missing(theirs, form), code="missing_column")
        if sum(header_key(name) == header_key(theirs) for name in form.header) > 1:
            raise BadMapping(_("The file has several columns “%(column)s”.") % {"column": theirs})
        places[ours] = found[header_key(theirs)]
    for choices in needs:
        if not any(each in places or each in data.get("constants", {}) for each in choices):
            raise BadMapping(_missing(" / ".join(choices), form), code="missing_column")
    rule = data.get("cancellation")
    if rule and header_key(rule["column"]) not in found:
        raise BadMapping(_missing(rule["column"], form), code="missing_column")
    cancellation = found[header_key(rule["column"])] if rule else None
    return Mapping(data, places, cancellation, reject_places(form))


def reject_places(form: FileForm) -> tuple[int, int] | None:
    """Where a file of rejects names the line and the code of each row; None for any other file."""
    keys = [header_key(name) for name in form.header]
    titles = [f"reject_{name}" if f"reject_{name}" in keys else name for name in OWN_COLUMNS[:4]]
    if not set(titles) <= set(keys):
        return None
    return keys.index(titles[0]), keys.index(titles[2])


def _canonical(form: FileForm, kind: str, needs: tuple[tuple[str, ...], ...]) -> dict[str, Any]:
    present = {name: name for name in shapes.IMPORT_COLUMNS[kind] if form.has(name)}
    rules = CANONICAL_RULES.get(kind, {})
    if not all(any(each in present for each in choices) for choices in needs):
        for shipped in SHIPPED.get(kind, {}).values():
            if all(form.has(theirs) for theirs in shipped["columns"].values()):
                return shipped
    return {**rules, "columns": present}


def _missing(column: str, form: FileForm) -> str:
    return _("The file has no column “%(column)s”. It has: %(header)s.") % {
        "column": column,
        "header": ", ".join(form.header),
    }
