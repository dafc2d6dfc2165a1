"""Looking back through the API."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.base.audit import audit_context
from config.base.testing import api_client

from .helpers import make, model_of

pytestmark = [pytest.mark.urls("config.base.tests.api_urls"), pytest.mark.django_db]
STUDENTS = "/api/v1/test/students/"
PEOPLE = "/api/v1/test/people/"


def moment_of(row, version):
    return row.history.get(version=version).history_date.isoformat()


def versions(api, row, url=STUDENTS):
    answer = api.get(f"{url}{row.pk}/history/")
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def test_the_history_says_who_when_why_and_what(staff_api):
    student = make("accounts.StudentProfile", school="Before")
    student.school = "After"
    with audit_context(actor=staff_api.user, reason="moved house"):
        student.save()
    newest, first = versions(staff_api, student)
    assert (newest["version"], newest["kind"], newest["reason"]) == (2, "changed", "moved house")
    assert newest["who"] == {"id": staff_api.user.pk, "name": str(staff_api.user)}
    assert [(c["field"], c["old"], c["new"]) for c in newest["changes"]] == [("school", "Before", "After")]
    assert (first["version"], first["kind"], first["who"]) == (1, "created", None)


def test_links_that_came_and_went_are_in_the_history(staff_api):
    person = make("accounts.User")
    group = model_of("auth.Group").objects.create(name="Choir")
    person.groups.add(group)
    assert versions(staff_api, person, PEOPLE)[0]["links"] == {"groups": {"added": [group.pk]}}


def test_a_column_that_the_serializer_hides_is_hidden_in_the_past_too(staff_api):
    guardianship = make("accounts.Guardianship")
    choices = dict(guardianship._meta.get_field("relationship").choices)
    guardianship.relationship = next(value for value in choices if value != guardianship.relationship)
    guardianship.save()
    found = versions(staff_api, guardianship, "/api/v1/test/guardianships/")
    assert found[0]["changes"] == []
    assert "relationship" not in str(found)
    url = f"/api/v1/test/guardianships/{guardianship.pk}/"
    assert "relationship" not in staff_api.get(url, {"as_of": moment_of(guardianship, 1)}).json()


def test_a_change_of_a_secret_is_a_version_that_shows_nothing(staff_api):
    person = make("accounts.User")
    person.set_password("another one")
    person.save()
    newest = versions(staff_api, person, PEOPLE)[0]
    assert (newest["kind"], newest["changes"]) == ("changed", [])


def test_the_row_is_shown_as_it_was(staff_api):
    student = make("accounts.StudentProfile", school="Before")
    student.school = "After"
    student.save()
    url = f"{STUDENTS}{student.pk}/"
    past = staff_api.get(url, {"as_of": moment_of(student, 1)})
    assert (past.json()["school"], past.json()["version"]) == ("Before", 1)
    assert "ETag" not in past
    assert staff_api.get(url, {"as_of": moment_of(student, 2)}).json()["school"] == "After"
    assert staff_api.get(url, {"as_of": "2001-01-01"}).status_code == 404


def test_a_row_in_the_trash_is_shown_as_it_was_but_not_while_it_lay_there(staff_api):
    student = make("accounts.StudentProfile")
    student.delete()
    url = f"{STUDENTS}{student.pk}/"
    assert staff_api.get(url, {"as_of": moment_of(student, 1)}).status_code == 200
    assert staff_api.get(url, {"as_of": moment_of(student, 2)}).status_code == 404


def test_links_are_shown_as_they_were(staff_api):
    person = make("accounts.User")
    choir, band = (model_of("auth.Group").objects.create(name=name) for name in ("Choir", "Band"))
    person.groups.set([choir])
    person.groups.set([band])
    url = f"{PEOPLE}{person.pk}/"
    shown = [
        staff_api.get(url, {"as_of": moment_of(person, v)}).json()["groups"] for v in (1, 2, person.version)
    ]
    assert shown == [[], [choir.pk], [band.pk]]


def test_columns_without_a_history_are_left_out_of_the_past(staff_api):
    person = make("accounts.User")
    assert "last_login" in staff_api.get(f"{PEOPLE}{person.pk}/").json()
    past = staff_api.get(f"{PEOPLE}{person.pk}/", {"as_of": moment_of(person, 1)})
    assert not {"last_login", "password"} & set(past.json())


def test_the_history_takes_the_same_queries_for_5_versions_and_50(staff_api):
    student = make("accounts.StudentProfile")
    for number in range(60):
        student.school = f"School {number}"
        with audit_context(actor=make("accounts.User") if number < 3 else staff_api.user):
            student.save()

    def count(size):
        with CaptureQueriesContext(connection) as queries:
            answer = staff_api.get(f"{STUDENTS}{student.pk}/history/", {"page_size": size})
        assert len(answer.json()["results"]) == size
        return len(queries)

    assert count(5) == count(50)


def test_pages_of_the_history_follow_each_other_and_know_what_came_before(staff_api):
    student = make("accounts.StudentProfile", school="0")
    for number in range(1, 5):
        student.school = str(number)
        student.save()
    seen, url = [], f"{STUDENTS}{student.pk}/history/?page_size=2"
    while url:
        body = staff_api.get(url).json()
        seen += [
            (each["version"], change["old"])
            for each in body["results"]
            for change in each["changes"]
            if change["field"] == "school"
        ]
        url = body["next"]
    assert seen == [(5, "3"), (4, "2"), (3, "1"), (2, "0"), (1, None)]


def test_the_history_outlives_the_person(staff_api):
    actor, student = make("accounts.User"), make("accounts.StudentProfile")
    with audit_context(actor=actor):
        student.save()
    actor_id = actor.pk
    actor.purge()
    assert versions(staff_api, student)[0]["who"] == {"id": actor_id, "name": None}


def test_the_past_of_what_is_in_the_trash_is_for_those_who_may_look_there(staff_api):
    student = make("accounts.StudentProfile")
    moment = moment_of(student, 1)
    student.delete()
    reader = make("accounts.User", is_staff=True)
    reader.user_permissions.add(model_of("auth.Permission").objects.get(codename="view_studentprofile"))
    reading = api_client(reader)
    url = f"{STUDENTS}{student.pk}/"
    assert reading.get(url, {"as_of": moment}).status_code == 404
    assert staff_api.get(url, {"as_of": moment}).status_code == 200
    student.restore()
    assert reading.get(url, {"as_of": moment}).status_code == 200
