"""Scores from 1 to 5 and the eleven segments.

A score is 1 + ⌊5 · share of the others who are strictly worse⌋, at most 5: the PERCENT_RANK of SQL in fifths. So equal
figures get equal scores and the order of rows decides nothing, which NTILE, cutting equal figures in two where a
fifth is full, does not give. Worse is: ordered longer ago, on fewer days, for less (among those of the same currency).
Who has nobody below has 1.

The segments are the usual map of recency against frequency, ten fields that cover the 25 cells; its corner « recency
and frequency both low » is cut in two, the lowest recency being lost. What somebody spends does not move them on the
map: it orders the customers of a segment.
"""

from __future__ import annotations

import polars as pl

from ..choices import Segment

#: From recency 5 down to 1; in each row from frequency 1 up to 5.
GRID: tuple[tuple[Segment, Segment, Segment, Segment, Segment], ...] = (
    (
        *(Segment.NEW, Segment.POTENTIAL_LOYALIST, Segment.POTENTIAL_LOYALIST),
        *(Segment.CHAMPIONS, Segment.CHAMPIONS),
    ),
    (
        *(Segment.PROMISING, Segment.POTENTIAL_LOYALIST, Segment.POTENTIAL_LOYALIST),
        *(Segment.LOYAL, Segment.LOYAL),
    ),
    (
        *(Segment.ABOUT_TO_SLEEP, Segment.ABOUT_TO_SLEEP, Segment.NEEDS_ATTENTION),
        *(Segment.LOYAL, Segment.LOYAL),
    ),
    (
        *(Segment.HIBERNATING, Segment.HIBERNATING, Segment.AT_RISK),
        *(Segment.AT_RISK, Segment.CANNOT_LOSE),
    ),
    (
        *(Segment.LOST, Segment.LOST, Segment.AT_RISK),
        *(Segment.AT_RISK, Segment.CANNOT_LOSE),
    ),
)

#: (recency score, frequency score) → segment.
SEGMENTS: dict[tuple[int, int], Segment] = {
    (5 - down, across + 1): segment for down, row in enumerate(GRID) for across, segment in enumerate(row)
}


def segment_of(recency_score: int, frequency_score: int) -> Segment:
    """The segment of these scores. KeyError for a score that is none."""
    return SEGMENTS[recency_score, frequency_score]


def quintile(worse: int, others: int) -> int:
    """The score of somebody than whom `worse` of the `others` are worse."""
    return min(5, 1 + 5 * worse // max(1, others))


def score(figure: str, *, by: str | None = None, low_is_good: bool = False) -> pl.Expr:
    """The same for a column of a frame, among the rows of the same `by`."""
    worse = pl.col(figure).rank("min", descending=low_is_good).cast(pl.Int64) - 1
    others = pl.len().cast(pl.Int64) - 1
    if by is not None:
        worse, others = worse.over(by), others.over(by)
    return (1 + 5 * worse // others.clip(lower_bound=1)).clip(upper_bound=5)


def segment_frame() -> pl.DataFrame:
    """The map as a frame, to be joined by both scores."""
    cells = [(recency, frequency, segment.value) for (recency, frequency), segment in SEGMENTS.items()]
    names = {"recency_score": pl.Int64, "frequency_score": pl.Int64, "segment": pl.String}
    return pl.DataFrame(cells, schema=names, orient="row")
