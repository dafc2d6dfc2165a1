"""Signing in over the API with a second factor, and how often one may try."""

import time

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.conf import settings as configured
from django.core.cache import cache
from knox.models import AuthToken

from accounts.models import UserActivity
from config.base.testing import api_client

from . import factories as make

pytestmark = pytest.mark.django_db

LOGIN = "/api/v1/accounts/login/"


@pytest.fixture(autouse=True)
def fresh():
    """Used codes and the limits are kept in the cache."""
    cache.clear()


@pytest.fixture
def secret():
    return generate_totp_secret()


@pytest.fixture
def user(secret):
    person = make.UserFactory()
    TOTP.activate(person, secret)
    return person


def code_of(secret):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def sign_in(user, language="en", **values):
    body = {"username": user.username, "password": make.PASSWORD, **values}
    return api_client(None).post(LOGIN, body, format="json", headers={"Accept-Language": language})


def refusal(answer):
    assert answer["Content-Type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


def test_a_password_alone_is_not_enough_for_whoever_has_a_second_factor(user, secret):
    answer = sign_in(user)
    assert refusal(answer) == (401, "second_factor_required")
    assert answer["WWW-Authenticate"] == "Bearer"
    assert not AuthToken.objects.exists()
    answer = sign_in(user, code=code_of(secret))
    assert answer.status_code == 200, answer.content
    assert not answer.cookies
    assert AuthToken.objects.count() == 1


def test_a_code_is_good_once_whatever_the_cache_remembers(user, secret):
    """Nor is one of an earlier step, which clocks that differ would leave good."""
    step = int(time.time()) // 30
    now, before = (format_hotp_value(hotp_value(secret, each)) for each in (step, step - 1))
    assert sign_in(user, code=now).status_code == 200
    for code in (now, before):
        cache.clear()
        assert refusal(sign_in(user, code=code)) == (401, "invalid_code")


def test_a_recovery_code_is_good_once(user):
    code = RecoveryCodes.activate(user).get_unused_codes()[0]
    assert sign_in(user, code=code).status_code == 200
    assert refusal(sign_in(user, code=code)) == (401, "invalid_code")


def test_a_wrong_password_does_not_tell_of_the_second_factor(user, secret):
    assert refusal(sign_in(user, password="wrong")) == (401, "invalid_credentials")
    assert refusal(sign_in(user, password="wrong", code=code_of(secret))) == (401, "invalid_credentials")


@pytest.mark.parametrize("code", ["000000", "x", "é", "1" * 50])
def test_a_wrong_code_is_noted_and_counted(user, secret, settings, code):
    settings.AXES_FAILURE_LIMIT = 2
    assert refusal(sign_in(user, "fr", code=code)) == (401, "invalid_code")
    line = UserActivity.objects.get(verb=UserActivity.Verb.SIGN_IN_FAILED)
    assert (line.object_id, line.detail) == (user.pk, "second factor")
    locked = sign_in(user, code=code)
    assert refusal(locked) == (429, "locked_out")
    assert int(locked["Retry-After"]) > 0
    assert refusal(sign_in(user, code=code_of(secret))) == (429, "locked_out")
    assert not AuthToken.objects.exists()


def test_too_many_wrong_passwords_lock_out(settings):
    user = make.UserFactory()
    statuses = [sign_in(user, password="wrong").status_code for _ in range(configured.AXES_FAILURE_LIMIT)]
    assert statuses == [401] * (configured.AXES_FAILURE_LIMIT - 1) + [429]
    assert refusal(sign_in(user)) == (429, "locked_out")
    elsewhere = api_client(None)
    body = {"username": user.username, "password": make.PASSWORD}
    assert elsewhere.post(LOGIN, body, format="json", REMOTE_ADDR="192.0.2.7").status_code == 200


def test_staff_without_a_second_factor_are_sent_to_set_one_up(settings, secret):
    settings.STAFF_SECOND_FACTOR = True
    staff = make.StaffFactory()
    answer = sign_in(staff, "fr")
    assert refusal(answer) == (403, "second_factor_missing")
    assert "/accounts/2fa/" in answer.json()["detail"]
    TOTP.activate(staff, secret)
    assert sign_in(staff, code=code_of(secret)).status_code == 200
    assert sign_in(make.UserFactory()).status_code == 200


def test_an_unknown_key_is_named(user):
    assert sign_in(user, colour="blue").status_code == 400


# How often one address may come


def rates(settings, **limits):
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "DEFAULT_THROTTLE_RATES": limits}


@pytest.mark.parametrize(
    ("scope", "url"),
    [
        ("login", LOGIN),
        ("register", "/api/v1/accounts/register/"),
        ("confirm", "/api/v1/accounts/register/confirm/"),
        ("resend", "/api/v1/accounts/register/resend/"),
        ("reset", "/api/v1/accounts/password/reset/"),
        ("reset_confirm", "/api/v1/accounts/password/reset/confirm/"),
        ("accept", "/api/v1/accounts/invitations/accept/"),
    ],
)
def test_an_address_that_comes_too_often_waits_and_others_do_not(settings, scope, url):
    rates(settings, **{scope: "2/hour"})
    client = api_client(None)
    assert [client.post(url, {}, format="json").status_code for _ in range(3)] == [400, 400, 429]
    answer = client.post(url, {}, format="json")
    assert refusal(answer) == (429, "throttled")
    assert 0 < int(answer["Retry-After"]) <= 3600
    assert client.post(url, {}, format="json", REMOTE_ADDR="192.0.2.7").status_code == 400
