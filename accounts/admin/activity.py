"""What people did, to look at."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from config.base.admin import BaseAdmin, ReadOnlyAdmin

from ..models import UserActivity


@admin.register(UserActivity)
class UserActivityAdmin(ReadOnlyAdmin, BaseAdmin):
    icon = "history"
    menu_order = 90
    search_fields = ("user__full_name", "user__username", "request_id", "detail")
    list_display = ("occurred_at", "user", "verb", "about", "detail")
    sortable_by = ("occurred_at",)
    list_filter = ("verb", "user")
    ordering = ("-occurred_at",)
    fieldsets = (
        (None, {"fields": ("user", "verb", "occurred_at")}),
        (_("About"), {"fields": ("object_type", "object_id", "detail", "request_id")}),
    )

    @admin.display(description=_("object"), empty_value="–")
    def about(self, activity: UserActivity) -> str | None:
        return f"{activity.object_type} #{activity.object_id}" if activity.object_type else None
