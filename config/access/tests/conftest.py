"""One world for a whole module, undone at its end; pages are not drawn, for who may see one is known before."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.core.cache import cache
from django.db import transaction
from django.http import HttpResponse
from django.template.backends.django import Template
from django.utils.safestring import SafeString
from drf_spectacular.generators import SchemaGenerator

from .world import World


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock(), transaction.atomic():
        world = World()
        with django_db_blocker.block():
            yield world
        transaction.set_rollback(True)


@pytest.fixture
def world(built: World, db: None, undrawn: None) -> Iterator[World]:
    cache.clear()
    built.put_files()
    logging.disable(logging.WARNING)  # each refusal with its traceback: half of the time
    yield built
    logging.disable(logging.NOTSET)
    cache.clear()


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Templates and the OpenAPI description take most of the time, and an action of the admin is noted, not done."""
    monkeypatch.setattr(Template, "render", lambda *args, **kwargs: SafeString(""))
    monkeypatch.setattr(SchemaGenerator, "get_schema", lambda *args, **kwargs: {})
    monkeypatch.setattr(type(admin.site), "each_context", lambda site, request: {})
    monkeypatch.setattr(AutocompleteJsonView, "paginate_by", 1000)
    offered = ModelAdmin.get_actions

    def noted(model_admin: Any, request: Any, queryset: Any) -> HttpResponse:
        answer = HttpResponse()
        answer.acted_on = set(queryset.values_list("pk", flat=True))  # type: ignore[attr-defined]
        return answer

    def get_actions(self: Any, request: Any) -> dict[str, Any]:
        return {
            name: (noted, name, description)
            for name, (_act, name, description) in offered(self, request).items()
        }

    monkeypatch.setattr(ModelAdmin, "get_actions", get_actions)
