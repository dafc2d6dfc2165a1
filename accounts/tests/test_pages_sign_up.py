"""Coming in from outside, in the browser: sign-up, confirmation, reset, invitation."""

import re

import pytest
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core.cache import cache
from django.test import Client

from accounts.models import Invitation, User, UserActivity
from accounts.services import invitations, withdraw_invitation
from config.base.clock import now_ms

from . import factories as make

pytestmark = pytest.mark.django_db

GOOD = {
    "full_name": " Zoé Martin ",
    "email": " Zoe@Example.ORG ",
    "phone": "06 12 34 56 78",
    "role": "learner",
    "password1": make.PASSWORD,
    "password2": make.PASSWORD,
}
FRENCH = {"headers": {"accept-language": "fr"}}
SIGN_UP = "/accounts/signup/"
BLOCKED = "Les adresses de ce domaine ne sont pas acceptées. Utilisez une autre adresse."


@pytest.fixture(autouse=True)
def no_rate_limit_of_another_test():
    cache.clear()


def sign_up(client, **changes):
    return client.post(SIGN_UP, {**GOOD, **changes}, **FRENCH)


def errors_of(answer):
    return {name: list(errors) for name, errors in answer.context["form"].errors.items()}


def link_in(mail):
    return re.search(r"https?://testserver(/\S+)", mail.body)[1]


def test_somebody_signs_up_confirms_by_the_link_and_signs_in(client, mailoutbox):
    assert sign_up(client).url == "/accounts/confirm-email/"
    user = User.objects.get()
    assert (user.email, user.full_name, user.locale) == ("zoe@example.org", "Zoé Martin", "fr")
    assert user.student_profile is not None
    [mail] = mailoutbox
    assert (mail.to, mail.subject) == (["zoe@example.org"], "Confirmez votre adresse e-mail")
    other = Client()
    credentials = {"login": user.email, "password": make.PASSWORD}
    assert other.post("/accounts/login/", credentials).url == "/accounts/confirm-email/"
    assert other.get("/accounts/").status_code == 302
    page = other.get(link_in(mail), **FRENCH)
    assert "zoe@example.org" in page.content.decode()
    assert not EmailAddress.objects.get().verified  # a program that looks at links confirms nothing
    other.post(link_in(mail))
    assert EmailAddress.objects.get().verified
    assert other.post("/accounts/login/", credentials).url == "/"
    assert "Bonjour Zoé Martin" in other.get("/", follow=True).content.decode()


def test_every_field_is_answered_for_at_once_in_french_and_nothing_is_written(client, mailoutbox):
    make.BlockedEmailDomainFactory(domain="jetable.example")
    answer = sign_up(
        client,
        full_name=" ",
        email="a@jetable.example",
        phone="12",
        role="",
        password1="court",
        password2="autre",
    )
    assert answer.status_code == 200
    errors = errors_of(answer)
    assert set(errors) == {"full_name", "email", "phone", "role", "password1", "password2"}
    assert "Choisissez un mot de passe d’au moins 12 caractères." in errors["password1"]
    page = answer.content.decode()
    for messages in errors.values():
        for message in messages:
            assert message in page.replace("&#x27;", "'")
    assert not User.objects.exists()
    assert not UserActivity.objects.exists()
    assert not mailoutbox


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("full_name", "", "Ce champ est obligatoire."),
        ("email", "pas une adresse", "Saisissez une adresse e-mail valide."),
        (
            "email",
            "a@throwaway.example",
            "Les adresses de ce domaine ne sont pas acceptées. Utilisez une autre adresse.",
        ),
        ("phone", "12", "Le numéro saisi n’est pas valide."),
        ("role", "administrator", "Sélectionnez un choix valide. administrator n’en fait pas partie."),
        ("password1", "court", "Choisissez un mot de passe d’au moins 12 caractères."),
        ("password1", "x" * 129, "Choisissez un mot de passe de 128 caractères au plus."),
        (
            "password2",
            "autre chose",
            "Ce n’est pas le même mot de passe que ci-dessus : saisissez-le de nouveau.",
        ),
    ],
)
def test_eight_kinds_of_bad_input_are_answered_in_french(client, field, value, message):
    make.BlockedEmailDomainFactory(domain="throwaway.example")
    changes = {field: value} | ({"password2": value} if field == "password1" else {})
    said = errors_of(sign_up(client, **changes))[field]
    assert message.replace("’", "'") in [text.replace("’", "'") for text in said]
    assert not User.objects.exists()


def test_errors_are_linked_to_their_fields(client):
    page = sign_up(client, email="x", role="").content.decode()
    [box] = re.findall(r"<input[^>]*name=\"email\"[^>]*>", page)
    assert 'aria-invalid="true"' in box
    assert "id_email_error" in re.search(r'aria-describedby="([^"]*)"', box)[1]
    assert 'id="id_email_error"' in page
    assert '<label for="id_email">' in page


def test_a_known_address_is_answered_like_a_new_one_and_its_owner_gets_a_mail(client, mailoutbox):
    owner = make.UserFactory(email="zoe@example.org", locale="en")
    new = Client().post(SIGN_UP, {**GOOD, "email": "other@example.org"}, **FRENCH)
    known = sign_up(client, full_name="Mallory")
    assert (known.status_code, known.url) == (new.status_code, new.url)
    changing = {"Expires": "", "Set-Cookie": ""}
    assert {**known.headers, **changing} == {**new.headers, **changing}
    assert set(known.cookies) == set(new.cookies)
    to_new, to_owner = mailoutbox
    assert to_new.to == ["other@example.org"]
    assert (to_owner.to, to_owner.subject) == ([owner.email], "You have an account already")
    assert User.objects.count() == 2
    assert not User.objects.filter(full_name="Mallory").exists()
    page, other = (each.get(known.url, **FRENCH).content.decode() for each in (client, Client()))
    assert "Consultez votre messagerie" in page
    assert "Consultez votre messagerie" in other


def test_asking_for_a_new_password_tells_nothing_either(client, mailoutbox):
    make.UserFactory(email="zoe@example.org", locale="fr")
    answers = [
        client.post("/accounts/password/reset/", {"email": f"{name}@example.org"}) for name in ("zoe", "no")
    ]
    assert {answer.url for answer in answers} == {"/accounts/password/reset/done/"}
    assert mailoutbox[0].subject == "Choisir un nouveau mot de passe"
    assert len(mailoutbox) == 2


def test_a_forgotten_password_is_replaced_once_by_the_link(client, mailoutbox):
    user = make.UserFactory(email="zoe@example.org", locale="fr")
    client.post("/accounts/password/reset/", {"email": "ZOE@example.org"})
    link = link_in(mailoutbox[0])
    form = client.get(link).url
    weak = client.post(form, {"password1": "court", "password2": "court"}, **FRENCH)
    assert "au moins 12 caractères" in weak.content.decode()
    new = "lacet brume et quartz vert"
    assert client.post(form, {"password1": new, "password2": new}).url == "/accounts/password/reset/key/done/"
    assert User.objects.get(pk=user.pk).check_password(new)
    assert "Ce lien n’est plus valable" in Client().get(link, follow=True, **FRENCH).content.decode()
    assert mailoutbox[-1].subject == "Votre mot de passe a été remplacé"


def test_an_address_that_somebody_else_took_meanwhile_is_not_confirmed(client, mailoutbox):
    user = make.UserFactory(email="old@example.org", locale="fr")
    address = EmailAddress.objects.create(user=user, email="zoe@example.org")
    sign_up(client)
    client.post(f"/accounts/confirm-email/{EmailConfirmationHMAC(address).key}/", **FRENCH)
    assert User.objects.get(pk=user.pk).email == "old@example.org"
    assert not EmailAddress.objects.get(pk=address.pk).verified


@pytest.mark.parametrize("protected", [False, True])
def test_a_new_address_counts_once_its_link_is_opened_and_the_old_one_is_told(client, mailoutbox, protected):
    user = make.UserFactory(email="old@example.org", locale="fr")
    code = ""
    if protected:
        secret = generate_totp_secret()
        TOTP.activate(user, secret)
        code = format_hotp_value(hotp_value(secret, list(yield_hotp_counters_from_time())[1]))
    client.force_login(user)
    asked = client.post("/accounts/email/", {"email": "new@example.org", "action_add": ""})
    # The password once more, or the second factor of who has one.
    assert asked.url.startswith("/accounts/2fa/reauthenticate/" if protected else "/accounts/reauthenticate/")
    client.post(asked.url, {"password": make.PASSWORD, "code": code, "next": "/accounts/email/"})
    page = client.get("/accounts/email/").content.decode()
    assert "Ouvrez le lien que nous avons envoyé à new@example.org" in page
    assert User.objects.get(pk=user.pk).email == "old@example.org"
    Client().post(link_in(mailoutbox[0]), headers={"accept-language": "en"})  # in another browser
    assert User.objects.get(pk=user.pk).email == "new@example.org"
    assert list(EmailAddress.objects.values_list("email", "verified")) == [("new@example.org", True)]
    assert (mailoutbox[-1].to, mailoutbox[-1].subject) == (
        ["old@example.org"],
        "Votre adresse e-mail a été modifiée",
    )


def test_a_blocked_domain_is_no_new_address_either(client):
    user = make.UserFactory(locale="fr")
    make.BlockedEmailDomainFactory(domain="jetable.example")
    client.force_login(user)
    answer = client.post("/accounts/email/", {"email": "a@jetable.example", "action_add": ""})
    assert "ne sont pas acceptées" in answer.content.decode()
    assert EmailAddress.objects.count() == 1


@pytest.fixture
def invitation():
    return Invitation.objects.create(
        email="prof@example.org", full_name="Nadia Benali", role=invitations.Role.objects.get(code="teacher")
    )


def page_of(invitation):
    return f"/accounts/invitation/{invitations.invitation_key(invitation)}/"


def test_an_invited_person_sees_the_role_chooses_a_password_and_is_in(client, invitation):
    page = client.get(page_of(invitation), **FRENCH).content.decode()
    for text in ("prof@example.org", "Enseignant", 'value="Nadia Benali"'):
        assert text in page
    bad = client.post(
        page_of(invitation), {"full_name": "", "phone": "1", "password1": "x", "password2": "y"}, **FRENCH
    )
    assert set(bad.context["form"].errors) == {"full_name", "phone", "password1", "password2"}
    assert not User.objects.exists()
    given = {"full_name": "Nadia B.", "password1": make.PASSWORD, "password2": make.PASSWORD}
    assert client.post(page_of(invitation), given, **FRENCH).url == "/"
    user = User.objects.get()
    assert (user.full_name, user.email, user.locale, user.is_staff) == (
        "Nadia B.",
        "prof@example.org",
        "fr",
        True,
    )
    assert client.get("/").url == "/admin/"
    again = Client().get(page_of(Invitation.objects.get()), **FRENCH)
    assert again.status_code == 410
    assert "Elle a déjà été acceptée" in again.content.decode()


@pytest.mark.parametrize(
    ("how", "text"), [("withdrawn", "retirée"), ("expired", "expiré"), ("forged", "incomplet")]
)
def test_an_invitation_that_is_over_says_why(client, invitation, how, text):
    path = page_of(invitation)
    if how == "withdrawn":
        withdraw_invitation(invitation=invitation)
    elif how == "expired":
        Invitation.objects.filter(pk=invitation.pk).update(expires_at=now_ms())
        path = page_of(Invitation.objects.get())
    else:
        path = path[:-3] + "xx/"
    for answer in (client.get(path, **FRENCH), client.post(path, {}, **FRENCH)):
        assert answer.status_code == 410
        assert text in answer.content.decode()
    assert not User.objects.exists()
