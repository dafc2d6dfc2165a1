"""What may be wrong with a row of orders, and what is worth a note."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from ..models.audit import Severity
from .customer_references import (
    CUSTOMER_CASE,
    CUSTOMER_GONE,
    ERASED_CUSTOMER,
    LONG_CUSTOMER,
    MISSING_CUSTOMER,
    PARKED_CUSTOMER,
    UNKNOWN_CUSTOMER,
)
from .problems import Problem, Problems, note

MISSING_REFERENCE = Problem("missing_order", "order_reference", _("The order number is missing."))
LONG_REFERENCE = Problem("too_long", "order_reference", _("The order number is longer than 100 characters."))
MISSING_SOURCE = Problem("missing_source", "source", _("The source is missing."))
LONG_SOURCE = Problem("too_long", "source", _("The source is longer than 50 characters."))
MISSING_LINE = Problem("missing_line_number", "line_number", _("The number of the line is missing."))
LONG_LINE = Problem("too_long", "line_number", _("The number of the line is longer than 80 characters."))
BAD_DATE = Problem("bad_date", "ordered_at", _("“%(value)s” is no date that the mapping describes."))
MISSING_PRODUCT = Problem("missing_product", "product_key", _("The product is missing."))
LONG_PRODUCT = Problem("too_long", "product_key", _("The product key is longer than 100 characters."))
LONG_LABEL = Problem("too_long", "label", _("The label is longer than 255 characters."))
PRODUCT_GONE = Problem("product_in_trash", "product_key", _("The product “%(value)s” is in the trash."))
UNKNOWN_PRODUCT = Problem("unknown_product", "product_key", _("No product goes by “%(value)s”."))
PARKED_PRODUCT = Problem(
    "unknown_product",
    "product_key",
    _("No product goes by “%(value)s”; the row is parked."),
    severity=Severity.WARNING,
    parks=True,
)
BAD_QUANTITY = Problem("bad_quantity", "quantity", _("“%(value)s” is no whole number other than zero."))
BAD_PRICE = Problem("bad_price", "unit_price", _("“%(value)s” is no price."))
NEGATIVE_PRICE = Problem("negative_price", "unit_price", _("The price “%(value)s” is negative."))
BAD_AMOUNT = Problem("bad_amount", "amount", _("“%(value)s” is no amount."))
NEGATIVE_AMOUNT = Problem(
    "negative_price", "amount", _("The amount “%(value)s” is negative, the quantity is not.")
)
TOO_MUCH = Problem("too_large", "quantity", _("Quantity and price make an amount that is too large."))
BAD_CURRENCY = Problem("bad_currency", "currency", _("“%(value)s” is no currency such as EUR."))
AMBIGUOUS = Problem(
    "ambiguous_key", "line_number", _("Several rows have the key of this line, and they do not say the same.")
)
CANCELLATION = note("cancellation", "quantity", _("The line is a cancellation."))
NEGATIVE_QUANTITY = note(
    "negative_quantity", "quantity", _("The quantity is negative, and the order is none that was cancelled.")
)
ZERO_PRICE = note("zero_price", "unit_price", _("The price is zero."), Severity.WARNING)
REPEAT = note(
    "exact_repeat", "order_reference", _("The row repeats an earlier one exactly."), Severity.WARNING
)
ORDER_CASE, PRODUCT_CASE = (
    note("key_case", column, _("“%(value)s” is written in several ways in this file."))
    for column in ("order_reference", "product_key")
)

PROBLEMS = Problems(
    [
        *(MISSING_REFERENCE, LONG_REFERENCE, MISSING_SOURCE, LONG_SOURCE, MISSING_LINE, LONG_LINE, BAD_DATE),
        *(MISSING_CUSTOMER, LONG_CUSTOMER, ERASED_CUSTOMER, CUSTOMER_GONE, UNKNOWN_CUSTOMER, PARKED_CUSTOMER),
        *(MISSING_PRODUCT, LONG_PRODUCT, LONG_LABEL, PRODUCT_GONE, UNKNOWN_PRODUCT, PARKED_PRODUCT),
        *(BAD_QUANTITY, BAD_PRICE, NEGATIVE_PRICE, BAD_AMOUNT, NEGATIVE_AMOUNT, TOO_MUCH, BAD_CURRENCY),
        *(
            AMBIGUOUS,
            CANCELLATION,
            NEGATIVE_QUANTITY,
            ZERO_PRICE,
            REPEAT,
            ORDER_CASE,
            CUSTOMER_CASE,
            PRODUCT_CASE,
        ),
    ]
)
