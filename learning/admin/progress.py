"""How far learners are, in the back office: to look at, because services write it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from config.base.admin import BaseAdmin, ReadOnlyAdmin

from ..models import LessonProgress, ProgressSnapshot, VideoProgress
from ..selectors import bring_up_to_date


@admin.register(ProgressSnapshot)
class ProgressSnapshotAdmin(ReadOnlyAdmin, BaseAdmin):
    icon = "trending_up"
    menu_order = 20
    search_fields = ("user__full_name", "user__username", "course__title")
    list_display = (
        "user",
        "course",
        "completion_percentage",
        "lessons_completed",
        "lessons_total",
        "average_score",
        "last_activity_at",
    )
    sortable_by = ("last_activity_at",)
    list_filter = ("course", "user")
    ordering = ("-last_activity_at",)
    fieldsets = (
        (None, {"fields": ("user", "course", "current_lesson", "last_activity_at")}),
        (
            _("Lessons"),
            {"fields": (("lessons_completed", "lessons_total", "completion_percentage"),)},
        ),
        (_("Exercises"), {"fields": (("exercises_attempted", "average_score"),)}),
        (_("Computed from"), {"fields": ("structure_version",)}),
    )

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Figures that are out of date are counted for the page all at once, as the API does."""
        found = super().get_changelist_instance(request)
        bring_up_to_date(found.result_list)
        return found

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        snapshot = super().get_object(request, object_id, from_field)
        bring_up_to_date([] if snapshot is None else [snapshot])
        return snapshot


@admin.register(LessonProgress)
class LessonProgressAdmin(ReadOnlyAdmin, BaseAdmin):
    icon = "auto_stories"
    menu_order = 30
    search_fields = ("user__full_name", "user__username", "lesson__title")
    list_display = ("user", "lesson", "status", "started_at", "completed_at")
    sortable_by = ("started_at", "completed_at")
    list_filter = ("status", "lesson", "user")
    ordering = ("-id",)
    fieldsets = ((None, {"fields": ("user", "lesson", "status", ("started_at", "completed_at"))}),)


@admin.register(VideoProgress)
class VideoProgressAdmin(ReadOnlyAdmin, BaseAdmin):
    icon = "smart_display"
    menu_order = 40
    search_fields = ("user__full_name", "user__username", "video__title")
    list_display = ("user", "video", "position_seconds", "furthest_seconds", "completed", "completed_at")
    sortable_by = ("completed_at",)
    list_filter = ("completed", "video", "user")
    ordering = ("-id",)
    fieldsets = (
        (None, {"fields": ("user", "video")}),
        (_("Seen"), {"fields": (("position_seconds", "furthest_seconds"), ("completed", "completed_at"))}),
    )
