"""Every error has one shape, whoever raised it, and the browsable pages still render."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.core.exceptions import ValidationError as ModelError
from django.db import DataError, IntegrityError, OperationalError
from django.http import Http404
from rest_framework.exceptions import ErrorDetail, Throttled, ValidationError

from config.base.api.translate import as_problem
from config.base.exceptions import DeletedParentError, DomainError
from config.base.testing import api_client

from .helpers import make, model_of

pytestmark = [pytest.mark.urls("config.base.tests.api_urls"), pytest.mark.django_db]
STUDENTS = "/api/v1/test/students/"


def body_of(response, status):
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert set(body) == {"type", "title", "status", "code", "detail", "instance", "errors"}
    assert body["status"] == status
    assert body["detail"]
    return body


def test_each_refusal_has_the_same_shape(staff_api):
    stranger = api_client(None)
    assert body_of(stranger.get(STUDENTS), 401)["title"] == "Unauthorized"
    assert body_of(api_client(make("accounts.User")).get(STUDENTS), 403)["code"] == "permission_denied"
    assert body_of(staff_api.get(f"{STUDENTS}1000/"), 404)["instance"] == f"{STUDENTS}1000/"
    body_of(staff_api.put(STUDENTS, {}, format="json"), 405)
    body_of(staff_api.get(STUDENTS, headers={"Accept": "text/csv"}), 406)
    body_of(staff_api.post(STUDENTS, b"a,b", content_type="text/csv"), 415)
    body_of(staff_api.post(STUDENTS, b"{", content_type="application/json"), 400)
    body_of(staff_api.post(STUDENTS, b"x", content_type="multipart/form-data"), 400)


def test_what_lies_nowhere_below_the_api_is_401_then_404(staff_api):
    body_of(api_client(None).get("/api/v1/nowhere/"), 401)
    for method in (staff_api.get, staff_api.post, staff_api.delete):
        body_of(method("/api/v1/test/students/1/nowhere/"), 404)


def test_a_stranger_is_told_how_to_sign_in():
    assert api_client(None).get(STUDENTS)["WWW-Authenticate"] == "Bearer"


def test_what_nobody_foresaw_is_a_problem_too(client, superuser):
    client.force_login(superuser)
    client.raise_request_exception = False
    body = body_of(client.get("/api/v1/test/broken/"), 500)
    assert "foresaw" not in str(body)


def test_a_body_beyond_the_limit_is_413(staff_api, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    body_of(staff_api.post(STUDENTS, {"school": "x" * 100}, format="json"), 413)


def test_the_pages_render_errors_and_keep_what_was_typed(client, superuser):
    client.force_login(superuser)
    html = {"Accept": "text/html"}
    answer = client.post(STUDENTS, {"school": "Typed in vain"}, headers=html)
    assert answer.status_code == 400
    assert "Typed in vain" in answer.content.decode()
    for url, status in (
        (f"{STUDENTS}1000/", 404),
        (f"{STUDENTS}?nope=1", 400),
        (f"{STUDENTS}?fields=nope", 400),
    ):
        answer = client.get(url, headers=html)
        assert (answer.status_code, answer["Content-Type"][:9]) == (status, "text/html")
    client.logout()
    assert client.get(STUDENTS, headers=html).status_code == 401


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Http404(), 404, "not_found"),
        (PermissionDenied(), 403, "permission_denied"),
        (ModelError({"title": "Bad."}), 400, "invalid"),
        (DomainError("No.", code="no"), 409, "no"),
        (IntegrityError("UNIQUE constraint failed: somewhere"), 409, "conflict"),
        (DataError("value out of range"), 400, "invalid"),
        (SuspiciousOperation(), 400, "bad_request"),
        (Throttled(wait=3), 429, "throttled"),
        (OperationalError("database is locked"), 409, "busy"),
    ],
)
def test_each_exception_has_its_status_and_code(error, status, code):
    problem = as_problem(error)
    assert (problem.status_code, problem.code) == (status, code)


def test_a_parent_in_the_trash_is_409():
    error = DeletedParentError(model_of("accounts.User"), "user", [1])
    assert (as_problem(error).status_code, as_problem(error).code) == (409, "deleted_parent")


@pytest.mark.parametrize(
    "error", [RuntimeError(), OperationalError("could not connect to server"), KeyError("x")]
)
def test_a_bug_is_not_dressed_up(error):
    assert as_problem(error) is None


def test_nested_errors_name_the_place():
    detail = {
        "options": [{}, {"text": [ErrorDetail("Required.", code="required")]}],
        "non_field_errors": ["All."],
    }
    errors = as_problem(ValidationError(detail)).errors
    assert [(error["field"], error["code"]) for error in errors] == [
        ("options.1.text", "required"),
        (None, "invalid"),
    ]


def test_a_constraint_is_told_in_its_own_words():
    (rule,) = [
        c for c in model_of("accounts.StudentProfile")._meta.constraints if "user" in getattr(c, "fields", ())
    ]
    problem = as_problem(IntegrityError(f'violates unique constraint "{rule.name}"'))
    assert str(problem.detail) == str(rule.violation_error_message)
