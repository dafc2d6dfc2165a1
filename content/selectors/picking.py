"""Picking bricks for a template from today's stock: the draw of `content.selection` over rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..models import BrickVersion, ContentBrick, ContentTemplate
from ..selection import Candidate, Pick, Selection, draw, slots_of
from .exposures import Exposures, exposures_of

if TYPE_CHECKING:
    from accounts.models import StudentProfile
    from courses.models import Subject


def pick(
    *,
    template: ContentTemplate,
    subject: Subject,
    level: str,
    criteria: Mapping[str, Any],
    seed: int,
    student: StudentProfile | None = None,
) -> Selection:
    """The latest versions of the bricks that this template takes today, slot by slot, in the order of the document.

    `criteria` has the shape CRITERIA. Whoever fixes what was picked for a student locks the student's profile around
    both, or two requests at the same time pick the same. As many queries for a thousand bricks as for one: two, and
    up to three more for a student.
    """
    slots = slots_of(template.slots, criteria)
    stock = candidates(
        subject=subject,
        level=level,
        kinds={slot.kind for slot in slots},
        criteria=criteria,
        exposures=exposures_of(student=student),
    )
    relax = bool(criteria.get("allow_relaxation"))
    drawn = draw(slots=slots, candidates=stock, seed=seed, may_relax=relax)
    versions = _latest_versions([slug for _slot, slug in drawn.picks])
    picks = (
        Pick(
            slot=slot,
            version=version,
            kind=brick.kind,
            language=brick.language,
            minutes=brick.estimated_minutes,
        )
        for slot, slug in drawn.picks
        for version in (versions[slug],)
        for brick in (version.brick,)
    )
    return Selection(tuple(picks), drawn.shortage, drawn.relaxed)


def candidates(
    *, subject: Subject, level: str, kinds: set[str], criteria: Mapping[str, Any], exposures: Exposures
) -> list[Candidate]:
    """Every brick of the stock that some slot might take: one query. Difficulty and tags are left to the draw, which
    may leave them."""
    fitting = ContentBrick.objects.for_students().fits(
        subject=subject,
        level=level,
        kinds=kinds,
        language=criteria.get("language"),
        exclude_families=criteria.get("exclude_families", ()),
    )
    found = []
    for slug, kind, difficulty, family, tags in fitting.order_by().values_list(
        "slug", "kind", "difficulty", "family", "tags"
    ):
        seen, family_seen = exposures.of(slug, family)
        found.append(Candidate(slug, kind, difficulty, family, frozenset(tags), seen, family_seen))
    return found


def _latest_versions(slugs: Sequence[str]) -> dict[str, BrickVersion]:
    """{slug: the version with the highest number}, with its brick."""
    rows = BrickVersion.objects.latest_of_each().filter(brick__slug__in=slugs).select_related("brick")
    return {version.brick.slug: version for version in rows}
