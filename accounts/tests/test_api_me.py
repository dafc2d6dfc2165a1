"""What people see and change of themselves."""

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from allauth.usersessions.models import UserSession
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Role, StudentProfile, TeacherProfile, User, UserActivity
from config.base.testing import api_client, etag

from . import factories as make

pytestmark = pytest.mark.django_db

ME = "/api/v1/me/"
SESSIONS, ACTIVITIES = f"{ME}sessions/", f"{ME}activities/"
KINDS = ("student", "parent", "teacher", "staff")


def profile_url(kind):
    return f"{ME}profiles/{kind}/"


def problems(answer, status=400):
    assert answer.status_code == status, answer.content
    return {error["field"]: error["code"] for error in answer.json()["errors"]}


def browser(user):
    client = Client(headers={"User-Agent": "Firefox"})
    assert (
        client.post("/accounts/login/", {"login": user.email, "password": make.PASSWORD}).status_code == 302
    )
    return client


def test_a_person_sees_who_they_are():
    user = make.UserFactory(phone="+33612345678")
    user.groups.add(Role.objects.get(code="parent").group, Role.objects.get(code="learner").group)
    profile = make.StudentProfileFactory(user=user)
    TOTP.activate(user, "SECRET")
    answer = api_client(user).get(ME)
    assert answer.status_code == 200
    assert answer["ETag"] == etag(user)
    shown = answer.json()
    assert (shown["id"], shown["email"], shown["phone"]) == (user.pk, user.email, "+33612345678")
    assert shown["roles"] == ["learner", "parent"]
    assert shown["profiles"] == {"student": profile.pk, "parent": None, "teacher": None, "staff": None}
    assert shown["has_second_factor"] is True
    assert not {"password", "created_by", "updated_by", "groups"} & set(shown)


def test_looking_at_oneself_takes_few_queries(django_assert_max_num_queries):
    client = api_client(make.UserFactory())
    with django_assert_max_num_queries(9):
        client.get(ME)


def test_a_person_changes_what_is_theirs_to_change():
    user = make.UserFactory()
    client = api_client(user)
    read = client.get(ME)
    body = {"full_name": " Zoe\u0301 ", "phone": "06 12 34 56 78", "locale": "fr", "time_zone": "Asia/Tokyo"}
    answer = client.patch(ME, body, format="json", headers={"If-Match": read["ETag"]})
    assert answer.status_code == 200, answer.content
    assert answer["ETag"] == etag(user) != read["ETag"]
    user.refresh_from_db()
    assert (user.full_name, str(user.phone)) == ("Zoé", "+33 6 12 34 56 78")
    assert (user.locale, user.time_zone) == ("fr", "Asia/Tokyo")
    assert user.updated_by == user


def test_a_person_gives_themselves_no_rights_and_no_other_address():
    user = make.UserFactory()
    client = api_client(user)
    body = {**client.get(ME).json(), "is_staff": True, "is_superuser": True, "roles": ["administrator"]}
    body |= {"email": "other@example.org", "username": "other", "full_name": "Renamed"}
    answer = client.patch(ME, body, format="json", headers={"If-Match": etag(user)})
    assert answer.status_code == 200
    stored = User.objects.get()
    assert (stored.is_staff, stored.is_superuser, stored.groups.count()) == (False, False, 0)
    assert (stored.email, stored.username, stored.full_name) == (user.email, user.username, "Renamed")


def test_a_change_of_oneself_wants_the_etag_and_right_values():
    user = make.UserFactory()
    client = api_client(user)
    assert client.patch(ME, {"full_name": "A"}, format="json").status_code == 428
    stale = client.patch(ME, {"full_name": "A"}, format="json", headers={"If-Match": '"99"'})
    assert (stale.status_code, stale["ETag"]) == (412, etag(user))
    wrong = {"full_name": " ", "phone": "12", "locale": "xx", "time_zone": ["Mars"]}
    answer = client.patch(ME, wrong, format="json", headers={"If-Match": etag(user)})
    assert set(problems(answer)) == set(wrong)
    answer = client.patch(ME, {"colour": 1}, format="json", headers={"If-Match": etag(user)})
    assert problems(answer) == {"colour": "unknown"}
    assert client.put(ME, {}, format="json").status_code == 405
    assert client.delete(ME).status_code == 405


@pytest.mark.parametrize("kind", KINDS)
def test_each_sees_and_changes_their_own_profile_and_nobody_elses(kind):
    factory = {
        "student": make.StudentProfileFactory,
        "parent": make.ParentProfileFactory,
        "teacher": make.TeacherProfileFactory,
        "staff": make.AdminProfileFactory,
    }[kind]
    change = {
        "student": {"school": "Lycée Curie"},
        "parent": {"preferred_contact": "SMS"},
        "teacher": {"headline": "Physics"},
        "staff": {"job_title": "Director"},
    }[kind]
    factory()
    mine = factory()
    client = api_client(mine.user)
    read = client.get(profile_url(kind))
    assert (read.status_code, read.json()["id"], read["ETag"]) == (200, mine.pk, etag(mine))
    answer = client.patch(profile_url(kind), change, format="json", headers={"If-Match": read["ETag"]})
    assert answer.status_code == 200, answer.content
    mine.refresh_from_db()
    assert {name: getattr(mine, name) for name in change} == change
    body = answer.json()
    again = client.put(profile_url(kind), body, format="json", headers={"If-Match": etag(mine)})
    assert again.status_code == 200, again.content
    assert client.patch(profile_url(kind), change, format="json").status_code == 428
    stranger = api_client(make.UserFactory())
    assert stranger.get(profile_url(kind)).status_code == 404
    assert stranger.patch(profile_url(kind), change, format="json").status_code == 404
    assert api_client(None).get(profile_url(kind)).status_code == 401


@pytest.mark.parametrize(("kind", "role"), [("student", "learner"), ("parent", "parent")])
def test_a_person_makes_their_own_students_or_parents_profile(kind, role):
    user = make.UserFactory()
    client = api_client(user)
    answer = client.put(profile_url(kind), {}, format="json")
    assert answer.status_code == 201, answer.content
    assert client.get(ME).json()["profiles"][kind] == answer.json()["id"]
    assert client.get(ME).json()["roles"] == [role]
    assert client.put(profile_url(kind), {}, format="json").status_code == 428


@pytest.mark.parametrize("kind", ["teacher", "staff"])
def test_nobody_makes_themselves_a_teacher_or_staff(kind):
    client = api_client(make.UserFactory())
    assert client.put(profile_url(kind), {}, format="json").status_code == 404
    assert not TeacherProfile.objects.exists()


def test_a_wrong_first_profile_is_not_made():
    client = api_client(make.UserFactory())
    body = {"level": "ZERO", "birth_date": "2999-01-01", "user": 1}
    assert problems(client.put(profile_url("student"), body, format="json")) == {"user": "unknown"}
    del body["user"]
    assert "level" in problems(client.put(profile_url("student"), body, format="json"))
    assert not StudentProfile.objects.exists()


def test_a_teachers_rate_is_not_theirs_to_set():
    mine = make.TeacherProfileFactory()
    client = api_client(mine.user)
    body = {"hourly_rate_amount": "999.00", "hourly_rate_currency": "USD"}
    client.patch(profile_url("teacher"), body, format="json", headers={"If-Match": etag(mine)})
    mine.refresh_from_db()
    assert str(mine.hourly_rate_amount) == "35.00"


@pytest.mark.parametrize("url", [ME, f"{ME}sessions/", f"{ME}profiles/student/"])
def test_what_is_not_understood_is_named(url):
    client = api_client(make.UserFactory())
    assert problems(client.get(url, {"no_such": 1})) == {"no_such": "unknown"}


# Sessions


def test_a_person_lists_their_sessions_and_ends_another():
    user = make.UserFactory()
    mine, other = browser(user), browser(user)
    browser(make.UserFactory())
    rows = mine.get(SESSIONS).json()
    assert [row["is_current"] for row in rows] == [False, True]
    assert rows[0]["user_agent"] == "Firefox"
    assert mine.delete(f"{SESSIONS}{rows[0]['id']}/").status_code == 204
    assert other.get(ME).status_code == 401
    assert mine.get(ME).status_code == 200
    assert mine.delete(f"{SESSIONS}{rows[0]['id']}/").status_code == 404
    line = UserActivity.objects.get(verb=UserActivity.Verb.SESSION_ENDED)
    assert (line.user, line.object_id) == (user, user.pk)


def test_a_person_ends_the_session_they_are_in():
    mine = browser(make.UserFactory())
    (row,) = mine.get(SESSIONS).json()
    assert mine.delete(f"{SESSIONS}{row['id']}/").status_code == 204
    assert mine.get(ME).status_code == 401
    assert not UserSession.objects.exists()


def test_a_person_ends_all_other_sessions_and_no_token():
    user = make.UserFactory()
    mine, token = browser(user), api_client(user)
    others = [browser(user) for _ in range(2)]
    stranger = browser(make.UserFactory())
    answer = mine.post(f"{SESSIONS}end-others/", content_type="application/json")
    assert (answer.status_code, answer.json()) == (200, {"ended": 2})
    assert [client.get(ME).status_code for client in (mine, token, stranger)] == [200, 200, 200]
    assert [client.get(ME).status_code for client in others] == [401, 401]
    assert token.post(f"{SESSIONS}end-others/").json() == {"ended": 1}
    assert mine.get(ME).status_code == 401


def test_nobody_sees_or_ends_anothers_session():
    user = make.UserFactory()
    theirs = browser(user)
    client = api_client(make.UserFactory())
    assert client.get(SESSIONS).json() == []
    assert client.delete(f"{SESSIONS}{UserSession.objects.get().pk}/").status_code == 404
    assert theirs.get(ME).status_code == 200


@pytest.mark.parametrize("key", ["x", "%00", "-1", "9" * 30, "1.5", "%F0%9F"])
def test_a_key_of_no_session_is_not_found(key):
    assert api_client(make.UserFactory()).delete(f"{SESSIONS}{key}/").status_code == 404


def test_the_list_of_sessions_leaves_out_what_has_ended_and_takes_the_same_queries():
    user = make.UserFactory()
    client = api_client(user)
    browser(user)
    UserSession.objects.create(user=user, session_key="gone", ip="192.0.2.1", user_agent="")

    def count():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(SESSIONS).status_code == 200
        return len(queries)

    few = count()
    for _ in range(3):
        browser(user)
    assert count() == few
    assert len(client.get(SESSIONS).json()) == 4


# Activities


def test_a_person_sees_what_they_did_and_what_happened_to_their_account_and_nothing_else():
    user, staff = make.UserFactory(), make.StaffFactory()
    UserActivity.objects.all().delete()
    mine = make.UserActivityFactory(user=user, verb="SIGNED_IN")
    about = make.UserActivityFactory(
        user=staff, verb="RIGHTS_CHANGED", object_type="accounts.user", object_id=user.pk
    )
    make.UserActivityFactory(user=staff)
    make.UserActivityFactory(user=None, verb="SIGN_IN_FAILED", object_type="crm.order", object_id=user.pk)
    answer = api_client(user).get(ACTIVITIES)
    rows = answer.json()["results"]
    assert [row["id"] for row in rows] == [about.pk, mine.pk]
    assert [row["by_oneself"] for row in rows] == [False, True]
    assert not {"user", "request_id", "created_by"} & set(rows[0])


def test_activities_come_in_pages_newest_first():
    user = make.UserFactory()
    made = [make.UserActivityFactory(user=user).pk for _ in range(3)]
    client = api_client(user)
    first = client.get(ACTIVITIES, {"page_size": 2}).json()
    second = client.get(first["next"]).json()
    assert [row["id"] for row in first["results"] + second["results"]] == made[::-1]
    assert set(problems(client.get(ACTIVITIES, {"user": 1, "page_size": 2}))) == {"user"}
    for parameters in ({"page_size": "201"}, {"cursor": "\x00"}):
        assert set(problems(client.get(ACTIVITIES, parameters))) == set(parameters)


@pytest.mark.parametrize("url", [ME, SESSIONS, ACTIVITIES, *(profile_url(kind) for kind in KINDS)])
def test_strangers_get_nothing(url):
    assert api_client(None).get(url).status_code == 401
