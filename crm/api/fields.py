"""Serializer fields of this app."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.fields import empty
from rest_framework.utils import html

from ..models import Product
from ..values import AROMA_COLUMNS, AXES, HIGHEST, LOWEST


def _axis() -> serializers.IntegerField:
    return serializers.IntegerField(min_value=LOWEST, max_value=HIGHEST)


class AromaAxesField(serializers.Serializer):  # type: ignore[type-arg]
    """The seven aromas of a product as one object, or null: a value, so that it is replaced as a whole."""

    columns = AROMA_COLUMNS
    default_error_messages = {"unknown": _("There is no such key.")}

    fruit = _axis()
    floral = _axis()
    spice = _axis()
    mineral = _axis()
    acidity = _axis()
    body = _axis()
    tannin = _axis()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"source": "*", "required": False, "allow_null": True, **kwargs})

    def to_representation(self, product: Product) -> dict[str, int] | None:  # type: ignore[override]
        axes = product.aroma_axes
        return None if axes is None else axes.as_dict()

    def run_validation(self, data: Any = empty) -> Any:
        """The values under the names of the columns; None for all of them when the object is null."""
        if data is None or (html.is_html_input(data) and not any(data.get(axis) for axis in AXES)):
            return dict.fromkeys(AROMA_COLUMNS)
        if isinstance(data, Mapping):
            self._refuse_other_keys(data)
        given = super().run_validation(data)
        return {column: given[axis] for axis, column in zip(AXES, AROMA_COLUMNS, strict=True)}

    def _refuse_other_keys(self, data: Mapping[str, Any]) -> None:
        errors: dict[str, Any] = {}
        for name in data:
            if name not in AXES:
                errors[str(name)] = [ErrorDetail(str(self.error_messages["unknown"]), code="unknown")]
        for axis in AXES:
            if axis not in data:
                message = str(self.fields[axis].error_messages["required"])
                errors[axis] = [ErrorDetail(message, code="required")]
        if errors:
            raise ValidationError(errors)
