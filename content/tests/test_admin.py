"""What is particular to the back office of content; what holds for every admin is in the kernel's conventions."""

from __future__ import annotations

import json

import pytest

from config.base.tests.admin_helpers import form_of, signed_in, text_of, url_of
from content.models import (
    BrickVersion,
    ContentBrick,
    ContentBrickRating,
    ContentTemplate,
    DocumentRequest,
    GeneratedDocument,
)
from content.services import Replay, publish_brick
from courses.tests.factories import SubjectFactory

from .factories import (
    SLOTS,
    ContentBrickFactory,
    ContentBrickRatingFactory,
    ContentTemplateFactory,
    DocumentBrickFactory,
    DocumentRequestFactory,
    GeneratedDocumentFactory,
)
from .making import stock

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss():
    return signed_in()


def run(client, model, action, *rows):
    body = {"action": action, "_selected_action": [row.pk for row in rows]}
    return client.post(url_of(model, "changelist"), body, follow=True)


def test_selected_bricks_are_published_and_what_is_refused_is_said(boss):
    ready, empty = ContentBrickFactory(), ContentBrickFactory(title="Nothing yet", body="")
    page = text_of(run(boss, ContentBrick, "publish_selected", ready, empty))
    assert "Nothing yet: Write the text of this brick first." in page
    assert list(ContentBrick.objects.published()) == [ready]
    assert ready.versions.get().history.first().history_user_id == boss.user.pk
    run(boss, ContentBrick, "archive_selected", ready)
    ready.refresh_from_db()
    assert ready.status == "ARCHIVED"


def test_publication_is_shown_and_not_offered(boss):
    brick = ContentBrickFactory()
    publish_brick(brick=brick)
    page = boss.get(url_of(ContentBrick, "change", brick.pk))
    form = form_of(page)
    assert {"status", "rating", "rating_count", "versions-0-number"}.isdisjoint(form)
    assert brick.latest_version.sha256 in text_of(page)
    assert "versions-__prefix__-number" not in text_of(page)


def test_an_edit_of_a_published_brick_shows_as_unpublished(boss):
    brick, other, draft = ContentBrickFactory(), ContentBrickFactory(), ContentBrickFactory()
    publish_brick(brick=brick)
    publish_brick(brick=other)
    url = url_of(ContentBrick, "change", brick.pk)
    response = boss.post(url, form_of(boss.get(url)) | {"body": "Another text."})
    assert response.status_code == 302, response.context["errors"]
    brick.refresh_from_db()
    assert (brick.status, brick.has_unpublished_changes) == ("PUBLISHED", True)
    changed = boss.get(url_of(ContentBrick, "changelist"), {"changes": "yes"})
    assert list(changed.context["cl"].result_list) == [brick]
    listed = {
        row.pk: row.has_changes
        for row in boss.get(url_of(ContentBrick, "changelist")).context["cl"].result_list
    }
    assert listed == {brick.pk: True, other.pk: False, draft.pk: False}


def test_a_new_brick_is_a_draft(boss):
    url = url_of(ContentBrick, "add")
    form = form_of(boss.get(url))
    form |= {
        "title": "Thales",
        "slug": "thales",
        "subject": SubjectFactory().pk,
        "level": "TROISIEME",
        "kind": "THEORY",
        "tags": " Thales,intercept-theorem , ",
    }
    response = boss.post(url, form)
    assert response.status_code == 302, response.context["errors"]
    brick = ContentBrick.objects.get()
    assert (brick.status, brick.tags) == ("DRAFT", ["thales", "intercept-theorem"])


def test_tags_are_words_between_commas_and_the_wrong_ones_are_named(boss):
    brick = ContentBrickFactory(tags=["fractions", "calcul"])
    url = url_of(ContentBrick, "change", brick.pk)
    form = form_of(boss.get(url))
    assert form["tags"] == "fractions, calcul"
    assert boss.post(url, form).status_code == 302
    brick.refresh_from_db()
    assert (brick.tags, brick.version) == (["fractions", "calcul"], 1), "nothing was changed"
    wrong = f"fractions, two words, Fractions, {'x' * 81}"
    refused = boss.post(url, form | {"tags": wrong})
    said = refused.context["adminform"].form.errors["tags"]
    assert said == [
        "“fractions” is named twice.",
        "“two words” is no tag: small letters without accents, digits and hyphens.",
        f"“{'x' * 80}…” is too long: a tag has at most 80 characters.",
    ]
    assert f'value="{wrong}"' in text_of(refused)
    assert boss.post(url, form | {"tags": ""}).status_code == 302
    brick.refresh_from_db()
    assert brick.tags == []


def test_markdown_is_written_in_a_tall_area(boss):
    page = text_of(boss.get(url_of(ContentBrick, "change", ContentBrickFactory().pk)))
    assert page.count('rows="16"') == 2


def test_the_form_of_a_template_shows_what_may_stand_there(boss):
    page = text_of(boss.get(url_of(ContentTemplate, "add")))
    for each in ("difficulty_min", "EXERCISE", "student_name"):
        assert each in page
    template = ContentTemplateFactory()
    url = url_of(ContentTemplate, "change", template.pk)
    form = form_of(boss.get(url))
    response = boss.post(url, form | {"slots": '[{"key": "a"}]'})
    assert list(response.context["adminform"].form.errors) == ["slots"]
    slots = json.dumps([{**SLOTS[0], "count": 2}])
    assert boss.post(url, form | {"slots": slots}).status_code == 302
    template.refresh_from_db()
    assert template.revision == 2


def test_a_worksheet_is_asked_for_with_fields_and_its_page_is_watched(boss):
    brick = ContentBrickFactory()
    publish_brick(brick=brick)
    url = url_of(DocumentRequest, "add")
    form = form_of(boss.get(url)) | {"template": ContentTemplateFactory().pk, "subject": brick.subject_id}
    sent = form | {"level": brick.level, "tags": "ladders, walls", "difficulty_max": "3", "seed": ""}
    response = boss.post(url, sent)
    request = DocumentRequest.objects.get()
    assert response["Location"] == f"{url_of(DocumentRequest, 'change', request.pk)}?watch=1"
    assert (request.requester, request.status) == (boss.user, "QUEUED")
    assert request.criteria["tags"] == ["ladders", "walls"]
    assert boss.post(url, sent)["Location"] == response["Location"], "the same page asks once"
    assert 'http-equiv="refresh"' in text_of(boss.get(response["Location"]))
    refused = boss.post(url, form | {"level": brick.level, "tags": "two words"})
    assert (refused.status_code, list(refused.context["form"].errors)) == (400, ["tags"])


def test_a_failed_request_says_why_and_is_tried_again(boss):
    request = DocumentRequestFactory(status="FAILED", error="It took too long.")
    url = url_of(DocumentRequest, "change", request.pk)
    again = url_of(DocumentRequest, "retry", request.pk)
    page = text_of(boss.get(url))
    assert "It took too long." in page
    assert again in page
    assert boss.get(again).status_code == 405
    assert boss.post(again).status_code == 302
    request.refresh_from_db()
    assert (request.status, request.error) == ("QUEUED", None)
    reader = signed_in(permissions=["content.view_documentrequest"])
    assert reader.post(again).status_code == 403
    assert again not in text_of(reader.get(url))


def test_a_request_shows_its_copies_and_their_bricks(boss):
    part = DocumentBrickFactory(document__request__status="DONE")
    page = text_of(boss.get(url_of(DocumentRequest, "change", part.document.request_id)))
    assert url_of(GeneratedDocument, "html", part.document_id) in page
    assert part.brick_version.title in page


def test_a_document_is_made_again_and_compared(boss, monkeypatch):
    document = GeneratedDocumentFactory()
    for replay, words in (
        (Replay(document.pk, html_matches=True, pdf_matches=True), "the same, byte for byte"),
        (Replay(document.pk, engines={"typst": ("0.15.0", "0.16.0")}), "typst 0.15.0 → 0.16.0"),
        (Replay(document.pk, problem="no such brick"), "could not be made again: no such brick"),
        (Replay(document.pk, is_erased=True), "nothing to compare with"),
    ):
        monkeypatch.setattr("content.services.replay_document", lambda *, document, found=replay: found)
        answer = boss.post(url_of(GeneratedDocument, "replay", document.pk), follow=True)
        assert words in text_of(answer)


def test_a_request_that_has_been_taken_up_says_so(boss):
    request = DocumentRequestFactory()
    url = url_of(DocumentRequest, "change", request.pk)
    form = form_of(boss.get(url)) | {"level": "ADULT"}
    DocumentRequest.objects.filter(pk=request.pk).update(status="RUNNING")
    assert "This request has been taken up" in text_of(boss.post(url, form))
    assert "level" not in form_of(boss.get(url)), "from now on it is only looked at"


def test_a_request_whose_template_is_in_the_trash_can_still_be_opened(boss):
    request = DocumentRequestFactory()
    request.template.delete()
    url = url_of(DocumentRequest, "change", request.pk)
    assert boss.post(url, form_of(boss.get(url)) | {"seed": "5"}).status_code == 302
    request.refresh_from_db()
    assert request.seed == 5


def test_a_document_shows_its_parts_and_not_its_pages(boss):
    document = GeneratedDocumentFactory(html="<p>x = 4</p>", pdf="documents/x/student.pdf")
    part = DocumentBrickFactory(document=document)
    page = text_of(boss.get(url_of(GeneratedDocument, "change", document.pk)))
    assert part.sha256 in page
    assert document.pdf_sha256 in page
    assert "x = 4" not in page
    assert "student.pdf" not in page


def test_a_rating_for_somebody_who_never_received_the_brick_comes_back_on_its_field(boss):
    rating = ContentBrickRatingFactory()
    url = url_of(ContentBrickRating, "change", rating.pk)
    response = boss.post(url, form_of(boss.get(url)) | {"brick": ContentBrickFactory().pk})
    assert list(response.context["adminform"].form.errors) == ["brick"]


def test_answers_are_shown_to_those_who_write_bricks_and_nobody_else():
    brick = ContentBrickFactory(answer="It is 4.")
    version = publish_brick(brick=brick)
    rights = ["content.view_contentbrick", "content.view_brickversion"]
    reader = signed_in(permissions=rights)
    author = signed_in(permissions=[*rights, "content.change_contentbrick"])
    for model, row in ((ContentBrick, brick), (BrickVersion, version)):
        assert "It is 4." in text_of(author.get(url_of(model, "change", row.pk)))
        assert "It is 4." not in text_of(reader.get(url_of(model, "change", row.pk)))


def test_what_the_stock_has_is_said_before_the_office_asks(boss):
    subject, template = stock(exercises=1)
    data = {"template": template.pk, "subject": subject.pk, "level": "TROISIEME", "look": "1"}
    page = text_of(boss.post(url_of(DocumentRequest, "add"), data))
    wanted = sum(slot["count"] for slot in template.slots)
    assert f"of {wanted} for this." in page
    assert "the stock has no more that match." in page
    assert not DocumentRequest.objects.exists()


def test_the_list_shows_how_far_what_goes_on_is_and_asks_again(boss):
    DocumentRequestFactory(status="DONE", progress=100)
    url = url_of(DocumentRequest, "changelist")
    assert "data-unfinished" not in boss.get(url).content.decode()
    DocumentRequestFactory(status="RUNNING", progress=40)
    page = boss.get(url).content.decode()
    assert page.count("data-unfinished") == 1
    assert '<progress max="100" value="40">' in page
    assert "content/requests.js" in page
