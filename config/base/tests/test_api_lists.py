"""Lists: pages, filters, ordering, search, columns."""

from __future__ import annotations

from base64 import b64encode

import pytest

from .api_helpers import make_many
from .helpers import make, model_of

pytestmark = [pytest.mark.urls("config.base.tests.api_urls"), pytest.mark.django_db]
STUDENTS = "/api/v1/test/students/"
GUARDIANSHIPS = "/api/v1/test/guardianships/"


def schools(response):
    assert response.status_code == 200, response.content
    return [row["school"] for row in response.json()["results"]]


def named(response):
    assert response.status_code == 400, response.content
    return [error["field"] for error in response.json()["errors"]]


def test_a_page_holds_50_unless_asked_and_200_at_most(staff_api):
    make_many(model_of("accounts.StudentProfile"), 60)
    body = staff_api.get(STUDENTS).json()
    assert (body["count"], len(body["results"])) == (60, 50)
    assert len(staff_api.get(body["next"]).json()["results"]) == 10
    assert len(staff_api.get(STUDENTS, {"page_size": 7}).json()["results"]) == 7


@pytest.mark.parametrize("value", ["0", "-1", "201", "x", "1.5", "", "٣", "9" * 40])
def test_a_bad_page_size_is_named(staff_api, value):
    assert named(staff_api.get(STUDENTS, {"page_size": value})) == ["page_size"]
    assert named(staff_api.get(GUARDIANSHIPS, {"page_size": value})) == ["page_size"]


@pytest.mark.parametrize("value", ["0", "-1", "x", "last", "9" * 40])
def test_a_bad_page_is_named(staff_api, value):
    assert named(staff_api.get(STUDENTS, {"page": value})) == ["page"]


def test_a_page_after_the_last_is_404(staff_api):
    assert staff_api.get(STUDENTS, {"page": "2"}).status_code == 404
    assert staff_api.get(STUDENTS, {"page": str(10**17)}).status_code == 404


def test_a_cursor_goes_through_everything_once_newest_first(staff_api):
    rows = make_many(model_of("accounts.Guardianship"), 7)
    seen, url = [], f"{GUARDIANSHIPS}?page_size=3"
    while url:
        body = staff_api.get(url).json()
        seen += [row["id"] for row in body["results"]]
        url = body["next"]
    assert seen == sorted((row.pk for row in rows), reverse=True)


@pytest.mark.parametrize(
    "cursor", ["x", "é", b64encode(b"p=abc").decode(), b64encode(b"o=x").decode(), "\x00"]
)
def test_a_cursor_that_no_page_has_given_is_named(staff_api, cursor):
    assert named(staff_api.get(GUARDIANSHIPS, {"cursor": cursor})) == ["cursor"]


def test_a_search_of_too_many_words_is_refused_not_cut(staff_api):
    assert staff_api.get(STUDENTS, {"search": "a " * 20}).status_code == 200
    answer = staff_api.get(STUDENTS, {"search": "a " * 21})
    assert (answer.status_code, named(answer)) == (400, ["search"])


def test_search_is_blind_to_case_and_accents(staff_api):
    make("accounts.StudentProfile", school="Lycée Évariste-Galois")
    make("accounts.StudentProfile", school="Collège Jules-Ferry")
    assert schools(staff_api.get(STUDENTS, {"search": "LYCEE galois"})) == ["Lycée Évariste-Galois"]
    assert schools(staff_api.get(STUDENTS, {"search": "évariste"})) == ["Lycée Évariste-Galois"]
    assert schools(staff_api.get(STUDENTS, {"search": "100%"})) == []


def test_a_filter_finds_and_a_bad_value_is_named(staff_api):
    student, other = make("accounts.StudentProfile"), make("accounts.StudentProfile", level="ADULT")
    assert staff_api.get(STUDENTS, {"user": student.user_id}).json()["count"] == 1
    assert staff_api.get(STUDENTS, {"level": "ADULT"}).json()["results"][0]["id"] == other.pk
    assert staff_api.get(STUDENTS, {"birth_date__isnull": "true"}).json()["count"] == 2
    assert staff_api.get(STUDENTS, {"created_at__gte": "2020-01-01T00:00:00+01:00"}).json()["count"] == 2
    for name, value in {
        "user": "x",
        "level": "NOPE",
        "birth_date": "31/12",
        "birth_date__isnull": "perhaps",
        "created_at__gte": "yesterday",
    }.items():
        assert named(staff_api.get(STUDENTS, {name: value})) == [name]


@pytest.mark.parametrize("value", [10**18, 2**63 - 1, 0, -1, -(2**63)])
def test_a_key_of_nobody_finds_nothing(staff_api, value):
    assert staff_api.get(STUDENTS, {"user": value}).json()["count"] == 0


@pytest.mark.parametrize(
    "value",
    ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-02-30T00:00:00Z", "10000-01-01", "NaN"],
)
def test_a_moment_that_overflows_is_named(staff_api, value):
    assert named(staff_api.get(STUDENTS, {"created_at__gte": value})) == ["created_at__gte"]
    student = make("accounts.StudentProfile")
    assert named(staff_api.get(f"{STUDENTS}{student.pk}/", {"as_of": value})) == ["as_of"]


def test_ordering_is_by_the_named_column_then_the_key(staff_api):
    for school in ("B", "A", "B"):
        make("accounts.StudentProfile", school=school)
    assert schools(staff_api.get(STUDENTS, {"ordering": "-school"})) == ["B", "B", "A"]
    assert named(staff_api.get(STUDENTS, {"ordering": "school,level"})) == ["ordering"]
    assert named(staff_api.get(STUDENTS, {"ordering": "--school"})) == ["ordering"]


def test_columns_are_chosen_or_left_out(staff_api):
    student = make("accounts.StudentProfile")
    url = f"{STUDENTS}{student.pk}/"
    assert set(staff_api.get(url, {"fields": "id,school"}).json()) == {"id", "school"}
    assert "school" not in staff_api.get(STUDENTS, {"omit": "school"}).json()["results"][0]
    assert set(staff_api.get(url, {"fields": "id,school", "omit": "school"}).json()) == {"id"}
    assert named(staff_api.get(url, {"fields": "id,nope"})) == ["fields"]


def test_columns_left_out_cost_no_query(staff_api, django_assert_num_queries):
    make("accounts.User")
    url = "/api/v1/test/people/"
    staff_api.get(url)
    with django_assert_num_queries(4):  # token twice, count, rows; neither groups nor permissions
        staff_api.get(url, {"omit": "groups,user_permissions"})


def test_a_parameter_is_refused_where_it_means_nothing(staff_api):
    student = make("accounts.StudentProfile")
    url = f"{STUDENTS}{student.pk}/"
    assert named(staff_api.get(url, {"search": "x"})) == ["search"]
    assert named(staff_api.get(f"{url}history/", {"fields": "id"})) == ["fields"]
    assert named(staff_api.delete(f"{url}?fields=id", headers={"If-Match": '"1"'})) == ["fields"]
    assert named(staff_api.get(GUARDIANSHIPS, {"search": "x"})) == ["search"]


def test_only_who_may_delete_sees_the_trash(staff_api):
    from importlib import import_module

    from config.base.testing import api_client

    StaffFactory = import_module("accounts.tests.factories").StaffFactory
    student = make("accounts.StudentProfile")
    student.delete()
    viewer = api_client(StaffFactory(permissions=["accounts.view_studentprofile"]))
    cleaner = api_client(
        StaffFactory(permissions=["accounts.view_studentprofile", "accounts.delete_studentprofile"])
    )
    for url in (STUDENTS, f"{STUDENTS}{student.pk}/", f"{STUDENTS}{student.pk}/history/"):
        assert viewer.get(url, {"deleted": "only"}).status_code == 403
        assert cleaner.get(url, {"deleted": "only"}).status_code == 200
    restore = f"{STUDENTS}{student.pk}/restore/"
    assert viewer.post(restore, headers={"If-Match": '"2"'}).status_code == 403
    assert cleaner.post(restore, headers={"If-Match": '"2"'}).status_code == 200
