"""Seats: what is allowed when, what is refused and why, and what is left."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from accounts.tests.factories import GuardianshipFactory, StudentProfileFactory, TeacherProfileFactory
from config.base.clock import now_ms
from config.base.exceptions import DomainError, StaleObjectError
from courses import services
from courses.availability import formulas_for
from courses.models import Booking, Formula, TutoringSession
from courses.services.bookings import TRANSITIONS

from .factories import (
    FIRST_SESSION,
    BookingFactory,
    FormulaFactory,
    FormulaPurchaseFactory,
    TutoringSessionFactory,
)

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
ACTIONS = {
    "CONFIRMED": services.confirm_booking,
    "CANCELLED": services.cancel_booking,
    "DONE": services.complete_booking,
    "NO_SHOW": services.mark_no_show,
}


def book(session, student=None):
    student = student or StudentProfileFactory()
    return services.request_booking(session=session, student=student, by=student.user)


def code_of(work):
    with pytest.raises(DomainError) as error, transaction.atomic():
        work()
    return error.value.code


def begun(**values):
    return TutoringSessionFactory(starts_at=now_ms() - HOUR / 2, **values)


def test_asking_holds_the_seat_and_is_recorded_as_the_doing_of_who_asked():
    session = TutoringSessionFactory(capacity=1)
    parent = GuardianshipFactory(can_book=True)
    booking = services.request_booking(session=session, student=parent.student, by=parent.parent.user)
    assert (booking.status, booking.starts_at, booking.created_by) == (
        "REQUESTED",
        session.starts_at,
        parent.parent.user,
    )
    session.refresh_from_db()
    assert session.status == "FULL"
    assert code_of(lambda: book(session)) == "session_full"


def test_each_reason_to_refuse_has_its_code():
    booking = BookingFactory()
    student = booking.student
    assert code_of(lambda: book(booking.session, student)) == "already_booked"
    assert code_of(lambda: book(TutoringSessionFactory(status="CANCELLED"))) == "session_closed"
    assert code_of(lambda: book(begun())) == "session_past"
    overlapping = TutoringSessionFactory(starts_at=booking.starts_at + HOUR / 2)
    assert code_of(lambda: book(overlapping, student)) == "student_busy"
    gone = TutoringSessionFactory()
    gone.delete()
    assert code_of(lambda: book(gone)) == "session_closed"


def test_what_was_cancelled_can_be_asked_for_again_and_is_the_same_booking():
    booking = BookingFactory(session__capacity=1)
    services.cancel_booking(booking=booking, reason="Ill")
    assert booking.history.first().history_change_reason == "Ill"
    assert TutoringSession.objects.get().status == "OPEN"
    again = book(booking.session, booking.student)
    assert (again.pk, again.status, again.version) == (booking.pk, "REQUESTED", 3)
    assert TutoringSession.objects.get().status == "FULL"


def test_bookings_go_only_where_the_table_says_and_twice_is_once():
    assert set(TRANSITIONS) == set(Booking.Status.values)
    session = begun(capacity=40)
    for state in Booking.Status.values:
        for wanted, act in ACTIONS.items():
            booking = BookingFactory(session=session, status=state)
            if wanted == state:
                assert act(booking=booking).version == 1
            elif wanted in TRANSITIONS[state]:
                assert act(booking=booking).status == wanted
                booking.refresh_from_db()
                assert (booking.status, booking.version) == (wanted, 2)
            else:
                assert code_of(lambda act=act, row=booking: act(booking=row)) == "wrong_state"


def test_nothing_is_done_or_missed_before_it_begins():
    booking = BookingFactory(status="CONFIRMED")
    for act in (services.complete_booking, services.mark_no_show):
        assert code_of(lambda act=act: act(booking=booking)) == "session_not_begun"
    assert code_of(lambda: services.finish_session(session=booking.session)) == "session_not_begun"


def test_a_booking_in_the_trash_is_stale():
    booking = BookingFactory()
    Booking.objects.get().delete()
    with pytest.raises(StaleObjectError):
        services.confirm_booking(booking=booking)


def test_moving_gives_up_one_seat_for_another_to_be_confirmed_again():
    booking = BookingFactory(session__capacity=1, status="CONFIRMED")
    left = booking.session
    other = TutoringSessionFactory(capacity=1)
    moved = services.move_booking(booking=booking, session=other)
    assert (moved.session_id, moved.starts_at, moved.status) == (other.pk, other.starts_at, "REQUESTED")
    left.refresh_from_db()
    other.refresh_from_db()
    assert (left.status, other.status) == ("OPEN", "FULL")
    assert services.move_booking(booking=moved, session=other).version == 2
    full = BookingFactory(session__capacity=1).session
    assert code_of(lambda: services.move_booking(booking=moved, session=full)) == "session_full"
    services.cancel_booking(booking=moved)
    assert code_of(lambda: services.move_booking(booking=moved, session=left)) == "wrong_state"


def test_a_seat_may_move_to_a_session_that_overlaps_with_its_own_and_back_where_it_was_cancelled():
    booking = BookingFactory()
    beside = TutoringSessionFactory(starts_at=booking.starts_at + HOUR / 2)
    cancelled = BookingFactory(session=beside, student=booking.student, status="CANCELLED")
    services.move_booking(booking=booking, session=beside)
    assert Booking.objects.get() == booking
    assert Booking.all_objects.dead().get() == cancelled


def test_bought_sessions_are_used_up_by_what_is_booked_done_or_missed():
    formula = FormulaFactory()
    student = StudentProfileFactory()
    assert services.sessions_left(student=student, formula=formula) is None
    for number, bought in ((0, 1), (1, 2)):
        FormulaPurchaseFactory(
            student=student,
            formula=formula,
            sessions_bought=bought,
            purchased_at=FIRST_SESSION - number * HOUR,
        )
    FormulaPurchaseFactory(formula=formula)  # somebody else's
    for status in ("NO_SHOW", "CANCELLED", "DONE"):
        BookingFactory(student=student, session__formula=formula, status=status)
    BookingFactory(student=student)  # of another formula
    assert services.sessions_left(student=student, formula=formula) == 1
    session = TutoringSessionFactory(formula=formula)
    booking = book(session, student)
    assert services.sessions_left(student=student, formula=formula) == 0
    next_one = TutoringSessionFactory(formula=formula)
    assert code_of(lambda: book(next_one, student)) == "no_sessions_left"
    assert services.move_booking(booking=booking, session=next_one).session == next_one
    assert code_of(
        lambda: services.move_booking(
            booking=BookingFactory(student=student), session=TutoringSessionFactory(formula=formula)
        )
    ) == ("no_sessions_left")
    student.formula_purchases.first().delete()
    assert services.sessions_left(student=student, formula=formula) == 0


def test_sessions_left_of_all_formulas_take_one_query(django_assert_num_queries):
    purchase = FormulaPurchaseFactory(sessions_bought=3)
    BookingFactory(student=purchase.student, session__formula=purchase.formula)
    FormulaFactory.create_batch(3)
    with django_assert_num_queries(1):
        rows = {row.pk: row.sessions_left for row in formulas_for(purchase.student, Formula.objects.all())}
    assert rows.pop(purchase.formula_id) == 2
    assert set(rows.values()) == {None}
    with django_assert_num_queries(1):
        services.sessions_left(student=purchase.student, formula=purchase.formula)


def test_free_slots_are_open_sessions_to_come_with_a_seat_left(django_assert_num_queries):
    teacher = TeacherProfileFactory()
    free = TutoringSessionFactory(teacher=teacher, capacity=3)
    BookingFactory(session=free)
    BookingFactory(session=free, status="CANCELLED")
    later = TutoringSessionFactory(teacher=teacher, capacity=1)
    begun(teacher=teacher)
    BookingFactory(session=TutoringSessionFactory(teacher=teacher, capacity=1))
    TutoringSessionFactory(teacher=teacher, status="CANCELLED")
    another = TutoringSessionFactory()
    with django_assert_num_queries(1):
        found = [
            (row.pk, row.seats_left, row.teacher.user.full_name)
            for row in services.free_slots(teacher=teacher)
        ]
    name = teacher.user.full_name
    assert found == [(free.pk, 2, name), (later.pk, 1, name)]
    assert list(services.free_slots(teacher=teacher, starts=later.starts_at)) == [later]
    assert list(services.free_slots(teacher=teacher, ends=later.starts_at)) == [free]
    assert list(services.free_slots()) == [free, later, another]
    teacher.user.is_active = False
    teacher.user.save()
    assert list(services.free_slots()) == [another]


def test_nobody_in_the_trash_gets_a_seat():
    booking = BookingFactory(status="CANCELLED")
    session, student = TutoringSessionFactory(), booking.student
    student.delete()
    for ask in (
        lambda: services.request_booking(session=session, student=student, by=None),
        lambda: services.change_booking(booking=Booking.objects.get(), status="REQUESTED"),
    ):
        assert code_of(ask) == "student_gone"
    assert not Booking.objects.live().exists()
