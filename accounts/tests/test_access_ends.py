"""When access ends: at once, everywhere, whichever path took it away."""

from datetime import timedelta

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.cache import cache
from django.test import Client
from knox.models import AuthToken

from accounts.models import User, UserActivity
from accounts.session_age import SEEN_AT, SIGNED_IN_AT
from config.base.testing import api_client

from . import factories as make

pytestmark = pytest.mark.django_db
NEW = "an entirely different phrase"
Verb = UserActivity.Verb


@pytest.fixture(autouse=True)
def no_limits_of_other_tests():
    cache.clear()


def browser(user, **extra):
    client = Client()
    answer = client.post("/accounts/login/", {"login": user.username, "password": make.PASSWORD}, **extra)
    assert answer.status_code == 302
    return client


def is_in(client):
    return client.get("/accounts/password/change/").status_code == 200


def open_ways(user):
    return UserSession.objects.filter(user=user).count(), AuthToken.objects.filter(user=user).count()


@pytest.mark.parametrize(
    "path", ["update", "save", "bulk_update", "delete", "queryset delete", "cascade", "service"]
)
def test_whoever_is_put_out_has_nothing_open(path):
    from accounts.services import deactivate_user

    user, other = make.UserFactory(), make.UserFactory()
    client = browser(user)
    stays = browser(other)
    api_client(user), api_client(other)
    user.refresh_from_db()
    if path == "update":
        User.objects.filter(pk=user.pk).update(is_active=False)
    elif path == "save":
        user.is_active = False
        user.save()
    elif path == "bulk_update":
        user.is_active = False
        User.objects.bulk_update([user], ["is_active"])
    elif path == "delete":
        user.delete()
    elif path == "queryset delete":
        User.objects.filter(pk=user.pk).delete()
    elif path == "cascade":
        user.purge()
    else:
        deactivate_user(user=user)
    assert open_ways(user) == (0, 0)
    assert not is_in(client)
    assert open_ways(other) == (1, 1)
    assert is_in(stays)
    assert Session.objects.filter(session_key=client.cookies["sessionid"].value).count() == 0


def test_losing_the_back_office_ends_everything_and_gaining_it_the_tokens():
    user = make.UserFactory()
    client = browser(user)
    api_client(user)
    User.objects.filter(pk=user.pk).update(is_staff=True)
    assert open_ways(user) == (1, 0)
    assert is_in(client)
    api_client(user)
    User.objects.filter(pk=user.pk).update(is_staff=False)
    assert open_ways(user) == (0, 0)
    assert not is_in(client)


def test_changing_the_password_ends_the_others_and_keeps_this_one():
    user = make.UserFactory()
    here, elsewhere = browser(user), browser(user)
    token = api_client(user)
    form = {"oldpassword": make.PASSWORD, "password1": NEW, "password2": NEW}
    assert here.post("/accounts/password/change/", form).status_code == 302
    assert is_in(here)
    assert not is_in(elsewhere)
    assert token.get("/api/v1/accounts/tokens/").status_code == 401
    assert [each.session_key for each in UserSession.objects.all()] == [here.session.session_key]
    line = UserActivity.objects.get(verb=Verb.PASSWORD_CHANGED)
    assert (line.user, line.object_id) == (user, user.pk)


def test_a_reset_ends_all_and_is_noted():
    user = make.UserFactory()
    client = browser(user)
    api_client(user)
    stranger = Client()
    assert stranger.post("/accounts/password/reset/", {"email": user.email}).status_code == 302
    assert len(mail.outbox) == 1
    user.refresh_from_db()
    key = default_token_generator.make_token(user)
    page = f"/accounts/password/reset/key/{user_pk_to_url_str(user)}-{key}/"
    form = stranger.get(page, follow=True)
    answer = stranger.post(form.redirect_chain[-1][0], {"password1": NEW, "password2": NEW})
    assert answer.status_code == 302
    assert open_ways(user) == (0, 0)
    assert not is_in(client)
    verbs = list(UserActivity.objects.order_by("id").values_list("verb", flat=True))
    assert verbs[-2:] == ["RESET_REQUESTED", "PASSWORD_RESET"]


def test_a_password_given_by_staff_ends_all(client):
    user, staff = make.UserFactory(), make.SuperuserFactory()
    theirs = browser(user)
    client.force_login(staff)
    form = {"usable_password": "true", "password1": NEW, "password2": NEW}
    assert client.post(f"/admin/accounts/user/{user.pk}/password/", form).status_code == 302
    assert open_ways(user) == (0, 0)
    assert not is_in(theirs)
    line = UserActivity.objects.get(verb=Verb.PASSWORD_CHANGED)
    assert (line.user, line.object_id) == (staff, user.pk)


def test_ones_own_password_is_changed_on_the_sites_page(client):
    staff = make.SuperuserFactory()
    client.force_login(staff)
    for page in ("/admin/password_change/", f"/admin/accounts/user/{staff.pk}/password/"):
        assert client.get(page)["Location"] == "/accounts/password/change/"


def test_staff_end_all_that_somebody_has_open(client):
    user = make.UserFactory()
    theirs = browser(user)
    api_client(user)
    staff = make.StaffFactory(
        permissions=["accounts.view_user", "accounts.change_user", "usersessions.delete_usersession"]
    )
    client.force_login(staff)
    page = f"/admin/accounts/user/{user.pk}/"
    assert f"{page}end-access/" in client.get(f"{page}change/").content.decode()
    assert client.get(f"{page}end-access/").status_code == 405
    assert client.post(f"{page}end-access/").status_code == 302
    assert open_ways(user) == (0, 0)
    assert not is_in(theirs)
    line = UserActivity.objects.get(verb=Verb.SESSION_ENDED)
    assert (line.user, line.object_id) == (staff, user.pk)
    theirs = browser(user)
    action = {"action": "end_access_selected", "_selected_action": [user.pk]}
    assert client.post("/admin/accounts/user/", action).status_code == 302
    assert not is_in(theirs)


def test_nobody_ends_what_a_superuser_has_open(client):
    boss = make.SuperuserFactory()
    theirs = browser(boss)
    client.force_login(
        make.StaffFactory(
            permissions=["accounts.view_user", "accounts.change_user", "usersessions.delete_usersession"]
        )
    )
    assert client.post(f"/admin/accounts/user/{boss.pk}/end-access/").status_code == 403
    action = {"action": "end_access_selected", "_selected_action": [boss.pk]}
    assert client.post("/admin/accounts/user/", action).status_code == 403
    assert is_in(theirs)


def test_a_sign_in_is_listed_at_once_with_the_address_behind_the_proxy(settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    browser(make.SuperuserFactory(), HTTP_X_FORWARDED_FOR="203.0.113.9", REMOTE_ADDR="10.0.0.1")
    assert UserSession.objects.get().ip == "203.0.113.9"


@pytest.mark.parametrize(
    ("staff", "column", "age", "stays"),
    [
        (True, SEEN_AT, timedelta(minutes=59), True),
        (True, SEEN_AT, timedelta(hours=1), False),
        (True, SIGNED_IN_AT, timedelta(hours=12), False),
        (False, SEEN_AT, timedelta(hours=13), True),
        (False, SEEN_AT, timedelta(days=2), False),
        (False, SIGNED_IN_AT, timedelta(days=14), False),
    ],
)
def test_a_session_ends_after_a_while(staff, column, age, stays):
    client = browser(make.SuperuserFactory() if staff else make.UserFactory())
    session = client.session
    session[column] -= int(age.total_seconds())
    session.save()
    assert is_in(client) is stays
    assert UserSession.objects.exists() is stays


def test_a_session_is_written_once_a_minute_and_no_more(django_assert_num_queries):
    client = browser(make.UserFactory())
    before = client.session[SEEN_AT]
    with django_assert_num_queries(2):
        client.get("/admin/")
    session = client.session
    session[SEEN_AT] = before - 60
    session.save()
    client.get("/admin/")
    assert client.session[SEEN_AT] >= before
