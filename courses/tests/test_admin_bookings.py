"""The back office of sessions and seats: its calendar, its actions, its forms go through the services."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.tests.factories import StudentProfileFactory, TeacherFactory, TeacherProfileFactory
from config.base.clock import now_ms
from config.base.tests.admin_helpers import form_of, signed_in, text_of, url_of
from courses.models import Booking, TutoringSession

from .factories import (
    FIRST_SESSION,
    BookingFactory,
    FormulaFactory,
    FormulaPurchaseFactory,
    TutoringSessionFactory,
)
from .test_admin import run

pytestmark = pytest.mark.django_db
CALENDAR = "/admin/courses/tutoringsession/calendar/"


@pytest.fixture
def boss():
    return signed_in()


def look(client, **query):
    return client.get(CALENDAR, {"day": FIRST_SESSION.date().isoformat(), **query})


def shown(answer):
    return {session for day in answer.context["days"] for session in day.sessions}


def test_the_calendar_shows_the_sessions_of_a_week_with_their_seats(boss):
    session = TutoringSessionFactory(starts_at=FIRST_SESSION, capacity=5, location="Room 4")
    BookingFactory.create_batch(2, session=session)
    later = TutoringSessionFactory(starts_at=FIRST_SESSION + timedelta(days=7))
    answer = look(boss)
    assert shown(answer) == {session}
    page = text_of(answer)
    for text in ("2/5", "2 requests", "Room 4", session.teacher.user.full_name, "calendar-session--open"):
        assert text in page
    assert url_of(TutoringSession, "change", session.pk) in page
    assert f"{url_of(Booking, 'add')}?session={session.pk}" in page
    begun = TutoringSessionFactory(starts_at=now_ms() - timedelta(minutes=1))
    today = text_of(boss.get(CALENDAR))
    assert url_of(TutoringSession, "change", begun.pk) in today
    assert f"?session={begun.pk}" not in today
    assert shown(look(boss, view="month")) == {session, later}
    assert shown(boss.get(answer.context["urls"]["following"])) == {later}
    assert shown(boss.get(answer.context["urls"]["previous"])) == set()
    assert shown(look(boss, teacher=later.teacher_id)) == set()
    assert shown(look(boss, teacher=session.teacher_id)) == {session}
    assert "There is no session in this week." in text_of(look(boss, teacher=later.teacher_id))


@pytest.mark.parametrize(
    "query", [{"day": "never"}, {"day": "0001-01-01"}, {"day": "9999-12-31"}, {"view": "x", "teacher": "é"}]
)
def test_what_the_calendar_does_not_understand_is_today(boss, query):
    assert boss.get(CALENDAR, query).context["days"][0].date <= now_ms().date() + timedelta(days=1)


def test_a_month_shows_some_sessions_of_a_day_and_says_how_many_more(boss):
    for number in range(7):
        TutoringSessionFactory(starts_at=FIRST_SESSION + timedelta(minutes=number))
    answer = look(boss, view="month")
    assert len(shown(answer)) == 5
    assert "2 more" in text_of(answer)
    assert len(shown(look(boss))) == 7


def test_a_calendar_takes_the_same_queries_for_few_sessions_and_many(boss):
    def count():
        with CaptureQueriesContext(connection) as queries:
            look(boss)
        return len(queries)

    BookingFactory(session__starts_at=FIRST_SESSION)
    count()
    few = count()
    for number in range(10):
        BookingFactory(session__starts_at=FIRST_SESSION + timedelta(hours=number))
    assert count() == few <= 8


def test_a_teacher_finds_own_sessions_and_nobody_without_the_right_any(boss):
    teacher = TeacherFactory()
    mine = TutoringSessionFactory(teacher=TeacherProfileFactory(user=teacher), starts_at=FIRST_SESSION)
    other = TutoringSessionFactory(starts_at=FIRST_SESSION)
    client = signed_in(permissions=[])
    assert look(client).status_code == 403
    client.force_login(teacher)
    answer = look(client)
    assert shown(answer) == {mine}
    assert [each.pk for each in answer.context["teachers"]] == [mine.teacher_id]
    assert shown(look(client, teacher=other.teacher_id)) == set()
    assert other.teacher.user.full_name not in text_of(look(client, teacher=other.teacher_id))
    assert CALENDAR in text_of(client.get(reverse("admin:index")))


def test_the_calendar_speaks_french(boss):
    boss.user.locale = "fr"
    boss.user.save()
    TutoringSessionFactory(starts_at=FIRST_SESSION)
    page = text_of(look(boss))
    assert "Calendrier des réservations" in page and "Aujourd’hui" in page


def test_selected_bookings_go_where_they_may_and_what_is_refused_is_said(boss):
    booking, cancelled = BookingFactory(), BookingFactory(status="CANCELLED")
    page = text_of(run(boss, Booking, "confirm_selected", booking, cancelled))
    assert "This booking is: cancelled." in page
    booking.refresh_from_db()
    assert booking.status == "CONFIRMED"
    assert "has not begun yet" in text_of(run(boss, Booking, "complete_selected", booking))
    run(boss, Booking, "cancel_selected", booking)
    booking.refresh_from_db()
    assert booking.status == "CANCELLED"
    past = BookingFactory(
        session=TutoringSessionFactory(starts_at=now_ms() - timedelta(minutes=5)), status="CONFIRMED"
    )
    run(boss, Booking, "complete_selected", past)
    run(boss, Booking, "no_show_selected", past)
    past.refresh_from_db()
    assert (past.status, past.version) == ("NO_SHOW", 3)


def test_a_booking_added_by_staff_is_asked_for_like_any_other(boss):
    formula = FormulaFactory()
    student = FormulaPurchaseFactory(formula=formula, sessions_bought=1).student
    first, second = TutoringSessionFactory.create_batch(2, formula=formula)
    url = url_of(Booking, "add")
    assert str(first.pk) == str(form_of(boss.get(url, {"session": first.pk}))["session"])
    response = boss.post(url, {"session": first.pk, "student": student.pk})
    assert response.status_code == 302, response.context["errors"]
    booking = Booking.objects.get()
    assert (booking.status, booking.created_by_id) == ("REQUESTED", boss.user.pk)
    response = boss.post(url, {"session": second.pk, "student": student.pk})
    assert "No bought session of" in text_of(response)
    assert Booking.objects.count() == 1


def test_a_bookings_form_keeps_to_the_table_of_states(boss):
    booking = BookingFactory()
    url = url_of(Booking, "change", booking.pk)
    form = {**form_of(boss.get(url)), "status": "NO_SHOW"}
    assert "That cannot be done with it any more" in text_of(boss.post(url, form))
    other = TutoringSessionFactory()
    form = {**form_of(boss.get(url)), "status": "CONFIRMED", "session": other.pk}
    response = boss.post(url, form)
    assert response.status_code == 302, response.context["errors"]
    booking.refresh_from_db()
    assert (booking.status, booking.session_id, booking.starts_at) == ("CONFIRMED", other.pk, other.starts_at)
    full = BookingFactory(session__capacity=1).session
    form = {**form_of(boss.get(url)), "session": full.pk}
    assert "no seat left" in text_of(boss.post(url, form))
    assert "student" not in form


def test_selected_sessions_are_called_off_and_finished(boss):
    booking = BookingFactory()
    past = TutoringSessionFactory(starts_at=now_ms() - timedelta(hours=2))
    page = text_of(run(boss, TutoringSession, "finish_selected", booking.session, past))
    assert "has not begun yet" in page
    past.refresh_from_db()
    assert past.status == "DONE"
    run(boss, TutoringSession, "cancel_selected", booking.session)
    booking.refresh_from_db()
    assert booking.status == "CANCELLED"


def test_a_session_moved_on_its_page_tells_those_who_booked(
    boss, mailoutbox, django_capture_on_commit_callbacks
):
    booking = BookingFactory(session__starts_at=FIRST_SESSION)
    url = url_of(TutoringSession, "change", booking.session_id)
    form = form_of(boss.get(url))
    assert "status" not in form
    form |= {"starts_at_0": "2030-02-05", "ends_at_0": "2030-02-05", "location": "Room 9"}
    with django_capture_on_commit_callbacks(execute=True):
        response = boss.post(url, form)
    assert response.status_code == 302, response.context["errors"]
    booking.refresh_from_db()
    booking.session.refresh_from_db()
    assert booking.starts_at == FIRST_SESSION + timedelta(days=29)
    assert booking.session.location == "Room 9"
    assert booking.student.user.email in {mail.to[0] for mail in mailoutbox}


def test_the_offices_api_goes_through_the_services_too(staff_api):
    url = "/api/v1/courses/bookings/"
    student, session = StudentProfileFactory(), TutoringSessionFactory()
    body = {"session": session.pk, "student": student.pk, "status": "CONFIRMED"}
    answer = staff_api.post(url, body, format="json")
    assert answer.status_code == 201, answer.content
    booking = answer.json()
    assert (booking["status"], booking["version"]) == ("CONFIRMED", 2)

    def patch(**values):
        nonlocal booking
        headers = {"If-Match": f'"{booking["version"]}"'}
        answer = staff_api.patch(f"{url}{booking['id']}/", values, format="json", headers=headers)
        booking = answer.json() if answer.status_code == 200 else booking
        return answer

    assert patch(status="DONE").json()["code"] == "session_not_begun"
    assert patch(student=StudentProfileFactory().pk).status_code == 400
    assert patch(status="CANCELLED").status_code == 200
    assert patch(status="CONFIRMED").json()["code"] == "wrong_state"
    assert patch(status="REQUESTED").status_code == 200
    session.refresh_from_db()
    headers = {"If-Match": f'"{session.version}"'}
    answer = staff_api.post(
        f"/api/v1/courses/tutoring-sessions/{session.pk}/cancel/",
        {"reason": "Snow"},
        format="json",
        headers=headers,
    )
    assert answer.json()["status"] == "CANCELLED", answer.content
    assert Booking.objects.get().status == "CANCELLED"


@pytest.mark.parametrize("status", ["OPEN", "DONE"])
def test_what_is_over_is_corrected_and_not_put_off(boss, status):
    session = TutoringSessionFactory(starts_at=FIRST_SESSION - timedelta(days=5 * 365), status=status)
    page = url_of(TutoringSession, "change", session.pk)
    values = form_of(boss.get(page), "tutoringsession_form")
    for day, answer in (("2031-01-02", 200), ("2024-12-30", 302)):
        sent = {**values, "starts_at_0": day, "ends_at_0": day}
        assert boss.post(page, sent).status_code == answer
    session.refresh_from_db()
    assert session.starts_at.year == 2024
