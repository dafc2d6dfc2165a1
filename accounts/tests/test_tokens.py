import pytest
from knox.models import AuthToken

from accounts.models import User
from config.base.testing import api_client

from . import factories as make

pytestmark = pytest.mark.django_db

USERS = "/api/v1/accounts/users/"
LOGIN, LOGOUT, TOKENS = (f"/api/v1/accounts/{name}/" for name in ("login", "logout", "tokens"))


def sign_in(client, user, password=make.PASSWORD):
    return client.post(LOGIN, {"username": user.email, "password": password}, format="json")


def test_signing_in_gives_a_token_that_works_until_signing_out():
    user, client = make.SuperuserFactory(), api_client(None)
    answer = sign_in(client, user)
    assert answer.status_code == 200, answer.content
    assert answer.json()["user"] == user.pk
    assert answer.json()["expiry"] is not None
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {answer.json()['token']}")
    assert client.get(USERS).status_code == 200
    assert client.post(LOGOUT).status_code == 204
    assert client.get(USERS).status_code == 401
    assert (User.objects.get().version, user.history.count()) == (1, 1)
    assert User.objects.get().last_login is not None


@pytest.mark.parametrize("reason", ["wrong password", "inactive", "deleted", "nobody"])
def test_every_refused_sign_in_looks_the_same(reason):
    user = make.UserFactory(is_active=reason != "inactive")
    if reason == "deleted":
        user.delete()
    if reason == "nobody":
        user.email = "nobody@example.org"
    answer = sign_in(api_client(None), user, "wrong" if reason == "wrong password" else make.PASSWORD)
    assert answer.status_code == 401
    assert answer.json()["code"] == "invalid_credentials"
    assert answer["WWW-Authenticate"] == "Bearer"
    assert not AuthToken.objects.exists()


@pytest.mark.parametrize("body", [{}, {"username": "a"}, {"username": ["a"], "password": {}}, [], "x"])
def test_a_sign_in_without_credentials_is_a_bad_request(body):
    assert api_client(None).post(LOGIN, body, format="json").status_code == 400


def test_a_person_has_several_tokens_and_revokes_one():
    user = make.UserFactory()
    first, second = api_client(user), api_client(user)
    api_client(make.UserFactory())
    rows = first.get(TOKENS).json()
    assert len(rows) == 2
    assert sum(row["is_current"] for row in rows) == 1
    assert all(set(row) == {"key", "created", "expiry", "is_current"} for row in rows)
    other = next(row["key"] for row in rows if not row["is_current"])
    assert first.delete(f"{TOKENS}{other}/").status_code == 204
    assert second.get(TOKENS).status_code == 401
    assert first.delete(f"{TOKENS}{other}/").status_code == 404


def test_nobody_revokes_anothers_token():
    mine, theirs = api_client(make.UserFactory()), api_client(make.UserFactory())
    key = theirs.get(TOKENS).json()[0]["key"]
    assert mine.delete(f"{TOKENS}{key}/").status_code == 404
    assert theirs.get(TOKENS).status_code == 200


def test_there_is_a_limit_to_tokens(settings):
    user = make.UserFactory()
    for _ in range(20):
        AuthToken.objects.create(user)
    assert sign_in(api_client(None), user).status_code == 409


def test_an_expired_token_is_worthless():
    client = api_client(make.SuperuserFactory())
    AuthToken.objects.update(expiry="2020-01-01T00:00:00Z")
    assert client.get(USERS).status_code == 401


@pytest.mark.parametrize("method", ["get", "delete", "post"])
def test_strangers_have_no_tokens(method):
    client = api_client(None)
    address = {"get": TOKENS, "delete": f"{TOKENS}abc/", "post": LOGOUT}[method]
    assert getattr(client, method)(address).status_code == 401


def test_a_browsers_session_serves_the_api_and_is_ended_by_it(client):
    client.force_login(make.SuperuserFactory())
    assert client.get(USERS).status_code == 200
    assert client.post(LOGOUT).status_code == 204
    assert client.get(USERS).status_code in (401, 403)


@pytest.mark.parametrize("key", ["nosuch", "%00", "a%00b", "%F0%9F", "%20"])
def test_a_key_that_is_none_is_not_found(key):
    assert api_client(make.UserFactory()).delete(f"{TOKENS}{key}/").status_code == 404
