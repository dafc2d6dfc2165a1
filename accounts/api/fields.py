"""Serializer fields of this app."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from phonenumber_field.serializerfields import PhoneNumberField
from rest_framework import serializers


@extend_schema_field({"type": "string", "examples": ["+33612345678"]})
class PhoneField(PhoneNumberField):
    """Read as E.164; understood also as people write it in the default region."""

    def to_representation(self, value: Any) -> str:
        return value.as_e164 if hasattr(value, "as_e164") else str(value)


class RawPasswordField(serializers.CharField):
    """A password on its way in: kept as typed, never shown."""

    def __init__(self, **kwargs: Any) -> None:
        options = {"write_only": True, "trim_whitespace": False, "max_length": 128}
        super().__init__(**{**options, "style": {"input_type": "password"}, **kwargs})
