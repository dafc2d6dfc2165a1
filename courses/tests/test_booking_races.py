"""Twenty at once: a seat is given once, nobody is in two places, and whoever loses is told why, on both databases."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from accounts.tests.factories import StaffFactory, StudentProfileFactory, TeacherProfileFactory, UserFactory
from config.base.testing import api_client, etag
from courses.models import Booking, TutoringSession
from courses.services import (
    cancel_booking,
    cancel_session,
    confirm_booking,
    move_booking,
    move_session,
    open_session,
    request_booking,
)

from .factories import (
    FIRST_SESSION,
    BookingFactory,
    FormulaFactory,
    FormulaPurchaseFactory,
    TutoringSessionFactory,
)
from .test_tutoring import in_threads

pytestmark = pytest.mark.django_db(transaction=True)

CROWD = 20
HOUR = timedelta(hours=1)


def codes(outcomes):
    """How often what was answered: "ok", or the code of the refusal; anything else as it is."""
    return Counter("ok" if each is None else getattr(each, "code", repr(each)) for each in outcomes)


def book(session, student):
    return request_booking(session=session, student=student, by=student.user)


def statuses():
    return set(TutoringSession.objects.values_list("status", flat=True))


def test_of_twenty_students_who_want_one_seat_one_gets_it():
    session = TutoringSessionFactory(capacity=1)
    students = StudentProfileFactory.create_batch(CROWD)
    outcomes = in_threads(CROWD, lambda index: book(session, students[index]))
    assert codes(outcomes) == {"ok": 1, "session_full": CROWD - 1}
    assert Booking.objects.count() == 1
    assert statuses() == {"FULL"}


def test_of_twenty_students_who_want_five_seats_five_get_them():
    session = TutoringSessionFactory(capacity=5)
    students = StudentProfileFactory.create_batch(CROWD)
    outcomes = in_threads(CROWD, lambda index: book(session, students[index]))
    assert codes(outcomes) == {"ok": 5, "session_full": CROWD - 5}
    assert Booking.objects.live().count() == 5
    assert statuses() == {"FULL"}


def test_a_student_who_asks_twenty_times_has_one_booking():
    session = TutoringSessionFactory(capacity=5)
    student = StudentProfileFactory()
    outcomes = in_threads(CROWD, lambda index: book(session, student))
    assert codes(outcomes) == {"ok": 1, "already_booked": CROWD - 1}
    assert Booking.objects.count() == 1


def test_of_twenty_sessions_at_one_time_a_student_gets_one():
    sessions = [
        TutoringSessionFactory(starts_at=FIRST_SESSION + timedelta(minutes=index)) for index in range(CROWD)
    ]
    student = StudentProfileFactory()
    outcomes = in_threads(CROWD, lambda index: book(sessions[index], student))
    assert codes(outcomes) == {"ok": 1, "student_busy": CROWD - 1}
    assert Booking.objects.live().count() == 1


def test_of_twenty_sessions_at_one_time_a_teacher_gives_one():
    teacher, formula = TeacherProfileFactory(), FormulaFactory()

    def work(index):
        open_session(teacher=teacher, formula=formula, starts_at=FIRST_SESSION + timedelta(minutes=index))

    outcomes = in_threads(CROWD, work)
    assert codes(outcomes) == {"ok": 1, "teacher_busy": CROWD - 1}
    assert TutoringSession.objects.count() == 1


def test_nobody_books_more_than_they_bought():
    formula = FormulaFactory()
    student = FormulaPurchaseFactory(formula=formula, sessions_bought=3).student
    sessions = TutoringSessionFactory.create_batch(CROWD, formula=formula)
    outcomes = in_threads(CROWD, lambda index: book(sessions[index], student))
    assert codes(outcomes) == {"ok": 3, "no_sessions_left": CROWD - 3}


def test_of_ten_who_move_to_one_seat_one_gets_it_and_the_others_keep_theirs():
    bookings = [BookingFactory(session__capacity=1) for _each in range(10)]
    wanted = TutoringSessionFactory(capacity=1)
    outcomes = in_threads(
        10, lambda index: move_booking(booking=Booking.objects.get(pk=bookings[index].pk), session=wanted)
    )
    assert codes(outcomes) == {"ok": 1, "session_full": 9}
    assert Booking.objects.live().filter(session=wanted).count() == 1
    assert Booking.objects.live().count() == 10
    assert TutoringSession.objects.filter(status="OPEN").count() == 1  # the one that was left


def test_two_who_change_places_neither_wait_for_ever_nor_take_a_third_seat():
    one, other = (BookingFactory(session__capacity=2) for _each in range(2))
    places = [one.session, other.session]
    third = StudentProfileFactory()

    def work(index):
        if index == 2:
            book(places[0], third)
        else:
            booking = Booking.objects.get(pk=(one, other)[index].pk)
            move_booking(booking=booking, session=places[1 - index])

    assert set(codes(in_threads(3, work))) <= {"ok", "session_full"}
    for session in places:
        assert session.bookings.live().count() <= 2


def test_two_who_change_places_over_the_api_both_do():
    one, other = (BookingFactory(session__capacity=2) for _each in range(2))
    pairs = [(one, other.session_id), (other, one.session_id)]

    def work(index):
        booking, wanted = pairs[index]
        answer = api_client(booking.student.user).post(
            f"/api/v1/me/bookings/{booking.pk}/move/",
            {"session": wanted},
            format="json",
            headers={"If-Match": etag(booking)},
        )
        assert answer.status_code == 200, answer.content

    assert in_threads(2, work) == [None, None]


@pytest.mark.parametrize("call", ["cancel", "move"])
def test_a_session_changed_over_the_api_and_its_students_wait_for_each_other_in_one_order(call):
    session = TutoringSessionFactory(capacity=CROWD)
    bookings = BookingFactory.create_batch(10, session=session)
    office = api_client(
        StaffFactory(permissions=["courses.change_tutoringsession", "courses.view_tutoringsession"])
    )

    def work(index):
        if index < 10:
            cancel_booking(booking=Booking.objects.get(pk=bookings[index].pk))
            return
        session.refresh_from_db()
        url, match = f"/api/v1/courses/tutoring-sessions/{session.pk}/", {"If-Match": etag(session)}
        if call == "cancel":
            answer = office.post(f"{url}cancel/", {}, format="json", headers=match)
        else:
            body = {"starts_at": session.starts_at + HOUR * 24, "ends_at": session.ends_at + HOUR * 24}
            answer = office.patch(url, body, format="json", headers=match)
        assert answer.status_code in (200, 412), answer.content

    assert in_threads(11, work) == [None] * 11


def test_a_cancelled_session_keeps_no_booking_whoever_books_meanwhile():
    session = TutoringSessionFactory(capacity=CROWD)
    students = StudentProfileFactory.create_batch(10)

    def work(index):
        if index == 10:
            cancel_session(session=TutoringSession.objects.get(pk=session.pk))
        else:
            book(session, students[index])

    outcomes = codes(in_threads(11, work))
    assert set(outcomes) <= {"ok", "session_closed"}
    assert not Booking.objects.live().exists()
    assert statuses() == {"CANCELLED"}


def test_sessions_that_move_onto_each_other_leave_the_student_in_one_place():
    student = StudentProfileFactory()
    sessions = [BookingFactory(student=student).session for _each in range(4)]
    then = FIRST_SESSION + timedelta(days=300)
    outcomes = in_threads(
        4,
        lambda index: move_session(
            session=TutoringSession.objects.get(pk=sessions[index].pk), starts_at=then
        ),
    )
    assert codes(outcomes) == {"ok": 1, "student_busy": 3}


def test_a_booking_that_is_confirmed_and_cancelled_at_once_is_one_of_them():
    booking = BookingFactory(session__capacity=1)
    by = UserFactory()

    def work(index):
        row = Booking.objects.get(pk=booking.pk)
        if index % 2:
            confirm_booking(booking=row)
        else:
            cancel_booking(booking=row, reason=by.username)

    assert set(codes(in_threads(10, work))) <= {"ok", "wrong_state"}
    booking.refresh_from_db()
    assert booking.status == "CANCELLED"
    assert statuses() == {"OPEN"}
