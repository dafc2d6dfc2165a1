"""The calendar that a program reads: whose it is, what it says and to whom it says nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from icalendar import Calendar

from accounts.tests.factories import GuardianshipFactory, UserFactory
from config.base.clock import now_ms
from config.base.testing import api_client
from courses import services
from courses.models import CalendarFeed

from .factories import BookingFactory, CalendarFeedFactory, TutoringSessionFactory

pytestmark = pytest.mark.django_db
ME = "/api/v1/me/calendar/"


def address(user):
    return f"/calendar/{services.feed_token(services.open_feed(user=user))}.ics"


def events(client, user):
    answer = client.get(address(user))
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    return Calendar.from_ical(answer.content).walk("VEVENT")


def test_students_find_their_own_seats_and_nobody_elses(client):
    booking = BookingFactory(status="CONFIRMED", session__location="Room 4, ground floor")
    other = BookingFactory(session=booking.session)
    (event,) = events(client, booking.student.user)
    assert event["status"] == "CONFIRMED"
    assert event["location"] == "Room 4, ground floor"
    assert event["class"] == "PRIVATE"
    assert (event["dtstart"].dt, event["dtend"].dt) == (booking.starts_at, booking.ends_at)
    text = event.to_ical().decode().replace("\r\n ", "")
    assert booking.session.teacher.user.full_name in text
    assert other.student.user.full_name not in text
    assert booking.student.user.email not in text


def test_teachers_find_their_sessions_with_their_students(client):
    booking = BookingFactory()
    gone = BookingFactory(session=booking.session, status="CANCELLED")
    BookingFactory()
    (event,) = events(client, booking.session.teacher.user)
    assert booking.student.user.full_name in event["description"]
    assert gone.student.user.full_name not in event["description"]
    assert "1 of 4 seats taken" in event["description"]


def test_parents_find_the_seats_of_the_children_they_may_see(client):
    booking = BookingFactory()
    for progress, book in ((True, False), (False, True), (False, False)):
        held = GuardianshipFactory(student=booking.student, can_view_progress=progress, can_book=book)
        found = events(client, held.parent.user)
        assert len(found) == (progress or book)
        for event in found:
            assert booking.student.user.full_name in event["summary"]


def test_an_event_keeps_its_uid_and_counts_its_changes(client):
    booking = BookingFactory()
    user = booking.student.user
    (first,) = events(client, user)
    assert (first["status"], first["sequence"]) == ("TENTATIVE", 1)
    services.move_booking(booking=booking, session=TutoringSessionFactory())
    (moved,) = events(client, user)
    assert (moved["uid"], moved["sequence"]) == (first["uid"], 2)
    assert moved["dtstart"].dt == booking.starts_at
    services.cancel_booking(booking=booking)
    (cancelled,) = events(client, user)
    assert (cancelled["uid"], cancelled["sequence"], cancelled["status"]) == (first["uid"], 3, "CANCELLED")
    assert cancelled["dtstamp"].dt >= first["dtstamp"].dt
    services.cancel_session(session=booking.session)
    (session,) = events(client, booking.session.teacher.user)
    assert session["status"] == "CANCELLED"


def test_a_text_cannot_break_out_of_its_line(client):
    evil = "Room\r\nBEGIN:VEVENT\r\nUID:1\r\nEND:VEVENT; a, b"
    booking = BookingFactory(session__location=evil)
    (event,) = events(client, booking.student.user)
    assert event["location"].replace("\n", "") == evil.replace("\r\n", "")


def test_long_gone_sessions_are_left_out(client):
    booking = BookingFactory(session=TutoringSessionFactory(starts_at=now_ms() - timedelta(days=400)))
    assert not events(client, booking.student.user)


def test_the_same_rows_give_the_same_bytes_and_a_304(client):
    booking = BookingFactory()
    url = address(booking.student.user)
    first = client.get(url)
    assert first["Cache-Control"] == "private, no-cache"
    assert first["Referrer-Policy"] == "no-referrer"
    again = client.get(url, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert again["Cache-Control"] == "private, no-cache"
    services.confirm_booking(booking=booking)
    assert client.get(url, headers={"If-None-Match": first["ETag"]}).status_code == 200
    assert client.head(url).status_code == 200
    assert client.post(url).status_code == 405


def test_every_address_that_is_nobodys_gets_the_same_answer(client):
    user = UserFactory()
    good = address(user)
    replaced = good
    services.rotate_feed(user=user)
    good = address(user)
    assert good != replaced
    assert client.get(good).status_code == 200
    revoked_user = UserFactory()
    revoked = address(revoked_user)
    services.revoke_feed(user=revoked_user)
    inactive = UserFactory()
    off = address(inactive)
    inactive.is_active = False
    inactive.save()
    deleted = UserFactory()
    dead = address(deleted)
    deleted.delete()
    reference = CalendarFeed.objects.get(user=user).reference.hex
    forged = [f"/calendar/{reference}.ics", f"/calendar/{reference}.{'A' * 43}.ics", "/calendar/x.y.ics"]
    answers = [client.get(url) for url in (replaced, revoked, off, dead, *forged)]
    assert {answer.status_code for answer in answers} == {404}
    assert len({(answer.content, str(sorted(answer.headers.items()))) for answer in answers}) == 1
    assert answers[0]["Cache-Control"] == "private, no-cache"


def test_a_calendar_takes_the_same_queries_for_few_sessions_and_many(client, django_assert_max_num_queries):
    booking = BookingFactory()
    teacher = booking.session.teacher
    held = GuardianshipFactory(student=booking.student, parent__user=teacher.user)
    BookingFactory.create_batch(5, session__teacher=teacher, student=held.student)
    url = address(teacher.user)
    with django_assert_max_num_queries(4):
        answer = client.get(url)
    assert len(Calendar.from_ical(answer.content).walk("VEVENT")) == 12


def test_it_speaks_the_persons_language(client):
    booking = BookingFactory(student__user__locale="fr")
    (event,) = events(client, booking.student.user)
    assert "Enseignant : " in event["description"]


def test_each_person_makes_renews_and_ends_their_own_address(client):
    user = UserFactory()
    CalendarFeedFactory()
    api = api_client(user)
    assert api.get(ME).status_code == 404
    made = api.post(ME)
    assert made.status_code == 201 and made["Cache-Control"] == "no-store"
    url = made.json()["url"]
    assert api.post(ME).json()["url"] == url == api.get(ME).json()["url"]
    assert client.get(url).status_code == 200
    fresh = api.post(f"{ME}rotate/").json()["url"]
    assert fresh != url
    assert (client.get(url).status_code, client.get(fresh).status_code) == (404, 200)
    assert api.delete(ME).status_code == 204 == api.delete(ME).status_code
    assert client.get(fresh).status_code == 404
    assert api.get(ME).status_code == 404
    again = api.post(ME).json()["url"]
    assert again not in (url, fresh)
    assert api_client(None).get(ME).status_code == 401
    assert api.get(ME, {"user": "1"}).status_code == 400


def test_staff_see_whose_calendar_is_fed_and_not_where(staff_api):
    feed = CalendarFeedFactory()
    url = f"/api/v1/courses/calendar-feeds/{feed.pk}/"
    assert staff_api.get(url).json()["user"] == feed.user_id
    for body in (staff_api.get(url), staff_api.get(f"{url}history/")):
        assert feed.reference.hex not in body.content.decode()
        assert str(feed.reference) not in body.content.decode()
    assert staff_api.post("/api/v1/courses/calendar-feeds/", {"user": feed.user_id}).status_code == 405


@pytest.mark.parametrize("sign", ["\r", "\n", "\r\n", "\x07", "\x0b", "\x1c", "\x85", "\u2028"])
def test_no_text_begins_a_line_of_its_own(client, sign):
    booking = BookingFactory(session__location=f"Room{sign}ATTENDEE:mailto:somebody@example.org")
    text = client.get(address(booking.student.user)).content.decode()
    assert not [line for line in text.splitlines() if line.startswith("ATTENDEE")]
    assert not [each for each in text.replace("\r\n", "") if ord(each) < 32]
