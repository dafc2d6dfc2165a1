"""A run's items as CSV: the same bytes for the same items, whatever the database.

UTF-8, lines that end with LF, sorted by the code points of the customers' codes and by rank. Scores have twelve
decimals; the reasons are JSON with sorted keys, whose floats are the shortest that read back the same.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

import polars as pl
from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from config.base.sheets import BYTE_ORDER_MARK, neutralised
from config.base.staging import read_frame

from ..models import Customer, RecoItem, RecoRun

HEADER = (
    *("customer_code", "rank", "product_key", "scenario", "score", "reasons"),
    *("explanation_fr", "explanation_en"),
)

#: How many items are read and written at a time.
CHUNK = 5_000


def export_items(run: RecoRun, *, using: str = "default", holdout: bool = True) -> Iterator[str]:
    """The file in pieces, the header first; without the customers of the holdout on demand."""
    yield _as_csv([HEADER])
    for keys in _in_order(run, using, holdout).iter_slices(CHUNK):
        rows = RecoItem.objects.using(using).filter(pk__any_of=keys["id"].to_list()).order_by()
        found = {
            pk: rest
            for pk, *rest in rows.values_list(
                *("pk", "product__product_key", "scenario", "score", "reasons"),
                *("explanation_fr", "explanation_en"),
            )
        }
        yield _as_csv(_row(code, rank, *found[pk]) for pk, code, rank in keys.iter_rows() if pk in found)


def export_response(run: RecoRun) -> StreamingHttpResponse:
    """The whole run to download, piece by piece, which no cache keeps."""
    return _response(run, export_items(run))


def contacts_response(run: RecoRun) -> StreamingHttpResponse:
    """Whom to contact, for a spreadsheet: behind a mark of UTF-8, without the holdout, which is never contacted."""
    return _response(run, chain([BYTE_ORDER_MARK], export_items(run, holdout=False)))


def _response(run: RecoRun, pieces: Iterable[str]) -> StreamingHttpResponse:
    name = f"recommendations-{run.as_of.isoformat()}-{run.pk}.csv"
    headers = {
        "Content-Disposition": content_disposition_header(True, name) or "attachment",
        "Cache-Control": "no-store",
    }
    encoded = (piece.encode() for piece in pieces)
    return StreamingHttpResponse(encoded, content_type="text/csv; charset=utf-8", headers=headers)


def _in_order(run: RecoRun, using: str, holdout: bool) -> pl.DataFrame:
    """Key, customer's code and rank of each item: sorted here, because databases compare texts in ways of their own."""
    sql = f"""
        SELECT i.id, c.customer_code, i.rank
        FROM {RecoItem._meta.db_table} i JOIN {Customer._meta.db_table} c ON c.id = i.customer_id
        WHERE i.run_id = %s AND NOT i.is_deleted {"" if holdout else "AND NOT i.is_holdout"}
    """
    schema = {"id": pl.Int64, "code": pl.String, "rank": pl.Int64}
    return read_frame(sql, [run.pk], schema=schema, using=using).sort("code", "rank", "id")


def _row(
    code: str, rank: int, key: str, scenario: str, score: float, reasons: Any, french: str, english: str
) -> list[Any]:
    texts = (code, rank, key, scenario, french, english)
    code, rank, key, scenario, french, english = (neutralised(text) for text in texts)
    kept = json.dumps(reasons, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return [code, rank, key, scenario, f"{score:.12f}", kept, french, english]


def _as_csv(rows: Any) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()
