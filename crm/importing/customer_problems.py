"""What may be wrong with a row of customers, and what is worth a note."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from ..models.audit import Severity
from .problems import Problem, Problems, note

MISSING_CODE = Problem("missing_customer", "customer_code", _("The customer is missing."))
LONG_CODE = Problem("too_long", "customer_code", _("The customer code is longer than 100 characters."))
GONE = Problem(
    "customer_in_trash",
    "customer_code",
    _("The customer “%(value)s” is in the trash, and no import brings them back."),
)
ERASED = Problem(
    "customer_erased",
    "customer_code",
    _("“%(value)s” stands for somebody who asked to be forgotten, and no import brings them back."),
)
MERGED = Problem(
    "customer_merged",
    "customer_code",
    _("“%(value)s” was merged into another customer: what is new is to be said under that one's code."),
)
LONG_NAME = Problem("too_long", "full_name", _("The name is longer than 150 characters."))
BAD_EMAIL = Problem("bad_email", "email", _("“%(value)s” is no e-mail address."))
BAD_PHONE = Problem("bad_phone", "phone", _("“%(value)s” is no phone number of that country."))
LONG_ADDRESS = Problem("too_long", "address_line", _("The address is longer than 255 characters."))
LONG_POSTCODE = Problem("too_long", "postal_code", _("The postal code is longer than 20 characters."))
LONG_CITY = Problem("too_long", "city", _("The city is longer than 100 characters."))
BAD_COUNTRY = Problem("bad_country", "country", _("“%(value)s” is no two-letter country code such as FR."))
AMBIGUOUS = Problem(
    "ambiguous_key", "customer_code", _("Several rows are of this customer, and they do not say the same.")
)
REPEAT = note("exact_repeat", "customer_code", _("The row repeats an earlier one exactly."), Severity.WARNING)
KEY_CASE = note("key_case", "customer_code", _("“%(value)s” is written in several ways in this file."))
SHARED_EMAIL = note(
    "shared_email",
    "email",
    _("Another customer has the address “%(value)s”: they may be one, which is for you to say."),
    Severity.WARNING,
)

PROBLEMS = Problems(
    [
        *(MISSING_CODE, LONG_CODE, ERASED, GONE, MERGED, LONG_NAME, BAD_EMAIL, BAD_PHONE),
        *(LONG_ADDRESS, LONG_POSTCODE, LONG_CITY, BAD_COUNTRY),
        *(AMBIGUOUS, REPEAT, KEY_CASE, SHARED_EMAIL),
    ]
)
