"""Sessions: opened, moved, cancelled, finished. `courses.invariants` keeps true whether one is full."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from config.base.audit import audit_context
from config.base.clock import now_ms
from config.base.events import emit
from config.base.exceptions import DomainError, StaleObjectError

from ..events import BookingCancelled, BookingMoved
from ..models import Booking, TutoringSession
from ..querysets import WAITING_BOOKINGS
from .seats import (
    lock_teacher,
    lock_whole_session,
    named_refusals,
    refusal,
    refuse_closed,
    refuse_future,
    refuse_past,
    refuse_teacher_busy,
)

Status = TutoringSession.Status


def is_to_come(session: TutoringSession) -> bool:
    """Has it neither begun nor been called off?"""
    return session.status in (Status.OPEN, Status.FULL) and session.starts_at > now_ms()


def is_moved_ahead(session: TutoringSession, starts_at: datetime) -> bool:
    """Is it, or would it be, still to come? Then only `move_session` moves it, or says why not; what is over is
    merely corrected."""
    return is_to_come(session) or starts_at > now_ms()


@transaction.atomic
def open_session(
    *,
    teacher: Any,
    formula: Any,
    starts_at: datetime,
    ends_at: datetime | None = None,
    capacity: int = 1,
    course: Any = None,
    location: str = "",
) -> TutoringSession:
    """Offer this teacher's (a profile's) time, by default as long as a session of the formula is.

    Raises DomainError `session_past`, `teacher_busy`, and one ValidationError with the errors of every field.
    """
    session = TutoringSession(
        teacher=teacher,
        formula=formula,
        starts_at=starts_at,
        ends_at=ends_at or starts_at + timedelta(minutes=formula.session_minutes),
        capacity=capacity,
        course=course,
        location=location,
    )
    lock_teacher(teacher.pk)
    refuse_past(session.starts_at)
    refuse_teacher_busy(teacher.pk, session.starts_at, session.ends_at)
    session.full_clean()
    with named_refusals():
        session.save()
    return session


@transaction.atomic
def move_session(
    *, session: TutoringSession, starts_at: datetime, ends_at: datetime | None = None
) -> TutoringSession:
    """Another time, by default for as long; its bookings move along and their students are told. Twice is once.

    Raises DomainError: `session_closed`, `session_past` when either time is over, `teacher_busy`, `student_busy`;
    ValidationError when it would end before it starts.
    """
    _lock(session)
    ends_at = ends_at or starts_at + (session.ends_at - session.starts_at)
    if (session.starts_at, session.ends_at) == (starts_at, ends_at):
        return session
    refuse_closed(session)
    refuse_past(starts_at)
    refuse_teacher_busy(session.teacher_id, starts_at, ends_at, but=session.pk)
    moved = session.bookings.filter(status__in=WAITING_BOOKINGS)
    elsewhere = Booking.objects.live().exclude(session=session).filter(student__in=moved.values("student"))
    if elsewhere.filter(starts_at__lt=ends_at, ends_at__gt=starts_at).exists():
        raise refusal("courses_booking_student_once")
    session.starts_at, session.ends_at = starts_at, ends_at
    session.full_clean()
    with named_refusals():
        session.save(update_fields=["starts_at", "ends_at"])
    for key in moved.values_list("pk", flat=True):
        emit(BookingMoved(booking_id=key))
    return session


@transaction.atomic
def cancel_session(*, session: TutoringSession, reason: str = "") -> TutoringSession:
    """Call it off, and with it its bookings, whose students are told why. Twice is once. DomainError `wrong_state`."""
    _lock(session)
    if session.status == Status.CANCELLED:
        return session
    if session.status == Status.DONE:
        raise _wrong_state(session)
    with audit_context(reason=reason):
        cancelled = _cancel_bookings(session)
        _save(session, Status.CANCELLED)
    for key in cancelled:
        emit(BookingCancelled(booking_id=key, reason=reason, with_session=True))
    return session


@transaction.atomic
def finish_session(*, session: TutoringSession) -> TutoringSession:
    """It took place: what was confirmed is done, what nobody confirmed is cancelled. Twice is once.

    Raises DomainError `wrong_state` when it was cancelled, `session_not_begun`.
    """
    _lock(session)
    if session.status == Status.DONE:
        return session
    if session.status == Status.CANCELLED:
        raise _wrong_state(session)
    refuse_future(session)
    _cancel_bookings(session, Booking.Status.REQUESTED)
    _set_status(session.bookings.filter(status=Booking.Status.CONFIRMED), Booking.Status.DONE)
    _save(session, Status.DONE)
    return session


def _lock(session: TutoringSession) -> None:
    """Lock the teacher, the students and the session, and read it again; StaleObjectError when it is in the trash."""
    loaded = session.version
    lock_whole_session(session.pk)
    session.refresh_from_db()
    if session.is_deleted:
        raise StaleObjectError(session, expected=loaded, found=None)


def _cancel_bookings(session: TutoringSession, *states: str) -> list[int]:
    bookings = session.bookings.filter(status__in=states or WAITING_BOOKINGS)
    return _set_status(bookings, Booking.Status.CANCELLED)


def _set_status(bookings: Any, status: str) -> list[int]:
    """Set it on these bookings; their keys."""
    keys = list(bookings.order_by("pk").values_list("pk", flat=True))
    if keys:
        Booking.objects.filter(pk__any_of=keys).update(status=status)
    return keys


def _save(session: TutoringSession, status: str) -> None:
    """Its bookings have just changed, and with them perhaps whether it is full."""
    session.refresh_from_db()
    session.status = status
    session.save(update_fields=["status"])


def _wrong_state(session: TutoringSession) -> DomainError:
    message = _("This session is: %(status)s. That cannot be done with it any more.")
    return DomainError(message % {"status": session.get_status_display()}, code="wrong_state")
