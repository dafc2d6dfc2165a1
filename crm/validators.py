"""When two texts are the same, and what a text may be: shared by models, serializers, forms and importers.

Normalising never fails; validating says what is wrong. Each normal form is its own normal form.
"""

from __future__ import annotations

import json
import unicodedata
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from accounts.validators import normalize_email

#: The hexadecimal SHA-256 of something.
validate_digest = RegexValidator(
    r"^[0-9a-f]{64}\Z", _("Give a SHA-256 as 64 hexadecimal digits in lower case."), code="digest"
)

validate_country = RegexValidator(
    r"^[A-Z]{2}\Z", _("Give a two-letter country code in capitals, such as FR."), code="country"
)

validate_code = RegexValidator(
    r"^[a-z][a-z0-9_]*\Z", _("Use small letters, digits and _ only, a letter first."), code="code"
)

#: Days outside these years are slips of the pen, and leave no room for windows before and after them.
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2100, 12, 31)


def validate_day(value: date) -> None:
    """A day that something can be computed as of."""
    if not FIRST_DAY <= value <= LAST_DAY:
        raise ValidationError(_("Choose a day from 1900 to 2100."), code="day")


def validate_storable(value: Any) -> None:
    """A JSON value that every database keeps: without NUL, half characters, and numbers that are none."""
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
        is_storable = b"\\u0000" not in text.replace(rb"\\", b"")
    except (TypeError, ValueError):
        is_storable = False
    if not is_storable:
        raise ValidationError(
            _("There are characters or numbers in it that no database keeps."), code="storable"
        )


def normalize_label(value: str) -> str:
    """The form in which labels are compared: NFKC, trimmed, runs of white space as one space, case folded."""
    return " ".join(_folded(value).split())


def normalize_key(value: str) -> str:
    """The form in which keys are stored and compared: the same, in capitals. « cust_001 » and « CUST_001 » are one."""
    return unicodedata.normalize("NFKC", normalize_label(value).upper())


def normalize_line(value: str) -> str:
    """One line of text as stored: NFC, trimmed, runs of white space as one space."""
    return " ".join(unicodedata.normalize("NFC", value).split())


def email_match_key(value: str | None) -> str | None:
    """The form in which e-mail addresses are compared: normalised as at sign-in, case folded. None for none."""
    return _folded(normalize_email(value)).strip() or None if value else None


def _folded(value: str) -> str:
    """NFKC and case folded; once more, because each can undo the other (« ͅ », « ϓ »)."""
    for _round in range(2):
        value = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", value).casefold())
    return value
