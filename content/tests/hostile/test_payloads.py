"""Whatever is written into whichever field comes out as it was written, or is refused with a reason."""

import pytest

from content.rendering.contained import run
from content.rendering.images import FigureRefused, clean_image

from . import payloads
from .drawings import DRAWINGS
from .inspecting import Page, Trap
from .sheets import PLAIN, TEXTS, check, check_literal, rendered, sheet

ALL = [
    pytest.param(payload, id=f"{family}-{number}")
    for family, listed in payloads.TEXTS.items()
    for number, payload in enumerate(listed)
]


@pytest.fixture(scope="module")
def trap(tmp_path_factory):
    return Trap(tmp_path_factory.mktemp("trap"))


def test_there_are_two_hundred_and_more():
    assert len(ALL) + len(DRAWINGS) > 300


@pytest.mark.parametrize("payload", ALL)
def test_a_payload_in_every_field_comes_out_as_it_is_or_is_refused(payload, trap):
    payload = trap.arm(payload)
    answer = rendered(sheet(payload))
    if answer is not None:
        page, pdf = check(answer, trap)
        check_literal(payload, page, pdf, times=len(PLAIN) + 1)  # and the listing
    else:  # refused for one field: each of the others holds for itself
        for field in (*PLAIN, *TEXTS):
            answer = rendered(sheet(payload, (field,)))
            if answer is not None:
                page, pdf = check(answer, trap)
                check_literal(payload, page, pdf, times=1 if field in (*PLAIN, "listing") else 0)
    assert not trap.path.with_name("canary.owned").exists()


@pytest.mark.parametrize("drawing", DRAWINGS, ids=range(len(DRAWINGS)))
def test_a_drawing_is_made_harmless_or_refused(drawing, trap):
    try:
        cleaned = clean_image(trap.arm(drawing).encode()).content.decode()
    except FigureRefused:
        return
    assert "127.0.0.1" not in cleaned
    answer = rendered(sheet("x", (), cleaned))
    assert answer is not None
    check(answer, trap)


@pytest.mark.parametrize("drawing", DRAWINGS, ids=range(len(DRAWINGS)))
def test_a_drawing_that_came_in_unseen_reads_and_calls_nothing_either(drawing, trap):
    """Behind the first wall stands the second: the engine fetches nothing, a browser shows it as an image."""
    answer = rendered(sheet("x", (), trap.arm(drawing)))
    if answer is not None:
        check(answer, trap)


def test_the_worker_is_well_afterwards(trap):
    answer = run("render", sheet("Pythagore", ("title",)).as_payload())
    assert Page(answer["html"]).text.count("Pythagore") == 2
