"""Model fields with the project's defaults: money is two columns, an amount and an ISO currency."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


def default_currency() -> str:
    """The currency of a price that names none: the setting DEFAULT_CURRENCY."""
    return settings.DEFAULT_CURRENCY


class AmountField(models.DecimalField):
    """An amount of money, two places, never negative."""

    default_validators = [MinValueValidator(0)]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 10)
        kwargs.setdefault("decimal_places", 2)
        super().__init__(*args, **kwargs)


class CurrencyField(models.CharField):
    """An ISO 4217 code in capitals."""

    default_validators = [
        RegexValidator(r"^[A-Z]{3}\Z", _("Give a three-letter currency code in capitals, such as EUR."))
    ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 3)
        kwargs.setdefault("default", default_currency)
        super().__init__(*args, **kwargs)
