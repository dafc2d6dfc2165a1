"""Invariant 15: migrations that touch tables in use, and the rows that data migrations write."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState

from config.base.introspection import kernel_models
from config.base.operations import (
    AddIndexConcurrently,
    RemoveIndexConcurrently,
    audited_bulk_create,
    audited_bulk_update,
    audited_update,
)

from .helpers import assert_sound, is_append_only, make, model_of

MODEL = next(model for model in kernel_models() if not is_append_only(model))
APP, NAME = MODEL._meta.app_label, MODEL._meta.model_name
INDEX = models.Index(fields=["-updated_at"], condition=models.Q(version__gt=1), name="operations_test")


def index_names() -> dict[str, bool]:
    """The indexes of the table; on PostgreSQL whether they are valid."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT indexrelid::regclass::text, indisvalid FROM pg_index WHERE indrelid = %s::regclass",
                [MODEL._meta.db_table],
            )
            return dict(cursor.fetchall())
        cursor.execute(
            "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = %s", [MODEL._meta.db_table]
        )
        return {name: True for (name,) in cursor.fetchall()}


def run(
    operation: migrations.operations.base.Operation, state: ProjectState, *, back: bool = False
) -> ProjectState:
    """Forwards from `state`, or backwards to it; the state after it."""
    after = state.clone()
    operation.state_forwards(APP, after)
    with connection.schema_editor(atomic=False) as editor:
        if back:
            operation.database_backwards(APP, editor, after, state)
        else:
            operation.database_forwards(APP, editor, state, after)
    return after


@pytest.mark.django_db(transaction=True)
def test_an_index_is_built_and_taken_back_on_either_database():
    state = ProjectState.from_apps(apps)
    add = AddIndexConcurrently(NAME, INDEX)
    run(add, state)
    assert index_names()["operations_test"]
    run(add, state, back=True)
    assert "operations_test" not in index_names()


@pytest.mark.django_db(transaction=True)
def test_an_index_is_removed_and_put_back_on_either_database():
    state = ProjectState.from_apps(apps)
    with_index = run(AddIndexConcurrently(NAME, INDEX), state)
    remove = RemoveIndexConcurrently(NAME, "operations_test")
    run(remove, with_index)
    assert "operations_test" not in index_names()
    run(remove, with_index, back=True)
    assert index_names()["operations_test"]
    run(remove, with_index)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_the_table_is_not_locked_while_the_index_is_built(django_assert_num_queries):
    from django.test.utils import CaptureQueriesContext

    state = ProjectState.from_apps(apps)
    add = AddIndexConcurrently(NAME, INDEX)
    with CaptureQueriesContext(connection) as captured:
        run(add, state)
    assert any("CREATE INDEX CONCURRENTLY" in query["sql"] for query in captured)
    run(add, state, back=True)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_what_a_failed_build_left_is_replaced():
    state = ProjectState.from_apps(apps)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE INDEX operations_test ON {MODEL._meta.db_table} (version)")
        cursor.execute(
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'operations_test'::regclass"
        )
    add = AddIndexConcurrently(NAME, INDEX)
    run(add, state)
    assert index_names()["operations_test"]
    run(add, state, back=True)


@pytest.fixture
def then():
    """The model as a migration meets it."""
    return ProjectState.from_apps(apps).apps.get_model("accounts", "User")


@pytest.mark.django_db
def test_an_update_of_a_data_migration_is_a_version_with_a_record(then):
    person, other = make("accounts.User"), make("accounts.User")
    assert audited_update(then.objects.filter(pk=person.pk), reason="accounts.0002", full_name="Zoé") == 1
    person.refresh_from_db()
    assert (person.full_name, person.version) == ("Zoé", 2)
    record = person.history.first()
    assert (record.full_name, record.history_type, record.history_change_reason) == (
        "Zoé",
        "~",
        "accounts.0002",
    )
    other.refresh_from_db()
    assert other.version == 1
    assert_sound(model_of("accounts.User"))


@pytest.mark.django_db
def test_rows_with_values_of_their_own_are_written_together(then):
    people = [make("accounts.User") for _ in range(3)]
    rows = list(then.objects.filter(pk__in=[person.pk for person in people]))
    for row in rows:
        row.full_name = f"n{row.pk}"
    assert audited_bulk_update(rows, ["full_name"], reason="accounts.0003") == 3
    for person in people:
        person.refresh_from_db()
        assert (person.full_name, person.version) == (f"n{person.pk}", 2)
    assert_sound(model_of("accounts.User"))


@pytest.mark.django_db
def test_rows_that_a_data_migration_makes_are_recorded(then):
    pattern = make("accounts.User")
    row = then.objects.get(pk=pattern.pk)
    pattern.purge()
    row.pk, row.version = None, 7
    (created,) = audited_bulk_create([row], reason="accounts.0004")
    person = model_of("accounts.User").objects.get(pk=created.pk)
    assert person.version == 1
    assert [record.history_change_reason for record in person.history.all()] == ["accounts.0004"]
    assert_sound(model_of("accounts.User"))


@pytest.mark.django_db
def test_nothing_to_write_writes_nothing(then):
    assert audited_update(then.objects.none(), reason="r", full_name="x") == 0
    assert audited_bulk_update([], ["full_name"], reason="r") == 0
    assert audited_bulk_create([], reason="r") == []
