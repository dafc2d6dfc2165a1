"""The draw, beside an oracle that tries every assignment of small stocks."""

from __future__ import annotations

import random
import subprocess
import sys
from dataclasses import replace
from itertools import combinations
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from content.selection import Candidate, Draw, Slot, draw, place

KINDS = ("EXERCISE", "METHOD")
TAGS = ("powers", "roots")


@st.composite
def candidates(draw_of: Any, most: int = 6) -> list[Candidate]:
    drawn = []
    for number in range(draw_of(st.integers(0, most))):
        family = draw_of(st.sampled_from(["", "", "squares", "cubes"]))
        seen = draw_of(st.integers(0, 2))
        drawn.append(
            Candidate(
                slug=f"brick-{number}",
                kind=draw_of(st.sampled_from(KINDS)),
                difficulty=draw_of(st.integers(1, 4)),
                family=family,
                tags=draw_of(st.frozensets(st.sampled_from(TAGS), max_size=1)),
                seen=seen,
                family_seen=seen,
            )
        )
    total = {each.family: sum(m.seen for m in drawn if m.family == each.family) for each in drawn}
    return [replace(each, family_seen=total[each.family] if each.family else each.seen) for each in drawn]


@st.composite
def slot_lists(draw_of: Any) -> list[Slot]:
    tags = draw_of(st.frozensets(st.sampled_from(TAGS), max_size=1))
    drawn = []
    for number in range(draw_of(st.integers(1, 3))):
        low = draw_of(st.integers(1, 4))
        high = draw_of(st.integers(low, 4))
        kind, count = draw_of(st.sampled_from(KINDS)), draw_of(st.integers(1, 2))
        drawn.append(Slot(f"slot-{number}", kind, count, low, high, tags))
    return drawn


# ---- the oracle: plain, slow, written from the words of the module ----


def left(slot: Slot, brick: Candidate) -> int | None:
    """0: meets all criteria; 1: only without the difficulty; 2: only without the tags as well; None: never."""
    if brick.kind != slot.kind:
        return None
    if slot.tags and not slot.tags & brick.tags:
        return 2
    return 0 if slot.difficulty_min <= brick.difficulty <= slot.difficulty_max else 1


def fillings(
    slots: list[Slot], bricks: list[Candidate], stages: list[int]
) -> list[list[tuple[Candidate, ...]]]:
    """Every way of giving each slot at most as many bricks as it wants, no family twice."""
    ways: list[list[tuple[Candidate, ...]]] = [[]]
    for slot, stage in zip(slots, stages, strict=True):
        grown = []
        for way in ways:
            used = {brick.group for part in way for brick in part}
            fit = [
                b for b in bricks if (n := left(slot, b)) is not None and n <= stage and b.group not in used
            ]
            for size in range(slot.count + 1):
                for part in combinations(fit, size):
                    if len({brick.group for brick in part}) == size:
                        grown.append([*way, part])
        ways = grown
    return ways


def cost_of(slot: Slot, brick: Candidate) -> tuple[int, ...]:
    lacking = bool(slot.tags) and not slot.tags & brick.tags
    outside = min(abs(brick.difficulty - d) for d in range(slot.difficulty_min, slot.difficulty_max + 1))
    return (int(lacking), outside, int(brick.seen > 0), brick.family_seen, brick.seen)


def oracle(slots: list[Slot], bricks: list[Candidate], seed: int, may_relax: bool) -> list[set[str]]:
    stages = [0] * len(slots)
    filled = [0] * len(slots)
    for stage in range(3 if may_relax else 1):
        stages = [
            stage if full < slot.count else before
            for slot, full, before in zip(slots, filled, stages, strict=True)
        ]
        ways = fillings(slots, bricks, stages)
        enough = [w for w in ways if all(len(part) >= n for part, n in zip(w, filled, strict=True))]
        most = max(sum(map(len, way)) for way in enough)
        filled = max([len(part) for part in way] for way in enough if sum(map(len, way)) == most)
    ways = [way for way in ways if [len(part) for part in way] == filled]

    def worth(way: list[tuple[Candidate, ...]]) -> Any:
        costs = [cost_of(slot, brick) for slot, part in zip(slots, way, strict=True) for brick in part]
        order = [
            sorted((cost_of(slot, brick), place(seed, brick.slug)) for brick in part)
            for slot, part in zip(slots, way, strict=True)
        ]
        return [sum(column) for column in zip(*costs, strict=True)], order

    return [{brick.slug for brick in part} for part in min(ways, key=worth)]


def by_slot(slots: list[Slot], drawn: Draw) -> list[set[str]]:
    return [{slug for key, slug in drawn.picks if key == slot.key} for slot in slots]


ONE_EACH = [Slot("any", "EXERCISE", 1, 1, 4), Slot("easy", "EXERCISE", 1, 1, 1)]


@settings(max_examples=300, deadline=None)
@given(slots=slot_lists(), bricks=candidates(), seed=st.integers(0, 50), may_relax=st.booleans())
@example(
    slots=ONE_EACH,
    bricks=[Candidate("a", "EXERCISE", 1), Candidate("b", "EXERCISE", 4)],
    seed=3,
    may_relax=False,
)
def test_the_draw_is_the_best_of_all_assignments(
    slots: list[Slot], bricks: list[Candidate], seed: int, may_relax: bool
) -> None:
    drawn = draw(slots=slots, candidates=bricks, seed=seed, may_relax=may_relax)

    expected = oracle(slots, bricks, seed, may_relax)
    assert by_slot(slots, drawn) == expected
    assert drawn.shortage == {
        slot.key: slot.count - len(part)
        for slot, part in zip(slots, expected, strict=True)
        if len(part) < slot.count
    }


@settings(max_examples=200, deadline=None)
@given(
    slots=slot_lists(),
    bricks=candidates(most=25),
    seed=st.integers(0, 2**31),
    may_relax=st.booleans(),
    chance=st.randoms(use_true_random=False),
)
def test_the_order_of_the_rows_and_bricks_that_do_not_match_change_nothing(
    slots: list[Slot], bricks: list[Candidate], seed: int, may_relax: bool, chance: random.Random
) -> None:
    drawn = draw(slots=slots, candidates=bricks, seed=seed, may_relax=may_relax)

    others = [Candidate(f"other-{n}", "TIP", 1, family) for n, family in enumerate(["", "squares"])]
    shuffled = [*bricks, *others]
    chance.shuffle(shuffled)
    assert draw(slots=slots, candidates=shuffled, seed=seed, may_relax=may_relax) == drawn


@settings(max_examples=200, deadline=None)
@given(slots=slot_lists(), bricks=candidates(most=25), seed=st.integers(0, 50), may_relax=st.booleans())
def test_a_family_counts_once_and_what_is_left_of_the_criteria_is_recorded(
    slots: list[Slot], bricks: list[Candidate], seed: int, may_relax: bool
) -> None:
    drawn = draw(slots=slots, candidates=bricks, seed=seed, may_relax=may_relax)

    known = {brick.slug: brick for brick in bricks}
    keyed = {slot.key: slot for slot in slots}
    groups = [known[slug].group for _key, slug in drawn.picks]
    assert len(set(groups)) == len(groups)
    left_of = set()
    for key, slug in drawn.picks:
        lacking, outside, *_rest = cost_of(keyed[key], known[slug])
        left_of |= {(key, "tags")} if lacking else set()
        left_of |= {(key, "difficulty")} if outside else set()
    assert {(each["slot"], each["criterion"]) for each in drawn.relaxed} == left_of
    assert len(drawn.relaxed) == len(left_of)
    assert may_relax or not left_of


def test_a_slot_gives_up_a_brick_that_another_slot_needs() -> None:
    only = [Candidate("easy", "EXERCISE", 1), Candidate("hard", "EXERCISE", 4)]
    for seed in range(20):
        drawn = draw(slots=ONE_EACH, candidates=only, seed=seed)
        assert drawn == Draw((("any", "hard"), ("easy", "easy")))


def test_an_unseen_brick_is_freed_where_that_spares_a_repeat() -> None:
    stock = [
        Candidate("easy", "EXERCISE", 1),
        Candidate("hard", "EXERCISE", 4),
        Candidate("easy-again", "EXERCISE", 1, seen=1, family_seen=1),
    ]
    for seed in range(20):
        drawn = draw(slots=ONE_EACH, candidates=stock, seed=seed)
        assert drawn.picks == (("any", "hard"), ("easy", "easy"))


def test_a_near_duplicate_of_what_was_seen_comes_after_what_is_new_and_before_a_repeat() -> None:
    stock = [
        Candidate("repeat", "EXERCISE", 1, seen=1, family_seen=1),
        Candidate("twin", "EXERCISE", 1, "twins", seen=0, family_seen=3),
        Candidate("new", "EXERCISE", 1),
    ]
    taken = []
    while stock:
        ((_key, slug),) = draw(slots=[Slot("a", "EXERCISE", 1)], candidates=stock, seed=1).picks
        taken.append(slug)
        stock = [each for each in stock if each.slug != slug]
    assert taken == ["new", "twin", "repeat"]


def test_the_nearest_difficulty_is_taken_before_the_tags_are_left() -> None:
    slot = Slot("a", "EXERCISE", 4, 2, 2, frozenset({"roots"}))
    roots = frozenset({"roots"})
    stock = [
        Candidate("fits", "EXERCISE", 2, tags=roots),
        Candidate("far", "EXERCISE", 5, tags=roots),
        Candidate("near", "EXERCISE", 3, tags=roots),
        Candidate("untagged", "EXERCISE", 2),
    ]
    drawn = draw(slots=[replace(slot, count=2)], candidates=stock, seed=1, may_relax=True)
    assert drawn.picks == (("a", "fits"), ("a", "near"))
    assert drawn.relaxed == [{"slot": "a", "criterion": "difficulty"}]

    drawn = draw(slots=[slot], candidates=stock, seed=1, may_relax=True)
    assert {slug for _key, slug in drawn.picks} == {"fits", "near", "far", "untagged"}
    assert drawn.relaxed == [{"slot": "a", "criterion": name} for name in ("difficulty", "tags")]
    assert draw(slots=[slot], candidates=stock, seed=1).shortage == {"a": 3}


def test_the_easiest_stand_first_in_their_slot() -> None:
    stock = [Candidate(f"brick-{level}", "EXERCISE", level) for level in (5, 2, 4, 1, 3)]
    drawn = draw(slots=[Slot("a", "EXERCISE", 5)], candidates=stock, seed=9)
    assert [slug for _key, slug in drawn.picks] == [f"brick-{level}" for level in (1, 2, 3, 4, 5)]


SCRIPT = """
from content.selection import Candidate, Slot, draw
stock = {Candidate(f"brick-{n}", "EXERCISE", 1 + n % 5, "", frozenset({"a", "b"})) for n in range(200)}
slots = [Slot("one", "EXERCISE", 5), Slot("two", "EXERCISE", 5, 1, 2, frozenset({"b"}))]
print(draw(slots=slots, candidates=stock, seed=2**31 - 1))
"""


def test_another_process_that_hashes_otherwise_draws_the_same() -> None:
    def run(hash_seed: str) -> str:
        return subprocess.run(
            [sys.executable, "-c", SCRIPT],
            env={"PYTHONHASHSEED": hash_seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    assert run("1") == run("2") != ""


def test_the_seed_decides() -> None:
    stock = [Candidate(f"brick-{number}", "EXERCISE", 1) for number in range(40)]
    lists = {draw(slots=[Slot("a", "EXERCISE", 5)], candidates=stock, seed=seed).picks for seed in range(20)}
    assert len(lists) == 20
