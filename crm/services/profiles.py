"""The customers' profiles and the products' popularity, built anew from the orders. See `crm.profiling`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import date
from time import perf_counter
from typing import Any

import polars as pl
from django.db import connections, transaction

from config.base.staging import as_json, from_cents, in_cents, insert_staged, read_frame, stage, update_staged

from ..frames import day_number, line_frame, product_frame, start_of
from ..models import ClientMasterProfile, Product
from ..profiling import Profiles, compute_profiles
from ..profiling.computing import MILLION
from ..profiling.tastes import PARTS
from ..validators import validate_day

USING = "default"
#: How many profiles go to the trash at a time.
CHUNK = 5000

WHOLE = (
    *("recency_days", "frequency", "monetary"),
    *("recency_score", "frequency_score", "monetary_score"),
)
TEXTS = ("currency", "segment", "as_of")
LISTS = ("top_families", "top_grapes", "top_sugars", "top_budgets", "aroma_profile")
SHARES = ("family_diversity", "grape_diversity", "product_diversity", "confidence")
#: What a profile is compared by, and written from.
FIGURES = (*WHOLE, *TEXTS, *LISTS, *SHARES)
SCHEMA = {
    **dict.fromkeys(("customer", "id", *WHOLE), pl.Int64),
    **dict.fromkeys((*TEXTS, *LISTS), pl.String),
    **dict.fromkeys(SHARES, pl.Float64),
}


@dataclass(frozen=True)
class BuildResult:
    """What a build did.

    `customers` have a profile now, of which so many were created, updated or left as they were; `removed` have none any
    more. `segments` counts those of each, `mixed_currencies` those who paid in several; `products` are more or less
    popular than before; `seconds` a step.
    """

    as_of: date
    customers: int
    created: int
    updated: int
    unchanged: int
    removed: int
    segments: dict[str, int]
    mixed_currencies: int
    products: int
    seconds: dict[str, float] = field(compare=False)

    def as_json(self) -> dict[str, Any]:
        """The same as plain values."""
        return asdict(self)


class _Steps:
    """Takes the time of each step and tells whoever waits how many are done."""

    names = ("read", "compute", "compare", "write", "popularity")

    def __init__(self, progress: Callable[[int, int], None] | None) -> None:
        self.seconds: dict[str, float] = {}
        self.progress = progress
        self.began = perf_counter()

    def done(self, name: str) -> None:
        now = perf_counter()
        self.seconds[name], self.began = round(now - self.began, 3), now
        if self.progress:
            self.progress(len(self.seconds), len(self.names))


@transaction.atomic
def build_profiles(*, as_of: date, progress: Callable[[int, int], None] | None = None) -> BuildResult:
    """Build every customer's profile as of the beginning of that day in the site's time zone, and products' popularity.

    No line of that day or later is read. The same data gives the same profiles, and those that are the same are not
    written. Who kept nothing by then has no profile: an older one goes to the trash. Figures are derived, and raise no
    version. Two builds at once are done one after the other. `progress` is called with the steps done and all steps.
    Raises ValidationError for a day outside 1900–2100.
    """
    validate_day(as_of)
    _wait_for_other_builds()
    steps = _Steps(progress)
    lines, products = line_frame(start_of(as_of), USING), product_frame(USING)
    stored = _stored()
    steps.done("read")
    profiles = compute_profiles(lines, products, today=day_number(as_of))
    steps.done("compute")
    wanted = _as_stored(profiles.rows, as_of)
    changed, gone = _differences(wanted, stored)
    steps.done("compare")
    created, updated = _write(changed)
    for start in range(0, len(gone), CHUNK):
        ClientMasterProfile.objects.filter(pk__in=gone[start : start + CHUNK]).delete()
    steps.done("write")
    popular = _write_popularity(products, profiles)
    steps.done("popularity")
    counted = dict(wanted.group_by("segment").len().rows())
    return BuildResult(
        as_of=as_of,
        customers=wanted.height,
        created=created,
        updated=updated,
        unchanged=wanted.height - changed.height,
        removed=len(gone),
        segments={name: counted.get(name, 0) for name in ClientMasterProfile.Segment.values},
        mixed_currencies=profiles.mixed,
        products=popular,
        seconds=steps.seconds,
    )


def _wait_for_other_builds() -> None:
    """On SQLite every writing transaction is alone anyway."""
    connection = connections[USING]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('crm.build_profiles'))")


def _stored() -> pl.DataFrame:
    """The profiles that stand, in the form in which they are compared."""
    columns = {
        **{name: name for name in SCHEMA},
        "customer": "customer_id",
        "monetary": in_cents("monetary_amount", using=USING),
        "currency": "monetary_currency",
        **{name: f"CAST({name} AS text)" for name in ("as_of", *LISTS)},
    }
    sql = f"SELECT {', '.join(columns[name] for name in SCHEMA)} FROM crm_clientmasterprofile WHERE NOT is_deleted"
    return read_frame(sql, schema=SCHEMA, using=USING)


def _as_stored(rows: pl.DataFrame, as_of: date) -> pl.DataFrame:
    shares = [_divided(rows[name], PARTS) for name in SHARES]
    return rows.with_columns(*shares, as_of=pl.lit(as_of.isoformat()))


def _divided(parts: pl.Series, by: int) -> pl.Series:
    """The nearest float of each ratio. Polars multiplies by the inverse: 3600 / 10000 would be .36000000000000004."""
    return pl.Series(parts.name, parts.to_numpy() / by)


def _differences(wanted: pl.DataFrame, stored: pl.DataFrame) -> tuple[pl.DataFrame, list[int]]:
    """The rows to be written, with the `id` of those that stand; the ids of those to be removed."""
    beside = wanted.join(stored, on="customer", how="left", suffix="_stored")
    differs = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_stored")) for name in FIGURES)
    changed = beside.filter(pl.col("id").is_null() | differs).select("id", "customer", *FIGURES)
    gone = stored.join(wanted, on="customer", how="anti")["id"].sort().to_list()
    return changed, gone


def _write(changed: pl.DataFrame) -> tuple[int, int]:
    """How many were created and updated. Whoever was deleted or merged meanwhile gets none."""
    if changed.is_empty():
        return 0, 0
    date_of = "s.as_of::date" if connections[USING].vendor == "postgresql" else "s.as_of"
    values = {
        **{name: f"s.{name}" for name in (*WHOLE, *SHARES, "segment") if name != "monetary"},
        **{name: as_json(f"s.{name}", using=USING) for name in LISTS},
        "monetary_amount": from_cents("s.monetary", using=USING),
        "monetary_currency": "s.currency",
        "as_of": date_of,
    }
    with stage(changed, using=USING) as table:
        updated = update_staged(ClientMasterProfile, table, values, match="t.id = s.id", using=USING)
        created = insert_staged(
            ClientMasterProfile,
            table,
            {"customer_id": "s.customer", **values},
            joins="JOIN crm_customer c ON c.id = s.customer AND NOT c.is_deleted AND c.merged_into_id IS NULL",
            where="s.id IS NULL",
            using=USING,
        )
    return created, updated


def _write_popularity(products: pl.DataFrame, profiles: Profiles) -> int:
    """How many products are more or less popular than they were."""
    popularity = profiles.popularity.rename({"popularity": "wanted"})
    beside = products.select("product", "popularity").join(popularity, on="product", how="left")
    share = _divided(beside["wanted"].fill_null(0), MILLION)
    changed = beside.with_columns(share).filter(pl.col("wanted") != pl.col("popularity"))
    if changed.is_empty():
        return 0
    with stage(changed.select("product", "wanted"), using=USING) as table:
        return update_staged(
            Product, table, {"popularity": "s.wanted"}, match="t.id = s.product", using=USING
        )
