"""Models against migrations, and migrations against the record of those applied."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import connections
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.questioner import MigrationQuestioner
from django.db.migrations.state import ProjectState

from ..differences import Difference


def migration_differences(using: str) -> Iterator[Difference]:
    """Changes to models that no migration makes, migrations not applied, and applied ones that are not there."""
    loader = MigrationLoader(connections[using])
    yield from _unwritten(loader)
    applied = set(loader.applied_migrations or ())
    for app_label, name in sorted(loader.graph.nodes.keys() - applied):
        yield Difference(f"{app_label}.{name}", "unapplied migration", "applied", "not applied")
    for app_label, name in sorted(applied - (loader.disk_migrations or {}).keys()):
        if app_label in loader.migrated_apps and (app_label, name) not in _replaced(loader):
            yield Difference(f"{app_label}.{name}", "unknown migration", "a file", "applied, but no file")


def _unwritten(loader: MigrationLoader) -> Iterator[Difference]:
    detector = MigrationAutodetector(
        loader.project_state(),
        ProjectState.from_apps(apps),
        MigrationQuestioner(dry_run=True),
    )
    for app_label, migrations in sorted(detector.changes(graph=loader.graph).items()):
        for operation in (operation for migration in migrations for operation in migration.operations):
            yield Difference(
                _object(app_label, operation), "model without a migration", operation.describe(), "none"
            )


def _object(app_label: str, operation: Any) -> str:
    """app.model.field, as far as the operation has them."""
    model, name = getattr(operation, "model_name", ""), getattr(operation, "name", "")
    parts = [app_label, model, name or getattr(operation, "old_name", "")]
    return ".".join(part.lower() for part in parts if part)


def _replaced(loader: MigrationLoader) -> set[tuple[str, str]]:
    return {key for migration in loader.replacements.values() for key in migration.replaces}
