"""Texts of a column into keys, numbers and moments, for all rows of a chunk at once. What cannot be read is null.

What is decided per text (normal forms) is decided once for each different text.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
from django.utils import timezone

#: Numbers are read exactly, as whole millionths.
SCALE = 1_000_000

#: How moments are written where the mapping does not say: ISO 8601, and the French way, day first.
DATE_FORMATS = (
    *("%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d"),
    *("%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y"),
)
#: The same with the zone they are in.
ZONED_FORMATS = ("%Y-%m-%dT%H:%M:%S%.f%#z", "%Y-%m-%d %H:%M:%S%.f%#z")

#: A moment outside these years is a slip of the pen.
YEARS = (1900, 2100)

#: All that is white space to the normal forms of keys and labels, the separators of ASCII too.
BLANKS = "".join(filter(str.isspace, map(chr, range(0x3001))))

#: In bytes. An index row of PostgreSQL takes three such keys.
LONGEST_KEY = 800

#: What of a date format names a zone, or moments that are of none.
_ZONED = re.compile(r"%[:#]*[z+]|%s|(?<!%)Z$")

_SPACES = "[ \u00a0\u202f\u2009]"
_DIGITS = r"^[+-]?\d{1,9}(\.\d{1,6})?$"


def mapped(texts: pl.Series, function: Callable[[str], str]) -> pl.Series:
    """The function of each text, called once for each different one."""
    different = texts.unique().drop_nulls()
    values = [function(text) for text in different]
    changed = [(old, new) for old, new in zip(different, values, strict=True) if old != new]
    if not changed:
        return texts
    old, new = zip(*changed, strict=True)
    return texts.replace(list(old), list(new))


def trimmed(texts: pl.Series) -> pl.Series:
    """Without white space around; empty is null."""
    stripped = texts.str.strip_chars(BLANKS)
    return stripped.set(stripped == "", None)


def is_long(keys: pl.Series) -> pl.Series:
    """Which keys no index holds, however few characters they were before they were normalised."""
    return (keys.str.len_bytes() > LONGEST_KEY).fill_null(False)


def indexable(keys: pl.Series) -> pl.Series:
    """The keys, null where no index holds them: such a row is refused, and what it names is of no matter."""
    return keys.set(is_long(keys), None)


def numbers(texts: pl.Series, *, decimal_comma: bool | None) -> pl.Series:
    """Whole millionths, null where there is no number. Spaces between the digits are those of thousands.

    `decimal_comma` None: both marks are understood, and where both stand in a number the last is the decimal one; a
    comma before exactly three digits could be either, and is none.
    """
    plain = texts.str.replace_all(_SPACES, "")
    if decimal_comma is True:
        plain = plain.set(plain.str.contains(r"\.\d{0,2}$|\.\d{4}|\.\d{0,2}[.,]"), None)
        plain = plain.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
    elif decimal_comma is None and plain.str.contains(",", literal=True).any():
        frame = pl.DataFrame({"t": plain})
        comma, point = (
            pl.col("t").str.contains(",", literal=True),
            pl.col("t").str.contains(".", literal=True),
        )
        comma_last = pl.col("t").str.contains(r"\.\d{3},\d*$")
        french = pl.col("t").str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
        english = pl.col("t").str.replace_all(",", "", literal=True)
        grouped = pl.col("t").str.contains(r"^[+-]?\d{1,3}(,\d{3})+\.\d*$")
        unclear = pl.col("t").str.contains(r"^[+-]?\d{1,3},\d{3}$")
        plain = frame.select(
            pl.when(~comma).then(pl.col("t"))
            .when(unclear).then(None)
            .when(~point | comma_last).then(french)
            .when(grouped).then(english)
        ).to_series()  # fmt: skip
    plain = plain.set(~plain.str.contains(_DIGITS), None)
    return (plain.cast(pl.Float64, strict=False) * SCALE).round().cast(pl.Int64, strict=False)


def rounded(value: pl.Expr, divisor: int | pl.Expr) -> pl.Expr:
    """A whole number divided, half away from zero."""
    return value.sign() * ((value.abs() * 2 + divisor) // (2 * divisor))


def is_date_format(date_format: str) -> bool:
    """Can dates be read that are written like this at all? « %H » without « %M » is no time, « %Z » no offset."""
    if "%Z" in date_format.replace("%%", ""):
        return False
    try:
        moments(pl.Series(["today"]), date_format=date_format)
    except pl.exceptions.PolarsError:
        return False
    return True


def moments(texts: pl.Series, *, date_format: str | None) -> pl.Series:
    """Milliseconds since 1970 in UTC; what names no zone is in the site's. A Z at the end is UTC.

    An hour that the clock repeats is the first of the two; one that it skips is read as if it did not.
    """
    different = pl.DataFrame({"text": texts.unique().drop_nulls()})
    plain, zoned = list(DATE_FORMATS), list(ZONED_FORMATS)
    if date_format:
        is_zoned = _ZONED.search(date_format.replace("%%", "")) is not None
        plain, zoned = ([], [date_format]) if is_zoned else ([date_format], [])
    text, zone = pl.col("text"), timezone.get_default_timezone_name()
    found = different.with_columns(
        _first([text.str.to_datetime(each, time_unit="ms", strict=False) for each in plain]).alias("plain"),
        _first(
            [
                text.str.to_datetime(
                    each, time_unit="ms", time_zone="UTC", strict=False
                ).dt.replace_time_zone(None)
                for each in zoned
            ]
        ).alias("zoned"),
    )

    def localised(moment: pl.Expr) -> pl.Expr:
        aware = moment.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
        return aware.dt.convert_time_zone("UTC").dt.replace_time_zone(None)

    here, hour = pl.col("plain"), pl.duration(hours=1)
    found = found.select(
        "text", pl.coalesce("zoned", localised(here), localised(here + hour)).alias("moment")
    )
    found = found.filter(pl.col("moment").dt.year().is_between(*YEARS))
    return (
        pl.DataFrame({"text": texts})
        .join(found, on="text", how="left", maintain_order="left")["moment"]
        .dt.epoch("ms")
    )  # fmt: skip


def _first(found: list[pl.Expr]) -> pl.Expr:
    return pl.coalesce(found) if found else pl.lit(None, dtype=pl.Datetime("ms"))


def digests(contents: pl.Series) -> tuple[pl.Series, pl.Series]:
    """A hash of each text: 32 hexadecimal digits in capitals, and its first half as a whole number."""
    data = b"".join([hashlib.blake2b(text.encode(), digest_size=16).digest() for text in contents])
    words = data.hex().upper()
    digits = [words[at : at + 32] for at in range(0, len(words), 32)]
    halves = np.frombuffer(data, dtype=">i8").astype(np.int64)[::2]
    return pl.Series(digits, dtype=pl.String), pl.Series(halves, dtype=pl.Int64)


def joined(columns: list[pl.Series]) -> pl.Series:
    """The texts of a row as one, so that different rows give different texts."""
    frame: Any = pl.DataFrame({str(number): each for number, each in enumerate(columns)})
    return frame.select(pl.concat_str(pl.all().fill_null("\0"), separator="\0|")).to_series()


def said(value: pl.Series, text: pl.Series) -> pl.Series:
    """What the file says of a figure, however it is written; as written where it is no figure, and marked as such."""
    frame = pl.DataFrame({"v": "=" + value.cast(pl.String), "t": "?" + text})
    return frame.select(pl.coalesce("v", "t")).to_series()


def spelling(text: pl.Series, normal: pl.Series) -> pl.Series:
    """The spelling where it is not the normal form."""
    return text.set((text == normal).fill_null(False), None)


def text_of(raw: pl.DataFrame, name: str, default: str | None = None) -> pl.Series:
    """A column of ours as the file has it; where it has none, the default on every row."""
    if name in raw.columns:
        return raw[name]
    return pl.Series([default], dtype=pl.String).new_from_index(0, raw.height)


def customer_codes(raw: pl.DataFrame) -> pl.Series:
    """The codes of customers as written; « 17850.0 », as spreadsheets have it, is 17850."""
    return text_of(raw, "customer_code").str.replace(r"^(\d+)\.0+$", "$1")


def looked_up(texts: pl.Series, function: Callable[[str], str | None]) -> pl.Series:
    """The function of each text, called once for each different one; null where it finds nothing."""
    different = texts.unique().drop_nulls()
    found = pl.DataFrame(
        {"text": different, "value": pl.Series([function(text) for text in different], dtype=pl.String)}
    )
    rows = pl.DataFrame({"text": texts})
    return rows.join(found, on="text", how="left", maintain_order="left")["value"]


def whole(texts: pl.Series, *, decimal_comma: bool | None, low: int, high: int) -> pl.Series:
    """Whole numbers from `low` to `high`, null where there is none; « 2019.0 » is one."""
    figure = pl.col("n")
    fits = (figure % SCALE == 0) & figure.is_between(low * SCALE, high * SCALE)
    frame = pl.DataFrame({"n": numbers(texts, decimal_comma=decimal_comma)})
    return frame.select(pl.when(fits).then(figure // SCALE)).to_series()
