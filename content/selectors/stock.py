"""What there is for a template: slot by slot, at one level or at every one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..choices import Level
from ..models import ContentBrick, ContentTemplate
from ..selection import Candidate, Slot, draw, slots_of

if TYPE_CHECKING:
    from courses.models import Subject

#: How many titles show what there is for a slot.
EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class SlotStock:
    """Of one slot: how many bricks it wants and how many meet all its criteria, of how many families; `missing` is
    what remains short when all slots are filled as well as they can be, each brick and family once."""

    slot: Slot
    title: str
    bricks: int
    families: int
    missing: int
    examples: tuple[str, ...]

    @property
    def wanted(self) -> int:
        return self.slot.count


def stock_of(
    *,
    template: ContentTemplate,
    subject: Subject,
    level: str | None = None,
    criteria: Mapping[str, Any] | None = None,
) -> dict[str, list[SlotStock]]:
    """{level: the stock of each slot in order}, for one level or for all that there are: one query.

    `criteria` has the shape CRITERIA; nothing is left of them here, and nobody has seen anything.
    """
    asked = criteria or {}
    slots = slots_of(template.slots, asked)
    fitting = ContentBrick.objects.for_students().fits(
        subject=subject,
        level=level,
        kinds={slot.kind for slot in slots},
        language=asked.get("language"),
        exclude_families=asked.get("exclude_families", ()),
    )
    stock: dict[str, list[tuple[str, Candidate]]] = defaultdict(list)
    for at, title, slug, kind, difficulty, family, tags in fitting.order_by("title", "slug").values_list(
        "level", "title", "slug", "kind", "difficulty", "family", "tags"
    ):
        stock[at].append((title, Candidate(slug, kind, difficulty, family, frozenset(tags))))
    return {
        at: _stock_of_slots(template, slots, stock[at])
        for at in ([level] if level is not None else Level.values)
    }


def _stock_of_slots(
    template: ContentTemplate, slots: list[Slot], bricks: list[tuple[str, Candidate]]
) -> list[SlotStock]:
    # How many are missing is the same for every seed.
    missing = draw(slots=slots, candidates=[brick for _title, brick in bricks], seed=0).shortage
    found = []
    for slot, written in zip(slots, template.slots, strict=True):
        taking = [(title, brick) for title, brick in bricks if slot.takes(brick)]
        found.append(
            SlotStock(
                slot=slot,
                title=written["title"],
                bricks=len(taking),
                families=len({brick.group for _title, brick in taking}),
                missing=missing.get(slot.key, 0),
                examples=tuple(title for title, _brick in taking[:EXAMPLES]),
            )
        )
    return found
