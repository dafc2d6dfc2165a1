"""Requests for documents in the back office."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from config.base.admin import BaseAdmin, do_for_each

from .. import services
from ..models import DocumentRequest
from .request_pages import UNFINISHED, RequestPagesMixin


@admin.register(DocumentRequest)
class DocumentRequestAdmin(RequestPagesMixin, BaseAdmin):
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
        "progress_shown",
    )
    list_select_related = ("template", "subject", "requester", "student__user")
    sortable_by = ("created_at",)
    list_filter = ("status", "level", "template", "subject", "requester", "student")
    ordering = ("-created_at",)
    actions = (*BaseAdmin.actions, "retry_selected")
    readonly_fields = ("reference", "status", "progress", "error")
    fieldsets = (
        (None, {"fields": (("requester", "student"), "template", ("subject", "level"))}),
        (_("Choice of bricks"), {"fields": ("criteria", ("seed", "idempotency_key"), "variants")}),
        (_("Generation"), {"fields": (("status", "progress"), "error", "reference")}),
    )

    class Media:
        css = {"all": ("content/requests.css",)}
        js = ("content/requests.js",)

    @admin.display(description=_("progress"), empty_value="")
    def progress_shown(self, asked: DocumentRequest) -> SafeString | None:
        """A bar while something goes on; the list asks again by itself as long as there is one."""
        if asked.status not in UNFINISHED:
            return None
        bar = '<span class="request-bar" data-unfinished><progress max="100" value="{0}"></progress>{0}\u00a0%</span>'
        return format_html(bar, asked.progress)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A request that has been taken up is only looked at; a form posted for one comes back, refused."""
        if obj is not None and obj.is_begun and request.method != "POST":
            return False
        return super().has_change_permission(request, obj)

    @admin.action(description=_("Try selected requests again"), permissions=["change"])
    def retry_selected(self, request: HttpRequest, queryset: Any) -> None:
        do_for_each(self, request, queryset, lambda asked: services.retry_document(request=asked))
