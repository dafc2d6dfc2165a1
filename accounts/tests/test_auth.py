import pytest
from allauth.usersessions.models import UserSession
from asgiref.sync import async_to_sync
from django.contrib.auth import aauthenticate, authenticate, get_user
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.http import HttpResponse
from django.test import AsyncClient, RequestFactory
from django.urls import path
from django.utils import timezone, translation

from accounts.middleware import UserLocaleMiddleware
from accounts.models import User, UserActivity
from accounts.services import create_token

from . import factories as make

pytestmark = pytest.mark.django_db

SIGN_IN = "/accounts/login/"


def knock():
    """The request of somebody at the door."""
    return RequestFactory().post(SIGN_IN)


def language(request):
    return HttpResponse(f"{translation.get_language()} {timezone.get_current_timezone_name()}")


async def language_async(request):
    return HttpResponse(translation.get_language())


urlpatterns = [path("language/", language), path("language-async/", language_async)]


@pytest.mark.parametrize("identifier", ["jane", "JANE", "jane@example.org", "Jane@Example.ORG", " jane "])
def test_one_signs_in_by_email_or_user_name(identifier):
    user = make.UserFactory(username="jane", email="jane@example.org")
    assert authenticate(knock(), username=identifier, password=make.PASSWORD) == user


@pytest.mark.parametrize("identifier", ["jane@", "jan", "", "jane@example.com"])
def test_nobody_else_does(identifier):
    make.UserFactory(username="jane", email="jane@example.org")
    assert authenticate(knock(), username=identifier, password=make.PASSWORD) is None


def test_a_wrong_password_and_no_password_are_refused():
    make.UserFactory(username="jane")
    make.UserFactory(username="john", password=None)
    assert authenticate(knock(), username="jane", password="wrong") is None
    assert authenticate(knock(), username="jane", password=None) is None
    assert authenticate(knock(), username="john", password="") is None


def test_one_signs_in_from_async_code_too():
    user = make.UserFactory(email="jane@example.org")
    sign_in = async_to_sync(aauthenticate)
    assert sign_in(knock(), username="jane@example.org", password=make.PASSWORD) == user
    assert sign_in(knock(), username="jane@example.org", password="wrong") is None
    assert async_to_sync(user.acheck_password)(make.PASSWORD)


def test_the_inactive_and_the_deleted_do_not_sign_in():
    make.UserFactory(username="jane", is_active=False)
    make.UserFactory(username="john").delete()
    assert authenticate(knock(), username="jane", password=make.PASSWORD) is None
    assert authenticate(knock(), username="john", password=make.PASSWORD) is None


@pytest.mark.parametrize("how", ["deactivate", "delete"])
def test_whoever_is_put_out_is_out_at_the_next_request(client, how):
    user = make.SuperuserFactory()
    client.force_login(user)
    _, text = create_token(user=user)
    token = {"headers": {"authorization": f"Bearer {text}"}}
    api = "/api/v1/accounts/users/"
    from django.test import Client

    stranger = Client()
    assert client.get("/admin/").status_code == 200
    assert stranger.get(api, **token).status_code == 200
    user.refresh_from_db()
    if how == "delete":
        user.delete()
    else:
        User.objects.filter(pk=user.pk).update(is_active=False)
    assert client.get("/admin/").status_code == 302
    assert client.get(api).status_code in (401, 403)
    assert stranger.get(api, **token).status_code == 401
    assert get_user(client).is_anonymous


def test_a_sign_in_lists_the_session_and_writes_no_history_of_the_person(client):
    user = make.SuperuserFactory(username="jane")
    answer = client.post(
        SIGN_IN,
        {"login": "jane", "password": make.PASSWORD},
        headers={"user-agent": "Firefox", "x-request-id": "r1"},
    )
    assert answer.status_code == 302
    stored = User.objects.get()
    assert stored.last_login is not None
    assert (stored.version, stored.history.count()) == (1, 1)
    session = UserSession.objects.get()
    assert (session.user, session.ip, session.user_agent) == (user, "127.0.0.1", "Firefox")
    assert session.session_key == client.session.session_key
    line = UserActivity.objects.get()
    assert (line.verb, line.user, line.request_id) == (UserActivity.Verb.SIGNED_IN, user, "r1")


def test_signing_out_is_noted_and_the_session_listed_no_more(client):
    make.SuperuserFactory(username="jane")
    client.post(SIGN_IN, {"login": "jane", "password": make.PASSWORD})
    client.post("/admin/logout/")
    assert not UserSession.objects.exists()
    assert list(UserActivity.objects.order_by("id").values_list("verb", flat=True)) == [
        "SIGNED_IN",
        "SIGNED_OUT",
    ]


def test_a_failed_sign_in_is_noted_without_what_was_typed(client):
    client.post(SIGN_IN, {"login": "secret typed here", "password": "wrong"})
    line = UserActivity.objects.get()
    assert (line.verb, line.user) == (UserActivity.Verb.SIGN_IN_FAILED, None)


def test_ending_a_session_signs_the_device_out(client):
    from accounts.services import end_session

    make.SuperuserFactory(username="jane")
    client.post(SIGN_IN, {"login": "jane", "password": make.PASSWORD})
    end_session(session=UserSession.objects.get())
    assert not Session.objects.exists()
    assert client.get("/admin/").status_code == 302


def test_createsuperuser_works_and_asks_for_no_name(monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", make.PASSWORD)
    options = {"interactive": False, "username": "Boss", "email": "boss@example.org", "verbosity": 0}
    call_command("createsuperuser", **options)
    boss = User.objects.superusers().get()
    assert (boss.username, boss.is_staff, boss.is_active) == ("boss", True, True)
    assert authenticate(knock(), username="boss@example.org", password=make.PASSWORD) == boss
    boss.delete()
    with pytest.raises(CommandError):
        call_command("createsuperuser", **options)


def test_ones_own_language_goes_before_the_browsers(client, settings):
    settings.ROOT_URLCONF = __name__
    browser = {"headers": {"accept-language": "en"}}
    assert client.get("/language/", **browser).content == b"en Europe/Paris"
    client.force_login(make.UserFactory(locale="fr", time_zone="Indian/Reunion"))
    answer = client.get("/language/", **browser)
    assert answer.content == b"fr Indian/Reunion"
    assert answer["Content-Language"] == "fr"
    assert timezone.get_current_timezone_name() == "Europe/Paris"


def test_a_stranger_costs_no_query(django_assert_num_queries, client, settings):
    settings.ROOT_URLCONF = __name__
    with django_assert_num_queries(0):
        client.get("/language/")


def test_ones_own_language_goes_first_under_asgi_too(settings):
    settings.ROOT_URLCONF = __name__
    client = AsyncClient()
    client.force_login(make.UserFactory(locale="fr"))
    answer = async_to_sync(client.get)("/language-async/", headers={"accept-language": "en"})
    assert answer.content == b"fr"
    stranger = async_to_sync(AsyncClient().get)("/language-async/", headers={"accept-language": "en"})
    assert stranger.content == b"en"


def test_the_middleware_serves_both_worlds():
    assert UserLocaleMiddleware.sync_capable
    assert UserLocaleMiddleware.async_capable
    request = RequestFactory().get("/")
    request.user = make.UserFactory(locale="fr")
    with translation.override("en"):
        assert UserLocaleMiddleware(language)(request).content.startswith(b"fr")
