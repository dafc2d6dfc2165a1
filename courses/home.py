"""The next lessons with a teacher, on the first page of who is signed in."""

from __future__ import annotations

from typing import Any

from accounts.home import Part
from config.base.querysets import now_ms

from .models import Booking

#: More are not shown.
SHOWN = 5


def coming_bookings(user: Any) -> Part | None:
    """The person's own seats from now on, the nearest first; nothing without any."""
    rows = (
        Booking.objects.filter(student__user=user, student__is_deleted=False, ends_at__gt=now_ms())
        .filter(status__in=(Booking.Status.REQUESTED, Booking.Status.CONFIRMED))
        .select_related("session__teacher__user", "session__course")
        .order_by("starts_at", "id")[:SHOWN]
    )
    return Part("account/home_bookings.html", {"bookings": rows}) if rows else None
