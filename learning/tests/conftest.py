"""Messages are compared in English, whatever the site's language."""

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from django.utils import translation

from config.base.events import subscribe, unsubscribe
from learning import events

from . import learners, people


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def school() -> SimpleNamespace:
    return people.make_school()


@pytest.fixture
def learning(db: None) -> SimpleNamespace:
    return learners.make_learner()


@pytest.fixture
def heard() -> Iterator[list[str]]:
    """The names of what is announced, in its order."""
    names: list[str] = []
    kinds = (events.LearnerEnrolled, events.LessonCompleted, events.CourseCompleted)

    def listen(event: object) -> None:
        names.append(type(event).__name__)

    for kind in kinds:
        subscribe(kind, listen)
    yield names
    for kind in kinds:
        unsubscribe(kind, listen)
