import pytest
from django.contrib.auth.models import Group, Permission

from accounts.models import User, UserActivity
from config.base.testing import api_client, etag

from . import factories as make

pytestmark = pytest.mark.django_db

USERS = "/api/v1/accounts/users/"
MANAGE = ("accounts.view_user", "accounts.add_user", "accounts.change_user", "accounts.delete_user")
NEW = {"username": "new", "email": "new@example.org", "full_name": "New Person", "password": make.PASSWORD}


@pytest.fixture
def manager_api():
    """Somebody who manages people and has no other right."""
    return api_client(make.StaffFactory(permissions=MANAGE))


def url(user, action=""):
    return f"{USERS}{user.pk}/{action and action + '/'}"


def change(client, user, body):
    return client.patch(url(user), body, format="json", headers={"If-Match": etag(user)})


def fields_of(answer):
    assert answer.status_code == 400, answer.content
    return {error["field"] for error in answer.json()["errors"]}


# Finding


@pytest.mark.parametrize(
    "query",
    [{"email": "ELODIE@example.org"}, {"username": "ELODIE"}, {"search": "elodie dup"}, {"search": "ÉLOD"}],
)
def test_people_are_found_by_email_user_name_and_part_of_a_name(staff_api, query):
    user = make.UserFactory(username="elodie", full_name="Élodie Dupré")
    make.UserFactory()
    assert [row["id"] for row in staff_api.get(USERS, query).json()["results"]] == [user.pk]


def test_an_email_that_nobody_has_finds_nobody(staff_api):
    assert staff_api.get(USERS, {"email": "x@example.org"}).json()["results"] == []


@pytest.mark.parametrize("name", ["is_active", "is_staff", "is_superuser"])
def test_people_are_filtered_by_what_they_may(staff_api, name):
    user = make.UserFactory(is_active=False)
    rows = staff_api.get(USERS, {name: "false"}).json()["results"]
    assert [row["id"] for row in rows] == [user.pk]


# Creating


def test_a_person_is_registered(staff_api):
    group = Group.objects.get(name="teacher")
    answer = staff_api.post(
        USERS, {**NEW, "phone": "06 12 34 56 78", "groups": [group.pk], "is_staff": True}, format="json"
    )
    assert answer.status_code == 201, answer.content
    body = answer.json()
    assert (body["phone"], body["groups"], body["is_staff"]) == ("+33612345678", [group.pk], True)
    assert "password" not in answer.content.decode()
    user = User.objects.get(username="new")
    assert user.check_password(make.PASSWORD)
    assert user.created_by == staff_api.user
    assert UserActivity.objects.about(user).filter(verb="REGISTERED", user=staff_api.user).exists()


def test_a_bad_registration_is_answered_with_every_error(staff_api):
    make.BlockedEmailDomainFactory(domain="bad.example")
    body = {
        "username": "a@b",
        "email": "a@bad.example",
        "full_name": "A",
        "password": "short",
        "time_zone": "Mars",
    }
    answer = staff_api.post(USERS, body, format="json")
    assert fields_of(answer) == {"username", "email", "password", "time_zone"}
    assert User.objects.count() == 1


@pytest.mark.parametrize("name", ["username", "email", "full_name"])
def test_what_a_person_needs_is_asked_for(staff_api, name):
    body = {key: value for key, value in NEW.items() if key != name}
    assert fields_of(staff_api.post(USERS, body, format="json")) == {name}


def test_a_taken_address_is_an_error_of_the_field(staff_api):
    make.UserFactory(email="NEW@example.org")
    assert fields_of(staff_api.post(USERS, NEW, format="json")) == {"email"}


def test_a_password_is_not_changed_here(staff_api):
    user = make.UserFactory()
    assert fields_of(change(staff_api, user, {"password": "quite another passphrase"})) == {"password"}
    assert User.objects.get(pk=user.pk).check_password(make.PASSWORD)


# Activating


def test_a_person_is_deactivated_and_activated(staff_api):
    user = make.UserFactory()
    for action, expected in (("deactivate", False), ("deactivate", False), ("activate", True)):
        answer = staff_api.post(url(user, action), headers={"If-Match": etag(user)})
        assert answer.status_code == 200, answer.content
        assert answer.json()["is_active"] is expected
        assert answer["ETag"] == etag(user)
    assert user.history.count() == 3


@pytest.mark.parametrize("action", ["activate", "deactivate"])
def test_an_action_obeys_the_lock_and_the_rights(staff_api, action):
    user = make.UserFactory(is_active=action == "deactivate")
    assert staff_api.post(url(user, action)).status_code == 428
    assert staff_api.post(url(user, action), headers={"If-Match": '"99"'}).status_code == 412
    current = {"If-Match": etag(user)}
    assert api_client(None).post(url(user, action), headers=current).status_code == 401
    viewer = api_client(make.StaffFactory(permissions=["accounts.view_user"]))
    assert viewer.post(url(user, action), headers=current).status_code == 403
    assert User.objects.get(pk=user.pk).version == 1


def test_being_active_is_not_a_column_to_write(staff_api):
    user = make.UserFactory()
    assert change(staff_api, user, {"is_active": False}).json()["is_active"] is True


# Rights


@pytest.mark.parametrize("flag", ["is_superuser", "is_staff"])
def test_only_a_superuser_makes_somebody_staff_or_superuser(manager_api, staff_api, flag):
    user = make.UserFactory()
    assert fields_of(change(manager_api, user, {flag: True})) == {flag}
    assert fields_of(manager_api.post(USERS, {**NEW, flag: True}, format="json")) == {flag}
    assert change(staff_api, user, {flag: True}).json()[flag] is True


def test_nobody_promotes_themselves(manager_api):
    me = manager_api.user
    administrator = Group.objects.get(name="administrator")
    body = {"is_superuser": True, "groups": [administrator.pk]}
    assert fields_of(change(manager_api, me, body)) == {"is_superuser", "groups"}
    assert fields_of(change(manager_api, me, {"is_staff": False})) == {"is_staff"}


def test_nobody_gives_more_rights_than_their_own(manager_api):
    user = make.UserFactory()
    mine, more = Group.objects.create(name="mine"), Group.objects.create(name="more")
    mine.permissions.add(Permission.objects.get(codename="view_user"))
    more.permissions.add(Permission.objects.get(codename="view_group"))
    assert fields_of(change(manager_api, user, {"groups": [mine.pk, more.pk]})) == {"groups"}
    assert fields_of(manager_api.post(USERS, {**NEW, "groups": [more.pk]}, format="json")) == {"groups"}
    assert change(manager_api, user, {"groups": [mine.pk]}).status_code == 200


@pytest.mark.parametrize("kind", ["superuser", "more rights", "more rights by a group", "inactive"])
def test_nobody_touches_a_person_with_more_rights(manager_api, kind):
    if kind == "superuser":
        target = make.SuperuserFactory()
    elif kind == "more rights by a group":
        target = make.StaffFactory()
        target.groups.add(Group.objects.get(name="administrator"))
    else:
        target = make.StaffFactory(permissions=["auth.view_group"], is_active=kind != "inactive")
    current = {"If-Match": etag(target)}
    assert manager_api.get(url(target)).status_code == 200
    assert change(manager_api, target, {"email": "mine@example.org"}).status_code == 403
    assert manager_api.delete(url(target), headers=current).status_code == 403
    for action in ("activate", "deactivate"):
        assert manager_api.post(url(target, action), headers=current).status_code == 403
    assert User.objects.get(pk=target.pk).email == target.email


def test_a_manager_manages_everybody_else(manager_api):
    user = make.StaffFactory(permissions=["accounts.view_user"])
    assert change(manager_api, user, {"full_name": "Renamed"}).status_code == 200
    assert change(manager_api, manager_api.user, {"full_name": "Me"}).status_code == 200
    assert manager_api.delete(url(user), headers={"If-Match": etag(user)}).status_code == 204


def test_a_person_of_more_rights_is_not_brought_back_either(manager_api):
    boss = make.SuperuserFactory()
    boss.delete()
    answer = manager_api.post(url(boss, "restore"), headers={"If-Match": etag(boss)})
    assert answer.status_code == 403


def test_nor_along_with_somebody_whom_the_same_deletion_took(manager_api):
    boss, user = make.SuperuserFactory(), make.UserFactory()
    User.objects.filter(pk__in=[boss.pk, user.pk]).delete()
    answer = manager_api.post(url(user, "restore"), headers={"If-Match": etag(user)})
    assert answer.status_code == 403
    assert not User.objects.filter(pk__in=[boss.pk, user.pk]).exists()


# Profiles


def test_a_profile_is_created_changed_and_unique(staff_api):
    user = make.UserFactory()
    profiles = "/api/v1/accounts/teacher-profiles/"
    body = {
        "user": user.pk,
        "headline": "Maths",
        "hourly_rate_amount": "40.00",
        "hourly_rate_currency": "EUR",
    }
    answer = staff_api.post(profiles, body, format="json")
    assert answer.status_code == 201, answer.content
    assert fields_of(staff_api.post(profiles, body, format="json")) == {"user"}
    row, tag = f"{profiles}{answer.json()['id']}/", answer["ETag"]
    wrong = staff_api.patch(row, {"hourly_rate_amount": "-1"}, format="json", headers={"If-Match": tag})
    assert fields_of(wrong) == {"hourly_rate_amount"}
    right = staff_api.patch(row, {"hourly_rate_amount": None}, format="json", headers={"If-Match": tag})
    assert right.json()["hourly_rate_amount"] is None


def test_nobody_is_their_own_guardian_here_either(staff_api):
    user = make.UserFactory()
    body = {
        "parent": make.ParentProfileFactory(user=user).pk,
        "student": make.StudentProfileFactory(user=user).pk,
    }
    assert fields_of(staff_api.post("/api/v1/accounts/guardianships/", body, format="json")) == {"student"}


@pytest.mark.parametrize("name", ["roles", "user-activities"])
def test_what_a_service_owns_is_read_only(staff_api, name):
    address = f"/api/v1/accounts/{name}/"
    make.UserActivityFactory()
    first = staff_api.get(address).json()["results"][0]
    assert staff_api.post(address, {}, format="json").status_code == 405
    for method in (staff_api.put, staff_api.patch, staff_api.delete):
        assert method(f"{address}{first['id']}/", {}, format="json").status_code in (405, 428)
