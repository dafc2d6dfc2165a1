"""Seats, what was paid for them, and calendar feeds in the back office."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from config.base.admin import BaseAdmin, ReadOnlyAdmin, do_for_each

from ..models import Booking, CalendarFeed, FormulaPurchase
from ..services import (
    cancel_booking,
    change_booking,
    complete_booking,
    confirm_booking,
    mark_no_show,
    request_booking,
)
from .tutoring import COLOURS


@admin.register(Booking)
class BookingAdmin(BaseAdmin):
    """Each change goes through its service, which says what may follow what and tells those concerned."""

    icon = "event_seat"
    menu_order = 100
    search_fields = ("student__user__full_name", "student__user__username")
    list_display = ("starts_at", "student", "session", "state")
    list_select_related = ("student__user", "session__formula")
    sortable_by = ("starts_at",)
    list_filter = ("status", "session", "student")
    ordering = ("-starts_at",)
    actions = (
        *BaseAdmin.actions,
        "confirm_selected",
        "cancel_selected",
        "complete_selected",
        "no_show_selected",
    )
    readonly_fields = ("starts_at", "ends_at")
    fieldsets = ((None, {"fields": ("session", "student", "status", ("starts_at", "ends_at"))}),)
    add_fieldsets = ((None, {"fields": ("session", "student")}),)

    @display(description=_("status"), label=COLOURS)
    def state(self, booking: Booking) -> tuple[str, str]:
        return booking.status, booking.get_status_display()

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.add_fieldsets if obj is None else super().get_fieldsets(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A booking stays its student's."""
        names = super().get_readonly_fields(request, obj)
        return names if obj is None else (*names, "student")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """The service saves, and the page goes on with the row that it made."""
        if not change:
            saved = request_booking(session=obj.session, student=obj.student, by=request.user)
        elif form.has_changed():
            stored = Booking.objects.get(pk=obj.pk)
            saved = change_booking(booking=stored, session=obj.session, status=obj.status)
        else:
            return
        obj.__dict__.update(saved.__dict__)

    @admin.action(description=_("Confirm selected bookings"), permissions=["change"])
    def confirm_selected(self, request: HttpRequest, queryset: Any) -> None:
        """Those who booked are told."""
        do_for_each(self, request, queryset, lambda row: confirm_booking(booking=row))

    @admin.action(description=_("Cancel selected bookings"), permissions=["change"])
    def cancel_selected(self, request: HttpRequest, queryset: Any) -> None:
        """Those who booked, and the teachers, are told."""
        do_for_each(self, request, queryset, lambda row: cancel_booking(booking=row))

    @admin.action(description=_("The students of selected bookings came"), permissions=["change"])
    def complete_selected(self, request: HttpRequest, queryset: Any) -> None:
        """Once their sessions have begun."""
        do_for_each(self, request, queryset, lambda row: complete_booking(booking=row))

    @admin.action(description=_("The students of selected bookings did not come"), permissions=["change"])
    def no_show_selected(self, request: HttpRequest, queryset: Any) -> None:
        """Once their sessions have begun."""
        do_for_each(self, request, queryset, lambda row: mark_no_show(booking=row))


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
