"""Twenty wrong passwords from one address shut one person out there: on the page, in the admin, over the API."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from axes.models import AccessAttempt
from django.core.cache import cache
from django.db import connection, connections
from django.test import Client
from django.urls import reverse

from accounts.models import UserActivity
from accounts.services import reset_password

from . import factories as make

pytestmark = pytest.mark.django_db

PAGE, ADMIN, API = "/accounts/login/", "/admin/login/", "/api/v1/accounts/login/"
HERE, ELSEWHERE = {"REMOTE_ADDR": "192.0.2.1"}, {"REMOTE_ADDR": "192.0.2.2"}
Verb = UserActivity.Verb


def try_page(name, password="wrong", address=HERE, client=None, **headers):
    return (client or Client()).post(PAGE, {"login": name, "password": password}, headers=headers, **address)


def try_api(name, password="wrong", address=HERE, **headers):
    body = {"username": name, "password": password}
    return Client().post(API, body, content_type="application/json", headers=headers, **address)


def lock(user, address=HERE):
    """As if somebody had tried so often already."""
    AccessAttempt.objects.create(
        username=f"user:{user.pk}",
        ip_address=address["REMOTE_ADDR"],
        user_agent="",
        failures_since_start=20,
    )


def test_twenty_wrong_passwords_lock_page_admin_and_api_alike():
    user = make.UserFactory(username="jane", email="jane@example.org")
    for number in range(19):
        answer = (
            try_page("jane@example.org") if number % 2 else try_api("jane", **{"user-agent": f"{number}"})
        )
        assert answer.status_code in (200, 401)
    assert try_page("jane").status_code == 429  # the twentieth
    for name in ("jane", "jane@example.org", "JANE"):
        assert try_page(name, make.PASSWORD).status_code == 429
        assert try_api(name, make.PASSWORD).status_code == 429
    form = Client().post(ADMIN, {"username": "jane", "password": make.PASSWORD}, follow=True, **HERE)
    assert form.redirect_chain[0][0].startswith(PAGE)
    assert AccessAttempt.objects.get().failures_since_start == 20
    assert UserActivity.objects.filter(verb=Verb.LOCKED_OUT).about(user).count() == 1
    assert UserActivity.objects.filter(verb=Verb.SIGN_IN_FAILED).about(user).count() == 26


def test_another_address_signs_in_and_another_person_from_the_same():
    user, other = make.UserFactory(), make.UserFactory()
    lock(user)
    assert try_page(user.username, make.PASSWORD).status_code == 429
    assert try_page(user.username, make.PASSWORD, ELSEWHERE).status_code == 302
    assert try_page(other.username, make.PASSWORD).status_code == 302
    assert try_page(user.username, make.PASSWORD).status_code == 429


def test_confirming_ones_password_shares_the_lockout():
    user, client = make.UserFactory(), Client()
    client.force_login(user)
    lock(user)
    AccessAttempt.objects.update(failures_since_start=19)
    assert client.post("/accounts/reauthenticate/", {"password": "wrong"}, **HERE).status_code == 429
    assert try_api(user.username, make.PASSWORD).status_code == 429


@pytest.mark.parametrize(("language", "words"), [("fr", "Trop d’essais"), ("en", "Too many attempts")])
def test_the_page_says_what_to_do_and_until_when(language, words):
    user = make.UserFactory()
    lock(user)
    answer = try_page(user.username, **{"accept-language": language})
    assert words in answer.content.decode()
    assert 3500 < int(answer["Retry-After"]) <= 3600
    assert "60 minutes" in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]


def test_the_api_answers_with_a_problem():
    user = make.UserFactory()
    lock(user)
    answer = try_api(user.username, make.PASSWORD, **{"accept-language": "fr"})
    assert answer["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["status"], problem["code"], problem["instance"]) == (429, "locked_out", API)
    assert "mot de passe" in problem["detail"]
    assert 3500 < int(answer["Retry-After"]) <= 3600


def test_nothing_that_was_typed_is_kept():
    secret = "my-password-in-the-wrong-box"
    agent = {"user-agent": f"{secret}-agent"}
    for _number in range(2):
        try_page(secret, secret, **agent)
        Client().post(f"{PAGE}?next=/{secret}", {"login": secret, "password": secret}, **HERE)
        try_api(secret, secret, **agent)
    row = AccessAttempt.objects.get()
    assert row.failures_since_start == 6
    assert secret not in str(AccessAttempt.objects.values())
    assert secret not in str(UserActivity.objects.values())
    assert row.username.startswith("nobody:")


def test_a_right_password_gives_its_try_back_and_a_sign_in_forgets_the_wrong_ones():
    user = make.UserFactory()
    for _number in range(3):
        try_api(user.username)
    assert AccessAttempt.objects.get().failures_since_start == 3
    assert try_page(user.username, make.PASSWORD).status_code == 302
    assert not AccessAttempt.objects.exists()


def test_the_password_alone_forgets_no_wrong_one_where_a_second_factor_is_asked_for():
    user = with_totp(make.UserFactory())
    try_page(user.username)
    assert try_page(user.username, make.PASSWORD).headers["Location"].startswith("/accounts/2fa/authenticate")
    assert AccessAttempt.objects.get().failures_since_start == 1


def test_time_unlocks():
    user = make.UserFactory()
    lock(user)
    AccessAttempt.objects.update(attempt_time=AccessAttempt.objects.get().attempt_time - timedelta(hours=1))
    assert try_api(user.username).status_code == 401
    assert AccessAttempt.objects.get().failures_since_start == 1
    assert try_page(user.username, make.PASSWORD).status_code == 302


def test_trying_while_locked_out_does_not_lengthen_it():
    user = make.UserFactory()
    lock(user)
    since = AccessAttempt.objects.get().attempt_time
    assert try_page(user.username).status_code == 429
    assert AccessAttempt.objects.get().attempt_time == since


def test_a_new_password_by_mail_unlocks_every_address():
    user = make.UserFactory()
    lock(user), lock(user, ELSEWHERE)
    reset_password(user=user, password="an entirely different phrase")
    assert try_page(user.username, "an entirely different phrase").status_code == 302
    assert UserActivity.objects.filter(verb=Verb.UNLOCKED).about(user).count() == 2


LIST = "/admin/axes/accessattempt/"


def unlock_all(client):
    rows = list(AccessAttempt.objects.values_list("pk", flat=True))
    return client.post(LIST, {"action": "unlock_selected", "_selected_action": rows}, follow=True)


def test_staff_see_who_is_locked_out_and_let_them_in(client):
    user = make.UserFactory(full_name="Jeanne Locked")
    lock(user), try_api("nobody-at-all")
    staff = make.StaffFactory(permissions=["axes.view_accessattempt", "accounts.change_user"])
    client.force_login(staff)
    page = client.get(LIST).content.decode()
    assert "Jeanne Locked" in page and "192.0.2.1" in page and "nobody of that name" in page
    assert "Jeanne Locked" in client.get(f"{LIST}?locked=yes").content.decode()
    assert "Jeanne Locked" not in client.get(f"{LIST}?locked=no").content.decode()
    assert unlock_all(client).status_code == 200
    assert try_page(user.username, make.PASSWORD).status_code == 302
    line = UserActivity.objects.get(verb=Verb.UNLOCKED)
    assert (line.user, line.object_id) == (staff, user.pk)


def test_whoever_may_not_change_people_unlocks_nobody(client):
    user = make.UserFactory()
    lock(user)
    client.force_login(make.StaffFactory(permissions=["axes.view_accessattempt"]))
    unlock_all(client)
    assert try_page(user.username, make.PASSWORD).status_code == 429


def test_the_list_costs_the_same_whatever_its_length(client, django_assert_max_num_queries):
    for number in range(30):
        lock(make.UserFactory(), {"REMOTE_ADDR": f"192.0.2.{number + 1}"})
    client.force_login(make.SuperuserFactory())
    with django_assert_max_num_queries(8):
        assert client.get(LIST).status_code == 200


# A second factor


def with_totp(user):
    TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    return user


def test_wrong_codes_are_counted_by_person_from_wherever_they_come(monkeypatch):
    user = with_totp(make.UserFactory())
    for number in range(20):
        client, address = Client(), {"REMOTE_ADDR": f"198.51.100.{number + 1}"}
        try_page(user.username, make.PASSWORD, address, client)
        answer = client.post("/accounts/2fa/authenticate/", {"code": "000000"}, **address)
        assert answer.status_code == (429 if number == 19 else 200)
    assert UserActivity.objects.filter(verb=Verb.LOCKED_OUT, detail="second factor").about(user).count() == 1
    failed = UserActivity.objects.filter(verb=Verb.SIGN_IN_FAILED, detail="second factor")
    assert failed.about(user).count() == 20
    client = Client()
    try_page(user.username, make.PASSWORD, ELSEWHERE, client)
    monkeypatch.setattr("allauth.mfa.totp.internal.auth.TOTP.validate_code", lambda self, code: True)
    monkeypatch.setattr("accounts.second_factor.use_up", lambda authenticator, code: True)
    assert client.post("/accounts/2fa/authenticate/", {"code": "123456"}, **ELSEWHERE).status_code == 429
    AccessAttempt.objects.all().delete()
    cache.clear()  # the library's own limit, of one process
    assert client.post("/accounts/2fa/authenticate/", {"code": "123456"}, **ELSEWHERE).status_code == 302
    assert Authenticator.objects.get().last_used_at is not None


@pytest.fixture(autouse=True)
def no_limits_of_other_tests():
    cache.clear()


# Races


@pytest.mark.django_db(transaction=True)
def test_of_many_parallel_wrong_passwords_no_more_than_twenty_are_tried(monkeypatch):
    user = make.UserFactory()
    tried = []
    check = type(user).check_password
    monkeypatch.setattr(
        type(user), "check_password", lambda self, raw: tried.append(raw) or check(self, raw), raising=True
    )
    workers = 20 if connection.vendor == "postgresql" else 4
    url = reverse("accounts-login")

    def attempt(_number):
        try:
            body = {"username": user.username, "password": "wrong"}
            return Client().post(url, body, content_type="application/json", **HERE).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(workers) as pool:
        answers = list(pool.map(attempt, range(40 if workers == 20 else 24)))
    assert len(tried) == 20
    assert set(answers) == {401, 429}
    assert AccessAttempt.objects.get().failures_since_start == 20
    assert UserActivity.objects.filter(verb=Verb.LOCKED_OUT).count() == 1
