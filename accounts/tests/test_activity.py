"""What is noted of who did what."""

import io
import json

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client

from accounts.models import Role, User, UserActivity
from accounts.roles import GROUP_NAMES
from config.base.audit import audit_context
from config.base.testing import api_client, etag

from . import factories as make
from .admin_forms import form_of, page_of

pytestmark = pytest.mark.django_db
Verb = UserActivity.Verb


@pytest.fixture(autouse=True)
def no_limits_of_other_tests():
    cache.clear()


def group(code):
    return Group.objects.get(name=GROUP_NAMES[code])


def changes():
    rows = UserActivity.objects.filter(verb=Verb.RIGHTS_CHANGED).order_by("id")
    return list(rows.values_list("user_id", "object_id", "detail"))


def test_one_form_that_changes_rights_is_one_activity(django_capture_on_commit_callbacks):
    user, boss = make.UserFactory(), make.SuperuserFactory()
    with django_capture_on_commit_callbacks(execute=True):
        user.groups.add(group("support"))
    client = Client()
    client.force_login(boss)
    with django_capture_on_commit_callbacks(execute=True):
        form = form_of(user, is_staff="on", groups=[group("teacher").pk])
        assert client.post(page_of(user), form).status_code == 302
    assert changes()[1:] == [(boss.pk, user.pk, "+staff +teacher -support")]


def test_the_api_notes_the_same(django_capture_on_commit_callbacks):
    user, boss = make.UserFactory(), make.SuperuserFactory()
    body = {"is_staff": True, "is_superuser": True, "groups": [group("teacher").pk]}
    address = f"/api/v1/accounts/users/{user.pk}/"
    with django_capture_on_commit_callbacks(execute=True):
        answer = api_client(boss).patch(address, body, format="json", headers={"If-Match": etag(user)})
    assert answer.status_code == 200, answer.content
    assert changes() == [(boss.pk, user.pk, "+staff +superuser +teacher")]


@pytest.mark.parametrize("path", ["update", "bulk_update", "reverse", "permission", "group deleted", "clear"])
def test_no_path_goes_round_it(path, django_capture_on_commit_callbacks):
    user, boss = make.UserFactory(), make.SuperuserFactory()
    own = Group.objects.create(name="own")
    own_key = own.pk
    with django_capture_on_commit_callbacks(execute=True):
        user.groups.add(own)
    user.refresh_from_db()
    with django_capture_on_commit_callbacks(execute=True), audit_context(actor=boss):
        if path == "update":
            User.objects.filter(pk=user.pk).update(is_staff=True)
        elif path == "bulk_update":
            user.is_staff = True
            User.objects.bulk_update([user], ["is_staff"])
        elif path == "reverse":
            group("teacher").user_set.add(user)
        elif path == "permission":
            user.user_permissions.add(Permission.objects.get(codename="impersonate_user"))
        elif path == "group deleted":
            own.delete()
        else:
            user.groups.clear()
    expected = {
        "update": "+staff",
        "bulk_update": "+staff",
        "reverse": "+teacher",
        "permission": "+impersonate_user",
        "group deleted": f"-#{own_key}",
        "clear": "-own",
    }[path]
    assert changes() == [(None, user.pk, "+own"), (boss.pk, user.pk, expected)]


def test_what_changes_nothing_is_not_noted(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        user = make.UserFactory()
        User.objects.filter(pk=user.pk).update(full_name="Another Name")
        user.groups.add(group("teacher"))
        user.groups.remove(group("teacher"))
    assert changes() == []


def test_what_was_taken_back_is_not_noted(django_capture_on_commit_callbacks):
    from django.db import transaction

    user = make.UserFactory()
    with django_capture_on_commit_callbacks(execute=True):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            User.objects.filter(pk=user.pk).update(is_staff=True)
            raise ZeroDivisionError
        User.objects.filter(pk=user.pk).update(is_superuser=True)
    assert [detail for _who, _whom, detail in changes()] == ["+superuser"]


def test_a_failed_sign_in_names_whom_it_was_about_where_it_is_somebody(client):
    user = make.UserFactory(username="jane", email="jane@example.org")
    for name in ("jane", "jane@example.org", "somebody-else"):
        client.post("/accounts/login/", {"login": name, "password": "wrong"})
    rows = UserActivity.objects.filter(verb=Verb.SIGN_IN_FAILED).order_by("id")
    assert list(rows.values_list("user_id", "object_id")) == [(None, user.pk), (None, user.pk), (None, None)]


def test_a_role_that_follows_the_code_is_noted_and_one_changed_by_hand_reported(monkeypatch):
    from accounts import roles
    from accounts.services import synchronise_roles

    granted = {code: set(names) for code, names in roles._granted.items()}
    monkeypatch.setattr(roles, "_granted", granted)
    granted["support"].add("accounts.delete_user")
    synchronise_roles()
    role = Role.objects.get(code="support")
    assert changes() == [(None, role.pk, "+accounts.delete_user")]
    synchronise_roles()
    assert len(changes()) == 1
    group("teacher").permissions.add(Permission.objects.get(codename="delete_user"))
    out = io.StringIO()
    call_command("data_health", json=True, stdout=out)
    notes = [each for each in json.loads(out.getvalue())["notes"] if "role" in each]
    assert notes == ["A role was changed by hand and is kept: teacher: +accounts.delete_user"]


def test_staff_look_up_what_somebody_did(client):
    jane, john = make.UserFactory(full_name="Jane Doe"), make.UserFactory(full_name="John Roe")
    make.UserActivityFactory(user=jane, verb=Verb.RIGHTS_CHANGED, detail="+teacher")
    make.UserActivityFactory(user=john, verb=Verb.SIGNED_IN)
    client.force_login(make.StaffFactory(permissions=["accounts.view_useractivity", "accounts.view_user"]))
    page = "/admin/accounts/useractivity/"
    assert "+teacher" in client.get(page).content.decode()
    for query, seen, unseen in (
        (f"?user__id__exact={jane.pk}", "Jane Doe", "John Roe"),
        ("?verb__exact=SIGNED_IN", "John Roe", "Jane Doe"),
    ):
        rows = [str(row.user) for row in client.get(page + query).context["cl"].result_list]
        assert seen in rows and unseen not in rows
