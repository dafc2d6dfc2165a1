"""Formulas, sessions and bookings in the back office."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from config.base.admin import BaseAdmin, BaseTabularInline

from ..models import Booking, Formula, TutoringSession


class BookingInline(BaseTabularInline):
    """The seats of a session."""

    model = Booking
    fields = ("student", "status")


@admin.register(Formula)
class FormulaAdmin(BaseAdmin):
    icon = "sell"
    menu_order = 80
    search_fields = ("name",)
    list_display = ("name", "kind", "session_count", "session_minutes", "price_shown", "is_active")
    sortable_by = ("name", "price_shown")
    list_filter = ("kind", "is_active")
    ordering = ("name",)
    fieldsets = (
        (None, {"fields": ("name", "kind", "courses", "is_active")}),
        (_("Sessions"), {"fields": (("session_count", "session_minutes"),)}),
        (_("Price"), {"fields": (("price_amount", "price_currency"),)}),
    )

    @admin.display(description=_("price"), ordering="price_amount")
    def price_shown(self, formula: Formula) -> str:
        return str(formula.price)


@admin.register(TutoringSession)
class TutoringSessionAdmin(BaseAdmin):
    icon = "event"
    menu_order = 90
    search_fields = ("teacher__user__full_name", "formula__name", "location")
    list_display = ("starts_at", "ends_at", "teacher", "formula", "course", "capacity", "status")
    list_select_related = ("teacher__user", "formula", "course")
    sortable_by = ("starts_at", "capacity")
    list_filter = ("status", "teacher", "formula")
    ordering = ("-starts_at",)
    inlines = (BookingInline,)
    fieldsets = (
        (None, {"fields": ("teacher", "formula", "course", "status")}),
        (_("When and where"), {"fields": ("starts_at", "ends_at", "location", "capacity")}),
    )
