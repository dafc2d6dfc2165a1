"""Enrolments and reviews in the back office."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from config.base.admin import BaseAdmin, Figure

from .. import services
from ..models import Enrollment, Review
from .classes import ClassPagesMixin
from .learners import LearnerPagesMixin


@admin.register(Enrollment)
class EnrollmentAdmin(ClassPagesMixin, LearnerPagesMixin, BaseAdmin):
    icon = "how_to_reg"
    menu_order = 10
    search_fields = ("user__full_name", "user__username", "course__title")
    list_display = ("user", "course", "status", "enrolled_at", "completed_at")
    sortable_by = ("enrolled_at", "completed_at")
    list_filter = ("status", "course", "user", "enrolled_at")
    ordering = ("-enrolled_at",)
    fieldsets = (
        (None, {"fields": ("user", "course", "status")}),
        (_("When"), {"fields": ("enrolled_at", "completed_at")}),
    )

    def figures(self, request: HttpRequest) -> list[Figure]:
        url = reverse("admin:learning_enrollment_changelist")
        return [
            Figure(
                str(_("Active enrolments")),
                self.within_reach(
                    request, Enrollment.objects.filter(status=Enrollment.Status.ACTIVE)
                ).count(),
                f"{url}?status__exact=ACTIVE",
                "how_to_reg",
            )
        ]


@admin.register(Review)
class ReviewAdmin(BaseAdmin):
    """Reviews. Staff hide what should not be read; a hidden review leaves the course's rating."""

    icon = "reviews"
    menu_order = 80
    search_fields = ("user__full_name", "user__username", "course__title", "comment")
    list_display = ("user", "course", "rating", "is_visible", "created_at")
    sortable_by = ("rating", "created_at")
    list_filter = ("is_visible", "rating", "course", "user")
    ordering = ("-created_at",)
    fieldsets = (
        (None, {"fields": ("user", "course", "rating", "comment")}),
        (_("Moderation"), {"fields": ("is_visible",)}),
    )

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
        else:
            services.post_review(review=obj)
