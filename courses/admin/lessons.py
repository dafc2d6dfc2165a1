"""Lessons and videos in the back office."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from config.base.admin import BaseAdmin, BaseTabularInline, do_for_each
from config.base.admin.forms import LockedModelForm

from .. import services
from ..models import Exercise, Lesson, Video
from ..validators import check_prerequisites
from .editor import FromEditorMixin


class LessonForm(LockedModelForm):
    """A lesson, with its prerequisites judged before they are saved."""

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        values = self.cleaned_data
        if values.get("prerequisites") and values.get("course"):
            try:
                check_prerequisites(self.instance, values["prerequisites"], course_id=values["course"].pk)
            except ValidationError as error:
                self.add_error("prerequisites", error)
        return cleaned


class VideoInline(BaseTabularInline):
    model = Video
    fields = ("position", "title", "url", "duration_seconds", "captions_url")
    ordering_field = "position"
    hide_ordering_field = True
    ordering = ("position", "id")


class ExerciseInline(BaseTabularInline):
    """The exercises of a lesson, put in order by dragging; each is written on its own page."""

    model = Exercise
    fields = ("position", "kind", "difficulty", "points", "max_attempts")
    ordering_field = "position"
    hide_ordering_field = True
    ordering = ("position", "id")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """An exercise needs a question and an answer: it is begun on its own page."""
        return False


@admin.register(Lesson)
class LessonAdmin(FromEditorMixin, BaseAdmin):
    form = LessonForm
    icon = "menu_book"
    menu_order = 30
    markdown_fields = ("body",)
    search_fields = ("title", "slug", "course__title")
    list_display = ("title", "course", "position", "is_published", "is_required", "estimated_minutes")
    sortable_by = ("title",)
    list_filter = ("is_published", "is_required", "course")
    ordering = ("course", "position")
    prepopulated_fields = {"slug": ("title",)}
    readonly_fields = ("is_published",)
    actions = (*BaseAdmin.actions, "publish_selected", "unpublish_selected")
    inlines = (VideoInline, ExerciseInline)
    fieldsets = (
        (None, {"fields": ("course", "title", "slug", "body")}),
        (_("In the course"), {"fields": (("position", "estimated_minutes"), "is_required", "prerequisites")}),
        (_("Publication"), {"fields": ("is_published",)}),
    )

    @admin.action(description=_("Publish selected lessons"), permissions=["change"])
    def publish_selected(self, request: HttpRequest, queryset: Any) -> None:
        do_for_each(self, request, queryset, lambda lesson: services.publish_lesson(lesson=lesson))

    @admin.action(description=_("Take selected lessons back"), permissions=["change"])
    def unpublish_selected(self, request: HttpRequest, queryset: Any) -> None:
        do_for_each(self, request, queryset, lambda lesson: services.unpublish_lesson(lesson=lesson))


@admin.register(Video)
class VideoAdmin(FromEditorMixin, BaseAdmin):
    icon = "movie"
    menu_order = 40
    search_fields = ("title", "lesson__title")
    list_display = ("title", "lesson", "position", "duration_seconds")
    sortable_by = ("title", "duration_seconds")
    list_filter = ("lesson",)
    ordering = ("lesson", "position")
    fieldsets = (
        (None, {"fields": ("lesson", "title", "url", "captions_url", ("duration_seconds", "position"))}),
    )
