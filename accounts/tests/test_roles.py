import logging

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command

from accounts import roles
from accounts.models import Role
from accounts.services import synchronise_roles

from . import factories as make

pytestmark = pytest.mark.django_db


def held(code):
    rows = Role.objects.get(code=code).group.permissions.values_list("content_type__app_label", "codename")
    return {f"{app_label}.{codename}" for app_label, codename in rows}


def permission(name):
    app_label, codename = name.split(".")
    return Permission.objects.get(content_type__app_label=app_label, codename=codename)


@pytest.fixture
def declared(monkeypatch):
    """What is declared here does not outlive the test."""
    copy = {code: set(names) for code, names in roles._granted.items()}
    monkeypatch.setattr(roles, "_granted", copy)
    return copy


def test_migrating_makes_the_seven_roles():
    names = set(Group.objects.values_list("name", flat=True))
    expected = {"learner", "parent", "teacher", "content editor", "CRM manager", "support", "administrator"}
    assert names >= expected
    assert set(Role.objects.values_list("code", flat=True)) == set(roles.GROUP_NAMES)


def test_every_declared_permission_exists():
    for code, names in roles.declared_permissions().items():
        assert held(code) == set(names), code


def test_twice_gives_the_same_and_writes_nothing():
    before = list(Role.objects.values_list("code", "version"))
    done = synchronise_roles()
    assert (done.created, done.updated, done.changed_by_hand) == ([], [], [])
    assert list(Role.objects.values_list("code", "version")) == before


def test_a_change_in_the_code_reaches_the_group(declared):
    declared["teacher"] = {"accounts.view_user"}
    assert synchronise_roles().updated == ["teacher"]
    assert held("teacher") == {"accounts.view_user"}
    assert synchronise_roles().updated == []


def test_a_role_changed_by_hand_is_kept_and_reported(declared, caplog):
    before = held("teacher")
    group = Group.objects.get(name="teacher")
    group.permissions.add(permission("accounts.delete_user"))
    group.permissions.remove(permission("accounts.view_studentprofile"))
    declared["teacher"].add("accounts.view_user")
    for _ in range(2):
        (changed,) = synchronise_roles().changed_by_hand
        assert changed.code == "teacher"
        assert changed.added == ("accounts.delete_user",)
        assert changed.removed == ("accounts.view_studentprofile", "accounts.view_user")
        assert held("teacher") == before - {"accounts.view_studentprofile"} | {"accounts.delete_user"}
    with caplog.at_level(logging.WARNING):
        call_command("migrate", verbosity=0)
    assert "teacher: +accounts.delete_user -accounts.view_studentprofile" in caplog.text


def test_a_role_changed_back_follows_the_code_again(declared):
    group = Group.objects.get(name="teacher")
    group.permissions.add(permission("accounts.delete_user"))
    synchronise_roles()
    group.permissions.remove(permission("accounts.delete_user"))
    declared["teacher"].add("accounts.view_user")
    assert synchronise_roles().updated == ["teacher"]


def test_a_renamed_group_stays_the_role():
    Group.objects.filter(name="teacher").update(name="professeur")
    assert synchronise_roles().created == []
    assert not Group.objects.filter(name="teacher").exists()


def test_a_group_that_somebody_made_before_is_kept():
    role = Role.objects.get(code="support")
    role.delete()
    role.group.permissions.set([permission("accounts.delete_user")])
    done = synchronise_roles()
    assert done.created == ["support"]
    assert [changed.code for changed in done.changed_by_hand] == ["support"]
    assert held("support") == {"accounts.delete_user"}


def test_an_unknown_role_is_not_declared():
    with pytest.raises(KeyError):
        roles.grant("janitor", "accounts.view_user")


def test_a_member_has_the_rights_of_the_role():
    user = make.StaffFactory()
    user.groups.add(Group.objects.get(name="administrator"))
    assert user.has_perm("accounts.change_user")
    assert not user.has_perm("auth.change_group"), "nobody but a superuser changes what roles may do"
