"""Formulas and sessions in the back office."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from config.base.admin import BaseAdmin, BaseTabularInline, ReadOnlyAdmin, do_for_each

from ..models import Booking, Formula, TutoringSession
from ..services import cancel_session, finish_session, move_session
from ..services.sessions import is_moved_ahead
from .calendar import CalendarMixin

#: The colours of what may be the matter with a session, or a booking.
COLOURS = {
    "OPEN": "info",
    "FULL": "success",
    "DONE": "primary",
    "CANCELLED": "danger",
    "REQUESTED": "warning",
    "CONFIRMED": "success",
    "NO_SHOW": "danger",
}


class BookingInline(ReadOnlyAdmin, BaseTabularInline):
    """The seats of a session; each is changed on its own page, where the services say what may follow what."""

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
class TutoringSessionAdmin(CalendarMixin, BaseAdmin):
    """Sessions are called off and finished by actions; moved on their page, which tells those who booked."""

    icon = "event"
    menu_order = 90
    search_fields = ("teacher__user__full_name", "formula__name", "location")
    list_display = ("starts_at", "ends_at", "teacher", "formula", "course", "capacity", "state")
    list_select_related = ("teacher__user", "formula", "course")
    sortable_by = ("starts_at", "capacity")
    list_filter = ("status", "teacher", "formula")
    ordering = ("-starts_at",)
    actions = (*BaseAdmin.actions, "cancel_selected", "finish_selected")
    inlines = (BookingInline,)
    readonly_fields = ("status",)
    fieldsets = (
        (None, {"fields": ("teacher", "formula", "course", "status")}),
        (_("When and where"), {"fields": ("starts_at", "ends_at", "location", "capacity")}),
    )

    @display(description=_("status"), label=COLOURS)
    def state(self, session: TutoringSession) -> tuple[str, str]:
        return session.status, session.get_status_display()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Another time is for the service, while either is still to come: it tells those who booked."""
        if change and {"starts_at", "ends_at"} & set(form.changed_data):
            stored = TutoringSession.objects.get(pk=obj.pk)
            if is_moved_ahead(stored, obj.starts_at):
                moved = move_session(session=stored, starts_at=obj.starts_at, ends_at=obj.ends_at)
                obj.version, obj.status = moved.version, moved.status
                if set(form.changed_data) <= {"starts_at", "ends_at"}:
                    return
        super().save_model(request, obj, form, change)

    @admin.action(description=_("Call selected sessions off"), permissions=["change"])
    def cancel_selected(self, request: HttpRequest, queryset: Any) -> None:
        """Their bookings are cancelled with them, and those who booked are told."""
        do_for_each(self, request, queryset, lambda row: cancel_session(session=row))

    @admin.action(description=_("Selected sessions took place"), permissions=["change"])
    def finish_selected(self, request: HttpRequest, queryset: Any) -> None:
        """What was confirmed is done, what nobody confirmed is cancelled."""
        do_for_each(self, request, queryset, lambda row: finish_session(session=row))
