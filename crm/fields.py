"""Columns that hold the normal form, whichever way a value comes in: form, API, bulk write, fixture or lookup."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from accounts.fields import EmailAddressField, NameField, Normalized

from . import validators


class KeyField(Normalized, models.CharField):
    """A key that people and files write in several ways: in capitals, trimmed, NFKC."""

    normalize = staticmethod(validators.normalize_key)


class LineField(NameField):
    """A line of text, runs of white space as one space."""

    normalize = staticmethod(validators.normalize_line)


class Optional(Normalized):
    """Mixin of a text column that may be unknown: the empty text is NULL, so that there is one way to say so."""

    def _normal(self, value: Any) -> Any:
        return super()._normal(value) or None


class OptionalLineField(Optional, LineField):
    """A line of text, or NULL."""


class OptionalEmailField(Optional, EmailAddressField):
    """An e-mail address, or NULL."""


class OptionalChoiceField(Optional, models.CharField):
    """One of its choices, or NULL."""

    normalize = staticmethod(str)


class Derived(Normalized):
    """Mixin of a column that is the normal form of another one, `source`, of the same row.

    It follows wherever the row is inserted; `crm.invariants` has it follow on every other path.
    """

    source: str

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        setattr(model_instance, self.attname, getattr(model_instance, self.source))
        return super().pre_save(model_instance, add)

    def derive(self, value: str | None) -> str | None:
        """What stands here when `value` stands in the source."""
        derived: str | None = self._normal(value)
        return derived


class EmailKeyField(Derived, Optional, models.CharField):
    """The match key of the row's `email`, or NULL."""

    source = "email"
    normalize = staticmethod(validators.email_match_key)


class LabelKeyField(Derived, models.CharField):
    """The normal form of the row's `raw_label`."""

    source = "raw_label"
    normalize = staticmethod(validators.normalize_label)


class DigestField(models.CharField):
    """The SHA-256 of something, in hexadecimal."""

    default_validators = [validators.validate_digest]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 64)
        super().__init__(*args, **kwargs)


class SignedAmountField(models.DecimalField):
    """An amount of money, two places, negative where something was taken back."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 12)
        kwargs.setdefault("decimal_places", 2)
        super().__init__(*args, **kwargs)


def is_digest(field: str) -> models.CheckConstraint:
    """The column has the length of a SHA-256; which digits it may hold is for the validator."""
    return models.CheckConstraint(
        condition=Exact(Length(field), 64),
        name=f"%(app_label)s_%(class)s_{field}_length",
        violation_error_message=_("Give a SHA-256 as 64 hexadecimal digits in lower case."),
    )


def in_range(
    *fields: str, low: int | float, high: int | float, name: str, message: Any
) -> models.CheckConstraint:
    """Each of the columns lies between the two, or is NULL where it may be."""
    inside = models.Q()
    for field in fields:
        inside &= models.Q(**{f"{field}__gte": low, f"{field}__lte": high})
    return models.CheckConstraint(
        condition=inside, name=f"%(app_label)s_%(class)s_{name}", violation_error_message=message
    )


def not_empty(field: str, *, message: Any) -> models.CheckConstraint:
    """The text is not empty."""
    return models.CheckConstraint(
        condition=~models.Q(**{field: ""}),
        name=f"%(app_label)s_%(class)s_{field}_given",
        violation_error_message=message,
    )
