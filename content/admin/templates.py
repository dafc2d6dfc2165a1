"""Templates in the back office."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils.functional import lazy
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from config.base.admin import BaseAdmin

from ..choices import BrickKind, Placeholder
from ..models import ContentTemplate

#: A slot as it is typed; `content.shapes` says all that may stand there.
SLOT_EXAMPLE = (
    '[{"key": "practice", "kind": "EXERCISE", "count": 4, '
    '"difficulty_min": 1, "difficulty_max": 3, "title": "…"}]'
)


def _legend(choices: Any) -> str:
    rows = [(value, capfirst(label)) for value, label in choices.choices]
    return format_html_join("", "<div><code>{}</code> {}</div>", rows)


def _slots_help() -> str:
    return format_html("<div><code>{}</code></div>{}", SLOT_EXAMPLE, _legend(BrickKind))


SLOTS_HELP = lazy(_slots_help, str)()
PLACEHOLDERS_HELP = lazy(_legend, str)(Placeholder)


@admin.register(ContentTemplate)
class ContentTemplateAdmin(BaseAdmin):
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
        (_("Placeholders"), {"fields": ("placeholders",), "description": PLACEHOLDERS_HELP}),
    )
