"""Every page: in the language asked for, with nothing that the content security policy refuses."""

import re
from io import BytesIO
from pathlib import Path

import allauth
import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from babel.messages.extract import extract
from django.test import Client
from django.utils.translation.template import templatize
from django.utils.translation.trans_real import translation

from . import factories as make

pytestmark = pytest.mark.django_db

STRANGERS = [
    *("login/", "signup/", "inactive/", "confirm-email/", "confirm-email/nonsense/"),
    *("password/reset/", "password/reset/done/", "password/reset/key/1-bad-key/", "password/reset/key/done/"),
    "invitation/nonsense/",
]
MEMBERS = [
    *(
        "",
        "data/",
        "sessions/",
        "email/",
        "password/change/",
        "logout/",
        "reauthenticate/",
        "password/reset/",
    ),
    *("2fa/", "2fa/totp/activate/", "2fa/webauthn/", "2fa/webauthn/add/"),
]
PROTECTED = [
    *("2fa/", "2fa/totp/deactivate/", "2fa/recovery-codes/", "2fa/recovery-codes/generate/"),
    *("2fa/reauthenticate/", "2fa/reauthenticate/webauthn/"),
]
#: Words that are the same in both languages.
SAME = {"Code", "Sessions", "Note", "MFA", "{}"}
KEYWORDS = {**dict.fromkeys(("gettext", "_")), "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}


def member(locale, protected=False):
    """Somebody who has just shown their password, with a second factor or without."""
    user = make.UserFactory(locale=locale)
    if protected:
        TOTP.activate(user, generate_totp_secret())
        RecoveryCodes.activate(user)
    client = Client()
    client.force_login(user)
    client.post("/accounts/reauthenticate/", {"password": make.PASSWORD})
    return client


def words_of(page):
    """What a person reads of a page, without the language switch."""
    page = re.sub(r"<form class=\"languages\".*?</form>", "", page, flags=re.DOTALL)
    page = re.sub(r"<script.*?</script>|<pre.*?</pre>", "", page, flags=re.DOTALL)
    return {line.strip() for line in re.sub(r"<[^>]+>", "\n", page).splitlines() if line.strip()}


@pytest.mark.parametrize(
    ("who", "path"),
    [
        *(("stranger", path) for path in STRANGERS),
        *(("member", path) for path in MEMBERS),
        *(("protected", path) for path in PROTECTED),
    ],
)
def test_a_page_is_french_or_english_whole_and_within_the_policy(who, path):
    pages = {}
    for locale in ("fr", "en"):
        client = Client() if who == "stranger" else member(locale, who == "protected")
        answer = client.get(f"/accounts/{path}", headers={"accept-language": locale}, follow=True)
        page = pages[locale] = answer.content.decode()
        assert f'<html lang="{locale}">' in page
        assert "'unsafe" not in answer["Content-Security-Policy"]
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=", page)
        for script in re.findall(r"<script[^>]*>", page):
            assert "src=" in script or 'type="application/json"' in script
        assert page.count("<h1") == 1
        assert page.count("<main") == 1
        ids = re.findall(r'\sid="([^"]+)"', page)
        assert len(ids) == len(set(ids))
    both = words_of(pages["fr"]) & words_of(pages["en"])
    assert (
        not {text for text in both if re.search(r"[A-Za-z]{3}.* [a-z]{3}", text) and "@" not in text} - SAME
    )


def test_what_the_library_says_on_pages_is_all_in_french():
    """Its own catalogue has gaps from time to time; ours is to fill them."""
    french = translation("fr")._catalog
    missing = set()
    for path in Path(allauth.__file__).parent.glob("templates/*/**/*.html"):
        if not {"account", "mfa", "usersessions", "allauth"} & set(path.parts) or "phone" in path.name:
            continue
        source = "\n".join(line.strip() for line in templatize(path.read_text(encoding="utf-8")).splitlines())
        for _line, message, _comments, about in extract("python", BytesIO(source.encode()), KEYWORDS):
            text = message if isinstance(message, str) else message[0]
            key = f"{about}\x04{text}" if about else text
            said = french.get(key) or french.get((key, 0))
            if (said is None or said == text) and text not in SAME:
                missing.add(text)
    assert not missing


def test_what_the_forms_of_the_library_say_is_in_french():
    from allauth.account.adapter import get_adapter as account
    from allauth.mfa.adapter import get_adapter as mfa
    from django.utils import translation as active

    for messages in (account().error_messages, mfa().error_messages):
        for message in messages.values():
            with active.override("fr"):
                french = str(message)
            with active.override("en"):
                assert str(message) != french


def test_an_error_page_is_within_the_policy_too(client):
    answer = client.get("/nowhere/", headers={"accept-language": "fr"})
    assert answer.status_code == 404
    assert "<style" not in answer.content.decode()
    assert "base/site.css" in answer.content.decode()
