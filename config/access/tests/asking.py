"""One real request for each cell, and the letter that its answer stands for. Whatever it wrote is undone."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from django.utils.http import urlencode
from knox.models import AuthToken

from accounts.models import User, UserActivity
from config.access.endpoints import Endpoint
from config.access.table import (
    ALLOWED,
    FORBIDDEN,
    NOT_APPLICABLE,
    NOTHING,
    SIDES,
)
from content.models import DocumentRequest, GeneratedDocument
from courses.models import CalendarFeed, Course, Exercise
from courses.services import feed_token
from crm.models import RecoRun

from .letters import letter_of
from .world import WORDS, World, row_of

NOBODY = 987_654_321
NO_UUID = uuid.UUID("00000000-0000-4000-8000-000000000000")

#: The sides where nobody has a row of their own.
OTHERS = ("other", "none")

#: Parameters that name no row.
FREE = frozenset({"anything", "url", "now"})

#: The models behind addresses that do not say which.
MODELS = {
    "accounts-token-list": AuthToken,
    "accounts-token-detail": AuthToken,
    "me-session": UserSession,
    "me-sessions": UserSession,
    "me-activities": UserActivity,
    "mfa_edit_webauthn": Authenticator,
    "mfa_remove_webauthn": Authenticator,
    "calendar_feed": CalendarFeed,
    **dict.fromkeys(("document", "document_html", "document_pdf"), GeneratedDocument),
    **dict.fromkeys(("document_complete", "document_rate"), GeneratedDocument),
    **dict.fromkeys(("document_progress", "document_retry"), DocumentRequest),
}

#: Of those, what everybody has of their own.
OWN = (AuthToken, UserActivity, UserSession)

#: The models behind parameters that say which.
NAMED = {"course_id": Course, "exercise_id": Exercise, "run_id": RecoRun, "user_id": User}

#: Where the object is named by what is sent: route name → the body for a role and a side.
BODIES: dict[str, Callable[[World, str, str], dict[str, Any]]] = {
    "acquire": lambda world, role, side: {
        "user_pk": NOBODY if side == "none" else world.sides[side].learner.pk
    },
}


@dataclass
class Asked:
    """What somebody of one role got at one endpoint: the three letters, and the answers they were read from."""

    endpoint: Endpoint
    role: str
    letters: str = ""
    answers: dict[str, Any] = field(default_factory=dict)


def ask(world: World, role: str, endpoint: Endpoint) -> Asked:
    """Ask for an own row, somebody else's and nobody's; a list once, for it shows both or not."""
    asked = Asked(endpoint, role)
    kind = kind_of(endpoint)
    if kind in SHOWN:
        answer = asked.answers["own"] = send(
            world, role, endpoint, "own", **_list_request(world, role, endpoint)
        )
        letter = letter_of(endpoint, answer)
        if letter == ALLOWED or kind == "action":
            asked.letters = SHOWN[kind](world, role, endpoint, answer, letter) + NOT_APPLICABLE
        else:
            asked.letters = (NOT_APPLICABLE if kind == "deleted" else letter) + letter + NOT_APPLICABLE
        return asked
    for side in {"object": SIDES, "search": tuple(WORDS), "trash": OTHERS, "others": OTHERS}.get(
        kind, SIDES[:1]
    ):
        asked.answers[side] = send(world, role, endpoint, side)
    letters = {side: letter_of(endpoint, answer) for side, answer in asked.answers.items()}
    asked.letters = "".join(letters.get(side, NOT_APPLICABLE) for side in SIDES)
    return asked


def kind_of(endpoint: Endpoint) -> str:
    """How an endpoint is asked: as in SHOWN, "trash", "others", "search", "object", or "plain" without any row."""
    if endpoint.action.startswith("action:"):
        return "action"
    if endpoint.action == "changelist" or (endpoint.action == "autocomplete" and endpoint.model is not None):
        return endpoint.action
    if "word" in endpoint.parameters:
        return "search"
    if "deletion_id" in endpoint.parameters:
        return "trash"
    if model_behind(endpoint) is Authenticator and not endpoint.in_admin:
        return "others"
    if endpoint.name in BODIES or (set(endpoint.parameters) - FREE and model_behind(endpoint) is not None):
        return "object"
    if endpoint.action == "deleted":
        return "deleted"
    if (
        endpoint.method == "GET"
        and (endpoint.action == "list" or endpoint.name in MODELS)
        and endpoint.in_api
    ):
        return "list"
    return "plain"


def model_behind(endpoint: Endpoint) -> Any:
    """The model whose rows an address shows or names; None where there is none."""
    return MODELS.get(endpoint.name, endpoint.model)


def row_behind(world: World, role: str, endpoint: Endpoint, side: str) -> Any:
    """The row of a side that the address is about: a person's own token or device is everybody's to have, staff's
    too; below me/ other people are the learners."""
    model = model_behind(endpoint)
    if endpoint.name in MODELS and model in OWN and side == "own":
        return row_of(world.people[role] or world.sides["own"].learner, model)
    if model is User and endpoint.path.startswith("/api/v1/me/"):
        return world.sides[side].learner
    return world.row(model, role, side)


# The request


def send(world: World, role: str, endpoint: Endpoint, side: str, query: Any = None, data: Any = None) -> Any:
    """The answer to one request; nothing of it stays."""
    values = _values(world, role, endpoint, side)
    path = re.sub(r"[?&]action=\w+", "", endpoint.path).format(**values)
    if query:
        path += f"{'&' if '?' in path else '?'}{urlencode(query)}"
    if data is None:
        data = BODIES[endpoint.name](world, role, side) if endpoint.name in BODIES else {}
    client = (world.api if endpoint.in_api else world.browser)[role]
    with undone(client):
        if endpoint.in_api:
            text = "" if endpoint.method == "GET" else json.dumps(data)
            headers = {"If-Match": '"0"'}
            answer = client.generic(endpoint.method, path, text, "application/json", headers=headers)
        else:
            answer = getattr(client, endpoint.method.lower())(path, data)
        if hasattr(answer, "context_data") and answer.context_data and "cl" in answer.context_data:
            answer.keys = set(answer.context_data["cl"].queryset.values_list("pk", flat=True))
    answer.asked = path
    return answer


def _values(world: World, role: str, endpoint: Endpoint, side: str) -> dict[str, Any]:
    """What stands in the braces of the address."""
    known = {
        "now": timezone.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "anything": "nothing/here",
        "url": "nothing/here/",
        "version": 1,
        "deletion_id": NO_UUID,
        "token": NO_UUID,
        "uidb36": "zzz",
        "key": "nothing",
        "word": WORDS.get(side),
    }
    model = model_behind(endpoint)
    keys: dict[str, Any] = dict.fromkeys(endpoint.parameters, NOBODY)
    if model is None or side == "none":
        return keys | known
    if "deletion_id" in endpoint.parameters:
        return keys | known | {"deletion_id": world.dead(model).deletion_id}
    row = row_behind(world, role, endpoint, side)
    named: dict[str, Any] = {
        name: world.sides[side].learner.pk if each is User else world.row(each, role, side).pk
        for name, each in NAMED.items()
        if name in keys
    }
    if model is AuthToken:
        named["key"] = row.token_key
    if "token" in keys and model is CalendarFeed:
        named["token"] = feed_token(row)
    return dict.fromkeys(keys, row.pk) | known | named


def _list_request(world: World, role: str, endpoint: Endpoint) -> dict[str, Any]:
    """A list is asked for all it has, an action for the rows of both sides at once."""
    if kind_of(endpoint) in ("list", "deleted") and hasattr(endpoint.view, "required_right"):
        return {"query": {"page_size": 200}}
    if kind_of(endpoint) != "action":
        return {}
    name = endpoint.action.removeprefix("action:")
    if name == "restore_selected":
        rows = [world.dead(endpoint.model)]
    else:
        rows = [row_behind(world, role, endpoint, side) for side in WORDS]
    return {"data": {"action": name, "_selected_action": [row.pk for row in rows], "index": 0}}


@contextmanager
def undone(client: Any) -> Iterator[None]:
    """Whatever happens in here leaves neither a row, nor a cookie, nor a count of tries."""
    cookies = deepcopy(client.cookies)
    with transaction.atomic():
        try:
            yield
        finally:
            transaction.set_rollback(True)
            client.cookies = cookies
            cache.clear()


# The answer


def _both(world: World, role: str, endpoint: Endpoint, keys: Any) -> str:
    rows = [row_behind(world, role, endpoint, side) for side in WORDS]
    found = [getattr(row, "token_key", row.pk) in keys for row in rows]
    return "".join(ALLOWED if each else NOTHING for each in found)


def _listed(world: World, role: str, endpoint: Endpoint, answer: Any, letter: str) -> str:
    return _both(world, role, endpoint, _keys(answer, endpoint))


def _in_trash(world: World, role: str, endpoint: Endpoint, answer: Any, letter: str) -> str:
    dead = world.dead(endpoint.model).pk in _keys(answer, endpoint)
    return NOT_APPLICABLE + (ALLOWED if dead else NOTHING)


def _keys(answer: Any, endpoint: Endpoint) -> set[Any]:
    items = answer.json()
    items = items["results"] if isinstance(items, dict) else items
    key = "key" if model_behind(endpoint) is AuthToken else "id"
    return {item[key] for item in items}


def _in_changelist(world: World, role: str, endpoint: Endpoint, answer: Any, letter: str) -> str:
    return _both(world, role, endpoint, answer.keys)


def _completed(world: World, role: str, endpoint: Endpoint, answer: Any, letter: str) -> str:
    return _both(world, role, endpoint, {int(item["id"]) for item in answer.json()["results"]})


def _acted(world: World, role: str, endpoint: Endpoint, answer: Any, letter: str) -> str:
    """The spy in conftest notes which rows an action was given, and does not let it act."""
    keys = getattr(answer, "acted_on", None)
    if keys is None:  # the action was not among those offered
        letter = FORBIDDEN if letter == ALLOWED else letter
        letters = letter * 2
    elif endpoint.action == "action:restore_selected":
        letters = ALLOWED if world.dead(endpoint.model).pk in keys else NOTHING
        letters *= 2
    else:
        return _both(world, role, endpoint, keys)
    return NOT_APPLICABLE + letters[1] if endpoint.action == "action:restore_selected" else letters


SHOWN: dict[str, Callable[..., str]] = {
    "list": _listed,
    "deleted": _in_trash,
    "changelist": _in_changelist,
    "autocomplete": _completed,
    "action": _acted,
}
