"""The names under which files speak of products: a catalogue's labels become such names, where they are clear.

A label becomes a name of its product when no other product that is alive has that label, or a key that reads the same,
when the name stands for nothing yet, and when it is not too long for an index. A name that stands for another product
is never taken from it, and one that somebody put into the trash does not come back.
"""

from __future__ import annotations

import polars as pl

from config.base.staging import fill_stage, insert_staged, read_frame

from ..models import ProductAlias
from ..validators import normalize_key, normalize_label
from . import lookups
from .kinds import Work
from .problems import Problem
from .values import is_long, mapped


def register(work: Work, accepted: str, taken: Problem) -> int:
    """Give the products of the accepted rows their labels as names; how many. Notes the rows whose name is `taken`."""
    columns = "name text PRIMARY KEY, product bigint, label text, id bigint, owner bigint, gone boolean"
    with work.temporary("names", columns) as table:
        fill_stage(table, _clear_labels(work, accepted), using=work.using)
        work.analyze(table)
        work.run(
            f"""
            UPDATE {table} SET id = t.id, owner = t.product_id FROM crm_productalias t
            WHERE t.normalized_label = {table}.name AND NOT t.is_deleted
            """
        )
        lookups.mark_gone(work, table, "name", ProductAlias, "normalized_label")
        work.note(
            taken,
            f"""
            SELECT s.line FROM {work.table} s JOIN crm_product t
                ON t.product_key = s.product_key AND NOT t.is_deleted
            JOIN {table} k ON k.product = t.id
            WHERE s.label IS NOT NULL AND k.owner <> k.product AND {accepted}
            """,
        )
        values = {"product_id": "s.product", "raw_label": "s.label", "normalized_label": "s.name"}
        return insert_staged(
            ProductAlias,
            table,
            values,
            where="s.id IS NULL AND NOT s.gone ORDER BY s.name",
            using=work.using,
        )


def _clear_labels(work: Work, accepted: str) -> pl.DataFrame:
    """The labels that one product alone has, of the products that an accepted row is of."""
    sql = f"""
        SELECT t.id, t.product_key, t.label, EXISTS (
            SELECT 1 FROM {work.table} s WHERE s.product_key = t.product_key AND {accepted}
        ) FROM crm_product t WHERE NOT t.is_deleted ORDER BY t.id
    """
    schema = {"product": pl.Int64, "key": pl.String, "label": pl.String, "here": pl.Boolean}
    products = read_frame(sql, schema=schema, using=work.using)
    products = products.with_columns(
        name=mapped(products["label"], normalize_label), as_key=mapped(products["label"], normalize_key)
    )
    owners = products.select(pl.col("key").alias("as_key"), pl.col("product").alias("keyed"))
    clear = products.filter(pl.len().over("name") == 1, pl.col("here"), pl.col("name") != "")
    clear = clear.filter(~is_long(clear["name"]))
    clear = clear.join(owners, on="as_key", how="left").filter(
        pl.col("keyed").is_null() | (pl.col("keyed") == pl.col("product"))
    )
    return clear.sort("name").select(
        "name", "product", "label", id=pl.lit(None, pl.Int64), owner=pl.lit(None, pl.Int64), gone=False
    )
