"""What is left of purchases after cancellations."""

from __future__ import annotations

import polars as pl


def with_left(lines: pl.DataFrame) -> pl.DataFrame:
    """The same lines, in any order, with `left`: how many bottles of each the customer kept; 0 for a cancellation.

    `lines` have `pair` (a number of customer and product), `ms`, `quantity`, `cents`. A cancellation comes under
    another order number than what it cancels, often days later and for a part of it. So it takes back what the same
    customer bought of the same product, the latest purchase before it first; of the same moment, purchases come before
    cancellations, the larger first. What it takes back beyond that was bought before the data begins, and changes
    nothing here. Order numbers, prices and currencies are not compared, except that of purchases alike in all of this
    the one with the last `order` is taken back first, where the lines have that column.

    Purchases are pushed on a stack and cancellations pop it. With S the running sum of quantities, the stack is
    H = S - min(0, lowest S so far) high, and what stays of the purchase that lifted it to h from h - q is
    min(lowest H from then on, h) - (h - q), not below 0.
    """
    quantity, pair = pl.col("quantity"), pl.col("pair")
    by = {"pair": False, "ms": False, "quantity": True, "cents": True}
    if "order" in lines.columns:
        by["order"] = False
    returned = lines.filter(quantity < 0)["pair"].unique()
    touched = pair.is_in(returned.implode())
    kept = lines.filter(~touched).with_columns(left=quantity)
    if kept.height == lines.height:
        return kept
    stack = (
        lines.filter(touched)
        .sort(*by, descending=list(by.values()))
        .with_columns(running=quantity.cum_sum().over("pair"))
        .with_columns(height=pl.col("running") - pl.col("running").cum_min().over("pair").clip(upper_bound=0))
        .with_columns(lowest=pl.col("height").cum_min(reverse=True).over("pair"))
    )
    still = (pl.col("lowest") - (pl.col("height") - quantity)).clip(lower_bound=0)
    left = pl.when(quantity > 0).then(still).otherwise(0)
    return pl.concat([kept, stack.with_columns(left=left).select(kept.columns)])
