"""Profiles and guardianships in the back office."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from config.base.admin import BaseAdmin, BaseStackedInline, BaseTabularInline

from ..models import (
    AdminProfile,
    BlockedEmailDomain,
    Guardianship,
    ParentProfile,
    StudentProfile,
    TeacherProfile,
)


class ProfileInline(BaseStackedInline):
    """The profile of a person, on their page: one at most."""

    fk_name = "user"
    max_num = 1


class StudentProfileInline(ProfileInline):
    model = StudentProfile
    fields = ("level", "school", "birth_date", "learning_goals")


class ParentProfileInline(ProfileInline):
    model = ParentProfile
    fields = ("preferred_contact",)


class TeacherProfileInline(ProfileInline):
    model = TeacherProfile
    fields = ("headline", "biography", "hourly_rate_amount", "hourly_rate_currency", "is_accepting_students")


class AdminProfileInline(ProfileInline):
    model = AdminProfile
    fields = ("department", "job_title")


class GuardiansInline(BaseTabularInline):
    """The parents of a student."""

    model = Guardianship
    fk_name = "student"
    fields = ("parent", "relationship", "is_primary", "can_view_progress", "can_book")
    verbose_name = _("parent")
    verbose_name_plural = _("parents")


class ChildrenInline(BaseTabularInline):
    """The students whom a parent answers for."""

    model = Guardianship
    fk_name = "parent"
    fields = ("student", "relationship", "is_primary", "can_view_progress", "can_book")
    verbose_name = _("child")
    verbose_name_plural = _("children")


@admin.register(StudentProfile)
class StudentProfileAdmin(BaseAdmin):
    icon = "school"
    menu_order = 20
    search_fields = ("user__full_name", "user__username", "school")
    list_display = ("user", "level", "school", "birth_date", "created_at")
    sortable_by = ("level", "school", "birth_date", "created_at")
    list_filter = ("level",)
    ordering = ("-created_at",)
    fieldsets = (
        (None, {"fields": ("user", "level", "school")}),
        (_("About the student"), {"fields": ("birth_date", "learning_goals")}),
    )
    inlines = (GuardiansInline,)


@admin.register(ParentProfile)
class ParentProfileAdmin(BaseAdmin):
    icon = "family_restroom"
    menu_order = 30
    search_fields = ("user__full_name", "user__username")
    list_display = ("user", "preferred_contact", "created_at")
    sortable_by = ("preferred_contact", "created_at")
    list_filter = ("preferred_contact",)
    ordering = ("-created_at",)
    fieldsets = ((None, {"fields": ("user", "preferred_contact")}),)
    inlines = (ChildrenInline,)


@admin.register(Guardianship)
class GuardianshipAdmin(BaseAdmin):
    icon = "diversity_1"
    menu_order = 40
    search_fields = ("parent__user__full_name", "student__user__full_name")
    list_display = ("parent", "student", "relationship", "is_primary", "can_view_progress", "can_book")
    list_select_related = ("parent__user", "student__user")
    sortable_by = ("relationship",)
    list_filter = ("relationship", "is_primary")
    ordering = ("-created_at",)
    fieldsets = (
        (None, {"fields": ("parent", "student", "relationship", "is_primary")}),
        (_("What the parent may do"), {"fields": ("can_view_progress", "can_book")}),
    )


@admin.register(TeacherProfile)
class TeacherProfileAdmin(BaseAdmin):
    icon = "co_present"
    menu_order = 50
    search_fields = ("user__full_name", "user__username", "headline")
    list_display = ("user", "headline", "hourly_rate", "is_accepting_students", "created_at")
    sortable_by = ("hourly_rate", "created_at")
    list_filter = ("is_accepting_students",)
    ordering = ("-created_at",)
    fieldsets = (
        (None, {"fields": ("user", "headline", "biography")}),
        (
            _("Teaching"),
            {"fields": (("hourly_rate_amount", "hourly_rate_currency"), "is_accepting_students")},
        ),
    )

    @admin.display(description=_("hourly rate"), ordering="hourly_rate_amount", empty_value="–")
    def hourly_rate(self, teacher: TeacherProfile) -> str | None:
        return None if teacher.hourly_rate is None else str(teacher.hourly_rate)


@admin.register(AdminProfile)
class AdminProfileAdmin(BaseAdmin):
    icon = "badge"
    menu_order = 60
    search_fields = ("user__full_name", "user__username", "department", "job_title")
    list_display = ("user", "department", "job_title", "created_at")
    sortable_by = ("department", "created_at")
    ordering = ("-created_at",)
    fieldsets = ((None, {"fields": ("user", "department", "job_title")}),)


@admin.register(BlockedEmailDomain)
class BlockedEmailDomainAdmin(BaseAdmin):
    icon = "block"
    menu_order = 80
    search_fields = ("domain", "reason")
    list_display = ("domain", "reason", "created_at")
    sortable_by = ("domain", "created_at")
    ordering = ("domain",)
    fieldsets = ((None, {"fields": ("domain", "reason")}),)
