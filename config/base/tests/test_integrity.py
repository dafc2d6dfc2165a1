"""`check_data` finds what the invariants exclude: it is broken here by SQL, past everything."""

from __future__ import annotations

import io
import json
import uuid

import pytest
from django.core.management import call_command
from django.db import connection, models

from config.base import integrity
from config.base.differences import Difference
from config.base.introspection import kernel_models, parent_fields

from .helpers import is_append_only, make, model_of

pytestmark = pytest.mark.django_db

MODEL = next(model for model in kernel_models() if not is_append_only(model))
TABLE, HISTORY = MODEL._meta.db_table, MODEL.history.model._meta.db_table
CHILDREN = [(model, field) for model in kernel_models() for field in parent_fields(model)]


def problems() -> list[tuple[str, str, str]]:
    """(object, kind, found); the exit code says whether there are any."""
    out = io.StringIO()
    code = 0
    try:
        call_command("check_data", json=True, stdout=out)
    except SystemExit as end:
        code = end.code
    answer = json.loads(out.getvalue())
    assert answer["ok"] is (code == 0) is (answer["differences"] == [])
    return [(each["object"], each["kind"], each["found"]) for each in answer["differences"]]


def execute(sql: str, *params: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


@pytest.fixture
def row():
    """A row with three versions."""
    obj = make(MODEL)
    obj.save()
    obj.save()
    return obj


def one(obj: object) -> str:
    return f"1 row: {obj.pk}"


@pytest.mark.parametrize("model", kernel_models(), ids=lambda model: model._meta.label)
def test_nothing_is_wrong_with_what_the_kernel_wrote(model):
    obj = make(model)
    obj.delete()
    obj.restore()
    make(model).purge()
    assert problems() == []


def test_a_gap_is_found(row):
    execute(f"DELETE FROM {HISTORY} WHERE id = %s AND version = 2", row.pk)
    assert problems() == [(f"{TABLE}.version", "gap in the history", one(row))]


def test_a_history_whose_oldest_records_were_pruned_is_no_gap(row):
    execute(f"DELETE FROM {HISTORY} WHERE id = %s AND version = 1", row.pk)
    assert problems() == []


def test_a_version_nobody_recorded_is_found(row):
    execute(f"UPDATE {TABLE} SET version = version + 1 WHERE id = %s", row.pk)
    assert problems() == [(f"{TABLE}.version", "history and version disagree", one(row))]


def test_a_row_without_history_is_found(row):
    execute(f"DELETE FROM {HISTORY} WHERE id = %s", row.pk)
    assert problems() == [(f"{TABLE}.version", "no history", one(row))]


def test_a_row_deleted_past_the_kernel_is_found(row):
    with connection.constraint_checks_disabled():
        execute(f"UPDATE {HISTORY} SET id = 987654321 WHERE id = %s AND version = 1", row.pk)
    assert (f"{TABLE}.version", "gone without a record", "1 row: 987654321") in problems()


def test_a_column_changed_past_the_kernel_is_named(row):
    execute(f"UPDATE {TABLE} SET created_at = updated_at, updated_by_id = 42 WHERE id = %s", row.pk)
    assert (f"{TABLE}.updated_by_id", "history and row differ", one(row)) in problems()


def test_the_wrong_kind_of_record_is_found(row):
    execute(f"UPDATE {HISTORY} SET history_type = '-' WHERE id = %s AND version = 3", row.pk)
    assert problems() == [(f"{HISTORY}.history_type", "wrong kind of record", one(row))]


@pytest.mark.parametrize(
    ("model", "field"), CHILDREN, ids=lambda value: getattr(value, "__name__", str(value))
)
def test_a_row_alive_under_a_dead_parent_is_found(model, field):
    child = make(model)
    if getattr(child, field.name) is None:  # the factory hangs it under another parent: this one instead
        others = {each.name: None for each in parent_fields(model) if each.null}
        child = make(model, **{**others, field.name: make(field.related_model)})
    parent = getattr(child, field.name)
    dead = {"is_deleted": True, "deleted_at": parent.created_at, "deletion_id": uuid.uuid4()}
    models.QuerySet(type(parent)).filter(pk=parent.pk).update(**dead, **parent.deletion_values)
    found = [(at, kind) for at, kind, _ in problems()]
    assert (f"{model._meta.db_table}.{field.column}", "alive under a dead parent") in found


def test_links_of_people_who_are_gone_are_no_problem(row):
    person = make("accounts.User")
    type(row).objects.filter(pk=row.pk).update(created_by=person)
    person.purge()
    assert problems() == []


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_a_link_that_points_nowhere_is_found():
    """Only SQLite lets somebody switch the check off."""
    group = model_of("auth.Group").objects.create(name="g")
    with connection.constraint_checks_disabled():
        execute("INSERT INTO auth_group_permissions (group_id, permission_id) VALUES (%s, 99999)", group.pk)
    found = [(at, kind) for at, kind, _ in problems()]
    assert found == [("auth_group_permissions.permission_id", "link that points nowhere")]


def test_an_app_adds_a_check_of_its_own(monkeypatch):
    monkeypatch.setattr(integrity, "_checks", [])

    @integrity.register
    def nothing_is_blue(using):
        yield Difference("sky.colour", "blue", expected="grey", found=using)

    integrity.register(nothing_is_blue)
    assert problems() == [("sky.colour", "blue", "default")]


def test_the_number_of_queries_does_not_grow_with_the_rows(django_assert_max_num_queries):
    for _ in range(3):
        make(MODEL).save()
    with django_assert_max_num_queries(8 + len(parent_fields(MODEL))):
        assert list(integrity.history_problems(MODEL, "default")) == []
        assert list(integrity.content_problems(MODEL, "default")) == []
        assert list(integrity.deletion_problems(MODEL, "default")) == []
