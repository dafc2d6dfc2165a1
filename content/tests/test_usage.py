"""The figures of bricks equal a recount of what was given, opened, completed and rated."""

from __future__ import annotations

import pytest
from django.test import Client

from config.base.exceptions import DomainError
from config.base.tests.admin_helpers import signed_in, text_of, url_of
from content.models import ContentBrick, DocumentBrick, DocumentInteraction
from content.selectors.usage import OPENED, Usage, usage_of
from content.services import rate_brick, record_interaction

from . import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def bricks():
    """One given three times, once in both copies; one that nobody got."""
    brick, unused = make.ContentBrickFactory(), make.ContentBrickFactory()
    version = make.BrickVersionFactory(brick=brick)
    for number in range(3):
        part = make.DocumentBrickFactory(brick_version=version)
        request = part.document.request
        if number == 0:
            both = make.GeneratedDocumentFactory(request=request, variant="TEACHER")
            make.DocumentBrickFactory(document=both, brick_version=version)
            record_interaction(user=request.requester, document=part.document, kind="COMPLETE")
            rate_brick(user=request.requester, brick=brick, score=2)
        if number < 2:
            for kind in ("VIEW", "DOWNLOAD"):
                record_interaction(user=request.requester, document=part.document, kind=kind)
            rate_brick(user=request.requester, brick=brick, score=5)
    return [ContentBrick.objects.get(pk=each.pk) for each in (brick, unused)]


def recount(brick):
    requests = {part.document.request_id for part in DocumentBrick.objects.filter(brick_version__brick=brick)}
    done = DocumentInteraction.objects.filter(document__bricks__brick_version__brick=brick)
    opened = {each.document.request_id for each in done if each.kind in OPENED}
    completed = {each.document.request_id for each in done if each.kind == "COMPLETE"}
    scores = [rating.score for rating in brick.ratings.all()]
    mean = sum(scores) / len(scores) if scores else None
    return Usage(len(requests), len(opened), len(completed), mean, len(scores))


def test_figures_equal_a_recount(bricks):
    found = usage_of(bricks)
    assert found == {brick.pk: recount(brick) for brick in bricks}
    assert found[bricks[0].pk] == Usage(given=3, opened=2, completed=1, rating=5, rating_count=2)


def test_figures_cost_one_query_whatever_the_number(bricks, django_assert_num_queries):
    with django_assert_num_queries(1):
        usage_of(bricks)


def test_a_bricks_page_shows_its_figures(bricks):
    browser: Client = signed_in()
    page = text_of(browser.get(url_of(ContentBrick, "change", bricks[0].pk)))
    assert "given 3 times, opened 2, completed 1" in page


@pytest.mark.parametrize("seconds", [-1, 24 * 60 * 60 + 1, 2**63])
def test_a_duration_that_is_none_is_refused_in_words(seconds):
    document = make.GeneratedDocumentFactory()
    user = document.request.requester
    with pytest.raises(DomainError) as refused:
        record_interaction(user=user, document=document, kind="VIEW", duration_seconds=seconds)
    assert refused.value.code == "invalid_duration"
