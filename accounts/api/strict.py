"""Serializers of what is not a row: every error in one answer, unknown keys named among them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError as ModelValidationError
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.fields import SkipField
from rest_framework.utils import html

from config.base.serializers import FORM_KEYS

#: What is wrong, by field, as Django's validation says it.
Errors = Mapping[str, Iterable[ModelValidationError]]


class StrictSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """A plain serializer. A key that is no field is an error, beside those of all the fields.

    A subclass says in `judge` what is wrong with the values together. It is asked even when single fields are wrong,
    with the values of the others; what it says of a field that is wrong already is left out.
    """

    default_error_messages = {"unknown": _("There is no such key.")}

    def judge(self, values: dict[str, Any]) -> Errors:
        """The errors, by field, of the values that are right by themselves; empty when nothing is wrong."""
        return {}

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, Mapping):
            return super().to_internal_value(data)  # says that it is no object
        allowed = set(self.fields) | (FORM_KEYS if html.is_html_input(data) else frozenset())
        unknown = ErrorDetail(str(self.error_messages["unknown"]), code="unknown")
        errors: dict[str, Any] = {str(key): [unknown] for key in data if key not in allowed}
        values: dict[str, Any] = {}
        for field in self._writable_fields:
            name = str(field.field_name)
            try:
                value = field.run_validation(field.get_value(data))
            except ValidationError as error:
                errors[name] = error.detail
            except SkipField:
                continue
            else:
                values[name] = value
        for name, found in self.judge(values).items():
            if name not in errors:
                errors[name] = details(found)
        if errors:
            raise ValidationError(errors)
        return values


def details(errors: Iterable[ModelValidationError]) -> list[ErrorDetail]:
    """Django's errors as REST framework's."""
    return [
        ErrorDetail(message, code=each.code or "invalid")
        for error in errors
        for each in error.error_list
        for message in each.messages
    ]
