"""A brick's tags as words between commas, to type and to read."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from ..models import ContentBrick
from ..request_forms import TagsField

HELP = _(
    "Words between commas, such as fractions, addition: small letters without accents, digits and hyphens."
)


class TagsMixin:
    """Mixed into the admin of bricks."""

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "tags":
            label = capfirst(db_field.verbose_name)
            return TagsField(label=label, help_text=HELP, required=False, widget=UnfoldAdminTextInputWidget())
        return super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Read, they are words too."""
        fieldsets = super().get_fieldsets(request, obj)  # type: ignore[misc]
        if obj is None or self.has_change_permission(request, obj):  # type: ignore[attr-defined]
            return fieldsets
        return [
            (
                title,
                {
                    **options,
                    "fields": ["tags_shown" if each == "tags" else each for each in options["fields"]],
                },
            )
            for title, options in fieldsets
        ]

    @admin.display(description=_("tags"))
    def tags_shown(self, brick: ContentBrick) -> str:
        return ", ".join(brick.tags)
