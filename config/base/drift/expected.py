"""The schema that the models ask for: Django's own schema editor builds it in a scratch place."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import router
from django.db.migrations.state import ProjectState

from ..scratch import scratch_database
from .schema import Schema


def expected_schema(using: str, reader: Any) -> tuple[Schema, set[str]]:
    """The schema, read as `reader` reads the real one, and the names that somebody chose for rules in it.

    The models are seen as migrations see them, because a migration gives the key of a many-to-many table the
    project's type and the running model gives it the app's.
    """
    with scratch_database(using) as connection:
        wanted = [
            model
            for model in ProjectState.from_apps(apps).apps.get_models()
            if model._meta.can_migrate(connection) and router.allow_migrate_model(using, model)
        ]
        with connection.schema_editor() as editor:
            for model in wanted:
                editor.create_model(model)  # its many-to-many tables come along
        schema = reader(connection)
    named = {item.name for model in wanted for item in [*model._meta.constraints, *model._meta.indexes]}
    return schema, named
