"""Who exports and erases whom, over the API and in the admin."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse
from knox.models import AuthToken

from accounts.models import User, UserActivity
from accounts.roles import ADMINISTRATOR, SUPPORT, declared_permissions
from config.base.testing import api_client, etag

from . import factories as make

pytestmark = pytest.mark.django_db

ME_EXPORT, ME_ERASE = "/api/v1/me/export/", "/api/v1/me/erase/"
USERS = "/api/v1/accounts/users/"


def proof(user, **changed):
    return {"password": make.PASSWORD, "confirmation": user.username, **changed}


def test_one_downloads_ones_own_data_and_nobody_elses():
    user, other = make.UserFactory(), make.UserFactory()
    make.StudentProfileFactory(user=user, school="Lycée Mien")
    make.StudentProfileFactory(user=other, school="Lycée Autre")
    answer = api_client(user).get(ME_EXPORT)
    assert answer.status_code == 200
    assert answer["Content-Disposition"] == f'attachment; filename="personal-data-{user.pk}.json"'
    assert answer["Cache-Control"] == "no-store"
    assert answer.json()["data"]["accounts"]["StudentProfile"][0]["school"] == "Lycée Mien"
    assert "Autre" not in answer.content.decode()
    activity = UserActivity.objects.get(verb="EXPORTED")
    assert (activity.user_id, activity.object_id) == (user.pk, user.pk)


@pytest.mark.parametrize("query", ["", "?format=json"])
def test_a_browser_saves_json(client, query):
    user = make.UserFactory()
    client.force_login(user)
    answer = client.get(ME_EXPORT + query, headers={"Accept": "text/html,*/*;q=0.8"})
    assert answer["Content-Type"] == "application/json"
    assert answer.json()["person"] == user.pk


def test_a_stranger_has_no_data():
    assert api_client(None).get(ME_EXPORT).status_code == 401
    assert api_client(None).post(ME_ERASE, {}, format="json").status_code == 401


def test_one_erases_oneself_with_password_and_name_and_is_gone():
    user = make.UserFactory()
    client = api_client(user)
    answer = client.post(ME_ERASE, proof(user), format="json")
    assert answer.status_code == 204, answer.content
    assert client.get(ME_EXPORT).status_code == 401
    assert not AuthToken.objects.exists()
    assert User.objects.get(pk=user.pk).is_erased
    assert UserActivity.objects.get(verb="ERASED").user_id == user.pk
    assert api_client(None).post(
        "/api/v1/accounts/login/", {"username": user.email, "password": make.PASSWORD}, format="json"
    ).status_code in (401, 403)


def test_in_a_browser_the_session_ends(client):
    user = make.UserFactory()
    client.force_login(user)
    answer = client.post(ME_ERASE, proof(user), content_type="application/json")
    assert answer.status_code == 204, answer.content
    assert client.get(ME_EXPORT).status_code in (401, 403)


def test_a_wrong_password_is_refused_and_counted():
    user = make.UserFactory()
    answer = api_client(user).post(ME_ERASE, proof(user, password="wrong"), format="json")
    assert answer.status_code == 403
    assert answer.json()["code"] == "wrong_password"
    assert not User.objects.get(pk=user.pk).is_erased
    assert UserActivity.objects.filter(verb="SIGN_IN_FAILED").count() == 1


def test_wrong_passwords_lock_this_door_too(settings):
    settings.AXES_FAILURE_LIMIT = 2
    user = make.UserFactory()
    client = api_client(user)
    for _ in range(2):
        client.post(ME_ERASE, proof(user, password="wrong"), format="json")
    assert client.post(ME_ERASE, proof(user), format="json").status_code in (403, 429)
    assert not User.objects.get(pk=user.pk).is_erased


@pytest.mark.parametrize(
    ("changed", "errors"),
    [
        ({"confirmation": "somebody"}, {"confirmation": "confirmation"}),
        ({"confirmation": ""}, {"confirmation": "blank"}),
        ({"sure": True, "confirmation": "x"}, {"sure": "unknown", "confirmation": "confirmation"}),
    ],
)
def test_what_is_missing_for_an_erasure_is_named(changed, errors):
    user = make.UserFactory()
    answer = api_client(user).post(ME_ERASE, proof(user, **changed), format="json")
    assert answer.status_code == 400
    assert {each["field"]: each["code"] for each in answer.json()["errors"]} == errors
    assert not UserActivity.objects.exists()


def test_the_last_superuser_is_told_why_not():
    user = make.SuperuserFactory()
    answer = api_client(user).post(ME_ERASE, proof(user), format="json")
    assert answer.status_code == 409
    assert answer.json()["code"] == "last_superuser"


def staff(*permissions):
    return make.StaffFactory(permissions=["accounts.view_user", *permissions])


def test_staff_export_and_erase_whom_they_manage():
    user = make.UserFactory()
    client = api_client(staff("accounts.export_user", "accounts.erase_user"))
    assert client.get(f"{USERS}{user.pk}/export/").json()["person"] == user.pk
    assert client.post(f"{USERS}{user.pk}/erase/").status_code == 428
    answer = client.post(f"{USERS}{user.pk}/erase/", headers={"If-Match": etag(user)})
    assert answer.status_code == 204, answer.content
    assert User.objects.get(pk=user.pk).is_erased


def test_staff_erase_somebody_in_the_trash():
    user = make.UserFactory()
    user.delete()
    client = api_client(staff("accounts.erase_user"))
    answer = client.post(f"{USERS}{user.pk}/erase/", headers={"If-Match": etag(user)})
    assert answer.status_code == 204, answer.content
    assert User.all_objects.get(pk=user.pk).is_erased


@pytest.mark.parametrize("permissions", [(), ("accounts.change_user", "accounts.delete_user")])
def test_each_takes_a_right_of_its_own(permissions, client):
    user, actor = make.UserFactory(), staff(*permissions)
    api = api_client(actor)
    assert api.get(f"{USERS}{user.pk}/export/").status_code == 403
    assert api.post(f"{USERS}{user.pk}/erase/", headers={"If-Match": etag(user)}).status_code == 403
    client.force_login(actor)
    for name in ("export", "erase"):
        assert client.get(reverse(f"admin:accounts_user_{name}", args=[user.pk])).status_code == 403
    page = client.get(reverse("admin:accounts_user_change", args=[user.pk])).content.decode()
    assert f"/{user.pk}/erase/" not in page and f"/{user.pk}/export/" not in page


def test_nobody_reaches_above_themselves(client):
    boss = make.SuperuserFactory()
    actor = staff("accounts.export_user", "accounts.erase_user")
    api = api_client(actor)
    assert api.get(f"{USERS}{boss.pk}/export/").status_code == 403
    assert api.post(f"{USERS}{boss.pk}/erase/", headers={"If-Match": etag(boss)}).status_code == 403
    client.force_login(actor)
    for name in ("export", "erase"):
        url = reverse(f"admin:accounts_user_{name}", args=[boss.pk])
        assert client.get(url).status_code == 403
        assert client.post(url, {"confirmation": boss.username}).status_code == 403
    assert not UserActivity.objects.filter(verb__in=("EXPORTED", "ERASED")).exists()


def test_roles_have_the_rights():
    granted = declared_permissions()
    assert {"accounts.export_user", "accounts.erase_user"} <= set(granted[ADMINISTRATOR])
    assert "accounts.export_user" in granted[SUPPORT]
    assert [code for code, names in granted.items() if "accounts.erase_user" in names] == [ADMINISTRATOR]


@pytest.fixture
def boss(client):
    client.force_login(make.SuperuserFactory(locale="en"))
    return client


def act(client, name, *people):
    data = {"action": name, "_selected_action": [user.pk for user in people]}
    return client.post(reverse("admin:accounts_user_changelist"), data)


def test_the_confirmation_says_what_goes_and_what_stays(boss):
    guardianship = make.GuardianshipFactory()
    user = guardianship.student.user
    answer = act(boss, "erase_selected", user)
    url = reverse("admin:accounts_user_erase", args=[user.pk])
    assert (answer.status_code, answer["Location"]) == (302, url)
    page = boss.get(url)
    assert page.status_code == 200
    assert page.context["purged"] == [
        {"name": "Email addresses", "count": 1},
        {"name": "Guardianships", "count": 1},
    ]
    assert {"name": "Student profiles", "count": 1} in page.context["emptied"]
    assert "This cannot be undone" in page.content.decode()
    assert not User.objects.get(pk=user.pk).is_erased


def test_an_erasure_in_the_admin_takes_the_user_name_typed(boss):
    user = make.UserFactory(full_name="Lucie Visible")
    url = reverse("admin:accounts_user_erase", args=[user.pk])
    refused = boss.post(url, {"confirmation": "Lucie Visible"})
    assert refused.status_code == 400
    assert "Nothing was erased." in refused.content.decode()
    assert not User.objects.get(pk=user.pk).is_erased
    done = boss.post(url, {"confirmation": f" {user.username} "}, follow=True)
    assert "The personal data was erased." in done.content.decode()
    assert User.objects.get(pk=user.pk).is_erased
    page = boss.get(reverse("admin:accounts_user_change", args=[user.pk])).content.decode()
    assert "The personal data of this person was erased on" in page
    assert 'name="_save"' not in page and "Lucie" not in page
    assert "Lucie" not in boss.get(reverse("admin:accounts_user_history", args=[user.pk])).content.decode()
    listed = boss.get(reverse("admin:accounts_user_changelist")).content.decode()
    assert f"erased-{user.pk}" in listed and "Lucie" not in listed
    assert boss.get(url).status_code == 302


def test_the_last_superuser_stays_in_the_admin_too(boss):
    me = User.objects.get()
    url = reverse("admin:accounts_user_erase", args=[me.pk])
    answer = boss.post(url, {"confirmation": me.username})
    assert answer.status_code == 400
    assert "last active superuser" in answer.content.decode()


def test_an_export_in_the_admin_is_a_file(boss):
    user = make.UserFactory(full_name="Élodie Visible")
    answer = act(boss, "export_selected", user)
    assert answer["Content-Disposition"] == f'attachment; filename="personal-data-{user.pk}.json"'
    assert json.loads(answer.content)["data"]["accounts"]["User"][0]["full_name"] == "Élodie Visible"


@pytest.mark.parametrize("name", ["erase_selected", "export_selected"])
def test_people_are_exported_and_erased_one_by_one(boss, name):
    answer = act(boss, name, make.UserFactory(), make.UserFactory())
    assert answer.status_code == 302
    assert not UserActivity.objects.filter(verb__in=("EXPORTED", "ERASED")).exists()


def test_somebody_in_the_trash_is_erased_from_their_page(boss):
    user = make.UserFactory()
    user.delete()
    url = reverse("admin:accounts_user_erase", args=[user.pk])
    assert url in boss.get(reverse("admin:accounts_user_change", args=[user.pk])).content.decode()
    boss.post(url, {"confirmation": user.username})
    assert User.all_objects.get(pk=user.pk).is_erased
