"""The editor of bricks: a preview of what is being written, which writes nothing."""

from __future__ import annotations

import base64

import pytest

from config.base.tests.admin_helpers import form_of, signed_in, text_of, url_of
from content.models import ContentBrick

from .factories import ContentBrickFactory, ContentFigureFactory

pytestmark = pytest.mark.django_db

URL = "/admin/content/contentbrick/live/"
TYPED = {"title": "The ladder", "kind": "EXERCISE", "language": "en", "answer": "4 m.", "body": "How high?"}


def test_what_is_typed_comes_back_printed_and_nothing_is_written():
    answer = signed_in().post(URL, TYPED).json()
    assert "How high?" in answer["html"]
    assert (answer["problems"], answer["pdf"], answer["pages"]) == ([], "", [])
    assert not ContentBrick.objects.exists()


def test_pages_are_shown_as_images_beside_their_pdf():
    answer = signed_in().post(URL, TYPED | {"pages": "1"}).json()
    assert base64.b64decode(answer["pdf"]).startswith(b"%PDF")
    assert [base64.b64decode(page)[:4] for page in answer["pages"]] == [b"\x89PNG"]


def test_problems_come_with_their_place_and_the_rest_is_shown_all_the_same():
    answer = (
        signed_in().post(URL, TYPED | {"body": "How high?\r\n\r\n![](figure:ladder)", "pages": "1"}).json()
    )
    assert [(each["code"], each["line"], each["offset"]) for each in answer["problems"]] == [
        ("alt", 3, 11),
        ("figure", 3, 11),
    ]
    assert "How high?" in answer["html"]
    assert len(answer["pages"]) == 1


def test_it_is_for_those_who_write_bricks():
    reader = signed_in(permissions=["content.view_contentbrick"])
    assert reader.post(URL, TYPED).status_code == 403
    brick = ContentBrickFactory()
    assert "data-brick-preview" not in text_of(reader.get(url_of(ContentBrick, "change", brick.pk)))


def test_a_brick_is_published_from_its_own_page_changed_or_not():
    boss, brick = signed_in(), ContentBrickFactory(body="One.")
    url = url_of(ContentBrick, "change", brick.pk)
    page = boss.get(url)
    assert 'name="_publish"' in text_of(page)
    form = form_of(page, "contentbrick_form") | {"_publish": "1"}
    assert "Saved and published: version 1" in text_of(boss.post(url, form, follow=True))
    form = form_of(boss.get(url), "contentbrick_form") | {"body": "Two.", "_publish": "1"}
    assert "Saved and published: version 2" in text_of(boss.post(url, form, follow=True))
    assert [each.body for each in brick.versions.order_by("number")] == ["One.", "Two."]


def test_what_is_not_ready_is_saved_and_said_instead_of_published():
    boss, brick = signed_in(), ContentBrickFactory(body="One.")
    url = url_of(ContentBrick, "change", brick.pk)
    form = form_of(boss.get(url), "contentbrick_form") | {"body": "![](figure:ladder)", "_publish": "1"}
    page = text_of(boss.post(url, form, follow=True))
    assert "The brick was saved." in page and "Not published." in page
    brick.refresh_from_db()
    assert (brick.body, brick.status) == ("![](figure:ladder)", "DRAFT")


def test_the_form_offers_the_figures_by_name():
    ContentFigureFactory(name="right-triangle")
    page = text_of(signed_in().get(url_of(ContentBrick, "add")))
    assert "data-brick-preview" in page
    assert '<option value="right-triangle">' in page


def test_a_list_leads_from_a_brick_to_its_family():
    ContentBrickFactory(family="ladders")
    other = ContentBrickFactory(family="")
    boss = signed_in()
    assert "?family__exact=ladders" in text_of(boss.get(url_of(ContentBrick, "changelist")))
    found = boss.get(url_of(ContentBrick, "changelist") + "?family__exact=ladders")
    assert other not in found.context["cl"].result_list
    assert len(found.context["cl"].result_list) == 1
