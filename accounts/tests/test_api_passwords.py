"""Changing and resetting a password over the API."""

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.core import mail
from django.core.cache import cache
from django.test import Client
from knox.models import AuthToken

from accounts.models import User, UserActivity
from config.base.testing import api_client

from . import factories as make

pytestmark = pytest.mark.django_db

CHANGE, RESET = "/api/v1/accounts/password/change/", "/api/v1/accounts/password/reset/"
CONFIRM, LOGIN, ME = f"{RESET}confirm/", "/api/v1/accounts/login/", "/api/v1/me/"
NEW = "an entirely different phrase"
BODY = {"current_password": make.PASSWORD, "password": NEW, "password_confirmation": NEW}


@pytest.fixture(autouse=True)
def fresh():
    """The library's limits of mails are kept in the cache."""
    cache.clear()


def problems(answer, status=400):
    assert answer.status_code == status, answer.content
    return {error["field"]: error["code"] for error in answer.json()["errors"]}


def post(url, body, client=None, language="en"):
    client = client or api_client(None)
    return client.post(url, body, format="json", headers={"Accept-Language": language})


def browser(user):
    client = Client()
    answer = client.post("/accounts/login/", {"login": user.email, "password": make.PASSWORD})
    assert answer.status_code == 302
    return client


def test_a_change_ends_every_other_way_in_and_keeps_the_token_it_came_by():
    user = make.UserFactory()
    mine, other, page = api_client(user), api_client(user), browser(user)
    assert page.get(ME).status_code == 200
    assert post(CHANGE, BODY, mine).status_code == 204
    assert [client.get(ME).status_code for client in (mine, other, page)] == [200, 401, 401]
    assert post(LOGIN, {"username": user.username, "password": make.PASSWORD}).status_code == 401
    assert post(LOGIN, {"username": user.username, "password": NEW}).status_code == 200
    assert UserActivity.objects.get(verb=UserActivity.Verb.PASSWORD_CHANGED).user == user
    assert mail.outbox[-1].to == [user.email]


def test_a_change_keeps_the_session_it_came_by():
    user = make.UserFactory()
    mine, other, token = browser(user), browser(user), api_client(user)
    answer = mine.post(CHANGE, BODY, content_type="application/json")
    assert answer.status_code == 204, answer.content
    assert [client.get(ME).status_code for client in (mine, other, token)] == [200, 401, 401]
    assert [each.session_key for each in UserSession.objects.all()] == [mine.session.session_key]


def test_every_error_of_a_change_is_in_one_answer_and_nothing_ends():
    user = make.UserFactory()
    mine, other = api_client(user), api_client(user)
    body = {"current_password": "wrong", "password": "motdepasse", "password_confirmation": "x", "colour": 1}
    answer = post(CHANGE, body, mine)
    assert set(problems(answer)) == set(body)
    assert problems(post(CHANGE, {}, mine)) == dict.fromkeys(BODY, "required")
    assert other.get(ME).status_code == 200
    assert User.objects.get().check_password(make.PASSWORD)


def test_wrong_current_passwords_count_as_wrong_sign_ins(settings):
    settings.AXES_FAILURE_LIMIT = 3
    user = make.UserFactory()
    mine = api_client(user)
    statuses = [post(CHANGE, {**BODY, "current_password": "wrong"}, mine).status_code for _ in range(3)]
    assert statuses == [400, 400, 429]
    assert post(CHANGE, BODY, mine).status_code == 429
    assert post(LOGIN, {"username": user.username, "password": make.PASSWORD}).status_code == 429
    assert User.objects.get().check_password(make.PASSWORD)


def test_strangers_change_nothing():
    assert post(CHANGE, BODY).status_code == 401


def key_in(message):
    return re.search(r"/password/reset/key/([^/\s]+)/", message.body)[1]


def test_a_forgotten_password_is_reset_by_mail_once_and_ends_everything():
    user = make.UserFactory(email="Zoe@example.org")
    token, page = api_client(user), browser(user)
    assert post(RESET, {"email": " ZOE@example.org"}).status_code == 202
    key = key_in(mail.outbox[-1])
    body = {"key": key, "password": NEW, "password_confirmation": NEW}
    assert set(problems(post(CONFIRM, {**body, "password": "motdepasse"}))) == {
        "password",
        "password_confirmation",
    }
    answer = post(CONFIRM, body)
    assert answer.status_code == 204, answer.content
    assert not answer.cookies
    assert [client.get(ME).status_code for client in (token, page)] == [401, 401]
    assert problems(post(CONFIRM, body)) == {"key": "invalid_key"}
    assert post(LOGIN, {"username": user.email, "password": NEW}).status_code == 200
    verbs = set(UserActivity.objects.values_list("verb", flat=True))
    assert {"RESET_REQUESTED", "PASSWORD_RESET"} <= verbs


def test_whoever_resets_by_mail_has_confirmed_the_address():
    user = make.UserFactory()
    EmailAddress.objects.update(verified=False)
    post(RESET, {"email": user.email})
    body = {"key": key_in(mail.outbox[-1]), "password": NEW, "password_confirmation": NEW}
    assert post(CONFIRM, body).status_code == 204
    assert EmailAddress.objects.get().verified


@pytest.mark.parametrize("who", ["nobody", "inactive", "deleted"])
def test_asking_for_a_reset_tells_nothing(who):
    make.UserFactory(email="known@example.org")
    known = post(RESET, {"email": "known@example.org"})
    if who != "nobody":
        user = make.UserFactory(email="other@example.org", is_active=who != "inactive")
        if who == "deleted":
            user.delete()
    other = post(RESET, {"email": "other@example.org"})
    assert (other.status_code, other.content) == (202, known.content)
    assert len(mail.outbox) == 2
    assert "/password/reset/key/" not in mail.outbox[-1].body


def test_the_link_of_somebody_deactivated_meanwhile_is_worthless():
    user = make.UserFactory()
    post(RESET, {"email": user.email})
    User.objects.update(is_active=False)
    body = {"key": key_in(mail.outbox[-1]), "password": NEW, "password_confirmation": NEW}
    assert problems(post(CONFIRM, body)) == {"key": "invalid_key"}


@pytest.mark.parametrize(
    "key", ["", "x", "-", "-1", "1-", "zzzzzzzzzzzzz-x", "z" * 40 + "-a", "é-é", "1-x-y", "1_2-a"]
)
def test_a_wrong_key_resets_nothing(key):
    make.UserFactory()
    answer = post(CONFIRM, {"key": key, "password": NEW, "password_confirmation": NEW})
    assert set(problems(answer)) == {"key"}
    assert not AuthToken.objects.exists()


def test_the_errors_are_in_french():
    answer = post(CONFIRM, {"key": "x", "password": "court", "password_confirmation": "autre"}, language="fr")
    said = {error["field"]: error["message"] for error in answer.json()["errors"]}
    assert said["key"] == "Ce lien n’est pas valable, ou ne l’est plus : demandez un autre e-mail."


@pytest.mark.parametrize("body", ["x", [], 1, None, {"email": {}}, {"key": [], "password": 1}])
@pytest.mark.parametrize("url", [CHANGE, RESET, CONFIRM])
def test_nonsense_is_a_bad_request(url, body):
    assert post(url, body, api_client(make.UserFactory()) if url == CHANGE else None).status_code == 400
