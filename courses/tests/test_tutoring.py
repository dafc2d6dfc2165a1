"""Nobody is in two places at once and no seat is given twice: on every path, and in races."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connections, transaction

from accounts.tests.factories import StudentProfileFactory
from config.base.exceptions import DomainError, RestoreConflict
from courses.models import Booking, TutoringSession

from .factories import BookingFactory, TutoringSessionFactory

HALF = timedelta(minutes=30)
HOUR = timedelta(hours=1)


def beside(session, **values):
    """Another session of the same teacher that begins in the middle of this one."""
    return TutoringSessionFactory.build(
        teacher=session.teacher, formula=session.formula, starts_at=session.starts_at + HALF, **values
    )


@pytest.mark.django_db
def test_a_teacher_is_not_in_two_sessions_at_once():
    session = TutoringSessionFactory()
    other = beside(session)
    with pytest.raises(ValidationError) as error:
        other.full_clean()
    assert list(error.value.message_dict) == ["teacher"]
    for write in (other.save, lambda: TutoringSession.objects.bulk_create([beside(session)])):
        with (
            pytest.raises(IntegrityError, match="courses_tutoringsession_teacher_once"),
            transaction.atomic(),
        ):
            write()


@pytest.mark.django_db
def test_a_session_may_follow_at_once_and_a_cancelled_or_deleted_one_is_in_nobodys_way():
    session = TutoringSessionFactory()
    TutoringSessionFactory(teacher=session.teacher, starts_at=session.ends_at)
    cancelled = beside(session, status="CANCELLED")
    cancelled.full_clean()
    cancelled.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        TutoringSession.objects.filter(pk=cancelled.pk).update(status="OPEN")
    session.delete()
    following = beside(session, ends_at=session.ends_at)
    following.save()
    with pytest.raises(RestoreConflict):
        session.restore()


@pytest.mark.django_db
def test_a_student_is_not_in_two_bookings_at_once():
    booking = BookingFactory()
    elsewhere = TutoringSessionFactory(starts_at=booking.starts_at + HALF)
    other = BookingFactory.build(session=elsewhere, student=booking.student)
    with pytest.raises(ValidationError) as error:
        other.full_clean()
    assert list(error.value.message_dict) == ["student"]
    with pytest.raises(IntegrityError, match="courses_booking_student_once"), transaction.atomic():
        other.save()
    other.status = "CANCELLED"
    other.save()


@pytest.mark.django_db
def test_bookings_move_with_their_session_and_it_does_not_move_onto_another_of_its_students():
    booking = BookingFactory()
    session = booking.session
    later = session.starts_at + 20 * HOUR * 24
    session.starts_at, session.ends_at = later, later + HOUR
    session.full_clean()
    session.save()
    booking.refresh_from_db()
    assert (booking.starts_at, booking.ends_at, booking.version) == (later, later + HOUR, 2)
    TutoringSession.objects.filter(pk=session.pk).update(ends_at=later + HALF)
    booking.refresh_from_db()
    assert booking.ends_at == later + HALF
    second = BookingFactory(student=booking.student)
    session.refresh_from_db()
    session.starts_at, session.ends_at = second.starts_at, second.ends_at
    with pytest.raises(ValidationError, match="another booking"):
        session.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        session.save()


@pytest.mark.django_db
def test_a_booking_has_no_times_but_its_sessions():
    booking = BookingFactory()
    with pytest.raises(DomainError), transaction.atomic():
        Booking.objects.filter(pk=booking.pk).update(starts_at=booking.starts_at - HALF)
    (made,) = Booking.objects.bulk_create([Booking(session=booking.session, student=StudentProfileFactory())])
    assert (made.starts_at, made.ends_at) == (booking.starts_at, booking.ends_at)


@pytest.mark.django_db
def test_seats_never_exceed_the_capacity():
    session = TutoringSessionFactory(capacity=1)
    booking = BookingFactory(session=session)
    second = BookingFactory.build(session=session, student=StudentProfileFactory())
    with pytest.raises(ValidationError, match="no seat left"):
        second.full_clean()
    with pytest.raises(DomainError) as error, transaction.atomic():
        second.save()
    assert error.value.code == "session_full"
    booking.status = "CANCELLED"
    booking.save()
    second.save()
    session.refresh_from_db()
    session.capacity = 2
    session.save()
    third = BookingFactory(session=session)
    session.capacity = 1
    with pytest.raises(ValidationError, match="taken already"):
        session.full_clean()
    with pytest.raises(DomainError), transaction.atomic():
        session.save()
    assert third.status == "REQUESTED"


def in_threads(number, work):
    """What each thread raised, or None; all begin together."""
    barrier, outcomes = threading.Barrier(number), [None] * number

    def run(index):
        barrier.wait()
        try:
            work(index)
        except Exception as error:
            outcomes[index] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@pytest.mark.django_db(transaction=True)
def test_of_eight_sessions_at_one_time_a_teacher_gets_one():
    session = TutoringSessionFactory(status="CANCELLED")
    outcomes = in_threads(8, lambda index: beside(session).save())
    assert outcomes.count(None) == 1
    assert all(isinstance(error, IntegrityError) for error in outcomes if error is not None), outcomes
    assert TutoringSession.objects.live().count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_eight_bookings_for_two_seats_two_are_made():
    session = TutoringSessionFactory(capacity=2)
    students = StudentProfileFactory.create_batch(8)
    outcomes = in_threads(8, lambda index: Booking(session=session, student=students[index]).save())
    assert outcomes.count(None) == 2
    assert {getattr(error, "code", error) for error in outcomes if error is not None} == {"session_full"}
    assert Booking.objects.live().count() == 2
