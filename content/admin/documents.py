"""Generated documents, to look at: what they are made of and what is done with them; never their bytes."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from config.base.admin import BaseAdmin, BaseTabularInline, ReadOnlyAdmin

from ..models import DocumentBrick, DocumentInteraction, GeneratedDocument


class DocumentBrickInline(ReadOnlyAdmin, BaseTabularInline):
    """The bricks of a document, in its order."""

    model = DocumentBrick
    fields = ("position", "slot", "brick_version", "sha256")
    ordering = ("position", "id")


@admin.register(GeneratedDocument)
class GeneratedDocumentAdmin(ReadOnlyAdmin, BaseAdmin):
    icon = "picture_as_pdf"
    menu_order = 60
    search_fields = ("title",)
    list_display = ("title", "variant", "page_count", "request", "created_at")
    list_select_related = ("request__template", "request__subject")
    sortable_by = ("title", "page_count", "created_at")
    list_filter = ("variant", "request")
    ordering = ("-created_at",)
    inlines = (DocumentBrickInline,)
    fieldsets = (
        (None, {"fields": ("title", ("variant", "page_count"), "request")}),
        (_("Provenance"), {"fields": ("html_sha256", "pdf_sha256", "manifest")}),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        """Without the pages themselves, which nothing here shows."""
        return super().get_queryset(request).defer("html")


@admin.register(DocumentBrick)
class DocumentBrickAdmin(ReadOnlyAdmin, BaseAdmin):
    icon = "stacks"
    menu_order = 70
    search_fields = ("document__title", "brick_version__title", "slot")
    list_display = ("brick_version", "document", "position", "slot", "created_at")
    sortable_by = ("created_at",)
    list_filter = ("document", "brick_version")
    ordering = ("-created_at",)
    fieldsets = ((None, {"fields": ("document", ("position", "slot"), "brick_version", "sha256")}),)


@admin.register(DocumentInteraction)
class DocumentInteractionAdmin(ReadOnlyAdmin, BaseAdmin):
    icon = "touch_app"
    menu_order = 80
    search_fields = ("document__title", "user__full_name", "user__username")
    list_display = ("occurred_at", "document", "user", "kind", "duration_seconds")
    sortable_by = ("occurred_at",)
    list_filter = ("kind", "document", "user")
    ordering = ("-occurred_at",)
    fieldsets = ((None, {"fields": ("document", "user", "kind", ("occurred_at", "duration_seconds"))}),)
