"""Form fields of the back office: Markdown and JSON as text, addresses without a scheme as https."""

from __future__ import annotations

import json
from typing import Any, ClassVar

import unfold.fields
from django import forms
from django.db import models
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminTextareaWidget

#: Longer than that, JSON is spread over lines.
ONE_LINE = 80


def readable_json(value: Any) -> str:
    """JSON as a person reads it: letters as they are, what is long over several lines."""
    line = json.dumps(value, ensure_ascii=False)
    return line if len(line) <= ONE_LINE else json.dumps(value, ensure_ascii=False, indent=2)


def shown_json(value: Any, encoder: Any) -> SafeString:
    """A JSON column that is only looked at."""
    return format_html('<pre class="whitespace-pre-wrap">{}</pre>', readable_json(value))


# The theme's own writes every accent as an escape, and has no setting for it.
unfold.fields.prettify_json = shown_json


class ReadableJSONField(forms.JSONField):
    """JSON in a form; what was typed and does not parse comes back as it was typed."""

    def prepare_value(self, value: Any) -> Any:
        as_typed = super().prepare_value(value)
        try:
            return readable_json(json.loads(as_typed))
        except (TypeError, ValueError):
            return as_typed


class FormFieldsMixin:
    """Names in `markdown_fields` get a tall area in a fixed-width face; JSON the same, a little lower."""

    markdown_fields: ClassVar[tuple[str, ...]] = ()

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.markdown_fields:
            kwargs["widget"] = _area(rows=16)
        elif isinstance(db_field, models.JSONField):
            kwargs["widget"] = _area(rows=8)
            kwargs["form_class"] = ReadableJSONField
            if not db_field.has_default():
                kwargs["initial"] = {}  # otherwise a new row's area begins with "null"
        elif isinstance(db_field, models.URLField):
            kwargs["assume_scheme"] = "https"
        return super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]


def _area(rows: int) -> UnfoldAdminTextareaWidget:
    return UnfoldAdminTextareaWidget(
        attrs={"rows": rows, "style": "font-family: monospace; max-width: 56rem"}
    )
