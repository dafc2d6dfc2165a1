"""Every mail: in its reader's language, as text and as HTML, with nothing left in the other language."""

from pathlib import Path

import pytest
from allauth.account.adapter import get_adapter
from allauth.core import context
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone, translation

from . import factories as make

pytestmark = pytest.mark.django_db

LINKS = {
    "account/email/email_confirmation_signup": "activate_url",
    "account/email/email_confirmation": "activate_url",
    "account/email/account_already_exists": "password_reset_url",
    "account/email/unknown_account": "signup_url",
    "account/email/password_reset_key": "password_reset_url",
}
NOTICES = [
    *(f"account/email/{name}" for name in ("password_reset", "password_changed", "password_set")),
    *(f"account/email/{name}" for name in ("email_changed", "email_deleted", "email_confirm")),
    *(f"mfa/email/{name}" for name in ("totp_activated", "totp_deactivated", "recovery_codes_generated")),
    *(f"mfa/email/{name}" for name in ("webauthn_added", "webauthn_removed")),
]
HELLO = {"fr": "Bonjour,", "en": "Hello,"}
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0"


@pytest.fixture
def send(rf, mailoutbox):
    def send(name, email, **more):
        request = rf.get("/")
        request.user = AnonymousUser()
        given = {
            **dict.fromkeys(set(LINKS.values()), "https://testserver/a-link/?a=1&b=2"),
            "user_agent": FIREFOX,
            "ip": "192.0.2.7",
            "timestamp": timezone.now(),
            "from_email": "o'neil@example.org",
            "to_email": "new@example.org",
            "deleted_email": "old@example.org",
            **more,
        }
        if name in LINKS:
            del given["user_agent"]
        with context.request_context(request):
            get_adapter(request).send_mail(name, email, given)
        return mailoutbox[-1]

    return send


@pytest.mark.parametrize("locale", ["fr", "en"])
@pytest.mark.parametrize("name", [*LINKS, *NOTICES])
def test_a_mail_speaks_the_language_of_its_reader_not_of_who_caused_it(send, name, locale):
    reader = make.UserFactory(locale=locale)
    with translation.override("en" if locale == "fr" else "fr"):
        mail = send(name, reader.email)
    other = "en" if locale == "fr" else "fr"
    with translation.override(other):
        foreign = send(name, make.UserFactory(locale=other).email)
    [(html, kind)] = mail.alternatives
    assert kind == "text/html"
    assert HELLO[locale] in mail.body
    assert HELLO[locale] in html
    assert f'<html lang="{locale}">' in html
    assert mail.subject
    assert mail.subject != foreign.subject
    assert not set(mail.body.splitlines()) & {
        line
        for line in foreign.body.splitlines()
        if " " in line.strip() and "://" not in line and "192.0" not in line
    }
    assert "\n" not in mail.subject


@pytest.mark.parametrize("name", LINKS)
def test_a_link_is_whole_in_the_text_and_safe_in_the_html(send, name):
    mail = send(name, "stranger@example.org")
    assert "\nhttps://testserver/a-link/?a=1&b=2\n" in mail.body
    assert 'href="https://testserver/a-link/?a=1&amp;b=2"' in mail.alternatives[0][0]


@pytest.mark.parametrize("name", NOTICES)
def test_a_notice_tells_when_from_where_and_what_to_do(send, name):
    mail = send(name, make.UserFactory(locale="fr").email)
    for text in (mail.body, mail.alternatives[0][0]):
        assert "Firefox sous Windows" in text
        assert "192.0.2.7" in text
        assert "/accounts/password/reset/" in text


def test_the_text_of_a_mail_is_plain(send):
    mail = send("account/email/email_changed", make.UserFactory(locale="fr").email)
    assert "o'neil@example.org" in mail.body


def test_a_stranger_is_written_to_in_the_language_of_the_page(send):
    with translation.override("en"):
        assert HELLO["en"] in send("account/email/unknown_account", "stranger@example.org").body
    with translation.override("fr"):
        assert HELLO["fr"] in send("account/email/unknown_account", "stranger@example.org").body


def test_an_address_that_is_yet_to_be_confirmed_has_its_reader_too(send):
    user = make.UserFactory(locale="en")
    user.emailaddress_set.create(email="next@example.org")
    with translation.override("fr"):
        assert HELLO["en"] in send("account/email/email_confirmation", "next@example.org").body


def test_every_mail_of_the_library_that_can_be_sent_has_templates_of_our_own():
    import allauth

    unused = {"login_code", "password_reset_code"}  # signing in and resetting by a code are off
    own = Path(settings.BASE_DIR) / "templates"
    theirs = Path(allauth.__file__).parent / "templates"
    names = {
        str(path.relative_to(theirs)).removesuffix("_subject.txt")
        for room in ("account", "mfa")
        for path in (theirs / room / "email").glob("*_subject.txt")
        if path.name.removesuffix("_subject.txt") not in unused
    }
    assert names == {*LINKS, *NOTICES}
    for name in names:
        for end in ("_subject.txt", "_message.txt", "_message.html"):
            assert (own / (name + end)).is_file()
