"""The table: every method at every cutoff, and which differences can be relied on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from ..frames import customer_frame, order_frame, product_frame, start_of
from ..recommending.cross_sell import cross_sell
from ..recommending.history import build_catalogue
from ..recommending.rebuy import rebuy
from .baselines import content, item_knn, p_top_freq, popularity
from .bootstrap import interval
from .protocol import (
    MEASURES,
    Fold,
    Lists,
    Method,
    Result,
    appended,
    by_candidates,
    evaluate,
    make_fold,
    mean,
)
from .tifu import tifu_knn

#: The method, the baseline and the measure.
COMPARISONS = (
    ("rebuy", "p_top_freq", "ndcg"),
    ("rebuy", "tifu_knn", "ndcg"),
    ("rebuy", "item_knn", "ndcg"),
    ("cross_sell", "item_knn", "new_hr"),
    ("cross_sell", "content", "new_hr"),
    ("cross_sell", "popularity", "new_hr"),
)


class NothingToTest(Exception):
    """No customer bought on both sides of a cutoff."""


def models(fold: Fold) -> dict[str, Lists]:
    """REBUY and CROSS_SELL as a run makes them.

    Where a customer bought fewer products than there are places, REBUY has none left and CROSS_SELL goes on, as in a
    run; so what is new in REBUY's list is CROSS_SELL's.
    """
    again = by_candidates(fold, rebuy(fold.history, fold.catalogue))
    new = by_candidates(fold, cross_sell(fold.history, fold.catalogue))
    return {"rebuy": Lists(appended(again, new), new), "cross_sell": Lists(new, new)}


BASELINES: dict[str, Method] = {
    "popularity": popularity,
    "p_top_freq": p_top_freq,
    "item_knn": item_knn,
    "tifu_knn": tifu_knn,
    "content": content,
}


def backtest(
    *,
    cutoffs: Sequence[date],
    horizon: int,
    using: str = "default",
    progress: Callable[[str], None] = lambda message: None,
) -> dict[str, Any]:
    """The table of the database's orders, as the command prints it with `--json`.

    `horizon` in days. Raises NothingToTest when a cutoff has no customer who bought before it and again within the
    horizon. No order on or after a cutoff reaches a method, and none after the last horizon is read at all.
    """
    cutoffs = sorted(set(cutoffs))
    orders = order_frame(start_of(cutoffs[-1] + timedelta(days=horizon)), using)
    customers, catalogue = customer_frame(using), build_catalogue(product_frame(using))
    folds, results = [], []
    for cutoff in cutoffs:
        fold = make_fold(orders, customers, catalogue, cutoff=cutoff, horizon=horizon)
        if not len(fold.customers):
            raise NothingToTest(
                f"No customer bought before {cutoff} and again in the {horizon} days from then on."
            )
        progress(f"{cutoff}: {len(fold.customers)} customers")
        lists = {name: method(fold) for name, method in BASELINES.items()} | models(fold)
        results.append({name: evaluate(fold, each) for name, each in lists.items()})
        folds.append(fold)
    return tabulate(folds, results)


def tabulate(folds: Sequence[Fold], results: Sequence[dict[str, Result]]) -> dict[str, Any]:
    """The means of each method and the comparisons, with their 95 % intervals."""
    customers = [fold.customers for fold in folds]
    comparisons = []
    for a, b, measure in COMPARISONS:
        differences = [each[a].measures[measure] - each[b].measures[measure] for each in results]
        low, high = interval(customers, differences)
        of_a, of_b = (mean([each[name] for each in results], measure) for name in (a, b))
        figures = {"difference": of_a - of_b, "low": low, "high": high}
        comparisons.append({"a": a, "b": b, "metric": measure, **_rounded(figures)})
    return {
        "methods": {
            name: _rounded(
                {
                    measure: mean([each[name] for each in results], measure)
                    for measure in (*MEASURES, "coverage")
                }
            )
            for name in results[0]
        },
        "comparisons": comparisons,
        "customers": len({int(number) for each in customers for number in each}),
        "cutoffs": [fold.history.as_of.isoformat() for fold in folds],
    }


def _rounded(figures: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 6) for name, value in figures.items()}
