"""Seats in sessions: asked for, confirmed, moved, cancelled, used or missed.

A student needs no purchase to book: what was not paid before is invoiced afterwards. Whoever has bought sessions of
a formula books no more of it than they bought.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from config.base.audit import audit_context
from config.base.events import emit
from config.base.exceptions import DomainError, StaleObjectError

from ..events import BookingCancelled, BookingConfirmed, BookingMoved, BookingRequested
from ..models import Booking, TutoringSession
from .seats import (
    lock_seat,
    lock_sessions,
    lock_student,
    lock_students,
    named_refusals,
    refusal,
    refuse_closed,
    refuse_future,
    refuse_seat,
)

Status = Booking.Status

#: Where a booking goes from where. What was cancelled comes back by a new request; what was done or missed may have
#: been noted wrongly.
TRANSITIONS: dict[str, frozenset[str]] = {
    Status.REQUESTED: frozenset({Status.CONFIRMED, Status.CANCELLED}),
    Status.CONFIRMED: frozenset({Status.DONE, Status.NO_SHOW, Status.CANCELLED}),
    Status.DONE: frozenset({Status.NO_SHOW}),
    Status.NO_SHOW: frozenset({Status.DONE}),
    Status.CANCELLED: frozenset(),
}


@transaction.atomic
def request_booking(*, session: TutoringSession, student: Any, by: Any) -> Booking:
    """Ask for a seat for this student (a profile), recorded as the doing of `by` (a user, or None for who
    acts anyway); it is held at once.

    A seat that was cancelled before is the same booking again. Raises DomainError: `student_gone`, `session_closed`,
    `session_past`, `already_booked`, `session_full`, `student_busy`, `no_sessions_left`.
    """
    lock_student(student.pk)
    session = _stored(session)
    refuse_closed(session)
    booking = Booking.objects.filter(session=session, student=student).first()
    if booking is not None and booking.status != Status.CANCELLED:
        raise refusal("courses_booking_student")
    refuse_seat(session, student)
    booking = booking or Booking(session=session, student=student)
    booking.status = Status.REQUESTED
    with audit_context(actor=by), named_refusals():
        booking.save()
    emit(BookingRequested(booking_id=booking.pk))
    return booking


@transaction.atomic
def confirm_booking(*, booking: Booking) -> Booking:
    """The seat is the student's. Twice is once. Raises DomainError `wrong_state`, `session_closed`."""
    if _is_at(booking, Status.CONFIRMED):
        return booking
    if booking.session.status == TutoringSession.Status.CANCELLED:
        raise DomainError(_("This session is closed."), code="session_closed")
    _save(booking, Status.CONFIRMED)
    emit(BookingConfirmed(booking_id=booking.pk))
    return booking


@transaction.atomic
def move_booking(*, booking: Booking, session: TutoringSession) -> Booking:
    """Give up this seat for one in another session; to be confirmed again, since it is another time. Twice is once.

    Both or none: who finds no seat there keeps this one. A cancelled booking of the student's there makes room, in the
    trash. Raises DomainError: `wrong_state`, and all of `request_booking`.
    """
    lock_students([booking.student_id])
    _refresh(booking)
    if booking.session_id == session.pk:
        return booking
    session = lock_sessions([booking.session_id, session.pk])[session.pk]
    if booking.status not in (Status.REQUESTED, Status.CONFIRMED):
        raise _wrong_state(booking)
    refuse_closed(session)
    there = Booking.objects.filter(session=session, student=booking.student_id).first()
    if there is not None and there.status != Status.CANCELLED:
        raise refusal("courses_booking_student")
    refuse_seat(session, booking.student, moved=booking)
    with named_refusals():
        if there is not None:
            there.delete()
        booking.session, booking.status = session, Status.REQUESTED
        booking.save(update_fields=["session", "status"])
    emit(BookingMoved(booking_id=booking.pk))
    return booking


@transaction.atomic
def cancel_booking(*, booking: Booking, reason: str = "") -> Booking:
    """Free the seat; the reason goes into history and mails. Twice is once. Raises DomainError `wrong_state`."""
    if _is_at(booking, Status.CANCELLED):
        return booking
    with audit_context(reason=reason):
        _save(booking, Status.CANCELLED)
    emit(BookingCancelled(booking_id=booking.pk, reason=reason))
    return booking


@transaction.atomic
def complete_booking(*, booking: Booking) -> Booking:
    """The student came. Twice is once. Raises DomainError `wrong_state`, `session_not_begun`."""
    return _note(booking, Status.DONE)


@transaction.atomic
def mark_no_show(*, booking: Booking) -> Booking:
    """The student did not come. Twice is once. Raises DomainError `wrong_state`, `session_not_begun`."""
    return _note(booking, Status.NO_SHOW)


@transaction.atomic
def change_booking(
    *, booking: Booking, session: TutoringSession | None = None, status: str | None = None
) -> Booking:
    """What a form wants of a booking: first another session, then another status; each as its own service says.

    Whoever moves a confirmed booking and says that it is confirmed need not confirm it again. What was cancelled
    may be asked for again. Raises DomainError: what those services raise.
    """
    if session is not None and session.pk != booking.session_id:
        booking = move_booking(booking=booking, session=session)
    if status is None or status == booking.status:
        return booking
    if status == Status.REQUESTED and booking.status == Status.CANCELLED:
        return request_booking(session=booking.session, student=booking.student, by=None)
    if status not in _SERVICES:
        raise _wrong_state(booking)
    return _SERVICES[status](booking=booking)


def _note(booking: Booking, status: str) -> Booking:
    if _is_at(booking, status):
        return booking
    _require(booking, status)
    refuse_future(booking.session)
    _save(booking, status)
    return booking


def _is_at(booking: Booking, status: str) -> bool:
    """Lock what the booking touches and read it again: is it there already?"""
    lock_seat(booking.pk)
    _refresh(booking)
    return booking.status == status


def _save(booking: Booking, status: str) -> None:
    _require(booking, status)
    booking.status = status
    with named_refusals():
        booking.save(update_fields=["status"])


def _require(booking: Booking, status: str) -> None:
    if status not in TRANSITIONS[booking.status]:
        raise _wrong_state(booking)


def _wrong_state(booking: Booking) -> DomainError:
    message = _("This booking is: %(status)s. That cannot be done with it any more.")
    return DomainError(message % {"status": booking.get_status_display()}, code="wrong_state")


def _refresh(booking: Booking) -> None:
    """The booking as it is stored now; StaleObjectError when it has gone to the trash."""
    loaded = booking.version
    booking.refresh_from_db()
    if booking.is_deleted:
        raise StaleObjectError(booking, expected=loaded, found=None)


def _stored(session: TutoringSession) -> TutoringSession:
    return lock_sessions([session.pk])[session.pk]


_SERVICES: dict[str, Any] = {
    Status.CONFIRMED: confirm_booking,
    Status.CANCELLED: cancel_booking,
    Status.DONE: complete_booking,
    Status.NO_SHOW: mark_no_show,
}
