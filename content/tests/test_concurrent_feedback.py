"""A document completed and a brick rated twice at the same time: real threads, on PostgreSQL."""

from __future__ import annotations

from functools import partial

import pytest

from accounts.tests.factories import StudentProfileFactory
from config.base.tests.helpers import assert_sound, race
from content.models import ContentBrickRating, DocumentInteraction
from content.services import rate_brick, record_interaction

from . import factories as make

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def part():
    request = make.DocumentRequestFactory(student=StudentProfileFactory(), status="DONE", progress=100)
    document = make.GeneratedDocumentFactory(request=request, variant="STUDENT")
    return make.DocumentBrickFactory(document=document)


def test_one_person_completes_a_document_once_however_many_clicks_race(part):
    student = part.document.request.student.user
    work = partial(record_interaction, user=student, document=part.document, kind="COMPLETE")
    outcomes = race(*[work] * 5)
    assert sum(outcomes.values()) == 5
    assert len(outcomes) == 1
    assert DocumentInteraction.objects.get().user == student


def test_one_person_has_one_rating_however_many_race_and_the_brick_counts_it(part):
    student, brick = part.document.request.student.user, part.brick_version.brick
    race(*[partial(rate_brick, user=student, brick=brick, score=score) for score in range(1, 6)])
    rating = ContentBrickRating.objects.get()
    brick.refresh_from_db()
    assert (brick.rating, brick.rating_count) == (rating.score, 1)
    assert_sound()
