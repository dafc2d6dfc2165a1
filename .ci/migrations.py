"""Run the project's migrations one by one on the empty database of the environment."""

import os
import sys
from pathlib import Path

sys.path.insert(0, os.getcwd())
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")

import django

django.setup()

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

Node = tuple[str, str]
HOMES = (settings.BASE_DIR, settings.BASE_DIR / "config")


def own_migrations() -> list[Node]:
    """Every migration that lies in this project, in the order in which they would run."""
    executor = MigrationExecutor(connection)
    own = {app.label for app in apps.get_app_configs() if Path(app.path).parent in HOMES}
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [(migration.app_label, migration.name) for migration, _ in plan if migration.app_label in own]


def main() -> None:
    nodes = own_migrations()
    if not nodes:
        raise SystemExit("The database is not empty, or the project has no migration.")
    for node in nodes:
        # A new executor each time: it caches what has been applied.
        MigrationExecutor(connection).migrate([node])
    print(f"{len(nodes)} migrations, one by one, on {connection.vendor}")


if __name__ == "__main__":
    main()
