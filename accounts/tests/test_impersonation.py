"""Staff act as a person who is none, to see what they see: with a banner, both in the log, and little else open."""

import pytest
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from django.urls import resolve

from accounts.impersonation import may_impersonate
from accounts.models import BlockedEmailDomain, User, UserActivity
from accounts.second_factor import SHOWN

from . import factories as make

pytestmark = pytest.mark.django_db
ACT, STOP = "/impersonation/acquire/", "/impersonation/release/"
RIGHTS = ["accounts.impersonate_user", "accounts.view_user", "accounts.change_user"]
Verb = UserActivity.Verb


@pytest.fixture(autouse=True)
def no_limits_of_other_tests():
    cache.clear()


@pytest.fixture
def staff():
    return make.StaffFactory(permissions=RIGHTS, full_name="Staff Member")


@pytest.fixture
def person():
    return make.UserFactory(full_name="Jeanne Learner")


def browser(user, **extra):
    client = Client()
    client.post("/accounts/login/", {"login": user.username, "password": make.PASSWORD}, **extra)
    return client


def act(staff, person, **extra):
    client = browser(staff, **extra)
    answer = client.post(ACT, {"user_pk": person.pk, "next": "/api/v1/"})
    assert (answer.status_code, answer["Location"]) == (302, "/api/v1/")
    return client


def verbs():
    rows = UserActivity.objects.order_by("id").values_list("verb", "user_id", "object_id")
    return [row for row in rows if row[0] != Verb.RIGHTS_CHANGED]


@pytest.mark.parametrize(
    ("values", "allowed"),
    [
        ({}, True),
        ({"is_staff": True}, False),
        ({"is_superuser": True}, False),
        ({"is_active": False}, False),
        ({"permissions": ["accounts.erase_user"]}, False),
    ],
)
def test_only_active_people_without_more_rights_and_never_staff(staff, values, allowed):
    person = make.UserFactory(**values)
    assert may_impersonate(hijacker=staff, hijacked=person) is allowed
    assert browser(staff).post(ACT, {"user_pk": person.pk}).status_code == (302 if allowed else 403)


def test_even_a_superuser_acts_as_no_staff_and_nobody_as_themselves():
    boss = make.SuperuserFactory()
    assert not may_impersonate(hijacker=boss, hijacked=make.StaffFactory())
    assert not may_impersonate(hijacker=boss, hijacked=make.SuperuserFactory())
    assert not may_impersonate(hijacker=boss, hijacked=boss)


@pytest.mark.parametrize("who", [make.UserFactory, make.StaffFactory])
def test_without_the_right_nobody_acts_as_anybody(who, person):
    assert browser(who()).post(ACT, {"user_pk": person.pk}).status_code == 403
    learner = make.UserFactory(permissions=["accounts.impersonate_user"])
    assert not may_impersonate(hijacker=learner, hijacked=person)


def test_only_a_post_with_the_sites_own_form_begins_it(staff, person):
    client = Client(enforce_csrf_checks=True)
    client.force_login(staff)
    assert client.post(ACT, {"user_pk": person.pk}).status_code == 403
    assert browser(staff).get(f"{ACT}?user_pk={person.pk}").status_code in (400, 405)


def test_the_button_is_on_the_page_of_those_whom_one_may_act_as(staff, person):
    client = browser(staff)
    page = f'action="{ACT}"'
    assert page in client.get(f"/admin/accounts/user/{person.pk}/change/").content.decode()
    other = make.StaffFactory()
    assert page not in client.get(f"/admin/accounts/user/{other.pk}/change/").content.decode()


@pytest.mark.parametrize(
    ("language", "words", "stop"),
    [
        ("fr", "Vous agissez au nom de Jeanne Learner", "Cesser d’agir"),
        ("en", "You are acting as Jeanne Learner", "Stop acting"),
    ],
)
def test_a_banner_says_so_on_every_page(staff, person, language, words, stop):
    User.objects.filter(pk=person.pk).update(locale=language)
    client = act(staff, person)
    for page in ("/api/v1/", "/admin/", "/api/docs/", "/nosuch/"):
        text = client.get(page, headers={"accept": "text/html"}).content.decode()
        assert words in text and stop in text, page
        banner = text[text.index("impersonation.css") :]
        assert "<script" not in banner.split("</aside>")[0] and "style=" not in banner.split("</aside>")[0]
    assert words not in client.get("/api/v1/", headers={"accept": "application/json"}).content.decode()


def test_one_click_ends_it_and_leads_back(staff, person):
    client = act(staff, person)
    page = f"/admin/accounts/user/{person.pk}/change/"
    answer = client.post(STOP, {"next": page})
    assert (answer.status_code, answer["Location"]) == (302, page)
    answer = client.get(page)
    assert answer.status_code == 200
    assert "acting-as" not in answer.content.decode()


def test_both_are_in_the_log_and_the_person_has_not_signed_in(staff, person):
    client = act(staff, person)
    client.post(STOP)
    assert verbs() == [
        (Verb.SIGNED_IN, staff.pk, staff.pk),
        (Verb.IMPERSONATION_STARTED, staff.pk, person.pk),
        (Verb.IMPERSONATION_ENDED, staff.pk, person.pk),
    ]
    person.refresh_from_db()
    assert person.last_login is None


def test_the_session_stays_the_device_of_who_acts(staff, person):
    client = act(staff, person, REMOTE_ADDR="192.0.2.7")
    listed = UserSession.objects.get()
    assert (listed.user, listed.session_key) == (staff, client.session.session_key)
    client.post(STOP)
    listed = UserSession.objects.get()
    assert (listed.user, listed.session_key) == (staff, client.session.session_key)


def test_signing_out_while_acting_ends_both(staff, person):
    client = act(staff, person)
    client.post("/accounts/logout/")
    assert verbs()[-2:] == [
        (Verb.IMPERSONATION_ENDED, staff.pk, person.pk),
        (Verb.SIGNED_OUT, staff.pk, staff.pk),
    ]
    assert not UserSession.objects.exists()


def test_nobody_acts_as_a_second_person_on_top(staff, person):
    client = act(staff, person)
    assert client.post(ACT, {"user_pk": make.UserFactory().pk}).status_code == 403


@pytest.mark.parametrize(
    ("method", "page"),
    [
        ("get", "/admin/"),
        ("get", "/admin/accounts/user/"),
        ("get", "/accounts/password/change/"),
        ("post", "/accounts/password/change/"),
        ("post", "/accounts/email/"),
        ("get", "/accounts/2fa/"),
        ("get", "/accounts/2fa/recovery-codes/"),
        ("post", "/accounts/2fa/totp/activate/"),
        ("get", "/accounts/sessions/"),
        ("post", "/accounts/sessions/"),
        ("post", "/api/v1/accounts/login/"),
        ("get", "/api/v1/accounts/tokens/"),
        ("delete", "/api/v1/accounts/tokens/abc/"),
        ("patch", "/api/v1/me/"),
        ("post", "/api/v1/me/password/"),
        ("get", "/api/v1/me/sessions/"),
        ("post", "/api/v1/me/export/"),
        ("get", "/api/v1/me/export/"),
        ("post", "/api/v1/me/erasure/"),
        ("get", "/api/v1/me/second-factor/"),
        ("get", "/api/v1/me/calendar/"),
    ],
)
def test_what_is_for_the_person_alone_stays_closed(staff, person, method, page):
    answer = getattr(act(staff, person), method)(page)
    assert answer.status_code == 403
    if page.startswith("/api/"):
        assert answer.json()["code"] == "impersonating"
    else:
        assert "This is for the person themselves" in answer.content.decode()


@pytest.mark.parametrize("page", ["tutoring-sessions", "bookings", "free-slots"])
def test_what_they_have_booked_can_be_looked_at(staff, person, page):
    assert act(staff, person).get(f"/api/v1/me/{page}/").status_code == 200


def test_what_they_write_is_recorded_as_theirs_with_whom_they_acted_as(staff, person, monkeypatch):
    def write(self, request, *args, **kwargs):
        make.BlockedEmailDomainFactory(domain="written.example.net")
        return HttpResponse("ok")

    monkeypatch.setattr(resolve("/api/v1/").func.cls, "dispatch", write)
    act(staff, person).get("/api/v1/")
    record = BlockedEmailDomain.history.get(domain="written.example.net")
    assert (record.history_user_id, record.history_change_reason) == (staff.pk, f"acting as #{person.pk}")
    assert BlockedEmailDomain.objects.get().created_by_id == staff.pk


@pytest.mark.parametrize("why", ["put out", "no staff", "no right", "person is staff", "person put out"])
def test_it_ends_as_soon_as_it_would_not_be_allowed(staff, person, why):
    client = act(staff, person)
    if why == "put out":
        User.objects.filter(pk=staff.pk).update(is_active=False)
    elif why == "no staff":
        User.objects.filter(pk=staff.pk).update(is_staff=False)
    elif why == "no right":
        staff.user_permissions.clear()
    else:
        values = {"is_staff": True} if why == "person is staff" else {"is_active": False}
        User.objects.filter(pk=person.pk).update(**values)
    client.get("/api/v1/")
    assert client.get("/api/v1/").status_code in (401, 403)
    assert client.get("/admin/").status_code == 302


def test_it_unlocks_nobody_and_keeps_the_second_factor_shown(staff, person, settings):
    settings.STAFF_SECOND_FACTOR = True
    AccessAttempt.objects.create(
        username=f"user:{person.pk}", ip_address="127.0.0.1", user_agent="", failures_since_start=20
    )
    client = browser(staff)
    session = client.session
    session[SHOWN] = staff.pk
    session.save()
    assert client.post(ACT, {"user_pk": person.pk}).status_code == 302
    assert AccessAttempt.objects.get().failures_since_start == 20
    client.post(STOP)
    assert client.get("/admin/").status_code == 200
