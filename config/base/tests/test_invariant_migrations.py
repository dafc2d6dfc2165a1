"""Invariant 15: every migration runs forward, back and forward, and none breaks the code still running."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection, migrations, models
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

OUR_APPS = [
    config.label
    for config in apps.get_app_configs()
    if Path(config.path).is_relative_to(settings.BASE_DIR) and "site-packages" not in config.path
]


def our_migrations() -> list[migrations.Migration]:
    loader = MigrationLoader(None)
    return [migration for key, migration in sorted(loader.disk_migrations.items()) if key[0] in OUR_APPS]


@pytest.mark.parametrize("migration", our_migrations(), ids=str)
def test_invariant_15_a_column_added_later_has_a_default_in_the_database(migration):
    created = {op.name_lower for op in migration.operations if isinstance(op, migrations.CreateModel)}
    for operation in migration.operations:
        if not isinstance(operation, migrations.AddField) or operation.model_name_lower in created:
            continue
        field = operation.field
        if migration.initial or field.null or field.many_to_many:
            continue
        assert field.db_default is not models.NOT_PROVIDED, (
            f"{migration}: {operation.model_name}.{operation.name}"
        )


@pytest.mark.parametrize("migration", our_migrations(), ids=str)
def test_invariant_15_every_step_can_be_taken_back(migration):
    assert [operation for operation in migration.operations if not operation.reversible] == []


@pytest.mark.django_db(transaction=True)
def test_invariant_15_every_migration_runs_forward_back_and_forward():
    """The test database was migrated forward; here all of it goes back to nothing, and forward again."""
    executor = MigrationExecutor(connection)
    ours = [key for key in executor.loader.disk_migrations if key[0] in OUR_APPS]
    assert executor.loader.applied_migrations.keys() >= set(ours)
    try:
        executor.migrate([(label, None) for label in OUR_APPS if label in executor.loader.migrated_apps])
        left = MigrationExecutor(connection).loader.applied_migrations.keys() & set(ours)
        tables = set(connection.introspection.table_names())
        assert not left
        assert not {table for table in tables if table.startswith(tuple(f"{label}_" for label in OUR_APPS))}
    finally:
        call_command("migrate", verbosity=0, interactive=False)
    executor = MigrationExecutor(connection)
    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []


@pytest.mark.django_db
def test_the_models_have_the_migrations_they_need():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0, interactive=False)
