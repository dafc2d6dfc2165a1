"""The pages of somebody signed in: home, account, devices, language, and when a session was last used."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone, translation

from accounts.devices import device_name
from accounts.last_seen import PRECISION, WRITTEN_AT
from accounts.models import User, UserActivity

from . import factories as make

pytestmark = pytest.mark.django_db

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605 Version/17.0 Mobile Safari/604.1"
)
SESSIONS = "/accounts/sessions/"


def signed_in(user, agent="Firefox", language="fr"):
    client = Client(headers={"user-agent": agent, "accept-language": language})
    answer = client.post("/accounts/login/", {"login": user.email, "password": make.PASSWORD})
    assert answer.status_code == 302, answer.content.decode()
    return client


def test_the_first_page_sends_everybody_where_they_belong(client):
    assert client.get("/").url == "/accounts/login/"
    client.force_login(make.UserFactory())
    assert client.get("/").url == "/accounts/"
    client.force_login(make.StaffFactory())
    assert client.get("/").url == "/admin/"


def test_the_account_page_says_who_i_am_and_leads_everywhere(client):
    user = make.UserFactory(full_name="Zoé Martin", locale="fr", phone="+33612345678")
    client.force_login(user)
    page = client.get("/accounts/").content.decode()
    for text in ("Bonjour Zoé Martin", user.email, "+33 6 12 34 56 78", "un second facteur s’installe"):
        assert text in page
    for path in ("email/", "password/change/", "2fa/", "sessions/", "data/"):
        assert f'href="/accounts/{path}"' in page
    assert 'action="/accounts/logout/"' in page
    assert 'href="/admin/"' not in page


@pytest.mark.parametrize("path", ["", "data/", "sessions/", "email/", "password/change/", "2fa/"])
def test_a_stranger_is_sent_to_sign_in_and_comes_back(client, path):
    answer = client.get(f"/accounts/{path}")
    assert (answer.status_code, answer.url) == (302, f"/accounts/login/?next=/accounts/{path}")


def test_devices_are_named_and_only_ones_own_are_listed():
    user = make.UserFactory(locale="fr")
    here = signed_in(user, "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0")
    signed_in(user, IPHONE)
    signed_in(make.UserFactory(), "Mozilla/5.0 (Windows NT 10.0) Edg/130")
    page = here.get(SESSIONS).content.decode()
    assert page.index("Firefox sous Linux") < page.index("Cet appareil") < page.index("Safari sous iPhone")
    assert "127.0.0.1" in page
    assert "Edge" not in page
    assert page.count('name="end"') == 2  # the telephone, and all others


def test_ending_a_device_signs_it_out_at_its_next_request():
    user = make.UserFactory(locale="fr")
    here, telephone = signed_in(user), signed_in(user, IPHONE)
    listed = UserSession.objects.get(session_key=telephone.session.session_key)
    page = here.post(SESSIONS, {"end": listed.pk}, follow=True)
    assert "Cet appareil est déconnecté : Safari sous iPhone." in page.content.decode()
    assert telephone.get("/accounts/").url == "/accounts/login/?next=/accounts/"
    assert here.get("/accounts/").status_code == 200
    assert UserActivity.objects.filter(verb=UserActivity.Verb.SESSION_ENDED, user=user).count() == 1


def test_all_others_end_at_once_and_this_one_stays():
    user = make.UserFactory()
    here, *others = (signed_in(user) for _ in range(3))
    here.post(SESSIONS, {"end": "others"})
    assert here.get("/accounts/").status_code == 200
    assert [client.get("/accounts/").status_code for client in others] == [302, 302]


def test_nobody_ends_a_session_of_somebody_else_or_the_one_they_are_in():
    user = make.UserFactory()
    here, theirs = signed_in(user), signed_in(make.UserFactory())
    for session in UserSession.objects.all():
        here.post(SESSIONS, {"end": session.pk})
    here.post(SESSIONS, {"end": "others"})
    here.post(SESSIONS, {"end": "nonsense"})
    assert here.get("/accounts/").status_code == 200
    assert theirs.get("/accounts/").status_code == 200


def test_a_session_that_is_over_is_not_listed():
    user = make.UserFactory()
    here, gone = signed_in(user), signed_in(user, IPHONE)
    Session.objects.filter(session_key=gone.session.session_key).delete()
    assert "Safari" not in here.get(SESSIONS).content.decode()


def test_last_seen_is_written_every_five_minutes_and_not_in_between(django_assert_num_queries):
    client = signed_in(make.UserFactory())
    UserSession.objects.update(last_seen_at=timezone.now() - timedelta(days=1))
    long_ago = UserSession.objects.get().last_seen_at
    with django_assert_num_queries(2) as asked:  # the session and its person
        client.get("/accounts/confirm-email/")
    assert not [query for query in asked if "UPDATE" in query["sql"]]
    assert UserSession.objects.get().last_seen_at == long_ago
    session = client.session
    session[WRITTEN_AT] -= PRECISION
    session.save()
    client.get("/accounts/confirm-email/")
    assert timezone.now() - UserSession.objects.get().last_seen_at < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0",
            "Edge on Windows",
        ),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/17.5 Safari/605.1.15", "Safari on macOS"),
        ("Mozilla/5.0 (Linux; Android 14; Pixel 8) Chrome/130.0 Mobile Safari/537.36", "Chrome on Android"),
        ("Mozilla/5.0 (Linux; Android 14) SamsungBrowser/26.0 Chrome/122.0", "Samsung Internet on Android"),
        ("Mozilla/5.0 (iPad; CPU OS 17_5) FxiOS/130.0 Safari/605", "Firefox on iPad"),
        (IPHONE, "Safari on iPhone"),
        ("python-requests/2.32", "The program python-requests"),
        ("Firefox/1", "The program Firefox"),
        ("<script>", "Unknown device"),
        ("", "Unknown device"),
    ],
)
def test_a_device_has_a_name_in_words(agent, name):
    with translation.override("en"):
        assert device_name(agent) == name


def test_the_language_is_changed_for_the_browser_and_for_the_person(client):
    stranger = client.post("/accounts/language/", {"language": "en", "next": "/accounts/login/"})
    assert stranger.url == "/accounts/login/"
    assert "Sign in" in client.get("/accounts/login/", headers={"accept-language": "fr"}).content.decode()
    user = make.UserFactory(locale="en")
    client.force_login(user)
    client.post("/accounts/language/", {"language": "fr", "next": "/accounts/"})
    assert User.objects.get(pk=user.pk).locale == "fr"
    assert "Mon compte" in client.get("/accounts/").content.decode()
    client.post("/accounts/language/", {"language": "xx"})
    assert User.objects.get(pk=user.pk).locale == "fr"
    assert client.post("/accounts/language/", {"language": "fr", "next": "https://evil.example/"}).url == "/"
