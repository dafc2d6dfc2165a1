"""The draw: which bricks fill the slots of a template. Plain values in, plain values out; no clock, no chance.

A brick's place in the draw is HMAC-SHA256, keyed by the seed, of its *slug*. A slug is given out once and for good
and travels in fixtures, where a row's number is another one in each database. So the same seed and the same stock give
the same list, in whatever order the rows come and wherever they are stored, and a brick that does not match changes
nothing: nobody's place depends on who else is there.

Near-duplicates share a family and a document takes one of them; a brick without family is a family of its own. Slots
compete for families, so the draw is an assignment of families to slots. Among all assignments it takes the one that

1. fills the most places: a slot is short only where no other assignment fills it as well. Where not all can be
   filled, earlier slots come before later ones;
2. leaves the fewest criteria, where the request allows it to leave any (see below);
3. repeats the fewest bricks that the student has seen, then has the fewest exposures of families, then of bricks, all
   counted over the document: so no brick is repeated while one that is unseen could stand in its place;
4. slot by slot, in their order, has the first families of the draw.

That is a cheapest matching (the Hungarian method, one place after the other), and there is exactly one. `criteria`
may allow relaxation: slots that are short then take bricks of any difficulty, the nearest first, and slots that still
are, bricks without the tags. No other slot's criteria are touched, and what was left is recorded.

Inside a slot the easiest stand first, and among equals the first of the draw.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .assignment import Choice, assign

if TYPE_CHECKING:
    from .models import BrickVersion

#: What stands for a family: its own name, or the slug of a brick that has none.
Family = tuple[str, str]

ALL_CRITERIA, WITHOUT_DIFFICULTY, WITHOUT_TAGS = range(3)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A brick as the draw knows it: `seen` counts how often the student was given it, `family_seen` any of its
    family."""

    slug: str
    kind: str
    difficulty: int
    family: str = ""
    tags: frozenset[str] = frozenset()
    seen: int = 0
    family_seen: int = 0

    @property
    def group(self) -> Family:
        """Who shares this is not taken twice."""
        return ("family", self.family) if self.family else ("brick", self.slug)


@dataclass(frozen=True, slots=True)
class Slot:
    """`count` bricks of a kind, between two difficulties (1…5, both included), with one of these tags if there are
    any."""

    key: str
    kind: str
    count: int
    difficulty_min: int = 1
    difficulty_max: int = 5
    tags: frozenset[str] = frozenset()

    def distance(self, candidate: Candidate) -> int:
        """How far the brick's difficulty is outside the range; 0 inside."""
        difficulty = candidate.difficulty
        return max(self.difficulty_min - difficulty, difficulty - self.difficulty_max, 0)

    def lacks_tags(self, candidate: Candidate) -> bool:
        return bool(self.tags) and not self.tags & candidate.tags

    def takes(self, candidate: Candidate) -> bool:
        """Does the brick meet all of this slot's criteria?"""
        alike = candidate.kind == self.kind
        return alike and not self.distance(candidate) and not self.lacks_tags(candidate)


@dataclass(frozen=True, slots=True)
class Draw:
    """`picks`: (slot, slug) in the order of the document; `shortage`: {slot: how many are missing}; `relaxed`: what
    was left of the criteria, as a manifest records it."""

    picks: tuple[tuple[str, str], ...]
    shortage: dict[str, int] = field(default_factory=dict)
    relaxed: list[dict[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Pick:
    """A brick version for a slot, with its brick loaded."""

    slot: str
    version: BrickVersion
    kind: str
    language: str
    minutes: int


@dataclass(frozen=True, slots=True)
class Selection:
    """What `content.selectors.picking.pick` answers: `Draw` with versions."""

    picks: tuple[Pick, ...]
    shortage: dict[str, int] = field(default_factory=dict)
    relaxed: list[dict[str, str]] = field(default_factory=list)


def slots_of(layout: Sequence[Mapping[str, Any]], criteria: Mapping[str, Any]) -> list[Slot]:
    """A template's slots (shape SLOTS), narrowed by what a request asks for (shape CRITERIA)."""
    return [
        Slot(
            key=slot["key"],
            kind=slot["kind"],
            count=slot["count"],
            difficulty_min=max(slot["difficulty_min"], criteria.get("difficulty_min", 1)),
            difficulty_max=min(slot["difficulty_max"], criteria.get("difficulty_max", 5)),
            tags=frozenset(criteria.get("tags", ())),
        )
        for slot in layout
    ]


def place(seed: int, slug: str) -> bytes:
    """Where this brick stands in the draw of this seed: smaller is sooner."""
    return hmac.digest(str(seed).encode(), slug.encode(), hashlib.sha256)


def draw(
    *, slots: Sequence[Slot], candidates: Iterable[Candidate], seed: int, may_relax: bool = False
) -> Draw:
    """Fill the slots as the module says. The candidates are bricks that differ in their slugs."""
    stock: dict[str, list[tuple[bytes, Candidate]]] = {}
    for each in candidates:
        stock.setdefault(each.kind, []).append((place(seed, each.slug), each))
    best = [_best_of_families(slot, stock.get(slot.kind, ()), may_relax=may_relax) for slot in slots]
    # More families than there are places are never needed: whoever stands behind so many is never taken.
    places = sum(slot.count for slot in slots)
    choices = [
        {
            members.group: Choice(stage=stage, cost=cost, rank=rank)
            for rank, (stage, cost, _place, members) in enumerate(sorted(ranked, key=_in_order)[:places])
        }
        for ranked in best
    ]
    taken = assign(counts=[slot.count for slot in slots], choices=choices, stages=3 if may_relax else 1)
    drawn = [
        [entry for entry in ranked if entry[3].group in groups]
        for ranked, groups in zip(best, taken, strict=True)
    ]
    picks = [
        (slot.key, candidate.slug)
        for slot, entries in zip(slots, drawn, strict=True)
        for _stage, _cost, _place, candidate in sorted(
            entries, key=lambda entry: (entry[3].difficulty, entry[2])
        )
    ]
    shortage = {
        slot.key: slot.count - len(groups)
        for slot, groups in zip(slots, taken, strict=True)
        if len(groups) < slot.count
    }
    return Draw(tuple(picks), shortage, _what_was_left(slots, drawn))


#: A brick for a slot: how much is left of the criteria, what it costs, its place, the brick.
_Entry = tuple[int, tuple[int, ...], bytes, Candidate]


def _in_order(entry: _Entry) -> tuple[tuple[int, ...], bytes]:
    return entry[1], entry[2]


def _best_of_families(
    slot: Slot, stock: Iterable[tuple[bytes, Candidate]], *, may_relax: bool
) -> list[_Entry]:
    """The best member of each family for this slot."""
    best: dict[Family, _Entry] = {}
    for order, candidate in stock:
        distance, lacks_tags = slot.distance(candidate), slot.lacks_tags(candidate)
        stage = WITHOUT_TAGS if lacks_tags else WITHOUT_DIFFICULTY if distance else ALL_CRITERIA
        if stage != ALL_CRITERIA and not may_relax:
            continue
        seen = min(candidate.seen, 1)
        cost = (int(lacks_tags), distance, seen, candidate.family_seen, candidate.seen)
        entry = (stage, cost, order, candidate)
        known = best.get(candidate.group)
        if known is None or _in_order(entry) < _in_order(known):
            best[candidate.group] = entry
    return list(best.values())


def _what_was_left(slots: Sequence[Slot], drawn: Sequence[Sequence[_Entry]]) -> list[dict[str, str]]:
    left = []
    for slot, entries in zip(slots, drawn, strict=True):
        if any(slot.distance(entry[3]) for entry in entries):
            left.append({"slot": slot.key, "criterion": "difficulty"})
        if any(slot.lacks_tags(entry[3]) for entry in entries):
            left.append({"slot": slot.key, "criterion": "tags"})
    return left
