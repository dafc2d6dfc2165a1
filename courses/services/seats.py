"""What the services of bookings and sessions share: locks in one order, and refusals in one wording.

Whoever changes a seat locks, in this order, the teacher's profile, the students' profiles, the sessions, each by
key, and looks only then. So two requests for one seat, one student or one teacher come one after the other, on
both databases, and no two of them wait for each other. What writes past the services meets the constraints of the
tables; `named_refusals` says the same of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import IntegrityError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import StudentProfile, TeacherProfile
from config.base.clock import now_ms
from config.base.exceptions import DomainError
from config.base.faults import broken_rule

from ..availability import sessions_left
from ..models import Booking, TutoringSession

#: What the database refuses, by the name of the rule: the code and the words of the service that asks before.
RULES = {
    "courses_booking_student": (
        "already_booked",
        gettext_lazy("This student has a seat in this session already."),
    ),
    "courses_booking_student_once": (
        "student_busy",
        gettext_lazy("This student has another booking at that time."),
    ),
    "courses_tutoringsession_teacher_once": (
        "teacher_busy",
        gettext_lazy("This teacher has another session at that time."),
    ),
}


@contextmanager
def named_refusals() -> Iterator[None]:
    """What a constraint refuses comes out as the DomainError that the service would have raised."""
    try:
        yield
    except IntegrityError as error:
        rule = broken_rule(error)
        if rule is None or rule.name not in RULES:
            raise
        raise refusal(rule.name) from error


def refusal(rule: str) -> DomainError:
    """The DomainError of a rule of the database."""
    code, words = RULES[rule]
    return DomainError(str(words), code=code)


def lock_teacher(key: int) -> None:
    """What the teacher's sessions are goes one after the other from here on."""
    _lock(TeacherProfile, [key])


def lock_students(keys: Iterable[int]) -> None:
    """The same for these students' bookings."""
    _lock(StudentProfile, keys)


def lock_student(key: int) -> None:
    """The same for a student who is to get a seat: DomainError `student_gone` when they are in the trash."""
    if all(row.is_deleted for row in _lock(StudentProfile, [key])):
        raise DomainError(_("This student is in the trash."), code="student_gone")


def lock_sessions(keys: Iterable[int]) -> dict[int, TutoringSession]:
    """The same for the seats of these sessions; they are returned as they are stored now."""
    return {row.pk: row for row in _lock(TutoringSession, keys)}


def lock_seat(booking_key: int, *sessions: int) -> None:
    """Lock what a change of this booking touches, and these sessions; nothing for a booking that there is not.

    The student comes first: only what holds them moves a booking to another session.
    """
    rows = Booking.all_objects.filter(pk=booking_key)
    lock_students(rows.values_list("student_id", flat=True))
    own = list(rows.values_list("session_id", flat=True))
    lock_sessions([*own, *sessions] if own else own)


def lock_whole_session(key: int) -> None:
    """Lock the teacher of this session, the students who have a seat in it, and the session; nothing where none is."""
    rows = TutoringSession.all_objects.filter(pk=key)
    _lock(TeacherProfile, rows.order_by().values_list("teacher_id", flat=True))
    lock_students(Booking.objects.filter(session=key).values_list("student_id", flat=True))
    lock_sessions([key])


def refuse_closed(session: TutoringSession) -> None:
    """DomainError `session_closed` when the session is cancelled, done or in the trash, `session_past` once begun."""
    if session.is_deleted or session.status not in (
        TutoringSession.Status.OPEN,
        TutoringSession.Status.FULL,
    ):
        raise DomainError(_("This session is closed."), code="session_closed")
    refuse_past(session.starts_at)


def refuse_past(moment: datetime) -> None:
    """DomainError `session_past` for a time that is over."""
    if moment <= now_ms():
        raise DomainError(_("This session has begun already."), code="session_past")


def refuse_future(session: TutoringSession) -> None:
    """DomainError `session_not_begun` before the session begins."""
    if session.starts_at > now_ms():
        raise DomainError(_("This session has not begun yet."), code="session_not_begun")


def refuse_seat(session: TutoringSession, student: Any, *, moved: Booking | None = None) -> None:
    """DomainError `session_full`, `student_busy` or `no_sessions_left`: why this student gets no seat there.

    `moved` is the seat that they would give up for it.
    """
    others = Booking.objects.live()
    if moved is not None:
        others = others.exclude(pk=moved.pk)
    if others.filter(session=session).count() >= session.capacity:
        raise DomainError(_("This session has no seat left."), code="session_full")
    busy = others.filter(student=student, starts_at__lt=session.ends_at, ends_at__gt=session.starts_at)
    if busy.exists():
        raise refusal("courses_booking_student_once")
    if moved is not None and moved.session.formula_id == session.formula_id:
        return
    left = sessions_left(student=student, formula=session.formula)
    if left is not None and left <= 0:
        message = _("No bought session of “%(formula)s” is left.") % {"formula": session.formula}
        raise DomainError(message, code="no_sessions_left")


def refuse_teacher_busy(
    teacher_key: int, starts_at: datetime, ends_at: datetime, *, but: int | None = None
) -> None:
    """DomainError `teacher_busy` when another session of this teacher lies at that time."""
    sessions = TutoringSession.objects.live().between(starts_at, ends_at).filter(teacher=teacher_key)
    others = sessions if but is None else sessions.exclude(pk=but)
    if others.exists():
        raise refusal("courses_tutoringsession_teacher_once")


def _lock(model: Any, keys: Iterable[int]) -> list[Any]:
    rows = model.all_objects.filter(pk__any_of=sorted(set(keys))).order_by("pk")
    return list(rows.select_for_update(no_key=True))
