"""Stored figures that claim to be up to date and are not: somebody has written past the kernel."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import F

from config.base.differences import Difference

from ..models import ProgressSnapshot
from ..values import Figures
from .several import figures_of

TABLE = ProgressSnapshot._meta.db_table


def progress_drift(using: str = "default") -> Iterator[tuple[ProgressSnapshot, list[Difference]]]:
    """Every snapshot that says something else than the rows, with what is wrong; four queries a course.

    Those known to be out of date are no drift: whoever reads one has it computed again.
    """
    snapshots = ProgressSnapshot.objects.using(using).filter(structure_version=F("course__structure_version"))
    for course in sorted(set(snapshots.order_by().values_list("course", flat=True))):
        stored = list(snapshots.filter(course=course).select_related("user", "course").order_by("pk"))
        found = figures_of(((each.user_id, course) for each in stored), using=using)
        for snapshot in stored:
            wrong = _differences(snapshot, found[snapshot.user_id, course])
            if wrong:
                yield snapshot, wrong


def _differences(snapshot: ProgressSnapshot, figures: Figures) -> list[Difference]:
    return [
        Difference(
            f"{TABLE}.{column}",
            "stored figure is wrong",
            expected=f"{figure} for {snapshot.user} in {snapshot.course.slug}",
            found=str(getattr(snapshot, column)),
        )
        for column, figure in figures.as_columns().items()
        if getattr(snapshot, column) != figure
    ]
