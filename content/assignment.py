"""A cheapest assignment of things to a few slots with several places each: nothing here knows what is assigned.

The Hungarian method by successive shortest paths, over the slots instead of their places: from a slot that wants one
more, either it takes something free, or something another slot holds, which then wants one more in its turn. Each
place that is filled stays filled, and the assignment is the cheapest of all that fill those places; so the most places
are filled, earlier slots before later ones.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Choice:
    """A thing for a slot: from which stage on it may be taken, what it costs (summed over the whole assignment,
    component by component, the first counting most), and its rank in the slot (from 0, each once)."""

    stage: int
    cost: tuple[int, ...]
    rank: int


def assign(*, counts: Sequence[int], choices: Sequence[Mapping[T, Choice]], stages: int = 1) -> list[set[T]]:
    """What each slot gets: at most `counts` things, each thing at most once, at the least cost.

    Where costs are equal, the first slot has the first ranks it can have, then the second, and so on. At each stage
    only slots that are still short may take what is of that stage; what is of a later stage must cost more, by the
    component of the stage, than whatever is of an earlier one.
    """
    prices = _prices(choices)
    taken: list[set[T]] = [set() for _ in counts]
    open_to = [0] * len(counts)
    for stage in range(stages):
        short = [slot for slot, count in enumerate(counts) if len(taken[slot]) < count]
        for slot in short:
            open_to[slot] = stage
        allowed = [
            {
                thing: price
                for thing, price in prices[slot].items()
                if choices[slot][thing].stage <= open_to[slot]
            }
            for slot in range(len(counts))
        ]
        for slot in short:
            while len(taken[slot]) < counts[slot] and _fill_one(slot, allowed, taken):
                pass
    return taken


def _prices(choices: Sequence[Mapping[T, Choice]]) -> list[dict[T, int]]:
    """Each cost as one number, so that sums compare component by component and then rank by rank.

    A rank is a bit, the first rank of the first slot the highest: of two choices of equally many things, the one with
    the greater number has the sooner ranks. It is taken off the price.
    """
    bits = sum(len(each) for each in choices)
    every = [choice.cost for each in choices for choice in each.values()]
    # No sum reaches the base: a document has at most as many things as there are choices.
    base = (max((part for cost in every for part in cost), default=0) + 1) * (len(every) + 1)
    prices: list[dict[T, int]] = []
    behind = bits
    for each in choices:
        priced = {}
        for thing, choice in each.items():
            total = 0
            for part in choice.cost:
                total = total * base + part
            priced[thing] = (total << (bits + 1)) - (1 << (behind - 1 - choice.rank))
        prices.append(priced)
        behind -= len(each)
    return prices


def _fill_one(wanting: int, allowed: Sequence[Mapping[T, int]], taken: list[set[T]]) -> bool:
    """Give that slot one thing more, by the cheapest chain of exchanges; False where there is none."""
    held = {thing: slot for slot, things in enumerate(taken) for thing in things}
    free: list[tuple[int, T] | None] = []
    moves: list[dict[int, tuple[int, T]]] = []
    for slot, things in enumerate(allowed):
        cheapest: tuple[int, T] | None = None
        moved: dict[int, tuple[int, T]] = {}
        for thing, price in things.items():
            holder = held.get(thing)
            if holder is None:
                if cheapest is None or price < cheapest[0]:
                    cheapest = (price, thing)
            elif holder != slot:
                change = price - allowed[holder][thing]
                if holder not in moved or change < moved[holder][0]:
                    moved[holder] = (change, thing)
        free.append(cheapest)
        moves.append(moved)
    reached: dict[int, tuple[int, list[tuple[int, T]]]] = {wanting: (0, [])}
    changed = True
    while (
        changed
    ):  # Bellman and Ford: a few slots, and no circle gains, the assignment being the cheapest so far
        changed = False
        for slot, (cost, chain) in list(reached.items()):
            for other, (change, thing) in moves[slot].items():
                if other not in reached or cost + change < reached[other][0]:
                    reached[other] = (cost + change, [*chain, (slot, thing)])
                    changed = True
    ends = [
        (cost + last[0], [*chain, (slot, last[1])])
        for slot, (cost, chain) in reached.items()
        if (last := free[slot]) is not None
    ]
    if not ends:
        return False
    _cost, chain = min(ends, key=lambda end: end[0])
    for slot, thing in chain:
        if thing in held:
            taken[held[thing]].discard(thing)
        taken[slot].add(thing)
    return True
