"""What `demo` does for this app: real ratings as orders, profiles, recommendations."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from hashlib import sha256

from django.conf import settings

from config.base.demo_steps import register

from . import services
from .models import ClientMasterProfile, ImportBatch, RecoRun

RATINGS = "xwines_ratings.csv"
MAPPING = "xwines-ratings"

#: The ratings end before it.
AS_OF = date(2022, 1, 1)


@register("orders")
def import_ratings(progress: Callable[[str], None]) -> str:
    """X-Wines has no orders, prices or quantities: each rating stands for an order of one bottle at no price.

    Whoever undid that import, or put it in the trash, does not get it back.
    """
    path = settings.BASE_DIR / "fixtures" / RATINGS
    if ImportBatch.all_objects.of_file(sha256(path.read_bytes()).hexdigest()).exists():
        return f"{RATINGS} has been imported before."
    batch = services.start_import(kind="ORDERS", source=path, file_name=path.name, mapping=MAPPING)
    result = services.run_import(batch=batch)
    return (
        f"{result.created} ratings of X-Wines are orders of one bottle each (it has no orders, prices or quantities)"
        + (f"; {result.rejected} were rejected." if result.rejected else ".")
    )


@register("profiles")
def build_profiles(progress: Callable[[str], None]) -> str:
    """Profiles as of the day after the last rating."""
    if ClientMasterProfile.all_objects.exists():
        return "There are profiles already."
    result = services.build_profiles(as_of=AS_OF)
    return f"{result.customers} customers have a profile as of {AS_OF}."


@register("recommendations")
def recommend(progress: Callable[[str], None]) -> str:
    """Recommendations as of the same day."""
    if RecoRun.all_objects.filter(as_of=AS_OF).exists():
        return f"There is a run as of {AS_OF} already."
    run = services.recommend(as_of=AS_OF)
    return f"{run.counts.get('items', 0)} recommendations were made as of {AS_OF}."
