"""Reads a schema from PostgreSQL's catalogue, in PostgreSQL's own words."""

from __future__ import annotations

import re
from typing import Any

from .schema import Column, Rule, Schema, Table

# An extension's tables are its own affair.
TABLES = """
    FROM pg_class t
    JOIN pg_namespace n ON n.oid = t.relnamespace AND n.nspname = current_schema()
    {joins}
    WHERE t.relkind IN ('r', 'p')
      AND NOT EXISTS (
          SELECT 1 FROM pg_depend e
          WHERE e.classid = 'pg_class'::regclass AND e.objid = t.oid AND e.deptype = 'e'
      )
"""

COLUMNS = """
    SELECT t.relname, a.attname, format_type(a.atttypid, a.atttypmod), NOT a.attnotnull,
           pg_get_expr(d.adbin, d.adrelid), a.attidentity, a.attgenerated,
           CASE WHEN a.attcollation <> y.typcollation THEN l.collname END
""" + TABLES.format(
    joins="""
    LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_type y ON y.oid = a.atttypid
    LEFT JOIN pg_collation l ON l.oid = a.attcollation
    LEFT JOIN pg_attrdef d ON d.adrelid = t.oid AND d.adnum = a.attnum
    """
)

CONSTRAINTS = "SELECT t.relname, c.conname, c.contype, pg_get_constraintdef(c.oid)" + TABLES.format(
    joins="JOIN pg_constraint c ON c.conrelid = t.oid AND c.contype IN ('c', 'f', 'p', 'u', 'x')"
)

# Without the indexes that belong to a constraint.
INDEXES = "SELECT t.relname, i.relname, x.indisunique, x.indisvalid, pg_get_indexdef(i.oid)" + TABLES.format(
    joins="""
    JOIN pg_index x ON x.indrelid = t.oid
        AND NOT EXISTS (SELECT 1 FROM pg_constraint o WHERE o.conindid = x.indexrelid AND o.contype IN ('p', 'u', 'x'))
    JOIN pg_class i ON i.oid = x.indexrelid
    """
)

KINDS = {"c": "check", "f": "foreign key", "p": "primary key", "u": "unique", "x": "exclusion"}
IDENTITIES = {"a": "always", "d": "by default"}


def read_schema(connection: Any) -> Schema:
    """Every table of the schema that new tables go to."""
    schema: Schema = {}
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS)
        for table, column, type_, null, default, identity, generated, collation in cursor.fetchall():
            columns = schema.setdefault(table, Table()).columns
            if column is None:
                continue
            extras = {
                "identity": IDENTITIES.get(identity, ""),
                "generated": (default or "") if generated else "",
                "collation": collation or "",
            }
            columns[column] = Column(
                type=type_,
                null=null,
                default="" if generated else default or "",
                extras=tuple((name, value) for name, value in extras.items() if value),
            )
        cursor.execute(CONSTRAINTS)
        for table, name, kind, definition in cursor.fetchall():
            schema[table].rules.append(Rule(KINDS[kind], definition, name))
        cursor.execute(INDEXES)
        for table, name, unique, valid, definition in cursor.fetchall():
            schema[table].rules.append(Rule("index", _index(definition, unique, valid), name))
    return schema


def _index(definition: str, unique: bool, valid: bool) -> str:
    """CREATE INDEX name ON schema.table USING … without what differs from place to place."""
    body = re.split(r" USING ", definition, maxsplit=1)[1]
    return f"{'UNIQUE ' if unique else ''}{body}{'' if valid else ' INVALID'}"
