"""Subjects and courses in the back office."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from config.base.admin import BaseAdmin, BaseTabularInline, Figure, do_for_each

from .. import services
from ..models import Course, Lesson, Subject
from .editor import CourseEditorMixin


class LessonInline(BaseTabularInline):
    """The lessons of a course, put in order by dragging; each is written on its own page."""

    model = Lesson
    fields = ("position", "title", "slug", "estimated_minutes", "is_required", "is_published")
    readonly_fields = ("is_published",)
    ordering_field = "position"
    hide_ordering_field = True
    ordering = ("position", "id")


@admin.register(Subject)
class SubjectAdmin(BaseAdmin):
    icon = "category"
    menu_order = 10
    search_fields = ("name", "slug")
    list_display = ("name", "slug", "created_at")
    sortable_by = ("name",)
    ordering = ("name",)
    prepopulated_fields = {"slug": ("name",)}
    fieldsets = ((None, {"fields": ("name", "slug", "teachers")}),)


@admin.register(Course)
class CourseAdmin(CourseEditorMixin, BaseAdmin):
    icon = "school"
    menu_order = 20
    markdown_fields = ("description",)
    search_fields = ("title", "summary", "slug")
    list_display = (
        "title",
        "subject",
        "difficulty",
        "status",
        "instructor",
        "price_shown",
        "rating",
        "enrollment_count",
    )
    sortable_by = ("title", "rating", "enrollment_count", "price_shown")
    list_filter = ("status", "difficulty", "language", "subject", "instructor")
    ordering = ("title",)
    prepopulated_fields = {"slug": ("title",)}
    readonly_fields = ("status", "published_at", "rating", "rating_count", "enrollment_count")
    actions = (*BaseAdmin.actions, "publish_selected", "archive_selected")
    inlines = (LessonInline,)
    fieldsets = (
        (None, {"fields": ("title", "slug", "subject", "summary", "description")}),
        (
            _("Offer"),
            {
                "fields": (
                    ("difficulty", "language"),
                    "instructor",
                    ("price_amount", "price_currency"),
                    "estimated_minutes",
                )
            },
        ),
        (_("Publication"), {"fields": (("status", "published_at"),)}),
        (_("Learners"), {"fields": (("rating", "rating_count", "enrollment_count"),)}),
    )

    @admin.display(description=_("price"), ordering="price_amount")
    def price_shown(self, course: Course) -> str:
        return str(course.price)

    @admin.action(description=_("Publish selected courses"), permissions=["change"])
    def publish_selected(self, request: HttpRequest, queryset: Any) -> None:
        do_for_each(self, request, queryset, lambda course: services.publish_course(course=course))

    @admin.action(description=_("Archive selected courses"), permissions=["change"])
    def archive_selected(self, request: HttpRequest, queryset: Any) -> None:
        do_for_each(self, request, queryset, lambda course: services.archive_course(course=course))

    def figures(self, request: HttpRequest) -> list[Figure]:
        url = reverse("admin:courses_course_changelist")
        return [
            Figure(
                str(_("Published courses")),
                self.within_reach(request, Course.objects.published()).count(),
                f"{url}?status__exact=PUBLISHED",
                "school",
            )
        ]
