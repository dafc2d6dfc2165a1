"""`check_schema_drift` names whatever differs between models, migrations and the live database."""

from __future__ import annotations

import io
import json
import re

import pytest
from django.core.management import call_command
from django.db import connection

from config.base.drift.sqlite import parse_index, parse_table
from config.base.introspection import kernel_models

from .helpers import is_append_only

pytestmark = pytest.mark.django_db

MODEL = next(model for model in kernel_models() if not is_append_only(model))
TABLE = MODEL._meta.db_table
NAME = f"{MODEL._meta.app_label}_{MODEL._meta.model_name}"


def drift() -> list[tuple[str, str]]:
    """(object, kind) of each difference; the exit code says whether there are any."""
    out = io.StringIO()
    code = 0
    try:
        call_command("check_schema_drift", json=True, stdout=out)
    except SystemExit as end:
        code = end.code
    answer = json.loads(out.getvalue())
    assert answer["ok"] is (code == 0) is (answer["differences"] == [])
    assert all(set(each) == {"object", "kind", "expected", "found"} for each in answer["differences"])
    return [(each["object"], each["kind"]) for each in answer["differences"]]


def execute(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def rebuild(table: str, pattern: str, replacement: str) -> None:
    """Change a table as SQLite wants it: make it anew with another statement, under the same name."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT type, sql FROM sqlite_master WHERE tbl_name = %s AND sql IS NOT NULL", [table])
        statements = cursor.fetchall()
    (old,) = [sql for kind, sql in statements if kind == "table"]
    new, number = re.subn(pattern, replacement, old)
    assert number == 1, old
    new = new.replace(f'"{table}"', '"rebuilt"', 1)
    execute(new, f"DROP TABLE {table}", f"ALTER TABLE rebuilt RENAME TO {table}")
    execute(*(sql for kind, sql in statements if kind == "index"))


def change_type() -> None:
    if connection.vendor == "postgresql":
        execute(f"ALTER TABLE {TABLE} ALTER COLUMN version TYPE bigint")
    else:
        rebuild(TABLE, r'"version" integer unsigned', '"version" bigint')


def remove_check() -> None:
    if connection.vendor == "postgresql":
        execute(f"ALTER TABLE {TABLE} DROP CONSTRAINT {NAME}_deleted")
    else:
        rebuild(TABLE, rf', CONSTRAINT "{NAME}_deleted" CHECK \((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)', "")


def allow_null() -> None:
    if connection.vendor == "postgresql":
        execute(f"ALTER TABLE {TABLE} ALTER COLUMN created_at DROP NOT NULL")
    else:
        rebuild(TABLE, r'"created_at" datetime NOT NULL', '"created_at" datetime NULL')


def give_default() -> None:
    if connection.vendor == "postgresql":
        execute(f"ALTER TABLE {TABLE} ALTER COLUMN is_deleted SET DEFAULT false")
    else:
        rebuild(TABLE, r'"is_deleted" bool NOT NULL', '"is_deleted" bool NOT NULL DEFAULT 0')


def make_index_total() -> None:
    execute(f"DROP INDEX {NAME}_trash", f"CREATE INDEX {NAME}_trash ON {TABLE} (deletion_id)")


def turn_index_round() -> None:
    where = "is_deleted" if connection.vendor == "postgresql" else '"is_deleted"'
    execute(
        f"DROP INDEX {NAME}_trash",
        f"CREATE INDEX {NAME}_trash ON {TABLE} (deletion_id DESC) WHERE NOT {where}",
    )


def rename_index() -> None:
    if connection.vendor == "postgresql":
        execute(f"ALTER INDEX {NAME}_trash RENAME TO other")
    else:
        with connection.cursor() as cursor:
            cursor.execute("SELECT sql FROM sqlite_master WHERE name = %s", [f"{NAME}_trash"])
            (sql,) = cursor.fetchone()
        execute(f"DROP INDEX {NAME}_trash", sql.replace(f"{NAME}_trash", "other"))


def drop_column() -> None:
    """A column of the history, which nothing else stands on."""
    execute(f"ALTER TABLE {MODEL.history.model._meta.db_table} DROP COLUMN history_links")


def test_a_migrated_database_has_no_difference():
    assert drift() == []


@pytest.mark.parametrize(
    ("damage", "at", "kind"),
    [
        (
            lambda: execute(f"ALTER TABLE {TABLE} ADD COLUMN extra integer NULL"),
            f"{TABLE}.extra",
            "unexpected column",
        ),
        (drop_column, f"{MODEL.history.model._meta.db_table}.history_links", "missing column"),
        (lambda: execute(f"DROP INDEX {NAME}_trash"), f"{TABLE}.{NAME}_trash", "missing index"),
        (lambda: execute(f"CREATE INDEX stray ON {TABLE} (version)"), f"{TABLE}.stray", "unexpected index"),
        (make_index_total, f"{TABLE}.{NAME}_trash", "changed index"),
        (turn_index_round, f"{TABLE}.{NAME}_trash", "changed index"),
        (rename_index, f"{TABLE}.{NAME}_trash", "renamed index"),
        (change_type, f"{TABLE}.version", "type"),
        (remove_check, f"{TABLE}.{NAME}_deleted", "missing check"),
        (allow_null, f"{TABLE}.created_at", "nullability"),
        (give_default, f"{TABLE}.is_deleted", "default"),
        (lambda: execute("CREATE TABLE stray (id integer)"), "stray", "unexpected table"),
        (lambda: execute("DROP TABLE django_session"), "django_session", "missing table"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_what_was_changed_by_hand_is_named(damage, at, kind):
    damage()
    assert (at, kind) in drift()


def test_one_change_is_one_difference():
    execute(f"ALTER TABLE {TABLE} ADD COLUMN extra integer NULL")
    assert drift() == [(f"{TABLE}.extra", "unexpected column")]


def test_a_person_reads_a_line_for_each_difference_and_one_that_sums_up():
    execute(f"DROP INDEX {NAME}_trash")
    out = io.StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("check_schema_drift", stdout=out, no_color=True)
    lines = out.getvalue().splitlines()
    assert end.value.code == 1
    assert lines[0].startswith(f"{TABLE}.{NAME}_trash: missing index: expected ")
    assert lines[-1] == "check_schema_drift: 1 difference."


def test_a_migration_that_was_not_applied_is_named():
    execute("DELETE FROM django_migrations WHERE app = 'base' AND name = '0001_initial'")
    assert drift() == [("base.0001_initial", "unapplied migration")]


def test_a_migration_that_has_no_file_is_named():
    execute("UPDATE django_migrations SET name = '0000_gone' WHERE app = 'base' AND name = '0001_initial'")
    assert drift() == [("base.0001_initial", "unapplied migration"), ("base.0000_gone", "unknown migration")]


def test_a_model_changed_without_a_migration_is_named(monkeypatch):
    monkeypatch.setattr(MODEL._meta.get_field("deletion_id"), "null", False)
    named = drift()
    assert (
        f"{MODEL._meta.app_label}.{MODEL._meta.model_name}.deletion_id",
        "model without a migration",
    ) in named
    assert (f"{TABLE}.deletion_id", "nullability") in named


@pytest.mark.postgresql
def test_names_that_django_made_up_may_differ():
    execute(f"ALTER TABLE {TABLE} RENAME CONSTRAINT {TABLE}_pkey TO {TABLE}_key")
    assert drift() == []


@pytest.mark.postgresql
def test_an_index_whose_concurrent_build_failed_is_named():
    execute(f"UPDATE pg_index SET indisvalid = false WHERE indexrelid = '{NAME}_trash'::regclass")
    assert drift() == [(f"{TABLE}.{NAME}_trash", "changed index")]


@pytest.mark.postgresql
def test_the_comparison_leaves_no_schema_behind():
    drift()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'base_scratch%'")
        assert cursor.fetchone() == (0,)


def test_a_statement_of_sqlite_is_read_whatever_its_layout():
    one = parse_table(
        """CREATE TABLE "t" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "n" varchar(20) COLLATE NOCASE NOT NULL
        DEFAULT 'a, (b)', "p_id" bigint NULL REFERENCES "p" ("id") DEFERRABLE INITIALLY DEFERRED,
        "q" integer unsigned NOT NULL CHECK ("q" >= 0), CONSTRAINT "u" UNIQUE ("n", "q"))"""
    )
    other = parse_table(
        """create table t (
            "q" integer unsigned CHECK (q>=0) NOT NULL, -- as many as there are
            p_id bigint references p(id) deferrable initially deferred,
            id integer primary key autoincrement not null,
            n varchar(20) not null default 'a, (b)' collate nocase,
            constraint u unique (n, q))"""
    )
    assert one.columns == other.columns
    assert sorted(one.rules, key=str) == sorted(other.rules, key=str)
    assert one.columns["n"].default == "'a, (b)'"
    assert {rule.kind for rule in one.rules} == {"primary key", "foreign key", "check", "unique"}


def test_an_index_of_sqlite_keeps_what_tells_it_apart():
    plain = parse_index('CREATE INDEX "a" ON "t" ("n")')
    assert plain == parse_index("create index b on t (n)")
    assert plain != parse_index('CREATE UNIQUE INDEX "a" ON "t" ("n")')
    assert plain != parse_index('CREATE INDEX "a" ON "t" ("n" DESC)')
    assert plain != parse_index('CREATE INDEX "a" ON "t" ("n") WHERE "n" > 1')
    assert plain != parse_index('CREATE INDEX "a" ON "t" (LOWER("n"))')
