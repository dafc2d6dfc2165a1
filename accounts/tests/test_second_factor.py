"""Staff come in with a second factor, at every door."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from django.test import Client

from accounts.models import UserActivity
from accounts.second_factor import SHOWN
from config.base.testing import api_client

from . import factories as make

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXP"
USERS, ADMIN = "/api/v1/accounts/users/", "/admin/accounts/user/"
SET_UP, CONFIRM, CODE = (
    "/accounts/2fa/totp/activate/",
    "/accounts/2fa/reauthenticate/",
    "/accounts/2fa/authenticate/",
)


@pytest.fixture(autouse=True)
def required(settings):
    settings.STAFF_SECOND_FACTOR = True
    cache.clear()


def code(later=0):
    """What the application shows now, or one step later: a code counts once."""
    counter = list(yield_hotp_counters_from_time())[1 + later]
    return format_hotp_value(hotp_value(SECRET, counter))


def staff(with_factor=True, **values):
    user = make.SuperuserFactory(**values)
    if with_factor:
        TOTP.activate(user, SECRET)
    return user


def signed_in(user, shown=False):
    client = Client()
    client.force_login(user)
    if shown:
        session = client.session
        session[SHOWN] = user.pk
        session.save()
    return client


@pytest.mark.parametrize("page", ["/admin/", ADMIN, "/admin/login/", "/admin/jsi18n/"])
def test_staff_without_one_are_sent_to_set_one_up(page):
    answer = signed_in(staff(with_factor=False)).get(page)
    assert (answer.status_code, answer["Location"]) == (302, SET_UP)


@pytest.mark.django_db(transaction=True)
def test_they_are_told_why_and_how_to_go_on():
    user = staff(with_factor=False, locale="fr")
    client = signed_in(user)
    answer = client.get(f"{ADMIN}?q=jane", follow=True)  # by way of the password
    assert answer.redirect_chain[-1][0].startswith("/accounts/reauthenticate/")
    assert "second facteur" in str([str(each) for each in answer.context["messages"]])
    client.post(f"/accounts/reauthenticate/?next={SET_UP}", {"password": make.PASSWORD})
    client.get(SET_UP)
    session = client.session
    session["mfa.totp.secret"] = SECRET
    session.save()
    answer = client.post(SET_UP, {"code": code()})
    assert answer.status_code == 302
    told = [str(each) for each in client.get(answer["Location"]).context["messages"]]
    assert any(f'href="{ADMIN}?q=jane"' in each for each in told)
    assert client.get(f"{ADMIN}?q=jane").status_code == 200
    added = UserActivity.objects.filter(verb=UserActivity.Verb.FACTOR_ADDED).about(user)
    assert set(added.values_list("detail", flat=True)) >= {"totp"}


@pytest.mark.parametrize("door", ["/accounts/login/", "/admin/login/", "/api/v1/accounts/login/"])
def test_a_password_alone_never_opens_the_back_office(door):
    user, client = staff(), Client()
    fields = {"login": user.username, "username": user.username, "password": make.PASSWORD}
    client.post(door, fields, follow=True)
    answer = client.get("/admin/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/admin/login/")


def test_password_and_code_open_it_and_cost_no_query_more(django_assert_num_queries, settings):
    user, client = staff(), Client()
    client.post("/accounts/login/", {"login": user.username, "password": make.PASSWORD})
    assert client.post(CODE, {"code": code()}).status_code == 302
    assert client.get("/admin/").status_code == 200
    session, person = 1, 1
    with django_assert_num_queries(session + person):
        assert client.get("/admin/jsi18n/").status_code == 200


def test_a_session_from_before_it_was_set_up_confirms_it_first():
    """Whoever stole it has the password, and no code."""
    client = signed_in(staff())
    answer = client.get(f"{ADMIN}?q=x")
    assert answer["Location"] == f"{CONFIRM}?next=%2Fadmin%2Faccounts%2Fuser%2F%3Fq%3Dx"
    answer = client.post(answer["Location"], {"code": code()})
    assert (answer.status_code, answer["Location"]) == (302, f"{ADMIN}?q=x")
    assert client.get(ADMIN).status_code == 200


def test_whoever_is_no_staff_needs_none():
    client = signed_in(make.UserFactory())
    assert client.get("/admin/", follow=False)["Location"].startswith("/admin/login/")
    assert client.get("/accounts/2fa/").status_code == 200


def test_signing_out_of_the_back_office_needs_none():
    assert signed_in(staff(with_factor=False)).post("/admin/logout/").status_code in (200, 302)


def test_it_can_be_switched_off(settings):
    settings.STAFF_SECOND_FACTOR = False
    assert signed_in(staff(with_factor=False)).get("/admin/").status_code == 200


def problem(answer):
    return answer.status_code, answer.json().get("code")


def test_the_api_refuses_staff_without_one_by_session_and_token():
    user = staff(with_factor=False)
    for client in (signed_in(user), api_client(user)):
        assert problem(client.get(USERS)) == (403, "second_factor_missing")
        assert client.get("/api/v1/me/").status_code != 403
        assert client.get("/api/v1/accounts/logout/").status_code == 405
    header = {"authorization": "Basic bm90OmhlcmU="}  # no way round: the session is looked at all the same
    assert problem(signed_in(user).get(USERS, headers=header)) == (403, "second_factor_missing")


def test_the_api_answers_staff_with_one():
    user = staff()
    assert api_client(user).get(USERS).status_code == 200
    assert signed_in(user, shown=True).get(USERS).status_code == 200
    assert problem(signed_in(user).get(USERS)) == (403, "second_factor_missing")


def test_a_session_that_has_shown_it_costs_the_api_no_query_more(django_assert_num_queries):
    client = signed_in(staff(), shown=True)
    with django_assert_num_queries(2):  # the session and its person
        client.get("/api/v1/accounts/tokens/x/")


def test_acting_as_somebody_needs_it_too():
    answer = signed_in(staff()).post("/impersonation/acquire/", {"user_pk": make.UserFactory().pk})
    assert answer["Location"].startswith(CONFIRM)


def test_with_the_last_one_what_it_opened_elsewhere_ends():
    user = staff()
    here, elsewhere = Client(), Client()
    for later, client in enumerate((here, elsewhere)):
        client.post("/accounts/login/", {"login": user.username, "password": make.PASSWORD})
        client.post(CODE, {"code": code(later)})
        assert client.get("/admin/").status_code == 200
    Authenticator.objects.update(data={**Authenticator.objects.get().data, "last_step": 0})  # the next code
    cache.clear()
    here.post(CONFIRM, {"code": code()})
    assert here.post("/accounts/2fa/totp/deactivate/").status_code == 302
    assert not Authenticator.objects.exists()
    assert here.get("/admin/")["Location"] == SET_UP
    assert elsewhere.get("/admin/")["Location"].startswith("/admin/login/")
    assert UserActivity.objects.filter(verb=UserActivity.Verb.FACTOR_REMOVED, detail="totp").exists()
