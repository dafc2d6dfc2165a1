"""How far rights reach: every model says whose its rows are, and every door keeps to it."""

from __future__ import annotations

from importlib import import_module

import pytest
import rules
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse

from config.base.introspection import kernel_models
from config.base.rights import permissions_of
from config.base.rows import choices_for, declared_for, reaches, reaches_all, rows_for
from config.base.testing import api_client

from .admin_helpers import own_admins, signed_in, url_of
from .api_helpers import _patterns, endpoints, make_many
from .helpers import make, model_of

pytestmark = pytest.mark.django_db

#: Models whose rows are nobody's own: who has the permission has it for all of them. And why.
EVERYBODYS = {
    "accounts.AdminProfile": "kept by administrators; a teacher's role holds no right to it",
    "accounts.BlockedEmailDomain": "a list of the whole site",
    "accounts.Invitation": "sent by staff who may invite; it is not yet anybody's",
    "accounts.Role": "declared in code",
    "accounts.UserActivity": "the log of the whole site, for support and administrators",
    "courses.Subject": "the catalogue's, which all teachers share",
    "courses.Formula": "the offer's, which all teachers share",
    "courses.FormulaPurchase": "kept by support and administrators; a teacher's role holds no right to it",
    "courses.CalendarFeed": "seen by administrators; a teacher's role holds no right to it",
    "content.ContentBrick": "the stock that all documents are made of",
    "content.BrickVersion": "the stock that all documents are made of",
    "content.ContentFigure": "the stock that all documents are made of",
    "content.ContentTemplate": "the stock that all documents are made of",
    "crm.*": "customers belong to the organisation; a teacher's role holds no right to them",
}
PERSONAL = sorted(
    {
        pattern.name.removesuffix("-list"): pattern.callback.cls
        for pattern in _patterns(get_resolver().url_patterns)
        if getattr(getattr(pattern.callback, "cls", None), "is_personal", False)
        and (pattern.name or "").endswith("-list")
    }.items()
)
#: What is told after all: the explanation to the learner once the answer is right or no attempt is left, as
#: `test_answer_keys_stay_secret` holds it to be, and the key to who grades, where they may see the exercise's.
TOLD = {"me-exerciseattempt": {"explanation"}, "me-grading": {"explanation", "snapshot_key"}}
#: What is on offer: everybody who is signed in sees it.
ON_OFFER = {"me-formula", "me-freeslot"}
MINE = pytest.mark.parametrize(("name", "viewset"), PERSONAL, ids=[name for name, _viewset in PERSONAL])


def people(name, **values):
    return getattr(import_module("accounts.tests.factories"), name)(**values)


def is_everybodys(model):
    return model._meta.label in EVERYBODYS or f"{model._meta.app_label}.*" in EVERYBODYS


@pytest.mark.parametrize("model", kernel_models(), ids=lambda model: model._meta.label)
def test_every_model_says_how_somebodys_own_rows_are_found_or_why_there_are_none(model):
    declared = declared_for(model)
    assert (declared is None) == is_everybodys(model)
    if declared is not None:
        row, stranger = make(model), people("UserFactory")
        assert declared.through in {field.name for field in model._meta.fields}
        own = getattr(model.all_objects, declared.method)(stranger)
        assert set(own) <= {stranger}, "a stranger has nothing of their own but themselves"
        assert row not in model.objects.visible_to(AnonymousUser())


def test_the_list_of_what_is_everybodys_names_no_model_that_is_gone():
    for label in EVERYBODYS:
        assert label.endswith(".*") or model_of(label)


@pytest.mark.parametrize("model", kernel_models(), ids=lambda model: model._meta.label)
def test_every_permission_of_every_model_is_an_object_permission(model):
    row = make(model)
    stranger, superuser = people("UserFactory"), people("SuperuserFactory")
    for permission in permissions_of(model):
        assert rules.perm_exists(permission)
        assert superuser.has_perm(permission, row)
        assert not stranger.has_perm(permission, row)
        assert not AnonymousUser().has_perm(permission, row)
        assert not stranger.has_perm(permission), "without a row, permissions are Django's own"
        holder = people("UserFactory", permissions=[permission])
        assert holder.has_perm(permission, row), "held directly, a right reaches every row"


@pytest.mark.parametrize("endpoint", endpoints(), ids=lambda each: each.name)
def test_a_teachers_lists_take_few_queries_and_show_nothing_of_others(endpoint):
    make_many(endpoint.model, 10)
    teacher = people("TeacherFactory")
    if not teacher.has_perm(permissions_of(endpoint.model)[-1].replace(".add_", ".view_")) and not (
        teacher.has_perm(f"{endpoint.model._meta.app_label}.view_{endpoint.model._meta.model_name}")
    ):
        return
    client = api_client(teacher)
    client.get(endpoint.url)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(endpoint.url)
    assert answer.status_code == 200
    assert len(queries) <= 10
    assert len(answer.json()["results"]) == (
        0 if declared_for(endpoint.model) else endpoint.model.objects.count()
    )


@pytest.mark.parametrize("own", own_admins(), ids=lambda each: each.opts.label)
def test_a_teachers_admin_lists_take_few_queries_and_show_nothing_of_others(own):
    teacher = people("TeacherFactory")
    if not teacher.has_perm(f"{own.opts.app_label}.view_{own.opts.model_name}"):
        return
    rows = make_many(own.model, 10)
    browser = signed_in(permissions=[])
    browser.force_login(teacher)
    for query in ("", "?q=martin", "?trash=only"):
        browser.get(url_of(own.model, "changelist") + query)
        with CaptureQueriesContext(connection) as queries:
            answer = browser.get(url_of(own.model, "changelist") + query)
        assert answer.status_code == 200
        assert len(queries) <= 8, [each["sql"] for each in queries]
        if declared_for(own.model):
            assert not answer.context["cl"].result_list
    pages = [("change", rows[0].pk), ("history", rows[0].pk), ("version", rows[0].pk, 1)]
    for page in pages:
        assert browser.get(url_of(own.model, *page)).status_code == (302 if declared_for(own.model) else 200)


def test_the_kernel_narrows_by_what_is_declared():
    """On a model of an app, by label: rows, single rows, sets of rows, choices."""
    course, lesson = make("courses.Course"), make("courses.Lesson")
    teacher = people("TeacherFactory")
    assert not rows_for(teacher, type(lesson).objects.all(), "view")
    assert not reaches(teacher, "change", lesson)
    assert not reaches_all(teacher, "change", type(lesson).objects.all())
    assert not choices_for(teacher, type(course).objects.all(), type(lesson), "add")
    type(course).objects.update(instructor=teacher)
    assert set(rows_for(teacher, type(lesson).objects.all(), "view")) == {lesson}
    assert reaches(teacher, "change", lesson)
    assert set(choices_for(teacher, type(course).objects.all(), type(lesson), "add")) == {
        course,
        lesson.course,
    }
    assert not rows_for(AnonymousUser(), type(lesson).objects.all(), "view")


@MINE
def test_what_is_ones_own_has_no_door_to_history_and_trash(name, viewset):
    row = make(viewset.serializer_class.Meta.model)
    client = api_client(people("SuperuserFactory"))
    url = reverse(f"{name}-list")
    for parameters in ({"deleted": "only"}, {"as_of": "2026-01-01T00:00:00Z"}):
        assert client.get(url, parameters).status_code == 400
        assert client.get(f"{url}{row.pk}/", parameters).status_code == 400
    assert client.get(f"{url}{row.pk}/history/").status_code == 404
    assert client.post(f"{url}{row.pk}/restore/").status_code == 404
    fields = set(viewset.serializer_class().fields) - TOLD.get(name, set())
    assert not fields & {
        "email",
        "phone",
        "created_by",
        "updated_by",
        "answer_key",
        "snapshot_key",
        "explanation",
    }
    assert not fields & set(getattr(viewset.serializer_class.Meta.model, "restricted_fields", ()))


@MINE
def test_what_is_not_ones_own_is_answered_like_what_does_not_exist(name, viewset):
    model = viewset.serializer_class.Meta.model
    row = make(model)
    stranger = people("UserFactory")
    if name in ON_OFFER or model.objects.visible_to(stranger).filter(pk=row.pk).exists():
        return
    client, url = api_client(stranger), reverse(f"{name}-list")
    assert api_client(None).get(url).status_code == 401
    assert client.get(url).json()["results"] == []
    others, nobodys = client.get(f"{url}{row.pk}/"), client.get(f"{url}{row.pk + 10_000}/")
    assert others.status_code == nobodys.status_code == 404
    assert {**others.json(), "instance": ""} == {**nobodys.json(), "instance": ""}
    for method in (client.put, client.patch, client.delete):
        headers = {"If-Match": '"1"'}
        assert method(f"{url}{row.pk}/", {}, format="json", headers=headers).status_code in (404, 405)
