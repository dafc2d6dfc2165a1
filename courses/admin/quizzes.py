"""Quizzes in the back office."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from config.base.admin import BaseAdmin, BaseTabularInline

from ..models import Quiz, QuizItem
from .editor import FromEditorMixin


class QuizItemInline(BaseTabularInline):
    """The exercises of a quiz, put in order by dragging."""

    model = QuizItem
    fields = ("position", "exercise", "points")
    ordering_field = "position"
    hide_ordering_field = True
    ordering = ("position", "id")


@admin.register(Quiz)
class QuizAdmin(FromEditorMixin, BaseAdmin):
    icon = "checklist"
    menu_order = 60
    search_fields = ("title",)
    list_display = ("title", "lesson", "course", "pass_percent", "time_limit_minutes", "max_attempts")
    sortable_by = ("title", "pass_percent")
    list_filter = ("lesson", "course")
    ordering = ("title",)
    inlines = (QuizItemInline,)
    fieldsets = (
        (None, {"fields": ("title", "lesson", "course")}),
        (_("Rules"), {"fields": (("pass_percent", "time_limit_minutes", "max_attempts"),)}),
    )


@admin.register(QuizItem)
class QuizItemAdmin(BaseAdmin):
    icon = "format_list_numbered"
    menu_order = 70
    search_fields = ("quiz__title", "exercise__prompt")
    list_display = ("__str__", "quiz", "exercise", "position", "points")
    sortable_by = ("points",)
    list_filter = ("quiz",)
    ordering = ("quiz", "position")
    fieldsets = ((None, {"fields": ("quiz", "exercise", ("position", "points"))}),)
