"""The audit's actor: under WSGI and ASGI, in sync and async views, by session, token and command."""

from __future__ import annotations

import asyncio

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.test import AsyncClient, Client
from knox.models import AuthToken
from rest_framework.test import APIClient

from config.base.audit import audit_context, current_actor_id, current_reason

from .helpers import dump, load, make

pytestmark = [pytest.mark.urls("config.base.tests.audit_urls"), pytest.mark.django_db(transaction=True)]


@pytest.fixture
def subject():
    return make("courses.Subject")


@pytest.fixture
def user():
    return make("accounts.User", is_staff=True, is_superuser=True)


def recorded(subject):
    record = subject.history.first()
    assert record.version == 2, "the view has written"
    return record.history_user_id, subject.history.model.objects.filter(
        history_user_id=record.history_user_id
    ).count()


@pytest.mark.parametrize("path", ["/write/", "/awrite/"])
@pytest.mark.parametrize("server", ["wsgi", "asgi"])
def test_a_session_is_recorded_in_sync_and_async_views(server, path, subject, user):
    if server == "wsgi":
        client = Client()
        client.force_login(user)
        assert client.get(path).status_code == 200
    else:
        aclient = AsyncClient()
        async_to_sync(aclient.aforce_login)(user)
        assert async_to_sync(aclient.get)(path).status_code == 200
    assert recorded(subject)[0] == user.pk
    fresh = type(subject).objects.get(pk=subject.pk)
    assert (fresh.updated_by_id, fresh.created_by_id) == (user.pk, None)


@pytest.mark.parametrize("server", ["wsgi", "asgi"])
def test_a_token_is_recorded_although_it_is_read_after_the_middleware(server, subject, user):
    _instance, token = AuthToken.objects.create(user)
    if server == "wsgi":
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
        assert client.post("/api-write/").status_code == 200
    else:
        response = async_to_sync(AsyncClient().post)(
            "/api-write/", headers={"authorization": f"Bearer {token}"}
        )
        assert response.status_code == 200
    assert recorded(subject)[0] == user.pk


def test_a_stranger_is_recorded_as_nobody(subject):
    assert Client().get("/write/").status_code == 200
    assert recorded(subject)[0] is None


def test_requests_served_at_once_do_not_lend_each_other_their_users(settings):
    people = [make("accounts.User") for _ in range(6)]
    seen: dict[int, object] = {}

    async def act(person) -> None:
        with audit_context(actor=person, reason=person.username):
            await asyncio.sleep(0)
            seen[person.pk] = await sync_to_async(lambda: (current_actor_id(), current_reason()))()

    async def everybody() -> None:
        await asyncio.gather(*(act(person) for person in people))

    async_to_sync(everybody)()
    assert seen == {person.pk: (person.pk, person.username) for person in people}
    assert (current_actor_id(), current_reason()) == (None, None)


def test_a_command_records_its_actor_and_reason(subject, user, tmp_path):
    text = dump(subject).replace(subject.name, "From a file")
    with audit_context(actor=user, reason="correction of the seeds"):
        load(text, tmp_path)
    record = subject.history.first()
    assert (record.history_user_id, record.history_change_reason) == (user.pk, "correction of the seeds")
    with audit_context(reason="nightly"), audit_context(actor=user):
        assert (current_actor_id(), current_reason()) == (user.pk, "nightly")


def test_loaddata_without_a_context_says_so(subject, tmp_path):
    load(dump(subject).replace(subject.name, "From a file"), tmp_path)
    record = subject.history.first()
    assert (record.history_user_id, record.history_change_reason) == (None, "loaddata")
