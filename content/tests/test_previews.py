"""Previews: a brick's text printed for who only reads it, and how often they are made."""

from __future__ import annotations

import pytest
from django.core.cache import cache

from config.base.testing import api_client
from config.base.tests.admin_helpers import signed_in, text_of, url_of
from content.models import BrickVersion, ContentBrick
from content.services import publish_brick

from .factories import ContentBrickFactory, GeneratedDocumentFactory

pytestmark = pytest.mark.django_db

LIVE = "/admin/content/contentbrick/live/"
TYPED = {"title": "The ladder", "kind": "EXERCISE", "language": "en", "answer": "4 m.", "body": "How high?"}
READS = ["content.view_contentbrick", "content.view_brickversion"]


@pytest.fixture
def brick():
    return ContentBrickFactory(
        body="Take $\\frac{1}{2}$ of it.", answer="The *key*.", tags=["halves", "pies"]
    )


def preview_of(row):
    return f"/admin/content/{row._meta.model_name}/{row.pk}/printed/"


def test_who_only_reads_a_brick_sees_it_printed_and_its_markdown_folded_up(brick):
    page = text_of(signed_in(permissions=READS).get(url_of(ContentBrick, "change", brick.pk)))
    assert f'src="{preview_of(brick)}"' in page
    assert page.index("<details>") < page.index("\\frac")
    assert "halves, pies" in page
    assert preview_of(brick) not in text_of(signed_in().get(url_of(ContentBrick, "change", brick.pk)))


def test_what_is_printed_has_the_answer_for_who_may_read_answers(brick):
    version = publish_brick(brick=brick)
    for row in (brick, version):
        shown = text_of(signed_in(permissions=READS).get(preview_of(row)))
        assert "<math" in shown and "<em>key</em>" not in shown and "Exemplaire du professeur" not in shown
        printed = text_of(signed_in().get(preview_of(row)))
        assert "<em>key</em>" in printed and "Exemplaire du professeur" in printed


def test_what_is_printed_is_harmless_and_kept_nowhere(brick):
    answer = signed_in().get(preview_of(brick))
    assert answer["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert (answer["X-Frame-Options"], answer["X-Content-Type-Options"]) == ("SAMEORIGIN", "nosniff")
    assert "no-store" in answer["Cache-Control"]


def test_what_is_printed_is_for_who_may_look_at_it(brick):
    assert signed_in(permissions=["content.view_contentfigure"]).get(preview_of(brick)).status_code == 404
    assert signed_in().get(preview_of(BrickVersion(pk=0))).status_code == 404
    assert signed_in().post(preview_of(brick)).status_code == 405


def test_a_version_is_printed_as_it_was(brick):
    version = publish_brick(brick=brick)
    brick.body = "Another text."
    brick.save()
    assert "Another text." not in text_of(signed_in().get(preview_of(version)))
    assert preview_of(version) in text_of(signed_in().get(url_of(BrickVersion, "change", version.pk)))


def test_a_brick_in_the_trash_is_printed_too(brick):
    brick.delete()
    assert preview_of(brick) in text_of(signed_in().get(url_of(ContentBrick, "change", brick.pk)))
    assert "<math" in text_of(signed_in().get(preview_of(brick)))


@pytest.fixture
def two_a_minute(settings):
    cache.clear()
    rates = {"preview": "2/min", "replay": "1/min"}
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "DEFAULT_THROTTLE_RATES": rates}


def test_one_person_has_so_many_previews_a_minute_and_is_told_when_the_next_comes(two_a_minute, brick):
    boss = signed_in()
    assert [boss.post(LIVE, TYPED).status_code for _ in range(2)] == [200, 200]
    refused = boss.post(LIVE, TYPED)
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 60
    assert "Too many previews" in refused.json()["words"]
    page = boss.get(preview_of(brick))
    assert (page.status_code, "Too many previews" in page.content.decode()) == (429, True)
    assert int(page["Retry-After"])
    assert signed_in().post(LIVE, TYPED).status_code == 200, "each person has their own"


def test_one_person_has_so_many_documents_made_again_a_minute(two_a_minute):
    document = GeneratedDocumentFactory()
    reader = api_client(signed_in().user)
    url = f"/api/v1/content/generated-documents/{document.pk}/replay/"
    assert [reader.get(url).status_code for _ in range(2)] == [200, 429]


def test_the_words_of_a_preview_say_how_much_there_is_to_look_at():
    boss = signed_in()
    assert boss.post(LIVE, TYPED).json()["words"] == "Nothing to mend."
    assert boss.post(LIVE, TYPED | {"body": "$ 5"}).json()["words"] == "1 thing to look at."
