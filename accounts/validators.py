"""Rules and normal forms of what people type about themselves; shared by models, serializers and forms.

A normal form is what is stored and compared: trimmed, Unicode NFC. Normalising never fails; validating says what is
wrong.
"""

from __future__ import annotations

import unicodedata
import zoneinfo
from datetime import date

import idna
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from email_validator import EmailNotValidError
from email_validator import validate_email as parse_email


def normalize_text(value: str) -> str:
    """Trimmed, NFC: two ways of typing « é » are one."""
    return unicodedata.normalize("NFC", value).strip()


def normalize_username(value: str) -> str:
    """Lower case: nobody may pass for somebody else by a capital letter."""
    return normalize_text(value).lower()


def normalize_domain(value: str) -> str:
    """The ASCII form (IDNA 2008) in lower case: « Münch.de » and « xn--mnch-0ra.de » are one."""
    text = normalize_text(value).rstrip(".").lower()
    try:
        return idna.encode(text, uts46=True).decode("ascii")
    except idna.IDNAError:
        return text


def normalize_email(value: str) -> str:
    """The name as typed, the domain in its readable lower-case form. Matching is in lower case: `email__lower`."""
    local, at, domain = normalize_text(value).rpartition("@")
    if not at:
        return local or domain
    ascii_domain = normalize_domain(domain)
    try:
        return f"{local}@{idna.decode(ascii_domain)}"
    except idna.IDNAError:
        return f"{local}@{ascii_domain}"


def email_domain(value: str) -> str:
    """The domain of an address in the form in which blocked domains are stored."""
    return normalize_domain(value.rpartition("@")[2])


def validate_email_address(value: str) -> None:
    """Syntax alone (RFC 5321, internationalised domains); nobody is asked whether the address exists."""
    try:
        parse_email(value, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError as error:
        raise ValidationError(_("Enter a valid email address."), code="invalid") from error


validate_username = RegexValidator(
    r"^[\w.+-]+\Z",
    _("Use letters, digits and the characters . + - _ only: no spaces, no @."),
    code="invalid_username",
)


def validate_domain(value: str) -> None:
    """A domain name such as example.org: at least two labels, no address, no path."""
    try:
        ascii_form = idna.encode(normalize_domain(value), uts46=True).decode("ascii")
    except idna.IDNAError:
        ascii_form = ""
    if "." not in ascii_form:
        raise ValidationError(_("Give a domain name such as example.org."), code="invalid_domain")


def validate_time_zone(value: str) -> None:
    """A name of the IANA database, such as Europe/Paris."""
    if value not in zoneinfo.available_timezones():
        raise ValidationError(
            _("“%(value)s” is not a time zone such as Europe/Paris."), params={"value": value}
        )


def validate_birth_date(value: date) -> None:
    """Nobody is born tomorrow, or 130 years ago."""
    today = timezone.localdate()
    if value > today:
        raise ValidationError(_("A date of birth is not in the future."), code="future")
    if value.year < today.year - 130:
        raise ValidationError(_("That is more than 130 years ago."), code="past")
