"""What customers like: favourites, aromas, and how much they vary.

Favourites: the two families (grapes, sweetnesses, price bands) with most net spending, by falling share of the spending
on products whose family is known; who has spent nothing (free samples, a file without prices) is judged by bottles. Of
equal ones the first by alphabet comes first.

Aromas: the mean of each axis over the bottles somebody kept, less the mean of the catalogue's products; only axes on
which they are above it, each weighing its part of all that they are above it. The three heaviest, of equal ones in the
order of the axes. Who buys what the catalogue is on average has none.

Diversity: the chance that two of somebody's purchases, drawn without putting back, differ in family (grape, product):
1 - Σ n(n - 1) / N(N - 1), the unbiased index of Simpson, « Measurement of diversity », Nature 163 (1949). 0 for who has
fewer than two of them.
"""

from __future__ import annotations

import json

import polars as pl

from ..values import AXES

#: The parts of one in which shares are told.
PARTS = 10_000
#: The catalogue's means are told in thousandths.
FINE = 1000
#: The shares as JSON writes them.
_SHARES = pl.Series([repr(number / PARTS) for number in range(PARTS + 1)])


def parts(of: pl.Expr, whole: pl.Expr) -> pl.Expr:
    """The share in ten-thousandths, rounded half up; all three are integers."""
    return (2 * PARTS * of + whole) // (2 * whole)


def favourites(pairs: pl.DataFrame, name: str, values: pl.Series) -> pl.DataFrame:
    """`who`, `top` as JSON (null for none) and `diversity` in ten-thousandths, of who bought anything of known value.

    `pairs` are `who`, `what`, `weight`, `picks`, in the order of `who`; `values` are the names by `what`, or null.
    """
    names = values.drop_nulls().unique().sort()
    codes = values.replace_strict(
        names, pl.int_range(len(names), eager=True), default=None, return_dtype=pl.Int64
    )
    sums = (
        pairs.select("weight", "picks", key=pl.col("who") * len(names) + codes.gather(pairs["what"]))
        .drop_nulls("key")
        .sort("key")
        .group_by("key", maintain_order=True)
        .agg(pl.col("weight").sum(), pl.col("picks").sum())
        .with_columns(who=pl.col("key") // max(1, len(names)), value=pl.col("key") % max(1, len(names)))
    )
    told = sums.group_by("who", maintain_order=True).agg(whole=pl.col("weight").sum(), diversity=diversity())
    tops = (
        sums.filter(pl.col("weight") > 0)
        .sort("who", "weight", "value", descending=[False, True, False])
        .filter(_first(2))
        .join(told, on="who", how="left", maintain_order="left")
    )
    written = pl.Series([json.dumps(each, ensure_ascii=False) for each in names], dtype=pl.String)
    share = _SHARES.gather(tops.select(parts(pl.col("weight"), pl.col("whole"))).to_series())
    listed = _listed(tops["who"], share=share, value=written.gather(tops["value"]))
    return told.join(listed, on="who", how="left").select(
        "who", pl.col("json").alias(name), pl.col("diversity").alias(f"{name}_diversity")
    )


def diversity() -> pl.Expr:
    """In ten-thousandths, of a group of rows with `picks` (> 0), one for each kind of thing."""
    picks = pl.col("picks")
    drawn = picks.sum() * (picks.sum() - 1)
    differing = drawn - (picks * (picks - 1)).sum()
    return pl.when(drawn > 0).then(parts(differing, drawn.clip(lower_bound=1))).otherwise(0)


def catalogue_means(products: pl.DataFrame) -> dict[str, int]:
    """{axis: mean over the products of known aromas, in thousandths rounded half up}."""
    known = products.filter(pl.col("fruit").is_not_null())
    number = known.height
    return {
        axis: (2 * FINE * int(known[axis].sum()) + number) // (2 * number) if number else 0 for axis in AXES
    }


def aromas(pairs: pl.DataFrame, axes: pl.DataFrame, means: dict[str, int]) -> pl.DataFrame:
    """`who`, `aroma_profile` as JSON, of those above the catalogue's mean somewhere.

    `pairs` are `who`, `what`, `bottles`, in the order of `who`; `axes` are the seven by `what`, or null.
    """
    bottles = pl.col("bottles")
    tasted = (
        pairs.select("who", "bottles", *(axes[axis].gather(pairs["what"]) for axis in AXES))
        .filter(pl.col("fruit").is_not_null())
        .group_by("who", maintain_order=True)
        .agg(bottles.sum(), *((pl.col(axis) * bottles).sum() for axis in AXES))
        .with_columns((pl.col(axis) * FINE - bottles * means[axis]).clip(lower_bound=0) for axis in AXES)
        .with_columns(whole=pl.sum_horizontal(AXES))
    )
    numbered = tasted.select("who", "whole", *(pl.col(axis).alias(str(at)) for at, axis in enumerate(AXES)))
    heaviest = (
        numbered.unpivot(index=["who", "whole"], variable_name="axis", value_name="above")
        .filter(pl.col("above") > 0)
        .with_columns(pl.col("axis").cast(pl.Int64))
        .sort("who", "above", "axis", descending=[False, True, False])
        .filter(_first(3))
    )
    written = pl.Series([json.dumps(axis) for axis in AXES])
    share = _SHARES.gather(heaviest.select(parts(pl.col("above"), pl.col("whole"))).to_series())
    listed = _listed(heaviest["who"], axis=written.gather(heaviest["axis"]), weight=share)
    return listed.rename({"json": "aroma_profile"})


def _first(number: int) -> pl.Expr:
    """Of rows in the order of `who`, the first so many of each."""
    return (pl.col("who") != pl.col("who").shift(number)).fill_null(True)


def _listed(who: pl.Series, **members: pl.Series) -> pl.DataFrame:
    """`who`, `json`: the rows of each, at most three that follow each other, as a JSON list of objects.

    Written as PostgreSQL writes a jsonb of the same members, given in its order of names: equal texts are equal lists.
    """
    pieces: list[pl.Expr] = []
    for at, name in enumerate(members):
        pieces += [pl.lit(f'{"{" if at == 0 else ", "}"{name}": '), pl.col(name)]
    rows = pl.DataFrame({"who": who, **members}).select("who", entry=pl.concat_str(*pieces, pl.lit("}")))
    following = [
        pl.when(pl.col("who").shift(-step) == pl.col("who"))
        .then(pl.lit(", ") + pl.col("entry").shift(-step))
        .otherwise(pl.lit(""))
        for step in (1, 2)
    ]
    listed = pl.concat_str(pl.lit("["), pl.col("entry"), *following, pl.lit("]"))
    return rows.with_columns(json=listed).filter(_first(1)).select("who", "json")
