"""A person's sessions as iCalendar (RFC 5545): those they give, those they or their children have a seat in.

It says no more than the person may see: who gives a session sees its students, who has a seat in it only their own.
An event keeps its UID when it moves and when it is cancelled; its SEQUENCE is the version of the row. What is fed
depends on nothing but the rows, so that the same rows give the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Prefetch
from django.utils import translation
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from config.base.clock import now_ms

from .models import Booking, TutoringSession

#: How far back a calendar shows what was, and how much it shows at most.
PAST = timedelta(days=90)
MOST = 2000

#: What no text of a calendar may hold (RFC 5545, 3.1: CONTROL), and what readers besides take for the end of a line.
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x85\u2028\u2029]")

#: RFC 5545, 3.8.1.11: what is asked for is not certain yet.
STATUSES = {"REQUESTED": "TENTATIVE", "CANCELLED": "CANCELLED"}


def calendar_of(user: Any) -> bytes:
    """The calendar of this person, in their language: three queries, whatever it holds."""
    since = now_ms() - PAST
    with translation.override(user.locale):
        calendar = Calendar()
        calendar.add("prodid", "-//Back office//Sessions//FR")
        calendar.add("version", "2.0")
        calendar.add("calscale", "GREGORIAN")
        calendar.add("method", "PUBLISH")
        calendar.add("x-wr-calname", _("Tutoring sessions"))
        for session in _given(user, since):
            calendar.add_component(_session_event(session))
        for booking in _seats(user, since):
            calendar.add_component(_booking_event(booking, user))
        content: bytes = calendar.to_ical()
    return content


def _given(user: Any, since: datetime) -> Iterable[TutoringSession]:
    seats = Booking.objects.standing().select_related("student__user").order_by("student__user__full_name")
    sessions = TutoringSession.objects.taught_by(user).filter(ends_at__gte=since)
    sessions = sessions.select_related("formula", "course")
    return sessions.prefetch_related(Prefetch("bookings", seats, to_attr="seats")).order_by("starts_at")[
        :MOST
    ]


def _seats(user: Any, since: datetime) -> Iterable[Booking]:
    bookings = Booking.objects.seen_as_student(user).filter(ends_at__gte=since)
    return bookings.select_related(
        "student__user", "session__teacher__user", "session__formula", "session__course"
    ).order_by("starts_at", "id")[:MOST]


def _session_event(session: Any) -> Event:
    """A session for who gives it, with those who are expected."""
    lines = [f"{seat.student.user.full_name} ({seat.get_status_display()})" for seat in session.seats]
    seats = _("%(taken)d of %(seats)d seats taken") % {"taken": len(lines), "seats": session.capacity}
    status = "CANCELLED" if session.status == TutoringSession.Status.CANCELLED else "CONFIRMED"
    changed = max([session.updated_at, *(seat.updated_at for seat in session.seats)])
    return _event(session, session, status, "\n".join([seats, *lines]), changed)


def _booking_event(booking: Booking, user: Any) -> Event:
    """A seat for who has it, or for their parent, who is told whose it is."""
    session, student = booking.session, booking.student.user
    teacher = _("Teacher: %(name)s") % {"name": session.teacher.user.full_name}
    lines = [teacher, str(booking.get_status_display())]
    whose = "" if student.pk == user.pk else student.full_name
    changed = max(booking.updated_at, session.updated_at)
    return _event(
        booking, session, STATUSES.get(booking.status, "CONFIRMED"), "\n".join(lines), changed, whose
    )


def _event(
    row: Any, session: TutoringSession, status: str, description: str, changed: datetime, whose: str = ""
) -> Event:
    event = Event()
    event.add(
        "uid", f"{row._meta.model_name}-{row.pk}-{round(row.created_at.timestamp() * 1000)}@back-office"
    )
    event.add("dtstamp", changed.astimezone(UTC))
    event.add("last-modified", changed.astimezone(UTC))
    event.add("created", row.created_at.astimezone(UTC))
    event.add("sequence", row.version)
    event.add("dtstart", row.starts_at.astimezone(UTC))
    event.add("dtend", row.ends_at.astimezone(UTC))
    summary = " · ".join(str(each) for each in (whose, session.formula, session.course) if each)
    for name, text in (("summary", summary), ("description", description), ("location", session.location)):
        if text:
            event.add(name, UNPRINTABLE.sub(" ", text))
    event.add("status", status)
    event.add("class", "PRIVATE")
    return event
