"""What only some may read is left out for everybody else, at every door, in the present and in the past."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.utils.html import escape

from config.base.introspection import kernel_models
from config.base.restricted import leads_to_hidden
from config.base.testing import api_client

from .admin_helpers import own_admins, signed_in, text_of, url_of
from .api_helpers import endpoints
from .helpers import make, model_of

RESTRICTED = [model for model in kernel_models() if model.restricted_fields]
EVERY = pytest.mark.parametrize("model", RESTRICTED, ids=lambda each: each._meta.label)
pytestmark = pytest.mark.django_db


def view_of(model: Any) -> str:
    return f"{model._meta.app_label}.view_{model._meta.model_name}"


def marks(value: Any) -> set[str]:
    """The texts by which a value would be recognised on a page: of a JSON column its quoted keys and texts."""
    if isinstance(value, dict):
        return {json.dumps(key) for key in value} | {mark for each in value.values() for mark in marks(each)}
    if isinstance(value, list):
        return {mark for each in value for mark in marks(each)}
    return {json.dumps(value)} if isinstance(value, str) and len(value) > 3 else set()


def filled(model: Any) -> tuple[Any, set[str]]:
    """A row whose restricted columns say something, and by what they are recognised."""
    texts = {
        name: f"Only for those who may read {name}."
        for name in model.restricted_fields
        if model._meta.get_field(name).get_internal_type() in ("CharField", "TextField")
    }
    row = make(model, **texts)
    found = set()
    for name in model.restricted_fields:
        value = getattr(row, name)
        found |= {value} if isinstance(value, str) else marks(value)
    assert found, "the factory leaves nothing to recognise"
    return row, found


@EVERY
def test_the_api_shows_it_to_those_who_may_read_it_and_nobody_else(model):
    row, found = filled(model)
    (endpoint,) = [each for each in endpoints() if each.model is model]
    (reader, author) = (
        api_client(make("accounts.User", is_staff=True, permissions=[view_of(model), *more]))
        for more in ((), set(model.restricted_fields.values()))
    )
    url = f"{endpoint.url}{row.pk}/"
    for page in (endpoint.url, url, f"{url}history/", f"{url}?as_of=2999-01-01T00:00:00Z"):
        shown = author.get(page).content.decode()
        assert all(mark in shown for mark in found), page
        answer = reader.get(page)
        assert answer.status_code == 200, page
        assert not [mark for mark in found if mark in answer.content.decode()], page
    names = ",".join(model.restricted_fields)
    assert reader.get(endpoint.url, {"fields": names}).status_code == 400


@EVERY
def test_the_admin_shows_it_to_those_who_may_read_it_and_nobody_else(model):
    row, found = filled(model)
    reader = signed_in(permissions=[view_of(model)])
    author = signed_in(permissions=[view_of(model), *set(model.restricted_fields.values())])
    for page in (("changelist",), ("change", row.pk), ("history", row.pk), ("version", row.pk, 1)):
        shown = text_of(reader.get(url_of(model, *page)))
        assert not [mark for mark in found if escape(mark) in shown or mark in shown], page
    shown = text_of(author.get(url_of(model, "version", row.pk, 1)))
    assert [mark for mark in found if escape(mark) in shown]


@EVERY
def test_no_list_search_or_filter_goes_through_it(model):
    for own in own_admins():
        lookups = [*own.search_fields, *(each for each in own.list_display if isinstance(each, str))]
        lookups += [each for each in own.list_filter if isinstance(each, str)]
        assert not [path for path in lookups if leads_to_hidden(Nobody(), own.model, path)], own
    for endpoint in endpoints():
        view = endpoint.viewset
        paths = [*view.search_fields, *view.ordering_fields, *view.filterset_fields]
        assert not [path for path in paths if leads_to_hidden(Nobody(), endpoint.model, path)], endpoint.name


class Nobody:
    """Somebody without any right."""

    def has_perm(self, permission: str) -> bool:
        return False


def test_a_lookup_is_followed_through_other_models():
    exercise, item = model_of("courses.Exercise"), model_of("courses.QuizItem")
    assert leads_to_hidden(Nobody(), exercise, "answer__correct")
    assert leads_to_hidden(Nobody(), item, "exercise__answer__icontains")
    assert not leads_to_hidden(Nobody(), item, "exercise__prompt__icontains")
    assert leads_to_hidden(Nobody(), model_of("courses.Course"), "instructor__password__startswith")
