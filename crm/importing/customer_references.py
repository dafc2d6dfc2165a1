"""What may be wrong with the customer whom a row of orders or contacts names, and what is worth a note."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from ..models.audit import Severity
from .problems import Problem, note

MISSING_CUSTOMER = Problem("missing_customer", "customer_code", _("The customer is missing."))
LONG_CUSTOMER = Problem("too_long", "customer_code", _("The customer code is longer than 100 characters."))
CUSTOMER_GONE = Problem(
    "customer_in_trash",
    "customer_code",
    _("The customer “%(value)s” is in the trash, and no import brings them back."),
)
ERASED_CUSTOMER = Problem(
    "customer_erased",
    "customer_code",
    _("“%(value)s” stands for somebody who asked to be forgotten, and no import brings them back."),
)
UNKNOWN_CUSTOMER = Problem("unknown_customer", "customer_code", _("No customer has the code “%(value)s”."))
PARKED_CUSTOMER = Problem(
    "unknown_customer",
    "customer_code",
    _("No customer has the code “%(value)s”; the row is parked."),
    severity=Severity.WARNING,
    parks=True,
)
CUSTOMER_CASE = note("key_case", "customer_code", _("“%(value)s” is written in several ways in this file."))
