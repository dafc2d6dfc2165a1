"""Reading a moment that a client names."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _


def parse_moment(text: str) -> dt.datetime:
    """ISO 8601 → aware datetime; a date alone is its midnight, without offset the site's time zone.

    Raises Django's ValidationError. The first and last year are refused: in another time zone they overflow.
    """
    text = text.strip()
    if "T" in text:
        text = text.replace(" ", "+")  # an offset's + that was not escaped arrives as a space
    try:
        moment = parse_datetime(text)
        if moment is None and (day := parse_date(text)) is not None:
            moment = dt.datetime.combine(day, dt.time())
    except ValueError:
        moment = None
    if moment is None or not 1 < moment.year < 9999:
        raise ValidationError(
            _("Give a date and time in ISO 8601, such as 2026-01-31T12:00:00Z."), code="invalid"
        )
    return timezone.make_aware(moment) if timezone.is_naive(moment) else moment
