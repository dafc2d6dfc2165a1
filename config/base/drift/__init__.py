"""Does the database hold what the models ask for?

Three things have to agree: the models, the migrations, and the live database. The models' side is built by
Django's own schema editor in a scratch place and read back with the very queries that read the real database, so
that both sides speak the same language and nothing about types or defaults is guessed.
"""

from __future__ import annotations

from django.db import connections
from django.db.migrations.recorder import MigrationRecorder
from django.utils.translation import override

from ..differences import Difference
from . import postgresql, sqlite
from .comparison import compare
from .expected import expected_schema
from .migrations import migration_differences

READERS = {"postgresql": postgresql.read_schema, "sqlite": sqlite.read_schema}


def find_differences(using: str = "default") -> list[Difference]:
    """Every difference between models, migrations and the live database."""
    connection = connections[using]
    reader = READERS[connection.vendor]
    allowed = {MigrationRecorder.Migration._meta.db_table}
    with override(None):  # migrations hold the words as they are in the code
        expected, named = expected_schema(using, reader)
        live = compare(expected, reader(connection), named=named, allowed=allowed)
        return [*migration_differences(using), *live]
