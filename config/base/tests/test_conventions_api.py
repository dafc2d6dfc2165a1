"""What holds for every endpoint: a viewset added next year is held to it the day it is registered."""

from __future__ import annotations

import pytest
from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from config.base.introspection import kernel_models
from config.base.models import KERNEL_FIELDS
from config.base.testing import api_client

from .api_helpers import endpoints, if_match, make_many
from .helpers import factory_for, make

EVERY = pytest.mark.parametrize("endpoint", endpoints(), ids=lambda each: each.name)
CHANGEABLE = pytest.mark.parametrize(
    "endpoint", [each for each in endpoints() if each.can("update")], ids=lambda each: each.name
)
pytestmark = pytest.mark.django_db


def problem(response, status):
    """The errors of a problem answer, by field, after checking that it has the one shape."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert body["status"] == status
    assert {"type", "title", "detail", "instance", "errors"} <= body.keys()
    return {error["field"]: error["code"] for error in body["errors"]}


def test_every_model_is_in_the_api():
    assert {each.model for each in endpoints()} == set(kernel_models())


@EVERY
def test_a_list_takes_the_same_queries_for_few_rows_and_many(endpoint, staff_api):
    def count(size):
        with CaptureQueriesContext(connection) as queries:
            response = staff_api.get(endpoint.url, {"page_size": size})
        assert response.status_code == 200, response.content
        assert len(response.json()["results"]) == size
        return len(queries)

    make_many(endpoint.model, 60)
    count(1)  # content types and the like are looked up once and kept
    assert count(10) == count(60) <= 8


@EVERY
def test_the_browsable_list_stays_small_and_cheap(endpoint, client, superuser):
    make_many(endpoint.model, 60)
    client.force_login(superuser)
    with CaptureQueriesContext(connection) as queries:
        response = client.get(endpoint.url, headers={"Accept": "text/html"})
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/html")
    assert len(response.content) < 200_000
    assert len(queries) <= 10


@EVERY
def test_strangers_get_nothing(endpoint):
    row = make(endpoint.model)
    stranger = api_client(None)
    learner = api_client(factory_for("accounts.User")())
    staff = api_client(_staff())
    for url in (endpoint.url, endpoint.url_of(row), endpoint.url_of(row, "history")):
        assert stranger.get(url).status_code == 401
        assert learner.get(url).status_code == 403
        assert staff.get(url).status_code == 403
    for client, status in ((stranger, 401), (learner, 403), (staff, 403)):
        assert client.post(endpoint.url, {}, format="json").status_code in (status, 405)
        for method in (client.put, client.patch, client.delete):
            answer = method(endpoint.url_of(row), {}, format="json", headers=if_match(row))
            assert answer.status_code in (status, 405)


def _staff(*permissions):
    from importlib import import_module

    return import_module("accounts.tests.factories").StaffFactory(permissions=permissions)


@EVERY
def test_the_right_to_view_gives_reading_only(endpoint):
    row = make(endpoint.model)
    meta = endpoint.model._meta
    client = api_client(_staff(f"{meta.app_label}.view_{meta.model_name}"))
    assert client.get(endpoint.url).status_code == 200
    assert client.get(endpoint.url_of(row)).status_code == 200
    assert client.get(endpoint.url_of(row, "history")).status_code == 200
    assert client.get(endpoint.url, {"deleted": "only"}).status_code == 403
    assert client.post(endpoint.url, {}, format="json").status_code in (403, 405)
    for method in (client.put, client.patch, client.delete):
        assert method(endpoint.url_of(row), {}, format="json", headers=if_match(row)).status_code in (
            403,
            405,
        )
    assert client.post(endpoint.url_of(row, "restore"), headers=if_match(row)).status_code in (403, 404)


@EVERY
def test_no_secret_is_in_any_answer(endpoint, staff_api):
    row = make(endpoint.model)
    secrets = {name: getattr(row, name) for name in endpoint.model.secret_fields}
    for url in (endpoint.url, endpoint.url_of(row), endpoint.url_of(row, "history")):
        text = staff_api.get(url).content.decode()
        for name, value in secrets.items():
            assert f'"{name}"' not in text
            assert not value or str(value) not in text


@EVERY
def test_a_row_carries_its_version_as_a_strong_etag(endpoint, staff_api):
    row = make(endpoint.model)
    response = staff_api.get(endpoint.url_of(row))
    assert response["ETag"] == f'"{response.json()["version"]}"'


@CHANGEABLE
def test_what_was_read_can_be_sent_back(endpoint, staff_api):
    row = make(endpoint.model)
    read = staff_api.get(endpoint.url_of(row))
    response = staff_api.put(
        endpoint.url_of(row), read.json(), format="json", headers={"If-Match": read["ETag"]}
    )
    assert response.status_code == 200, response.content
    changed = {name for name, value in response.json().items() if value != read.json()[name]}
    assert changed <= {"version", "updated_at", "updated_by"}
    assert response["ETag"] == f'"{response.json()["version"]}"' != read["ETag"]


@CHANGEABLE
def test_read_only_columns_are_accepted_and_ignored(endpoint, staff_api):
    row = make(endpoint.model)
    fields = endpoint.viewset.serializer_class().fields
    read_only = {name for name, field in fields.items() if field.read_only}
    assert (KERNEL_FIELDS | set(endpoint.model.untracked_fields)) & set(fields) <= read_only
    before = staff_api.get(endpoint.url_of(row)).json()
    body = dict.fromkeys(read_only, 7)
    response = staff_api.patch(endpoint.url_of(row), body, format="json", headers=if_match(row))
    assert response.status_code == 200, response.content
    after = response.json()
    assert {name for name in read_only if after[name] != before[name]} <= {
        "version",
        "updated_at",
        "updated_by",
    }


@CHANGEABLE
def test_an_unknown_key_is_named(endpoint, staff_api):
    row = make(endpoint.model)
    body = {"no_such_key": 1}
    answer = staff_api.patch(endpoint.url_of(row), body, format="json", headers=if_match(row))
    assert problem(answer, 400) == {"no_such_key": "unknown"}
    if endpoint.can("create"):
        assert problem(staff_api.post(endpoint.url, body, format="json"), 400)["no_such_key"] == "unknown"


@CHANGEABLE
def test_a_change_needs_the_current_etag(endpoint, staff_api):
    row = make(endpoint.model)
    for method in (staff_api.put, staff_api.patch, staff_api.delete):
        problem(method(endpoint.url_of(row), {}, format="json"), 428)
        stale = method(endpoint.url_of(row), {}, format="json", headers={"If-Match": '"999"'})
        problem(stale, 412)
        assert stale["ETag"] == if_match(row)["If-Match"]
    row.refresh_from_db()
    assert not row.is_deleted


@pytest.mark.parametrize("endpoint", [e for e in endpoints() if e.can("create")], ids=lambda each: each.name)
def test_a_duplicate_is_an_error_of_a_field(endpoint, staff_api):
    """Every unique rule of the model over columns that a client writes is seen before the database sees it."""
    row = make(endpoint.model)
    body = staff_api.get(endpoint.url_of(row)).json()
    fields = endpoint.viewset.serializer_class().fields
    body |= {name: "correct horse battery" for name, field in fields.items() if field.write_only}
    response = staff_api.post(endpoint.url, body, format="json")
    unique = [rule for rule in endpoint.model._meta.constraints if isinstance(rule, models.UniqueConstraint)]
    if not unique or hasattr(endpoint.viewset, "request_serializer_class"):
        return  # a service makes the row of something else than its columns
    errors = problem(response, 400)
    assert set(errors) <= set(fields)
    assert not set(errors) & KERNEL_FIELDS


@pytest.mark.parametrize("endpoint", [e for e in endpoints() if e.can("restore")], ids=lambda each: each.name)
def test_delete_trash_restore(endpoint, staff_api):
    row = make(endpoint.model)
    url = endpoint.url_of(row)
    assert staff_api.delete(url, headers=if_match(row)).status_code == 204
    problem(staff_api.get(url), 404)
    assert row.pk not in [each["id"] for each in staff_api.get(endpoint.url).json()["results"]]
    assert row.pk in [
        each["id"] for each in staff_api.get(endpoint.url, {"deleted": "only"}).json()["results"]
    ]
    dead = staff_api.get(url, {"deleted": "only"})
    problem(staff_api.post(endpoint.url_of(row, "restore")), 428)
    alive = staff_api.post(endpoint.url_of(row, "restore"), headers={"If-Match": dead["ETag"]})
    assert alive.status_code == 200, alive.content
    assert staff_api.get(url).status_code == 200
    kinds = [each["kind"] for each in staff_api.get(endpoint.url_of(row, "history")).json()["results"]]
    assert kinds[:2] == ["restored", "deleted"]


@EVERY
def test_what_a_list_does_not_understand_is_named(endpoint, staff_api):
    def errors(**parameters):
        return problem(staff_api.get(endpoint.url, parameters), 400)

    assert errors(no_such_filter="1") == {"no_such_filter": "unknown"}
    assert errors(ordering="no_such_column") == {"ordering": "unknown"}
    assert errors(fields="no_such_column") == {"fields": "unknown"}
    assert errors(omit="no_such_column") == {"omit": "unknown"}
    assert errors(page_size="201") == {"page_size": "invalid"}
    assert errors(deleted="perhaps") == {"deleted": "invalid"}


@EVERY
def test_every_filter_and_ordering_works_and_refuses_what_is_not_its_value(endpoint, staff_api):
    make(endpoint.model)
    for name, filter_ in endpoint.filters().items():
        answer = staff_api.get(endpoint.url, {name: "\x00☃"})
        assert set(problem(answer, 400)) == {name}, (name, filter_)
    for name in endpoint.viewset.ordering_fields:
        assert staff_api.get(endpoint.url, {"ordering": f"-{name}"}).status_code == 200
    if endpoint.viewset.search_fields:
        assert staff_api.get(endpoint.url, {"search": 'É%_\\ "x'}).status_code == 200


@EVERY
def test_the_history_shows_only_what_the_serializer_shows(endpoint, staff_api):
    row = make(endpoint.model)
    response = staff_api.get(endpoint.url_of(row, "history"))
    assert response.status_code == 200
    shown = set(staff_api.get(endpoint.url_of(row)).json())
    for version in response.json()["results"]:
        assert {change["field"] for change in version["changes"]} <= shown
