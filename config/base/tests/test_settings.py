"""What the settings promise: refusing to start, the database's ways, the site's addresses."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from .helpers import factory_for


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env={**kept, "DATA_DIR": str(settings.DATA_DIR), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "config.settings.production",
    "SECRET_KEY": "production-test-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJ",
    "ALLOWED_HOSTS": "example.org",
}


@pytest.mark.parametrize("name", ["SECRET_KEY", "ALLOWED_HOSTS"])
def test_production_refuses_to_start_without(name: str) -> None:
    done = manage("check", **{**PRODUCTION, name: ""})
    assert done.returncode
    assert f"{name} is not set." in done.stderr


def test_production_passes_the_deployment_check() -> None:
    done = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert not done.returncode, done.stderr


def test_productions_cookies_are_for_this_host_over_https_alone() -> None:
    names = ("SESSION", "CSRF", "LANGUAGE")
    said = "NAME", "SECURE", "HTTPONLY", "SAMESITE", "DOMAIN", "PATH"
    each = f"[[getattr(s, f'{{n}}_COOKIE_{{k}}') for k in {said}] for n in {names}]"
    code = f"from django.conf import settings as s; print({each})"
    done = manage("shell", "-v0", "-c", code, **PRODUCTION)
    rows = [[f"__Host-{name}", True, True, "Lax", None, "/"] for name in ("session", "csrf", "language")]
    assert done.stdout.strip() == str(rows), done.stderr


@pytest.mark.django_db
def test_every_answer_tells_browsers_what_to_keep_to_themselves(client: Client) -> None:
    headers = client.get("/admin/login/", follow=True).headers
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.sqlite
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("foreign_keys", 1), ("busy_timeout", 20_000), ("cache_size", -32_768)],
)
def test_sqlite_connections_are_set_up(pragma: str, value: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {pragma}")
        assert cursor.fetchone() == (value,)


@pytest.mark.sqlite
def test_sqlite_transactions_take_the_write_lock_at_once() -> None:
    assert settings.DATABASES["default"]["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_the_front_page_leads_a_stranger_to_sign_in(client: Client) -> None:
    assert client.get("/").headers["Location"] == "/accounts/login/"


def test_static_files_are_served_without_debug(client: Client) -> None:
    assert not settings.DEBUG
    assert client.get("/static/unfold/css/styles.css").status_code == 200


@pytest.mark.django_db
@pytest.mark.django_db
def test_the_admin_is_compressed_and_the_api_is_not(admin_client: Client) -> None:
    """Compression would make the API's ETags weak, and the optimistic lock needs strong ones."""
    accepts = {"accept-encoding": "gzip"}
    assert admin_client.get("/admin/", headers=accepts).headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in admin_client.get("/api/schema/", headers=accepts).headers


@pytest.mark.django_db
def test_the_api_lists_its_apps(admin_client: Client) -> None:
    listed = admin_client.get("/api/v1/", headers={"accept": "application/json"}).json()
    assert listed["courses"] == "http://testserver/api/v1/courses/"
    assert set(listed) >= {"accounts", "courses"}


@pytest.mark.django_db
def test_the_api_lists_nothing_to_strangers(client: Client) -> None:
    assert client.get("/api/v1/").status_code in (401, 403)


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "words"), [("fr", "Vous n’avez pas accès"), ("en", "You may not see")])
def test_a_page_that_one_may_not_see_says_so_and_leads_back(client, language, words):
    user = factory_for("accounts.User")(is_staff=True, locale=language)
    client.force_login(user)
    answer = client.get("/admin/accounts/user/")
    assert answer.status_code == 403
    assert words in answer.content.decode()
    assert 'href="/"' in answer.content.decode()
