"""Extensions that the apps' constraints and searches rely on, and the folding function of `search.py`."""

from django.contrib.postgres.operations import CreateExtension
from django.db import migrations

CREATE_FOLD = """
CREATE OR REPLACE FUNCTION base_fold(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
AS $$ SELECT lower(public.unaccent('public.unaccent', normalize(value, NFC))) $$
"""


def create_fold(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(CREATE_FOLD)


def drop_fold(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION IF EXISTS base_fold(text)")


class PostgresExtension(CreateExtension):
    """Django's own asks PostgreSQL's catalogue on the way back, whichever database it is on."""

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        if schema_editor.connection.vendor == "postgresql":
            super().database_backwards(app_label, schema_editor, from_state, to_state)


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        PostgresExtension("unaccent"),
        PostgresExtension("pg_trgm"),
        PostgresExtension("btree_gist"),
        migrations.RunPython(create_fold, drop_fold),
    ]
