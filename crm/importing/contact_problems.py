"""What may be wrong with a row of contacts, and what is worth a note."""

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

MISSING_CHANNEL = Problem("missing_channel", "channel", _("The channel is missing."))
BAD_CHANNEL = Problem("bad_choice", "channel", _("“%(value)s” is no channel."))
MISSING_KIND = Problem("missing_kind", "kind", _("What happened is missing."))
BAD_KIND = Problem("bad_choice", "kind", _("“%(value)s” is no kind of contact."))
BAD_DATE = Problem("bad_date", "occurred_at", _("“%(value)s” is no date that the mapping describes."))
LONG_CAMPAIGN = Problem("too_long", "campaign", _("The campaign is longer than 100 characters."))
REPEAT = note("exact_repeat", "customer_code", _("The row repeats an earlier one exactly."), Severity.WARNING)
STILL_SUPPRESSED = note(
    "consent_to_confirm",
    "customer_code",
    _(
        "The consent of “%(value)s” is kept, but no file lifts a suppression: "
        "record the consent on the customer's page."
    ),
    Severity.WARNING,
)

PROBLEMS = Problems(
    [
        *(MISSING_CUSTOMER, LONG_CUSTOMER, ERASED_CUSTOMER, CUSTOMER_GONE, UNKNOWN_CUSTOMER, PARKED_CUSTOMER),
        *(MISSING_CHANNEL, BAD_CHANNEL, MISSING_KIND, BAD_KIND, BAD_DATE, LONG_CAMPAIGN),
        *(REPEAT, CUSTOMER_CASE, STILL_SUPPRESSED),
    ]
)
