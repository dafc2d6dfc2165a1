"""Exercises in the back office."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from config.base.admin import BaseAdmin

from ..models import Exercise
from .markdown import TextAreasMixin


@admin.register(Exercise)
class ExerciseAdmin(TextAreasMixin, BaseAdmin):
    """Exercises. The key and what explains it are shown to those who may change them."""

    icon = "quiz"
    menu_order = 50
    markdown_fields = ("prompt", "explanation")
    search_fields = ("prompt", "lesson__title")
    list_display = ("__str__", "lesson", "kind", "difficulty", "points", "position")
    sortable_by = ("points",)
    list_filter = ("kind", "difficulty", "lesson")
    ordering = ("lesson", "position")
    readonly_fields = ("revision",)
    fieldsets = (
        (None, {"fields": ("lesson", ("kind", "difficulty"), "prompt", "options")}),
        (_("Answer"), {"fields": ("answer", "explanation")}),
        (_("Grading"), {"fields": (("points", "max_attempts"), ("position", "revision"))}),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if request.user.has_perm("courses.change_exercise") or obj is None:
            return fieldsets
        return [each for each in fieldsets if "answer" not in each[1]["fields"]]
