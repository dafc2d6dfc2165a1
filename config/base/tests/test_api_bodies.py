"""What a client may send, and what is refused before it reaches the database."""

from __future__ import annotations

import json

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.base.serializers import BaseSerializer
from config.base.testing import etag

from .helpers import make, model_of

pytestmark = [pytest.mark.urls("config.base.tests.api_urls"), pytest.mark.django_db]
STUDENTS = "/api/v1/test/students/"
PEOPLE = "/api/v1/test/people/"


def student_body(**changes):
    return {"user": make("accounts.User").pk, "level": "ADULT", "school": "X", "learning_goals": ""} | changes


def errors_of(response, status=400):
    assert response.status_code == status, response.content
    return {error["field"]: error["code"] for error in response.json()["errors"]}


def test_create_answers_with_the_stored_row_its_etag_and_its_address(staff_api):
    answer = staff_api.post(STUDENTS, student_body(), format="json")
    assert answer.status_code == 201
    assert answer["ETag"] == '"1"'
    assert answer["Location"].endswith(f"{STUDENTS}{answer.json()['id']}/")
    assert answer.json()["created_by"] == staff_api.user.pk


def test_several_unknown_keys_are_all_named(staff_api):
    answer = staff_api.post(STUDENTS, student_body(foo=1, bar=2), format="json")
    assert errors_of(answer) == {"foo": "unknown", "bar": "unknown"}


@pytest.mark.parametrize("body", ["[]", '"text"', "7", "null", "true", "[{}]"])
def test_a_body_that_is_no_object_is_400(staff_api, body):
    for method, url in ((staff_api.post, STUDENTS),):
        assert method(url, body, content_type="application/json").status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b'{"school": NaN}',
        b'{"school": Infinity}',
        b'{"school": "\xff"}',
        b'{"school": "\\ud800"}',
        b'{"\\ud800": 1}',
        b'{"school": "a\\u0000b"}',
        b'{"user": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
    ],
)
def test_json_that_no_column_can_hold_is_400(staff_api, body):
    answer = staff_api.post(STUDENTS, body, content_type="application/json")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("key", [True, 1.5, "x", "1e3", "-1", [], {}, 10**30, "９", "", 2**63])
def test_a_link_is_a_key_and_nothing_else(staff_api, key):
    assert set(errors_of(staff_api.post(STUDENTS, student_body(user=key), format="json"))) == {"user"}


@pytest.mark.parametrize("keys", [7, "1", {"a": 1}, [True], [None], [[1]], [10**30]])
def test_links_are_a_list_of_keys(staff_api, keys):
    person = make("accounts.User")
    answer = staff_api.patch(
        f"{PEOPLE}{person.pk}/", {"groups": keys}, format="json", headers={"If-Match": etag(person)}
    )
    assert set(errors_of(answer)) == {"groups"}


def test_many_links_cost_no_more_queries_than_one(staff_api):
    groups = [model_of("auth.Group").objects.create(name=f"Group {number}").pk for number in range(20)]

    def queries_to_link(keys):
        person = make("accounts.User")
        with CaptureQueriesContext(connection) as queries:
            answer = staff_api.patch(
                f"{PEOPLE}{person.pk}/", {"groups": keys}, format="json", headers={"If-Match": etag(person)}
            )
        assert answer.json()["groups"] == keys
        assert answer["ETag"] == etag(person) == '"3"'
        return len(queries)

    assert queries_to_link(groups[:1]) == queries_to_link(groups)


def test_a_link_to_a_row_in_the_trash_is_refused(staff_api):
    user = make("accounts.User")
    user.delete()
    assert errors_of(staff_api.post(STUDENTS, student_body(user=user.pk), format="json")) == {
        "user": "does_not_exist"
    }


def test_the_models_own_rules_are_errors_of_their_fields(staff_api):
    taken = make("accounts.StudentProfile")
    errors = errors_of(staff_api.post(STUDENTS, student_body(user=taken.user_id), format="json"))
    assert errors == {"user": "unique"}
    errors = errors_of(staff_api.post(STUDENTS, student_body(level="NO_SUCH_LEVEL"), format="json"))
    assert set(errors) == {"level"}


def test_what_the_models_clean_sets_is_saved(staff_api, monkeypatch):
    def clean(self):
        self.school = self.school.upper()

    monkeypatch.setattr(model_of("accounts.StudentProfile"), "clean", clean)
    assert staff_api.post(STUDENTS, student_body(school="lower"), format="json").json()["school"] == "LOWER"


def test_a_secret_is_left_out_and_cannot_be_set(staff_api):
    person = make("accounts.User")
    assert "password" not in staff_api.get(f"{PEOPLE}{person.pk}/").json()
    answer = staff_api.patch(
        f"{PEOPLE}{person.pk}/", {"password": "x"}, format="json", headers={"If-Match": etag(person)}
    )
    assert errors_of(answer) == {"password": "unknown"}


def test_a_serializer_that_would_show_a_secret_does_not_work():
    from rest_framework import serializers

    class Leaking(BaseSerializer):
        password = serializers.CharField()

        class Meta:
            model = model_of("accounts.User")
            fields = ("id", "password")

    with pytest.raises(ImproperlyConfigured, match="password"):
        _ = Leaking().fields


def test_put_wants_every_required_column_and_patch_only_what_changes(staff_api):
    student = make("accounts.StudentProfile")
    url = f"{STUDENTS}{student.pk}/"
    assert "user" in errors_of(
        staff_api.put(url, {"school": "X"}, format="json", headers={"If-Match": '"1"'})
    )
    assert (
        staff_api.patch(url, {"school": "X"}, format="json", headers={"If-Match": '"1"'}).status_code == 200
    )


def test_columns_are_chosen_for_the_answer_not_for_what_is_accepted(staff_api):
    answer = staff_api.post(f"{STUDENTS}?fields=id,school", student_body(school="Y"), format="json")
    assert answer.status_code == 201
    assert set(answer.json()) == {"id", "school"}
    answer = staff_api.post(f"{STUDENTS}?fields=nope", student_body(), format="json")
    assert errors_of(answer) == {"fields": "unknown"}


@pytest.mark.parametrize(
    "key", ["abc", "1.5", "9" * 19, "9" * 25, "9" * 5000, "-1", "%00", "%F0%9F%98%80", "१"]
)
def test_an_address_that_names_no_row_is_404(staff_api, key):
    for action in ("", "history/"):
        assert staff_api.get(f"{STUDENTS}{key}/{action}").status_code == 404
    answer = staff_api.patch(f"{STUDENTS}{key}/", {}, format="json", headers={"If-Match": '"1"'})
    assert answer.status_code == 404


def test_form_bodies_are_understood_as_the_browsable_pages_send_them(staff_api):
    body = {name: str(value) for name, value in student_body(school="Form").items()}
    answer = staff_api.post(STUDENTS, {**body, "csrfmiddlewaretoken": "x"}, format="multipart")
    assert answer.status_code == 201, answer.content
    assert json.loads(answer.content)["school"] == "Form"
