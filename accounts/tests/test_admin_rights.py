import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from accounts.models import User

from . import factories as make
from .admin_forms import NEW, PEOPLE, errors_of, form_of, page_of

pytestmark = pytest.mark.django_db

MANAGE = ("accounts.view_user", "accounts.add_user", "accounts.change_user", "accounts.delete_user")


@pytest.fixture
def manager(client):
    """Somebody who manages people and has no other right."""
    user = make.StaffFactory(username="manager", permissions=MANAGE)
    client.force_login(user)
    return user


@pytest.mark.parametrize("flag", ["is_superuser", "is_staff"])
def test_only_a_superuser_makes_somebody_staff_or_superuser(client, manager, flag):
    user = make.UserFactory()
    client.post(page_of(user), form_of(user, **{flag: "on"}, full_name="Renamed"))
    client.post(f"{PEOPLE}add/", {**NEW, flag: "on"})
    assert list(User.objects.filter(**{flag: True})) == ([manager] if flag == "is_staff" else [])
    assert User.objects.get(pk=user.pk).full_name == "Renamed"
    assert User.objects.filter(username="new").exists()


def test_nobody_gives_more_rights_than_their_own(client, manager):
    administrator = Group.objects.get(name="administrator")
    for user in (make.UserFactory(), manager):
        answer = client.post(page_of(user), form_of(user, groups=[administrator.pk]))
        assert errors_of(answer) == {"groups"}
    assert errors_of(client.post(f"{PEOPLE}add/", {**NEW, "groups": [administrator.pk]})) == {"groups"}
    assert not administrator.user_set.exists()


@pytest.mark.parametrize("rights", ["superuser", "more"])
def test_nobody_touches_a_person_with_more_rights(client, manager, rights):
    target = (
        make.SuperuserFactory()
        if rights == "superuser"
        else make.StaffFactory(permissions=["auth.view_group"])
    )
    assert client.get(page_of(target)).status_code == 200
    assert client.post(page_of(target), form_of(target, full_name="Mine")).status_code == 403
    password = {
        "usable_password": "true",
        "password1": "a wholly new phrase",
        "password2": "a wholly new phrase",
    }
    assert client.post(page_of(target, "password"), password).status_code == 403
    assert client.post(page_of(target, "delete"), {"post": "yes"}).status_code == 403
    for action in ("deactivate_selected", "delete_selected"):
        data = {"action": action, "_selected_action": [target.pk, make.UserFactory().pk], "post": "yes"}
        client.post(PEOPLE, data)
    stored = User.objects.get(pk=target.pk)
    assert (stored.version, stored.is_active) == (target.version, True)
    assert stored.check_password(make.PASSWORD)


def test_nobody_brings_back_a_person_with_more_rights(client, manager):
    target = make.SuperuserFactory()
    target.delete()
    assert client.post(page_of(target, "restore")).status_code == 403
    assert client.post(f"{PEOPLE}undo/{target.deletion_id}/").status_code == 403
    client.post(f"{PEOPLE}?trash=only", {"action": "restore_selected", "_selected_action": [target.pk]})
    assert not User.objects.filter(pk=target.pk).exists()


def test_an_old_version_is_no_way_round_the_form(client, manager):
    user = make.UserFactory(is_staff=True)
    User.objects.filter(pk=user.pk).update(is_staff=False)
    page = f"{PEOPLE}{user.pk}/history/1/"
    data = {"loaded_version": 2}
    for url in (page, reverse("admin:accounts_user_version", args=[user.pk, 1])):
        client.post(url, data)
    assert not User.objects.get(pk=user.pk).is_staff


def test_what_a_group_may_do_is_a_superusers_to_say(client):
    user = make.StaffFactory(permissions=["auth.view_group", "auth.change_group", "auth.add_group"])
    client.force_login(user)
    group = Group.objects.get(name="teacher")
    assert client.get(f"/admin/auth/group/{group.pk}/change/").status_code == 200
    assert client.post(f"/admin/auth/group/{group.pk}/change/", {"name": "mine"}).status_code == 403
    assert client.get("/admin/auth/group/add/").status_code == 403
