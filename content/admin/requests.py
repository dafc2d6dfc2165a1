"""Requests for documents in the back office."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from config.base.admin import BaseAdmin

from ..models import DocumentRequest


@admin.register(DocumentRequest)
class DocumentRequestAdmin(BaseAdmin):
    icon = "request_page"
    menu_order = 50
    search_fields = ("requester__full_name", "student__user__full_name", "template__name")
    list_display = (
        "created_at",
        "template",
        "subject",
        "level",
        "requester",
        "student",
        "status",
        "progress",
    )
    list_select_related = ("template", "subject", "requester", "student__user")
    sortable_by = ("created_at",)
    list_filter = ("status", "level", "template", "subject", "requester", "student")
    ordering = ("-created_at",)
    readonly_fields = ("reference", "status", "progress", "error")
    fieldsets = (
        (None, {"fields": (("requester", "student"), "template", ("subject", "level"))}),
        (_("Choice of bricks"), {"fields": ("criteria", ("seed", "idempotency_key"), "variants")}),
        (_("Generation"), {"fields": (("status", "progress"), "error", "reference")}),
    )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A request that has been taken up is only looked at; a form posted for one comes back, refused."""
        begun = obj is not None and obj.status != DocumentRequest.Status.QUEUED
        if begun and request.method != "POST":
            return False
        return super().has_change_permission(request, obj)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Who opens the form asks for the document, unless they say otherwise."""
        return {"requester": request.user.pk, **super().get_changeform_initial_data(request)}
