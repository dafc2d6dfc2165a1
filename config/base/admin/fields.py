"""Form fields of the back office: Markdown and JSON as text, addresses without a scheme as https."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminTextareaWidget


class FormFieldsMixin:
    """Names in `markdown_fields` get a tall area in a fixed-width face; JSON the same, a little lower."""

    markdown_fields: ClassVar[tuple[str, ...]] = ()

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.markdown_fields:
            kwargs["widget"] = _area(rows=16)
        elif isinstance(db_field, models.JSONField):
            kwargs["widget"] = _area(rows=8)
            if not db_field.has_default():
                kwargs["initial"] = {}  # otherwise a new row's area begins with "null"
        elif isinstance(db_field, models.URLField):
            kwargs["assume_scheme"] = "https"
        return super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]


def _area(rows: int) -> UnfoldAdminTextareaWidget:
    return UnfoldAdminTextareaWidget(
        attrs={"rows": rows, "style": "font-family: monospace; max-width: 56rem"}
    )
