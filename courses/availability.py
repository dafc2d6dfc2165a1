"""What is asked of sessions and seats together: who has room when, and what a student has left."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Case, Count, F, OuterRef, Q, Subquery, Sum, When
from django.db.models.functions import Coalesce, Greatest

from config.base.clock import now_ms

from .models import Booking, Formula, FormulaPurchase, TutoringSession
from .querysets import LIVE_BOOKINGS

_SEATS_TAKEN = Count("bookings", filter=Q(bookings__is_deleted=False, bookings__status__in=LIVE_BOOKINGS))


def with_seats(sessions: Any) -> Any:
    """These sessions, each with `seats_taken` and `seats_left`."""
    counted = sessions.annotate(seats_taken=_SEATS_TAKEN)
    return counted.annotate(seats_left=Greatest(F("capacity") - F("seats_taken"), 0))


def free_slots(*, teacher: Any = None, starts: datetime | None = None, ends: datetime | None = None) -> Any:
    """Open sessions still to come with a seat left, soonest first, each with its `seats_left`: one query.

    Of this teacher (a profile), or of all; of those that begin at or after `starts` and before `ends`. A teacher who
    can no longer sign in has none.
    """
    rows = TutoringSession.objects.given().filter(status=TutoringSession.Status.OPEN, starts_at__gt=now_ms())
    if teacher is not None:
        rows = rows.filter(teacher=teacher)
    if starts is not None:
        rows = rows.filter(starts_at__gte=starts)
    if ends is not None:
        rows = rows.filter(starts_at__lt=ends)
    rows = rows.select_related("teacher__user", "formula", "course")
    return with_seats(rows).filter(seats_left__gt=0).order_by("starts_at", "id")


def sessions_left(*, student: Any, formula: Any) -> int | None:
    """How many sessions of this formula the student (a profile) has bought and not used; None when none was bought.

    Used up are those booked, done and missed; what was cancelled is not. One query.
    """
    row = formulas_for(student, Formula.all_objects.filter(pk=formula.pk)).get()
    left: int | None = row.sessions_left
    return left


def formulas_for(student: Any, formulas: Any) -> Any:
    """These formulas with the `sessions_bought` and `sessions_left` of this student; NULL where none was bought."""
    key = getattr(student, "pk", student)
    bought = FormulaPurchase.objects.filter(student=key, formula=OuterRef("pk")).order_by().values("formula")
    used = Booking.objects.standing().filter(student=key, session__formula=OuterRef("pk")).order_by()
    return formulas.annotate(
        sessions_bought=Subquery(bought.annotate(n=Sum("sessions_bought")).values("n")),
        sessions_used=Coalesce(
            Subquery(used.values("session__formula").annotate(n=Count("pk")).values("n")), 0
        ),
    ).annotate(sessions_left=_at_least_zero(F("sessions_bought") - F("sessions_used")))


def _at_least_zero(number: Any) -> Any:
    """NULL stays NULL: on PostgreSQL GREATEST would make it zero."""
    return Case(When(sessions_bought__isnull=True, then=None), default=Greatest(number, 0))
