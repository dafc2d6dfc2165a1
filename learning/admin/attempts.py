"""Attempts and grades in the back office: to look at, because services write them."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from config.base.admin import BaseAdmin, BaseTabularInline, ReadOnlyAdmin

from ..models import ExerciseAttempt, Grade, QuizAttempt
from .grading import GradingMixin
from .regrading import RegradingMixin


class GradeInline(ReadOnlyAdmin, BaseTabularInline):
    """The grades of an attempt, the newest, which counts, first."""

    model = Grade
    fields = ("graded_at", "source", "score", "is_correct", "grader", "feedback")
    ordering = ("-graded_at", "-id")


class ExerciseAttemptInline(ReadOnlyAdmin, BaseTabularInline):
    """What was answered in a quiz."""

    model = ExerciseAttempt
    fields = ("exercise", "number", "status", "max_points", "submitted_at")
    ordering = ("id",)


@admin.register(ExerciseAttempt)
class ExerciseAttemptAdmin(GradingMixin, RegradingMixin, ReadOnlyAdmin, BaseAdmin):
    icon = "edit_note"
    menu_order = 50
    markdown_fields = ("snapshot_prompt",)
    search_fields = ("user__full_name", "user__username", "snapshot_prompt")
    list_display = ("user", "exercise", "number", "snapshot_kind", "status", "submitted_at")
    sortable_by = ("submitted_at",)
    list_filter = ("status", "snapshot_kind", "exercise", "user")
    ordering = ("-id",)
    inlines = (GradeInline,)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "user",
                    "exercise",
                    ("number", "quiz_attempt"),
                    ("status", "submitted_at"),
                    ("claimed_by", "claimed_at"),
                )
            },
        ),
        (_("Answer"), {"fields": ("answer",)}),
        (
            _("The exercise as it was"),
            {
                "fields": (
                    ("exercise_revision", "snapshot_kind", "max_points"),
                    "snapshot_prompt",
                    "snapshot_options",
                    "snapshot_key",
                )
            },
        ),
    )


@admin.register(Grade)
class GradeAdmin(ReadOnlyAdmin, BaseAdmin):
    icon = "grade"
    menu_order = 60
    search_fields = ("attempt__user__full_name", "attempt__user__username", "feedback")
    list_display = ("graded_at", "attempt", "source", "score", "is_correct", "grader")
    list_select_related = ("attempt__user", "attempt__exercise", "grader")
    sortable_by = ("graded_at", "score")
    list_filter = ("source", "is_correct", "grader", "attempt")
    ordering = ("-graded_at",)
    fieldsets = (
        (None, {"fields": ("attempt", ("score", "is_correct"), "feedback")}),
        (_("By whom and when"), {"fields": (("source", "grader", "graded_at"),)}),
    )


@admin.register(QuizAttempt)
class QuizAttemptAdmin(ReadOnlyAdmin, BaseAdmin):
    icon = "fact_check"
    menu_order = 70
    search_fields = ("user__full_name", "user__username", "quiz__title")
    list_display = ("user", "quiz", "number", "score", "passed", "started_at", "submitted_at")
    sortable_by = ("score", "started_at", "submitted_at")
    list_filter = ("passed", "quiz", "user")
    ordering = ("-started_at",)
    inlines = (ExerciseAttemptInline,)
    fieldsets = (
        (None, {"fields": ("user", "quiz", "number", ("started_at", "due_at", "submitted_at"))}),
        (_("Result"), {"fields": (("score", "passed", "pass_percent"),)}),
    )
