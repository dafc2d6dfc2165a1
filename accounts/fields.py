"""Columns that hold the normal form, whichever way a value comes in: form, API, bulk write or lookup."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models.functions import Lower

from . import validators


class Normalized(models.Field):  # type: ignore[type-arg]
    """Mixin of a text column: `normalize` is applied when a value is cleaned, saved and looked up."""

    normalize: Any  # a static method: text in, its normal form out

    def _normal(self, value: Any) -> Any:
        return type(self).normalize(value) if isinstance(value, str) else value

    def to_python(self, value: Any) -> Any:
        return self._normal(super().to_python(value))

    def get_prep_value(self, value: Any) -> Any:
        return self._normal(super().get_prep_value(value))

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = self._normal(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, value)
        return value


class NameField(Normalized, models.CharField):
    """A person's name or another line of text: trimmed, NFC."""

    normalize = staticmethod(validators.normalize_text)


class UsernameField(Normalized, models.CharField):
    """A name to sign in with: lower case, no @."""

    normalize = staticmethod(validators.normalize_username)
    default_validators = [validators.validate_username]


class EmailAddressField(Normalized, models.EmailField):
    """An e-mail address; `email__lower` compares regardless of case and uses the unique index."""

    normalize = staticmethod(validators.normalize_email)
    default_validators = [*models.EmailField.default_validators, validators.validate_email_address]


class DomainField(Normalized, models.CharField):
    """A domain name in its ASCII form."""

    normalize = staticmethod(validators.normalize_domain)
    default_validators = [validators.validate_domain]


EmailAddressField.register_lookup(Lower)
