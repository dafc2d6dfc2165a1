"""Whose sessions and seats are whose."""

from __future__ import annotations

import pytest

from accounts.tests.factories import (
    GuardianshipFactory,
    TeacherFactory,
    TeacherProfileFactory,
    UserFactory,
)
from config.base.testing import api_client, etag
from courses import models
from courses.models import Booking, TutoringSession

from . import factories as make
from .test_rights import API, ME, errors_of, listed

pytestmark = pytest.mark.django_db


def test_sessions_and_seats_are_their_teachers():
    teacher = TeacherFactory()
    profile = TeacherProfileFactory(user=teacher)
    mine, theirs = make.BookingFactory(session__teacher=profile), make.BookingFactory()
    client = api_client(teacher)
    assert listed(client.get(f"{API}/tutoring-sessions/")) == [mine.session_id]
    assert listed(client.get(f"{API}/bookings/")) == [mine.pk]
    for row, plural in ((theirs, "bookings"), (theirs.session, "tutoring-sessions")):
        url = f"{API}/{plural}/{row.pk}/"
        assert client.get(url).status_code == 404
        assert client.patch(url, {}, format="json", headers={"If-Match": etag(row)}).status_code == 404
    url = f"{API}/bookings/{mine.pk}/"
    answer = client.patch(url, {"status": "CONFIRMED"}, format="json", headers={"If-Match": etag(mine)})
    assert answer.status_code == 200, answer.content
    for field, key in (("session", theirs.session_id), ("student", theirs.student_id)):
        answer = client.patch(url, {field: key}, format="json", headers={"If-Match": etag(mine)})
        assert errors_of(answer) == {field}
    session = client.get(f"{API}/tutoring-sessions/{mine.session_id}/").json()
    body = {**session, "teacher": TeacherProfileFactory().pk}
    assert errors_of(client.post(f"{API}/tutoring-sessions/", body, format="json")) == {"teacher"}
    assert set(TutoringSession.objects.taught_by(teacher)) == {mine.session}


def test_parents_see_the_bookings_that_the_guardianship_allows():
    booking = make.BookingFactory()
    make.BookingFactory()
    child = booking.student
    seen = {}
    for progress, book in ((True, False), (False, True), (False, False)):
        held = GuardianshipFactory(student=child, can_view_progress=progress, can_book=book)
        seen[progress, book] = listed(api_client(held.parent.user).get(f"{ME}/bookings/"))
        allowed = held.parent.user.has_perm("courses.view_booking", booking)
        assert allowed == (progress or book)
    assert seen == {(True, False): [booking.pk], (False, True): [booking.pk], (False, False): []}
    assert listed(api_client(child.user).get(f"{ME}/bookings/")) == [booking.pk]
    client = api_client(child.user)
    assert listed(client.get(f"{ME}/bookings/", {"student": child.user.pk})) == [booking.pk]
    assert listed(client.get(f"{ME}/bookings/", {"student": UserFactory().pk})) == []
    assert listed(client.get(f"{ME}/tutoring-sessions/")) == [booking.session_id]
    models.Booking.objects.get(pk=booking.pk).student.delete()
    assert not Booking.objects.visible_to(child.user).exists(), "a profile in the trash gives no right"
