"""Registering, confirming and the link once more, over the API."""

import pytest
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from django.apps import apps
from django.core import mail
from django.core.cache import cache

from accounts.models import User, UserActivity
from config.base.testing import api_client

from . import factories as make

pytestmark = pytest.mark.django_db

REGISTER, LOGIN = "/api/v1/accounts/register/", "/api/v1/accounts/login/"
CONFIRM, RESEND = f"{REGISTER}confirm/", f"{REGISTER}resend/"
GOOD = {
    "full_name": " Zoe\u0301 Martin ",
    "email": " New@Example.ORG ",
    "password": make.PASSWORD,
    "password_confirmation": make.PASSWORD,
    "kind": "learner",
}


@pytest.fixture(autouse=True)
def fresh():
    """The library's limits of mails are kept in the cache."""
    cache.clear()


def post(url, body, language="en"):
    return api_client(None).post(url, body, format="json", headers={"Accept-Language": language})


def problems(answer, status=400):
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    return {error["field"]: error["code"] for error in answer.json()["errors"]}


def rows():
    """How many rows each table holds."""
    return {
        model._meta.label: model._base_manager.count() for model in apps.get_models(include_auto_created=True)
    }


def key_of(email):
    return EmailConfirmationHMAC(EmailAddress.objects.get(email=email.lower())).key


def test_somebody_registers_confirms_and_signs_in():
    answer = post(
        REGISTER, {**GOOD, "phone": "06 12 34 56 78", "locale": "fr", "level": "SECONDE", "username": "Zoé"}
    )
    assert answer.status_code == 202, answer.content
    user = User.objects.get()
    assert (user.email, user.full_name, user.username) == ("New@example.org", "Zoé Martin", "zoé")
    assert (str(user.phone), user.locale) == ("+33 6 12 34 56 78", "fr")
    assert user.student_profile.level == "SECONDE"
    credentials = {"username": user.email, "password": make.PASSWORD}
    early = post(LOGIN, credentials)
    assert (early.status_code, early.json()["code"]) == (403, "email_not_confirmed")
    (message,) = mail.outbox
    assert key_of(user.email) in message.body
    assert post(CONFIRM, {"key": key_of(user.email)}).status_code == 204
    assert UserActivity.objects.filter(verb=UserActivity.Verb.EMAIL_CONFIRMED, user=user).count() == 1
    assert post(LOGIN, credentials).status_code == 200
    assert problems(post(CONFIRM, {"key": key_of(user.email)})) == {"key": "invalid_key"}


def test_a_wrong_password_does_not_tell_that_the_address_waits_for_its_confirmation():
    post(REGISTER, GOOD)
    answer = post(LOGIN, {"username": "new@example.org", "password": "wrong"})
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_credentials")


#: A bad input, and the field whose error it is.
BAD = {
    "a blank name": {"full_name": " \t "},
    "no address": {"email": "zoe at example"},
    "a blocked domain": {"email": "zoe@mail.bad.example"},
    "a weak password": {"password": "motdepasse", "password_confirmation": "motdepasse"},
    "another confirmation": {"password_confirmation": "another horse battery staple"},
    "no phone number": {"phone": "12"},
    "a taken user name": {"username": "Taken"},
    "an ill-formed user name": {"username": "zoé martin"},
    "an unknown language": {"locale": "xx"},
    "an unknown kind": {"kind": "administrator"},
    "a level of nobody": {"level": "ZERO"},
    "a parent's level": {"kind": "parent", "level": "SECONDE"},
    "an unknown key": {"is_staff": True},
}


@pytest.mark.parametrize("change", BAD.values(), ids=BAD)
def test_each_bad_input_is_refused_and_nothing_is_written(change):
    make.BlockedEmailDomainFactory(domain="bad.example")
    make.UserFactory(username="taken")
    before = rows()
    answer = post(REGISTER, {**GOOD, **change})
    assert len(problems(answer)) == 1
    assert set(problems(answer)) <= set(change)
    assert rows() == before
    assert not mail.outbox


WHOLLY_BAD = {
    "full_name": " ",
    "email": "zoe@bad.example",
    "username": "Taken",
    "password": "motdepasse",
    "password_confirmation": "autre chose",
    "phone": "12",
    "locale": "xx",
    "kind": "teacher",
    "level": "ZERO",
    "is_superuser": True,
}


def test_every_fields_error_is_in_one_answer_in_french_and_nothing_is_written():
    make.BlockedEmailDomainFactory(domain="bad.example")
    make.UserFactory(username="taken")
    before = rows()
    answer = post(REGISTER, WHOLLY_BAD, "fr")
    assert set(problems(answer)) == set(WHOLLY_BAD)
    assert rows() == before
    assert not mail.outbox
    french = {error["field"]: error["message"] for error in answer.json()["errors"]}
    english = {error["field"]: error["message"] for error in post(REGISTER, WHOLLY_BAD).json()["errors"]}
    assert not [field for field in french if french[field] == english[field]]
    assert french["email"] == "Les adresses de ce domaine ne sont pas acceptées. Utilisez une autre adresse."
    assert "mot de passe" in french["password"]
    assert answer.json()["detail"].startswith("La requête")


def test_what_is_missing_is_named():
    assert problems(post(REGISTER, {})) == dict.fromkeys(GOOD, "required")


def test_a_known_address_is_answered_like_a_new_one_and_its_owner_is_told():
    owner = make.UserFactory(email="new@example.org")
    before = rows()
    known = post(REGISTER, GOOD)
    assert rows() == before
    assert [address.lower() for address in mail.outbox[0].to] == [owner.email]
    assert EmailAddress.objects.get().verified
    new = post(REGISTER, {**GOOD, "email": "other@example.org"})
    assert (known.status_code, known.content) == (new.status_code, new.content) == (202, new.content)
    assert len(mail.outbox) == 2
    assert set(known.headers) == set(new.headers)


def test_a_known_address_takes_a_hash_too(monkeypatch):
    hashed = []
    monkeypatch.setattr(User, "set_password", lambda self, raw: hashed.append(raw))
    make.UserFactory(email="new@example.org")
    hashed.clear()
    post(REGISTER, GOOD)
    assert hashed == [make.PASSWORD]


@pytest.mark.parametrize("state", ["unconfirmed", "confirmed", "unknown"])
def test_the_link_is_sent_again_and_the_answer_tells_nothing(state):
    if state == "unconfirmed":
        post(REGISTER, GOOD)
        mail.outbox.clear()
        cache.clear()
    elif state == "confirmed":
        make.UserFactory(email="new@example.org")
    answer = post(RESEND, {"email": "NEW@example.org"})
    assert answer.status_code == 202
    assert set(answer.json()) == {"detail"}
    (message,) = mail.outbox
    assert [address.lower() for address in message.to] == ["new@example.org"]
    assert ("/accounts/confirm-email/" in message.body) == (state == "unconfirmed")
    assert post(RESEND, {"email": "new@example.org"}).content == answer.content
    assert len(mail.outbox) == 1  # not again so soon


@pytest.mark.parametrize("key", ["nonsense", "MQ:1abc:x", "é", " ", "x" * 501])
def test_a_wrong_key_confirms_nothing(key):
    post(REGISTER, GOOD)
    assert "key" in problems(post(CONFIRM, {"key": key}))
    assert not EmailAddress.objects.get().verified


def test_a_key_of_somebody_deleted_confirms_nothing():
    post(REGISTER, GOOD)
    key = key_of("new@example.org")
    User.objects.get().delete()
    assert problems(post(CONFIRM, {"key": key})) == {"key": "invalid_key"}


def test_a_message_of_the_site_is_not_left_in_the_clients_cookies():
    post(REGISTER, GOOD)
    answer = post(CONFIRM, {"key": key_of("new@example.org")})
    assert answer.status_code == 204
    assert not answer.cookies


NONSENSE = [
    "x",
    [],
    1,
    None,
    {"email": ["a"], "password": {}, "full_name": 1.5},
    {"email": "\x00", "kind": []},
]


@pytest.mark.parametrize("url", [REGISTER, CONFIRM, RESEND])
@pytest.mark.parametrize("body", NONSENSE, ids=str)
def test_nonsense_is_a_bad_request(url, body):
    assert post(url, body).status_code == 400
