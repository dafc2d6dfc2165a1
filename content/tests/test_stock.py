"""What there is for a template, slot by slot and level by level."""

from typing import Any

import pytest

from content.selectors.stock import stock_of
from content.tests.factories import ContentTemplateFactory
from content.tests.making import brick
from courses.tests.factories import SubjectFactory

pytestmark = pytest.mark.django_db


def slot(key: str, low: int, high: int, count: int = 1) -> dict[str, Any]:
    given = {"key": key, "kind": "EXERCISE", "count": count, "title": key.title()}
    return {**given, "difficulty_min": low, "difficulty_max": high}


def test_each_slot_says_what_there_is_and_what_is_missing(django_assert_num_queries: Any) -> None:
    subject = SubjectFactory()
    template = ContentTemplateFactory(slots=[slot("any", 1, 5, 2), slot("easy", 1, 1, 2)])
    for number, family in enumerate(["twins", "twins", "", ""]):
        brick(subject, number, family=family, difficulty=1, title=f"Easy {number}")
    brick(subject, 9, difficulty=4, level="QUATRIEME")
    brick(subject, 10, difficulty=1, audience="TEACHER")

    with django_assert_num_queries(1):
        stock = stock_of(template=template, subject=subject)

    any_slot, easy = stock["TROISIEME"]
    assert (any_slot.wanted, any_slot.bricks, any_slot.families, any_slot.missing) == (2, 4, 3, 0)
    # Three families for four places: what the first slot takes, the second lacks.
    assert (easy.wanted, easy.bricks, easy.families, easy.missing) == (2, 4, 3, 1)
    assert easy.examples == ("Easy 0", "Easy 1", "Easy 2")
    assert [each.missing for each in stock["QUATRIEME"]] == [1, 2]
    assert [each.missing for each in stock["SIXIEME"]] == [2, 2]
    only = stock_of(template=template, subject=subject, level="TROISIEME", criteria={"tags": ["roots"]})
    assert {level: [each.bricks for each in rows] for level, rows in only.items()} == {"TROISIEME": [0, 0]}
