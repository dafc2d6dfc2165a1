"""The base of every serializer: strict about what comes in, silent about secrets, one place for each rule."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.exceptions import ValidationError as ModelValidationError
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.fields import empty
from rest_framework.settings import api_settings
from rest_framework.utils import html
from rest_framework.validators import UniqueValidator

from .api.fields import KeyField, columns_of
from .models import KERNEL_FIELDS
from .restricted import hidden_fields

#: The kernel's columns, as every serializer of a kernel model shows them after its own.
KERNEL = ("created_at", "updated_at", "created_by", "updated_by", "version", "is_deleted", "deleted_at")

#: What the browsable pages' forms send beside the fields.
FORM_KEYS = frozenset({"csrfmiddlewaretoken"})


class BaseSerializer(serializers.ModelSerializer):
    """A row; links are keys."""

    # The house's rules. They are no docstring, because the API's documentation would print it for every model.
    # - A key that is not a field is an error naming it; a read-only key is accepted and ignored, so that what was
    #   read can be sent back.
    # - The model's own validation runs on a copy of the row; REST framework's versions of the unique rules are
    #   left out, because they know neither the trash nor the model's messages. What the model's `clean()` sets
    #   or normalises is saved.
    # - Kernel fields and untracked columns (heartbeats, derived figures) are read-only, `secret_fields` are never
    #   readable, links are keys.
    # - `restricted_fields` are left out for those who may not read them; they stay writable to those who may add.
    # - `?fields=` and `?omit=` choose what is shown, never what is accepted.

    serializer_related_field = KeyField
    default_error_messages = {"unknown": _("There is no such key.")}

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        model = self.Meta.model
        for name in model.secret_fields:
            if name in fields and not fields[name].write_only:
                if name in self._declared_fields:
                    raise ImproperlyConfigured(f"{type(self).__name__} would show the secret {name!r}.")
                del fields[name]
        request = self.context.get("request")
        for name in hidden_fields(request.user, model) & fields.keys() if request is not None else ():
            if fields[name].read_only:
                del fields[name]
            else:
                fields[name].write_only = True
        for name in KERNEL_FIELDS & set(fields):
            if not fields[name].read_only:
                raise ImproperlyConfigured(f"{type(self).__name__} would let a client write {name!r}.")
        return fields

    def build_standard_field(self, field_name: str, model_field: Any) -> Any:
        field_class, options = super().build_standard_field(field_name, model_field)
        return field_class, _without_unique_validators(options)

    def build_relational_field(self, field_name: str, relation_info: Any) -> Any:
        field_class, options = super().build_relational_field(field_name, relation_info)
        return field_class, _without_unique_validators(options)

    def get_extra_kwargs(self) -> dict[str, Any]:
        extra = super().get_extra_kwargs()
        for name in KERNEL_FIELDS | set(self.Meta.model.untracked_fields):
            extra[name] = {**extra.get(name, {}), "read_only": True}
        return extra

    def get_uniqueness_extra_kwargs(self, field_names: Any, declared_fields: Any, extra_kwargs: Any) -> Any:
        return extra_kwargs, {}

    def get_unique_together_validators(self) -> list[Any]:
        return []

    def get_unique_for_date_validators(self) -> list[Any]:
        return []

    @property
    def _readable_fields(self) -> Iterator[Any]:
        """The fields to show: what REST framework would, as far as the request chose them."""
        outermost = self.parent is None or (self.parent is self.root and getattr(self.parent, "many", False))
        chosen = self.context.get("columns") if outermost else None
        for field in super()._readable_fields:
            if chosen is None or field.field_name in chosen:
                yield field

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            allowed = set(self.fields) | (FORM_KEYS if html.is_html_input(data) else frozenset())
            unknown = [key for key in data if key not in allowed]
            if unknown:
                message = self.error_messages["unknown"]
                raise ValidationError(
                    {str(key): [ErrorDetail(str(message), code="unknown")] for key in unknown}
                )
        return super().to_internal_value(data)

    def run_validation(self, data: Any = empty) -> Any:
        value = super().run_validation(data)
        if isinstance(value, dict):
            self.run_model_validation(value)
        return value

    def run_model_validation(self, attrs: dict[str, Any]) -> None:
        """Let the model judge a copy of the row as it would be; take over what its `clean()` changed.

        Only what this serializer lets a client write is judged field by field: what a view adds in `save()`
        and what is stored are not the client's to correct.
        """
        model = self.Meta.model
        row = model() if self.instance is None else copy.copy(self.instance)
        columns = {field.name: field for field in model._meta.concrete_fields}
        for name in columns.keys() & attrs.keys():
            setattr(row, name, attrs[name])
        writable = {column for field in self._writable_fields for column in columns_of(field)}
        before = {name: getattr(row, field.attname) for name, field in columns.items()}
        try:
            row.full_clean(exclude=columns.keys() - writable)
        except ModelValidationError as error:
            raise ValidationError(self._by_field(error)) from error
        for name, field in columns.items():
            if name not in KERNEL_FIELDS and getattr(row, field.attname) != before[name]:
                attrs[name] = getattr(row, name)

    def _by_field(self, error: ModelValidationError) -> dict[str, list[ErrorDetail]]:
        """The model's errors under the names that the client knows."""
        shown = {column: name for name, field in self.fields.items() for column in columns_of(field)}
        found: dict[str, list[ErrorDetail]] = {}
        for source, errors in error.update_error_dict({}).items():
            name = shown.get(source, api_settings.NON_FIELD_ERRORS_KEY)
            for each in errors:
                found.setdefault(name, []).extend(
                    ErrorDetail(message, code=each.code or "invalid") for message in each.messages
                )
        return found


def _without_unique_validators(options: dict[str, Any]) -> dict[str, Any]:
    if "validators" in options:
        kept = [each for each in options["validators"] if not isinstance(each, UniqueValidator)]
        options = {**options, "validators": kept}
    return options
