"""Picking from rows: only what is published, for students, in its latest version; least seen first."""

from typing import Any

import pytest

from accounts.tests.factories import StudentProfileFactory
from content import services
from content.models import ContentBrick
from content.selection import Selection
from content.selectors.picking import pick
from content.tests.factories import (
    BrickVersionFactory,
    ContentBrickFactory,
    ContentTemplateFactory,
    DocumentBrickFactory,
)
from courses.tests.factories import SubjectFactory

pytestmark = pytest.mark.django_db

PRACTICE = {
    "key": "practice",
    "kind": "EXERCISE",
    "count": 2,
    "difficulty_min": 1,
    "difficulty_max": 3,
    "title": "",
}


def published(slug: str, **values: Any) -> ContentBrick:
    """A published brick for students, of no family."""
    brick = ContentBrickFactory(slug=slug, **{"family": "", "status": "DRAFT", **values})
    services.publish_brick(brick=brick)
    return brick


@pytest.fixture
def subject() -> Any:
    return SubjectFactory()


@pytest.fixture
def ask(subject: Any) -> Any:
    """Pick from the stock of `subject`."""

    def asked(*slots: dict[str, Any], seed: int = 7, student: Any = None, **criteria: Any) -> Selection:
        template = ContentTemplateFactory(slots=[dict(slot) for slot in slots or (PRACTICE,)])
        return pick(
            template=template,
            subject=subject,
            level="TROISIEME",
            criteria=criteria,
            seed=seed,
            student=student,
        )

    return asked


def slugs(selection: Selection) -> list[str]:
    return [pick.version.brick.slug for pick in selection.picks]


def test_a_pick_is_the_latest_version_with_what_a_manifest_needs(ask: Any, subject: Any) -> None:
    brick = published("ladder", subject=subject, estimated_minutes=12)
    brick.body = "How long is the ladder?"
    brick.save()
    services.publish_brick(brick=brick)

    (picked,) = ask().picks

    assert (picked.slot, picked.kind, picked.language, picked.minutes) == ("practice", "EXERCISE", "fr", 12)
    assert (picked.version.number, picked.version.body) == (2, "How long is the ladder?")


def test_what_is_not_published_or_not_for_students_is_never_picked(ask: Any, subject: Any) -> None:
    published("for-teachers", subject=subject, audience="TEACHER")
    published("for-parents", subject=subject, audience="PARENT")
    services.archive_brick(brick=published("archived", subject=subject))
    published("deleted", subject=subject).delete()
    published("another-level", subject=subject, level="QUATRIEME")
    published("another-subject")
    BrickVersionFactory(brick__slug="draft", brick__subject=subject)
    published("good", subject=subject)

    selection = ask(allow_relaxation=True)

    assert slugs(selection) == ["good"]
    assert selection.shortage == {"practice": 1}


def test_criteria_narrow_the_choice(ask: Any, subject: Any) -> None:
    published("good", subject=subject, tags=["roots", "powers"], difficulty=2)
    published("in-english", subject=subject, tags=["roots"], language="en")
    published("of-that-family", subject=subject, tags=["roots"], family="squares")
    published("too-hard", subject=subject, tags=["roots"], difficulty=3)
    published("other-tags", subject=subject, tags=["vectors"])

    selection = ask(tags=["roots"], language="fr", exclude_families=["squares"], difficulty_max=2)

    assert slugs(selection) == ["good"]


def test_what_the_student_has_not_seen_comes_first_and_then_what_they_saw_least(
    ask: Any, subject: Any
) -> None:
    student = StudentProfileFactory()
    bricks = {slug: published(slug, subject=subject) for slug in ("a", "b", "c", "d")}
    for seen in ("a", "a", "b"):
        version = bricks[seen].latest_version
        DocumentBrickFactory(document__request__student=student, brick_version=version)

    for seed in range(8):
        assert set(slugs(ask(student=student, seed=seed))) == {"c", "d"}
        three = slugs(ask({**PRACTICE, "count": 3}, student=student, seed=seed))
        assert set(three) == {"b", "c", "d"}


def test_every_database_picks_this(ask: Any, subject: Any) -> None:
    for number in range(12):
        published(f"brick-{number}", subject=subject)

    assert slugs(ask(seed=7)) == ["brick-10", "brick-1"]


def test_the_number_of_queries_does_not_grow(ask: Any, subject: Any, django_assert_num_queries: Any) -> None:
    student = StudentProfileFactory()
    template = ContentTemplateFactory(slots=[{**PRACTICE, "count": 10}])
    for number in range(10):
        brick = published(f"brick-{number}", subject=subject)
        DocumentBrickFactory(document__request__student=student, brick_version=brick.latest_version)
    asked = {"template": template, "subject": subject, "level": "TROISIEME", "criteria": {}, "seed": 1}
    for student_or_none, queries in ((None, 2), (student, 4)):
        with django_assert_num_queries(queries):
            selection = pick(**asked, student=student_or_none)
            assert len([each.version.brick.slug for each in selection.picks]) == 10
