"""Seats, what was paid for them, and calendar feeds in the back office."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from config.base.admin import BaseAdmin, ReadOnlyAdmin

from ..models import Booking, CalendarFeed, FormulaPurchase


@admin.register(Booking)
class BookingAdmin(BaseAdmin):
    icon = "event_seat"
    menu_order = 100
    search_fields = ("student__user__full_name", "student__user__username")
    list_display = ("starts_at", "student", "session", "status")
    list_select_related = ("student__user", "session__formula")
    sortable_by = ("starts_at",)
    list_filter = ("status", "session", "student")
    ordering = ("-starts_at",)
    readonly_fields = ("starts_at", "ends_at")
    fieldsets = ((None, {"fields": ("session", "student", "status", ("starts_at", "ends_at"))}),)


@admin.register(FormulaPurchase)
class FormulaPurchaseAdmin(BaseAdmin):
    icon = "receipt_long"
    menu_order = 110
    search_fields = ("student__user__full_name", "formula__name", "note")
    list_display = ("purchased_at", "student", "formula", "sessions_bought", "price_shown")
    list_select_related = ("student__user", "formula")
    sortable_by = ("purchased_at", "sessions_bought", "price_shown")
    list_filter = ("student", "formula")
    ordering = ("-purchased_at",)
    fieldsets = (
        (None, {"fields": ("student", "formula", "sessions_bought", "purchased_at", "note")}),
        (_("Price"), {"fields": (("price_amount", "price_currency"),)}),
    )

    @admin.display(description=_("price"), ordering="price_amount")
    def price_shown(self, purchase: FormulaPurchase) -> str:
        return str(purchase.price)


@admin.register(CalendarFeed)
class CalendarFeedAdmin(ReadOnlyAdmin, BaseAdmin):
    """Whose calendar is fed; the address is theirs alone."""

    icon = "calendar_month"
    menu_order = 120
    search_fields = ("user__full_name", "user__username")
    list_display = ("user", "created_at", "updated_at")
    list_select_related = ("user",)
    sortable_by = ("created_at",)
    ordering = ("-created_at",)
    fieldsets = ((None, {"fields": ("user",)}),)
