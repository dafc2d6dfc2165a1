"""What this app does when seats are asked for, given, moved and taken back: it tells those concerned by e-mail."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from allauth.account.adapter import get_adapter
from django.utils import timezone

from accounts.models import User
from config.base.events import subscribe

from .events import BookingCancelled, BookingConfirmed, BookingMoved, BookingRequested
from .models import Booking


@subscribe(BookingRequested)
def tell_of_request(event: BookingRequested) -> None:
    """The teacher, who has to confirm it."""
    booking = _load(event.booking_id)
    _send("booking_requested", booking, [booking.session.teacher.user])


@subscribe(BookingConfirmed)
def tell_of_confirmation(event: BookingConfirmed) -> None:
    """The student, and the parents who may book for them."""
    booking = _load(event.booking_id)
    _send("booking_confirmed", booking, _students_side(booking))


@subscribe(BookingMoved)
def tell_of_move(event: BookingMoved) -> None:
    """The student's side, and the teacher, whose confirmation a seat in another session waits for."""
    booking = _load(event.booking_id)
    _send("booking_moved", booking, [*_students_side(booking), booking.session.teacher.user])


@subscribe(BookingCancelled)
def tell_of_cancellation(event: BookingCancelled) -> None:
    """The student's side; the teacher too, unless the whole session was called off."""
    booking = _load(event.booking_id)
    people = _students_side(booking)
    if not event.with_session:
        people.append(booking.session.teacher.user)
    _send("booking_cancelled", booking, people, reason=event.reason)


def _load(key: int) -> Booking:
    rows = Booking.all_objects.select_related(
        "student__user", "session__teacher__user", "session__formula", "session__course"
    )
    return rows.get(pk=key)


def _students_side(booking: Booking) -> list[Any]:
    """The student, and the parents whose guardianship lets them book."""
    parents = User.objects.filter(
        parent_profiles__is_deleted=False,
        parent_profiles__guardianships__student=booking.student_id,
        parent_profiles__guardianships__can_book=True,
        parent_profiles__guardianships__is_deleted=False,
    )
    return [booking.student.user, *parents.order_by("pk").distinct()]


def _send(kind: str, booking: Booking, people: Iterable[Any], **more: Any) -> None:
    """One mail a person, in their language and at their clock's time; nobody who cannot sign in."""
    for person in people:
        if not person.is_active or person.is_deleted or not person.email:
            continue
        content = {
            "user": person,
            "full_name": person.full_name,
            "booking": booking,
            "session": booking.session,
            "student": booking.student.user,
            "teacher": booking.session.teacher.user,
            **more,
        }
        with timezone.override(ZoneInfo(person.time_zone)):
            message = get_adapter().render_mail(f"courses/email/{kind}", person.email, content)
        message.send()
