"""Tables to download, as CSV that a spreadsheet opens without running anything in it.

What people typed may begin with a sign that a spreadsheet takes for a formula (OWASP, « CSV injection »). Such a cell
gets an apostrophe in front, which spreadsheets show as text. Numbers stay numbers, negative ones too.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.utils import timezone

#: What a formula can begin with; the wide forms are those that East Asian spreadsheets take for the narrow ones.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

#: Tells spreadsheets that the file is UTF-8.
BYTE_ORDER_MARK = "\ufeff"


def neutralised(value: Any) -> Any:
    """The value as it may stand in a cell: a text that would be a formula begins with an apostrophe.

    None is an empty cell; a moment is written in the current time zone, to the minute, and not as UTC.
    """
    if value is None:
        return ""
    if isinstance(value, datetime):
        return (timezone.localtime(value) if timezone.is_aware(value) else value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return value
    text = str(value)  # lazy translations and choices are texts too
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text


def as_csv(header: Sequence[Any], rows: Iterable[Sequence[Any]]) -> str:
    """The table as CSV (RFC 4180), every cell neutralised."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([neutralised(each) for each in header])
    writer.writerows([neutralised(each) for each in row] for row in rows)
    return out.getvalue()


def csv_response(filename: str, header: Sequence[Any], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """The table as a file to download, which no cache keeps. `filename` is plain ASCII."""
    return HttpResponse(
        BYTE_ORDER_MARK + as_csv(header, rows),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{filename}"',
            "Cache-Control": "no-store",
        },
    )
