"""The optimistic lock and the one transaction of every write. Real threads where it is about a race."""

from __future__ import annotations

import pytest
from django.db import OperationalError, connection

from config.base.exceptions import StaleObjectError
from config.base.models import VersionConflict
from config.base.testing import etag

from .helpers import assert_sound, make, model_of, race

pytestmark = [pytest.mark.urls("config.base.tests.api_urls"), pytest.mark.django_db]
STUDENTS = "/api/v1/test/students/"


def url_of(row, action=""):
    return f"{STUDENTS}{row.pk}/{action}"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("method", ["patch", "post"])
def test_invariant_5_of_eight_parallel_changes_with_one_etag_one_wins(staff_api, method):
    student = make("accounts.StudentProfile")
    url = url_of(student) if method == "patch" else url_of(student, "promote/")
    headers = {"If-Match": etag(student)}

    def change(number):
        answer = getattr(staff_api, method)(
            url, {"school": f"School {number}"} if method == "patch" else {}, format="json", headers=headers
        )
        return f"{answer.status_code} {answer.headers.get('ETag')}"

    outcomes = race(*(lambda number=number: change(number) for number in range(8)))
    assert outcomes == {'200 "2"': 1, '412 "2"': 7}
    assert_sound(type(student))
    counted = VersionConflict.objects.get(model_label="accounts.StudentProfile")
    assert counted.count == 7


@pytest.mark.django_db(transaction=True)
def test_a_change_racing_a_delete_is_refused_or_comes_first(staff_api):
    student = make("accounts.StudentProfile")
    headers = {"If-Match": etag(student)}
    outcomes = race(
        lambda: staff_api.patch(url_of(student), {"school": "X"}, format="json", headers=headers).status_code,
        lambda: staff_api.delete(url_of(student), headers=headers).status_code,
    )
    assert outcomes in ({"200": 1, "412": 1}, {"404": 1, "204": 1})
    assert_sound(type(student))


@pytest.mark.parametrize("header", [None, "", "*", " * "])
def test_invariant_5_no_version_named_is_428(staff_api, header):
    student = make("accounts.StudentProfile")
    headers = {} if header is None else {"If-Match": header}
    answer = staff_api.patch(url_of(student), {"school": "X"}, format="json", headers=headers)
    assert answer.status_code == 428
    assert answer.json()["code"] == "if_match_required"


@pytest.mark.parametrize("header", ['"2"', 'W/"1"', "1", '"1', "junk", '"01"'])
def test_invariant_5_another_version_is_412_with_the_current_one(staff_api, header):
    student = make("accounts.StudentProfile")
    answer = staff_api.patch(url_of(student), {"school": "X"}, format="json", headers={"If-Match": header})
    assert (answer.status_code, answer["ETag"]) == (412, '"1"')
    student.refresh_from_db()
    assert student.version == 1


def test_one_of_several_versions_is_enough(staff_api):
    student = make("accounts.StudentProfile")
    answer = staff_api.patch(
        url_of(student), {"school": "X"}, format="json", headers={"If-Match": '"7", "1"'}
    )
    assert (answer.status_code, answer["ETag"]) == (200, '"2"')


def test_an_action_that_changes_a_row_is_locked_too(staff_api):
    student = make("accounts.StudentProfile")
    assert staff_api.post(url_of(student, "promote/")).status_code == 428
    assert staff_api.post(url_of(student, "promote/"), headers={"If-Match": '"9"'}).status_code == 412
    answer = staff_api.post(url_of(student, "promote/"), headers={"If-Match": '"1"'})
    assert (answer.status_code, answer["ETag"], answer.json()["school"]) == (200, '"2"', "Promoted")


def test_a_refused_action_leaves_nothing_behind(staff_api):
    student = make("accounts.StudentProfile")
    answer = staff_api.post(
        url_of(student, "promote/"), {"refuse": 1}, format="json", headers={"If-Match": '"1"'}
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "refused")
    student.refresh_from_db()
    assert (student.version, student.school) == (1, "Collège Jules-Ferry")


def test_who_and_why_are_recorded(staff_api):
    student = make("accounts.StudentProfile")
    headers = {"If-Match": '"1"', "X-Change-Reason": "Demandé par la mère"}
    staff_api.patch(url_of(student), {"school": "X"}, format="json", headers=headers)
    record = student.history.first()
    assert (record.history_user_id, record.history_change_reason) == (
        staff_api.user.pk,
        "Demandé par la mère",
    )


def _lose(monkeypatch, times):
    """The next `times` saves of a student lose a race against somebody else."""
    Student = model_of("accounts.StudentProfile")
    real, left = Student.save, [times]

    def save(self, *args, **kwargs):
        if left[0]:
            left[0] -= 1
            error = OperationalError(
                "database is locked" if connection.vendor == "sqlite" else "deadlock detected"
            )
            error.__cause__ = type("Cause", (Exception,), {"sqlstate": "40P01"})()
            raise error
        return real(self, *args, **kwargs)

    monkeypatch.setattr(Student, "save", save)


@pytest.mark.django_db(transaction=True)
def test_a_deadlock_is_retried_once(staff_api, monkeypatch):
    student = make("accounts.StudentProfile")
    _lose(monkeypatch, 1)
    answer = staff_api.patch(url_of(student), {"school": "X"}, format="json", headers={"If-Match": '"1"'})
    assert (answer.status_code, answer["ETag"]) == (200, '"2"')
    assert_sound(type(student))


@pytest.mark.django_db(transaction=True)
def test_a_second_deadlock_is_409(staff_api, monkeypatch):
    student = make("accounts.StudentProfile")
    _lose(monkeypatch, 2)
    answer = staff_api.patch(url_of(student), {"school": "X"}, format="json", headers={"If-Match": '"1"'})
    assert (answer.status_code, answer["Retry-After"], answer.json()["code"]) == (409, "1", "busy")


def test_a_stale_object_met_deeper_down_is_412_and_counted(staff_api, monkeypatch):
    student = make("accounts.StudentProfile")

    def save(self, *args, **kwargs):
        raise StaleObjectError(self, expected=1, found=5)

    monkeypatch.setattr(type(student), "save", save)
    answer = staff_api.patch(url_of(student), {"school": "X"}, format="json", headers={"If-Match": '"1"'})
    assert (answer.status_code, answer["ETag"]) == (412, '"5"')
    assert VersionConflict.objects.get().count == 1


@pytest.mark.django_db(transaction=True)
def test_a_racing_insert_of_one_value_is_409_or_400_never_500(staff_api):
    user = make("accounts.User")
    body = {"user": user.pk, "level": "ADULT", "school": "", "learning_goals": ""}
    outcomes = race(*(lambda: staff_api.post(STUDENTS, body, format="json").status_code for _ in range(4)))
    assert outcomes["201"] == 1
    assert outcomes["201"] + outcomes["400"] + outcomes["409"] == 4


def test_a_value_taken_between_check_and_write_is_409_in_words(staff_api, monkeypatch):
    from config.base.serializers import BaseSerializer

    student = make("accounts.StudentProfile")
    monkeypatch.setattr(BaseSerializer, "run_model_validation", lambda self, attrs: None)
    body = {"user": student.user_id, "level": "ADULT", "school": "", "learning_goals": ""}
    answer = staff_api.post(STUDENTS, body, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


def test_restoring_what_fell_with_its_parent_names_the_parent(staff_api):
    student = make("accounts.StudentProfile")
    student.user.delete()
    answer = staff_api.post(url_of(student, "restore/"), headers={"If-Match": etag(student)})
    assert (answer.status_code, answer.json()["code"]) == (409, "restore_conflict")
    (error,) = answer.json()["errors"]
    assert (error["field"], error["object"], error["id"]) == ("user", "accounts.StudentProfile", student.pk)


def test_restoring_an_alive_row_is_409(staff_api):
    student = make("accounts.StudentProfile")
    answer = staff_api.post(url_of(student, "restore/"), headers={"If-Match": etag(student)})
    assert answer.status_code == 409


def test_a_protected_delete_names_what_protects_it(staff_api, monkeypatch):
    from django.db.models import ProtectedError

    student, other = make("accounts.StudentProfile"), make("accounts.StudentProfile")

    def delete(self):
        raise ProtectedError("Protected.", {other})

    monkeypatch.setattr(type(student), "delete", delete)
    answer = staff_api.delete(url_of(student), headers={"If-Match": etag(student)})
    assert (answer.status_code, answer.json()["code"]) == (409, "protected")
    assert str(other) in answer.json()["detail"]
    assert answer.json()["errors"][0]["id"] == other.pk
