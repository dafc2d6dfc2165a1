"""Templates in the back office."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from config.base.admin import BaseAdmin

from ..models import ContentTemplate
from .slots import PlaceholdersField, SlotsWidget
from .template_draw import DrawMixin

SLOTS_HELP = _(
    "Each slot takes so many bricks of a kind. The key names the slot: small letters, digits and hyphens. Without a "
    "title nothing is printed above its bricks."
)


@admin.register(ContentTemplate)
class ContentTemplateAdmin(DrawMixin, BaseAdmin):
    icon = "dashboard_customize"
    menu_order = 40
    search_fields = ("name", "slug")
    list_display = ("name", "document_type", "revision", "created_at")
    sortable_by = ("name", "created_at")
    list_filter = ("document_type",)
    ordering = ("name",)
    prepopulated_fields = {"slug": ("name",)}
    readonly_fields = ("revision",)
    fieldsets = (
        (None, {"fields": ("name", "slug", ("document_type", "revision"))}),
        (_("Slots"), {"fields": ("slots",), "description": SLOTS_HELP}),
        (_("Placeholders"), {"fields": ("placeholders",)}),
    )

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Slots are rows to fill in, and placeholders boxes to tick."""
        if db_field.name == "placeholders":
            return PlaceholdersField(label=capfirst(db_field.verbose_name), help_text=db_field.help_text)
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "slots":
            field.widget = SlotsWidget()
        return field
