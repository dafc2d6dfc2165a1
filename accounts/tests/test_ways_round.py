"""Ways round the lockout, the second factor and the confirmation of an address, and that they lead nowhere."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from axes.models import AccessAttempt
from django.core.cache import cache
from django.test import Client
from knox.models import AuthToken

from accounts.models import Invitation, Role, User
from accounts.services import accept_invitation, activate_user, invite, sign_up
from accounts.services.invitations import invitation_key
from config.base.testing import api_client

from . import factories as make

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXP"


@pytest.fixture(autouse=True)
def fresh():
    cache.clear()


def signed_in(user):
    client = Client()
    client.post("/accounts/login/", {"login": user.username, "password": make.PASSWORD})
    return client


@pytest.mark.django_db(transaction=True)
def test_a_second_factor_ends_what_was_opened_without_it():
    user = make.UserFactory()
    thief, owner = signed_in(user), signed_in(user)
    AuthToken.objects.create(user)
    owner.post("/accounts/reauthenticate/", {"password": make.PASSWORD})
    owner.get("/accounts/2fa/totp/activate/")
    step = list(yield_hotp_counters_from_time())[1]
    code = format_hotp_value(hotp_value(owner.session["mfa.totp.secret"], step))
    owner.post("/accounts/2fa/totp/activate/", {"code": code})
    assert Authenticator.objects.filter(user=user, type="totp").exists()
    assert owner.get("/accounts/").status_code == 200
    assert thief.get("/accounts/").status_code == 302
    assert not AuthToken.objects.filter(user=user).exists()


def test_a_password_alone_does_not_take_a_second_factor_away():
    user = make.UserFactory()
    client = signed_in(user)
    TOTP.activate(user, SECRET)
    answer = client.post("/accounts/reauthenticate/", {"password": make.PASSWORD})
    assert answer["Location"].startswith("/accounts/2fa/reauthenticate/")
    answer = client.post("/accounts/2fa/totp/deactivate/")
    assert answer["Location"].startswith("/accounts/2fa/reauthenticate/")
    assert Authenticator.objects.filter(user=user, type="totp").exists()


def registered(email="t@example.org"):
    return sign_up(
        email=email,
        full_name="Somebody Else",
        password=make.PASSWORD,
        password_confirmation=make.PASSWORD,
        role="learner",
    )


def test_a_registration_nobody_confirmed_does_not_stand_in_an_invitations_way():
    squatter = registered()
    role = Role.objects.get(code="teacher")
    invitation = invite(
        inviter=make.SuperuserFactory(), email="t@example.org", role=role, site="https://example.org/"
    )
    user = accept_invitation(key=invitation_key(invitation), full_name="Théo Petit", password=make.PASSWORD)
    assert User.objects.get_by_email("t@example.org") == user != squatter
    assert EmailAddress.objects.get(user=user).verified
    assert Invitation.objects.get().accepted_by == user


@pytest.mark.parametrize("typed", ["nobody@example.org", "nobody.name"])
def test_a_name_that_is_nobodys_counts_in_each_way_of_typing_it(typed, settings):
    settings.AXES_FAILURE_LIMIT = 2
    for name in (typed, f" {typed.upper()} "):
        Client().post("/accounts/login/", {"login": name, "password": "wrong"})
    assert AccessAttempt.objects.get().failures_since_start == 2


def test_ipv6_addresses_of_one_network_count_as_one():
    for number in range(3):
        client = Client(REMOTE_ADDR=f"2001:db8:0:1::{number + 1}")
        client.post("/accounts/login/", {"login": "nobody.name", "password": "wrong"})
    assert AccessAttempt.objects.get().failures_since_start == 3


def test_a_wrong_current_password_counts_on_the_page_too():
    user = make.UserFactory()
    client = signed_in(user)
    data = {
        "oldpassword": "wrong",
        "password1": "three small green boats",
        "password2": "three small green boats",
    }
    answer = client.post("/accounts/password/change/", data)
    assert answer.context["form"].errors["oldpassword"]
    assert AccessAttempt.objects.get(username=f"user:{user.pk}").failures_since_start == 1
    data["oldpassword"] = make.PASSWORD
    assert client.post("/accounts/password/change/", data).status_code == 302
    assert client.get("/accounts/").status_code == 200


def test_an_address_that_staff_give_is_confirmed_although_it_was_on_its_way():
    user = make.UserFactory(email="old@example.org")
    EmailAddress.objects.create(user=user, email="new@example.org", verified=False, primary=False)
    user.email = "new@example.org"
    user.save()
    [address] = EmailAddress.objects.filter(user=user)
    assert (address.email, address.verified, address.primary) == ("new@example.org", True, True)


def test_the_trash_confirms_no_address():
    user = registered("zoe@example.org")
    user.delete()
    user.restore()
    activate_user(user=User.objects.get(pk=user.pk))
    assert not EmailAddress.objects.get(user=user).verified


def test_staff_without_a_second_factor_reach_nobody_elses_data_by_the_api(settings):
    settings.STAFF_SECOND_FACTOR = True
    client = api_client(make.TeacherFactory())
    assert client.get("/api/v1/me/").status_code == 200
    for path in ("students/", "export/", "enrollments/"):
        assert client.get(f"/api/v1/me/{path}").status_code == 403


def test_staff_take_a_lost_second_factor_away_and_see_no_secret():
    user = make.UserFactory()
    factor = TOTP.activate(user, SECRET).instance
    client = Client()
    client.force_login(make.SuperuserFactory())
    page = client.get(f"/admin/mfa/authenticator/{factor.pk}/change/").content.decode()
    assert SECRET not in page
    assert "last_step" not in page
    data = {"action": "remove_selected", "_selected_action": [factor.pk]}
    client.post("/admin/mfa/authenticator/", data)
    assert not Authenticator.objects.exists()
