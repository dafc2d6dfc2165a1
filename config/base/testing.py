"""Fixtures every app's tests share. A pytest plugin (see pytest.ini): it is imported before Django is set up,
so whatever needs a model is imported where it is used."""

import gc
import os
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings


def pytest_configure(config: pytest.Config) -> None:
    gc.set_threshold(200_000, 50, 50)  # little is garbage here, and looking for it takes time
    config.addinivalue_line("markers", "postgresql: needs PostgreSQL; skipped on SQLite")
    config.addinivalue_line("markers", "sqlite: about SQLite alone; skipped on PostgreSQL")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    vendor = _vendor()
    for item in items:
        for other in {"postgresql", "sqlite"} - {vendor}:
            if item.get_closest_marker(other):
                item.add_marker(pytest.mark.skip(reason=f"needs {other}, runs on {vendor}"))


def pytest_sessionstart(session: pytest.Session) -> None:
    """Remove what a killed run left beside the test database: a fresh file must not meet an old journal."""
    from django.conf import settings

    database = settings.DATABASES["default"]
    if "sqlite" not in database["ENGINE"]:
        return
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    name = database["TEST"]["NAME"] + (f"_{worker}" if worker else "")
    for end in ("", "-wal", "-shm"):
        Path(name + end).unlink(missing_ok=True)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _vendor() != "postgresql":
        terminalreporter.write_line(
            "PostgreSQL: not used (set DATABASE_URL=postgres://user@host/name to run the suite on it)."
        )


@pytest.fixture(autouse=True, scope="session")
def quick_flush() -> Iterator[None]:
    """After a test with real transactions PostgreSQL's TRUNCATE of every table takes 0.7 s; DELETE takes 0.1 s.

    The order does not matter: Django's foreign keys are checked at the end of the transaction.
    """
    from django.db.backends.postgresql.operations import DatabaseOperations

    def delete_rows(self: Any, style: Any, tables: Any, **options: Any) -> list[str]:
        return [f"DELETE FROM {self.quote_name(table)};" for table in tables]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", delete_rows)
        yield


def _vendor() -> str:
    from django.db import connection

    return connection.vendor


@pytest.fixture
def superuser(db: None) -> Any:
    return _accounts_factory("SuperuserFactory")()


@pytest.fixture
def staff_api(superuser: Any) -> Any:
    """An API client with a superuser's token."""
    return api_client(superuser)


def api_client(user: Any) -> Any:
    """An API client with a token of this person, or with None a stranger's."""
    from knox.models import AuthToken
    from rest_framework.test import APIClient

    client = APIClient()
    if user is not None:
        _stored, token = AuthToken.objects.create(user)
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    client.user = user
    return client


def etag(row: Any) -> str:
    """The entity tag of this row as it is stored now: `headers={"If-Match": etag(course)}`."""
    stored = type(row)._base_manager.get(pk=row.pk)
    return f'"{stored.version}"'


def _accounts_factory(name: str) -> Any:
    return getattr(import_module("accounts.tests.factories"), name)


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> Path:
    """Files written by a test go with it."""
    settings.MEDIA_ROOT = str(tmp_path / "media")
    return tmp_path / "media"
