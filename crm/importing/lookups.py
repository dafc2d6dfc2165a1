"""Which customer and which product a file means: resolved once for each different code, by the database.

A customer who was merged into another is that other one. Who lies in the trash is not revived: the row is rejected,
unless it was the undoing of an import that put them there.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import polars as pl
from django.db import connections

from config.base.staging import fill_stage, insert_staged, read_frame, stage

from ..models import Customer, Product, ProductAlias
from ..validators import normalize_key, normalize_label, normalize_line
from .kinds import Work
from .undoing import UNDONE_REASON
from .values import mapped

#: A product that is known by its label alone gets the label as its key, so far as it fits.
MAX_KEY = 100


@contextmanager
def customers(work: Work) -> Iterator[str]:
    """A table `code`, `id` of the customers whom the staged column `customer_code` names; `gone`: in the trash."""
    with work.temporary("customers", "code text PRIMARY KEY, id bigint, gone boolean") as table:
        work.run(
            f"INSERT INTO {table} SELECT DISTINCT customer_code, CAST(NULL AS bigint), FALSE FROM {work.table}"
            " WHERE customer_code IS NOT NULL"
        )
        work.analyze(table)
        chain = f"""
            WITH RECURSIVE chain (code, id, merged_into_id, is_deleted) AS (
                SELECT c.code, t.id, t.merged_into_id, t.is_deleted
                FROM {table} c JOIN crm_customer t ON t.customer_code = c.code AND NOT t.is_deleted
                UNION
                SELECT chain.code, t.id, t.merged_into_id, t.is_deleted
                FROM chain JOIN crm_customer t ON t.id = chain.merged_into_id
            )
        """
        _hold(work, Customer, f"{chain} SELECT id FROM chain")
        with work.temporary("ends", "code text PRIMARY KEY, id bigint, gone boolean") as ends:
            work.run(
                f"""
                INSERT INTO {ends} {chain}
                SELECT code, MIN(CASE WHEN merged_into_id IS NULL AND NOT is_deleted THEN id END),
                    MIN(CASE WHEN merged_into_id IS NULL AND NOT is_deleted THEN id END) IS NULL
                FROM chain GROUP BY code
                """
            )
            work.run(
                f"""
                UPDATE {table} SET id = e.id, gone = e.gone FROM {ends} e WHERE e.code = {table}.code
                """
            )
        mark_gone(work, table, "code", Customer, "customer_code")
        yield table


def _hold(work: Work, model: Any, keys: str) -> None:
    """Nobody merges these rows or puts them in the trash before this transaction ends.

    They are locked in their order, as a merge locks its two, so that the one waits for the other and neither for both.
    """
    if connections[work.using].vendor == "postgresql":
        rows = model._meta.db_table
        work.run(f"SELECT t.id FROM {rows} t WHERE t.id IN ({keys}) ORDER BY t.id FOR KEY SHARE OF t")


@contextmanager
def own(work: Work, model: Any, key: str) -> Iterator[str]:
    """A table `code`, `id`, `gone` of the rows of the model whose key the staged column of that name gives."""
    with work.temporary("own", "code text PRIMARY KEY, id bigint, gone boolean") as table:
        work.run(
            f"INSERT INTO {table} SELECT DISTINCT {key}, CAST(NULL AS bigint), FALSE FROM {work.table}"
            f" WHERE {key} IS NOT NULL"
        )
        work.analyze(table)
        work.run(
            f"""
            UPDATE {table} SET id = t.id FROM {model._meta.db_table} t
            WHERE t.{key} = {table}.code AND NOT t.is_deleted
            """
        )
        mark_gone(work, table, "code", model, key)
        yield table


def create_customers(work: Work, table: str, accepted: str) -> int:
    """Create those who are unknown and named by an accepted row; how many."""
    if not some(work, table, "id IS NULL"):
        return 0
    with work.temporary("strangers", "code text") as strangers:
        work.run(
            f"""
            INSERT INTO {strangers} SELECT DISTINCT s.customer_code
            FROM {work.table} s JOIN {table} c ON c.code = s.customer_code AND c.id IS NULL
            WHERE {accepted}
            """
        )
        values = {"customer_code": "s.code", "first_batch_id": str(work.batch.pk)}
        created = insert_staged(Customer, strangers, values, where="TRUE ORDER BY s.code", using=work.using)
    if created:
        work.run(
            f"""
            UPDATE {table} SET id = t.id FROM crm_customer t
            WHERE {table}.id IS NULL AND t.customer_code = {table}.code AND NOT t.is_deleted
            """
        )
    return created


@contextmanager
def products(work: Work) -> Iterator[str]:
    """A table `token`, `id`, `gone` of the products that the staged column `product` names.

    A token is K and a key, or L and the normal form of a label. A key that is none may be another name of a product; a
    label that is no name may be a key, or else the label of one product of the catalogue: of two it would be a guess.
    """
    columns = "token text PRIMARY KEY, item text, name text, id bigint, gone boolean"
    with work.temporary("products", columns) as table:
        fill_stage(table, _named(work).with_columns(id=pl.lit(None, pl.Int64), gone=False), using=work.using)
        by_key = f"""
            UPDATE {table} SET id = t.id FROM crm_product t
            WHERE {table}.id IS NULL AND t.product_key = {table}.item AND NOT t.is_deleted"""
        by_name = f"""
            UPDATE {table} SET id = t.product_id FROM crm_productalias t
            WHERE {table}.id IS NULL AND t.normalized_label = {table}.name AND NOT t.is_deleted"""
        work.run(f"{by_key} AND {table}.token LIKE 'K%%'")
        work.run(by_name)
        work.run(by_key)
        _by_label(work, table)
        _hold(work, Product, f"SELECT p.id FROM {table} p")
        work.run(
            f"UPDATE {table} SET id = NULL, gone = TRUE"
            " WHERE id IN (SELECT t.id FROM crm_product t WHERE t.is_deleted)"
        )
        mark_gone(work, table, "item", Product, "product_key")
        yield table


def _by_label(work: Work, table: str) -> None:
    """Find those that a file calls as the catalogue does, which is read only where something is still unknown."""
    unknown = read_frame(
        f"SELECT token, name FROM {table} WHERE id IS NULL AND token LIKE 'L%%'",
        schema={"token": pl.String, "name": pl.String},
        using=work.using,
    )
    if unknown.is_empty():
        return
    known = read_frame(
        "SELECT id, label FROM crm_product WHERE NOT is_deleted ORDER BY id",
        schema={"id": pl.Int64, "label": pl.String},
        using=work.using,
    )
    known = known.with_columns(name=mapped(known["label"], normalize_label)).filter(
        pl.col("name").is_not_null() & ~pl.col("name").is_duplicated()
    )
    found = unknown.join(known.select("name", "id"), on="name").select("token", "id").sort("token")
    if found.is_empty():
        return
    with stage(found, using=work.using) as labels:
        work.run(f"UPDATE {table} SET id = n.id FROM {labels} n WHERE n.token = {table}.token")


def _named(work: Work) -> pl.DataFrame:
    """The different tokens, with the key and the name that each may stand for."""
    sql = f"SELECT DISTINCT product FROM {work.table} WHERE product IS NOT NULL"
    tokens = read_frame(sql, schema={"token": pl.String}, using=work.using)["token"].sort()
    texts = tokens.str.slice(1)
    return pl.DataFrame(
        {"token": tokens, "item": mapped(texts, key_of_label), "name": mapped(texts, normalize_label)}
    )


def key_of_label(label: str) -> str:
    """The key under which a product is created that a file knows by this label alone."""
    key = normalize_key(label)
    if len(key) <= MAX_KEY:
        return key
    from hashlib import sha256

    return f"{key[: MAX_KEY - 17].strip()}-{sha256(key.encode()).hexdigest()[:16].upper()}"


def create_products(work: Work, table: str, accepted: str) -> int:
    """Create those that are unknown and named by an accepted row; how many.

    Of several labels it gets the one that most rows have and, of equals, the first in the order of letters.
    """
    if not some(work, table, "id IS NULL"):
        return 0
    sql = f"""
        SELECT p.token, p.item, s.raw_label, COUNT(*) FROM {work.table} s
        JOIN {table} p ON p.token = s.product AND p.id IS NULL
        WHERE {accepted} GROUP BY p.token, p.item, s.raw_label
    """
    schema = {"token": pl.String, "item": pl.String, "label": pl.String, "rows": pl.Int64}
    found = read_frame(sql, schema=schema, using=work.using)
    if found.is_empty():
        return 0
    found = found.with_columns(
        pl.when(pl.col("label").fill_null("") == "").then("item").otherwise("label").alias("label"),
        (pl.col("label").fill_null("") != "").alias("is_given"),
    )
    found = found.sort("is_given", "rows", "label", descending=[True, True, False])
    new = found.unique("item", keep="first").sort("item")
    new = new.with_columns(label=mapped(new["label"], normalize_line))
    with stage(new.select("item", "label"), using=work.using) as staged:
        values = {"product_key": "s.item", "label": "s.label"}
        created = insert_staged(Product, staged, values, where="TRUE ORDER BY s.item", using=work.using)
    work.run(
        f"""
        UPDATE {table} SET id = t.id FROM crm_product t
        WHERE {table}.id IS NULL AND t.product_key = {table}.item AND NOT t.is_deleted
        """
    )
    _name(
        work,
        table,
        found.filter(pl.col("token").str.starts_with("L")).unique("token", keep="first").sort("token"),
    )
    return created


def _name(work: Work, table: str, labels: pl.DataFrame) -> None:
    """Products that files know by their label go by it from now on."""
    if labels.is_empty():
        return
    source = str(work.mapping.constants.get("source", ""))[:50]
    with stage(labels.select("token", "label"), using=work.using) as staged:
        values = {
            "product_id": "p.id",
            "raw_label": "s.label",
            "normalized_label": "p.name",
            "source": "'" + normalize_line(source).replace("'", "''").replace("%", "%%") + "'",
        }
        joins = f"JOIN {table} p ON p.token = s.token"
        insert_staged(ProductAlias, staged, values, joins=joins, using=work.using)


def some(work: Work, table: str, condition: str) -> bool:
    """Is there such a row in one of these small tables? Where not, the rows of the file need not be gone through."""
    return work.value(f"SELECT 1 FROM {table} WHERE {condition} LIMIT 1") is not None


def mark_gone(work: Work, table: str, column: str, model: Any, key: str) -> None:
    """Whoever is not found alive but in the trash, where somebody put them, is gone."""
    rows, history = model._meta.db_table, model.history.model._meta.db_table
    work.run(
        f"""
        UPDATE {table} SET gone = TRUE WHERE id IS NULL AND EXISTS (
            SELECT 1 FROM {rows} t WHERE t.{key} = {table}.{column} AND t.is_deleted AND NOT EXISTS (
                SELECT 1 FROM {history} h
                WHERE h.id = t.id AND h.version = t.version AND h.history_change_reason LIKE %s
            )
        )
        """,
        [f"{UNDONE_REASON}%"],
    )
