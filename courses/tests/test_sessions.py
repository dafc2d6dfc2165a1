"""Sessions opened, moved, cancelled and finished, and who is told of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet

from accounts.tests.factories import GuardianshipFactory, TeacherProfileFactory
from config.base.clock import now_ms
from config.base.exceptions import DomainError
from courses import services
from courses.invariants import seats_are_there
from courses.models import Booking, TutoringSession

from .factories import (
    FIRST_SESSION,
    BookingFactory,
    FormulaFactory,
    TutoringSessionFactory,
)
from .test_bookings import begun, book, code_of

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def test_a_session_is_opened_for_as_long_as_its_formula_says():
    teacher, formula = TeacherProfileFactory(), FormulaFactory(session_minutes=90)
    session = services.open_session(teacher=teacher, formula=formula, starts_at=FIRST_SESSION, capacity=3)
    assert (session.ends_at, session.status) == (FIRST_SESSION + 1.5 * HOUR, "OPEN")

    def again(**values):
        values = {"starts_at": FIRST_SESSION + HOUR, **values}
        return services.open_session(teacher=teacher, formula=formula, **values)

    assert code_of(again) == "teacher_busy"
    assert code_of(lambda: again(starts_at=now_ms() - HOUR)) == "session_past"
    with pytest.raises(ValidationError) as error:
        again(starts_at=FIRST_SESSION + 9 * HOUR, capacity=0)
    assert list(error.value.message_dict) == ["capacity"]


def test_a_session_moves_with_its_bookings_unless_somebody_is_busy():
    booking = BookingFactory(status="CONFIRMED")
    session = booking.session
    other = TutoringSessionFactory(teacher=session.teacher)
    elsewhere = BookingFactory(student=booking.student)

    def move(starts_at):
        return services.move_session(session=session, starts_at=starts_at)

    assert code_of(lambda: move(other.starts_at)) == "teacher_busy"
    assert code_of(lambda: move(elsewhere.starts_at)) == "student_busy"
    assert code_of(lambda: move(now_ms() - HOUR)) == "session_past"
    then = FIRST_SESSION + timedelta(days=40)
    assert move(then).ends_at == then + HOUR
    booking.refresh_from_db()
    assert (booking.starts_at, booking.status) == (then, "CONFIRMED")
    services.cancel_session(session=session)
    assert code_of(lambda: move(then + HOUR)) == "session_closed"


def test_cancelling_a_session_cancels_its_bookings_and_twice_is_once():
    session = TutoringSessionFactory(capacity=2)
    bookings = BookingFactory.create_batch(2, session=session)
    assert services.cancel_session(session=session, reason="Snow").status == "CANCELLED"
    for booking in bookings:
        booking.refresh_from_db()
        assert booking.status == "CANCELLED"
        assert booking.history.first().history_change_reason == "Snow"
    version = session.version
    assert services.cancel_session(session=session).version == version
    assert code_of(lambda: services.finish_session(session=session)) == "wrong_state"


def test_finishing_a_session_notes_who_came():
    session = begun(capacity=4)
    came, missed, asked = (
        BookingFactory(session=session, status=status) for status in ("CONFIRMED", "NO_SHOW", "REQUESTED")
    )
    assert services.finish_session(session=session).status == "DONE"
    for booking, status in ((came, "DONE"), (missed, "NO_SHOW"), (asked, "CANCELLED")):
        booking.refresh_from_db()
        assert booking.status == status
    assert code_of(lambda: services.cancel_session(session=session)) == "wrong_state"


def test_a_session_is_full_while_its_seats_are_taken_whoever_writes():
    session = TutoringSessionFactory(capacity=1)
    booking = BookingFactory(session=session)

    def status():
        return TutoringSession.objects.get(pk=session.pk).status

    assert status() == "FULL"
    booking.delete()
    assert status() == "OPEN"
    booking.restore()
    assert status() == "FULL"
    TutoringSession.objects.filter(pk=session.pk).update(capacity=2)
    assert status() == "OPEN"
    with pytest.raises(DomainError, match="closed"), transaction.atomic():
        TutoringSession.objects.filter(pk=session.pk).update(status="CANCELLED")


def test_those_concerned_are_told_in_their_language(django_capture_on_commit_callbacks, mailoutbox):
    guardianship = GuardianshipFactory(can_book=True, parent__user__locale="fr")
    student, parent = guardianship.student, guardianship.parent.user
    GuardianshipFactory(student=student, can_book=False)
    session = TutoringSessionFactory(location="Room 4")
    teacher = session.teacher.user

    def told(work):
        mailoutbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            work()
        return {mail.to[0]: mail for mail in mailoutbox}

    assert set(told(lambda: book(session, student))) == {teacher.email}
    booking = Booking.objects.get()
    mails = told(lambda: services.confirm_booking(booking=booking))
    assert set(mails) == {student.user.email, parent.email}
    assert "confirmed" in mails[student.user.email].subject
    assert "confirmée" in mails[parent.email].subject
    assert "Room 4" in mails[parent.email].body
    html = mails[parent.email].alternatives[0][0]
    assert student.user.full_name in html and "Élève" in html
    when = session.starts_at + timedelta(days=9)
    mails = told(lambda: services.move_session(session=session, starts_at=when))
    assert set(mails) == {student.user.email, parent.email, teacher.email}
    mails = told(lambda: services.cancel_booking(booking=booking, reason="Ill <b>"))
    assert set(mails) == {student.user.email, parent.email, teacher.email}
    assert "Ill <b>" in mails[teacher.email].body
    assert "Ill &lt;b&gt;" in mails[teacher.email].alternatives[0][0]
    book(session, student)
    mails = told(lambda: services.cancel_session(session=session, reason="Snow"))
    assert set(mails) == {student.user.email, parent.email}
    with pytest.raises(DomainError):
        told(lambda: book(session, student))
    assert not mailoutbox


def test_what_was_written_past_the_kernel_is_found(django_assert_num_queries):
    session = BookingFactory(session__capacity=1).session
    full = BookingFactory(session=BookingFactory(session__capacity=2).session)
    assert list(seats_are_there("default")) == []
    rows = TutoringSession._base_manager
    QuerySet.update(rows.filter(pk=session.pk), status="CANCELLED")
    QuerySet.update(rows.filter(pk=full.session_id), capacity=1)
    QuerySet.update(Booking._base_manager.filter(pk=full.pk), ends_at=full.ends_at + HOUR)
    with django_assert_num_queries(3):
        found = [each.kind for each in seats_are_there("default")]
    assert found == ["more bookings than seats", "cancelled with bookings", "not its session's time"]
