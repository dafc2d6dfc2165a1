"""What a student has been given already, brick by brick."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import Count

from ..models import ContentBrick, DocumentBrick, DocumentRequest

if TYPE_CHECKING:
    from accounts.models import StudentProfile


@dataclass(frozen=True, slots=True)
class Exposures:
    """{slug: in how many requests' documents it was}, and the same for families (whatever member it was)."""

    bricks: dict[str, int] = field(default_factory=dict)
    families: dict[str, int] = field(default_factory=dict)

    def of(self, slug: str, family: str) -> tuple[int, int]:
        """How often this brick was given, and how often any of its family."""
        own = self.bricks.get(slug, 0)
        return own, self.families.get(family, 0) if family else own


def exposures_of(*, student: StudentProfile | None) -> Exposures:
    """What the student has in documents, and what is reserved for them by requests that go on: three queries.

    A request counts once, however many copies it has. Documents count when they, or their request, are in the trash:
    the student has seen them. A request that goes on counts by its manifest; one that has failed counts no more, until
    it is tried again. Nobody in particular has seen nothing.
    """
    if student is None:
        return Exposures()
    times: Counter[str] = Counter()
    families: dict[str, str] = {}
    brick = "brick_version__brick__"
    rows = (
        DocumentBrick.all_objects.filter(document__request__student=student)
        .order_by()
        .values_list(f"{brick}slug", f"{brick}family")
        .annotate(times=Count("document__request", distinct=True))
    )
    for slug, family, count in rows:
        times[slug] += count
        families[slug] = family
    reserved = _reserved_for(student)
    times.update(reserved)
    families.update(_families_of(set(reserved) - set(families)))
    by_family: Counter[str] = Counter()
    for slug, count in times.items():
        if families.get(slug):
            by_family[families[slug]] += count
    return Exposures(dict(times), dict(by_family))


def _reserved_for(student: StudentProfile) -> list[str]:
    """The slugs in the manifests of requests that go on: each once a request."""
    pinned = DocumentRequest.objects.reserving().filter(student=student)
    manifests = pinned.values_list("manifest__bricks", flat=True)
    return [slug for pins in manifests for slug in {pin["brick"] for pin in pins or ()}]


def _families_of(slugs: Iterable[str]) -> dict[str, str]:
    rows = ContentBrick.all_objects.filter(slug__in=sorted(slugs)).order_by()
    return dict(rows.values_list("slug", "family"))
