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
from content.services import publish_brick
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
        "tags": '["thales"]',
    }
    response = boss.post(url, form)
    assert response.status_code == 302, response.context["errors"]
    brick = ContentBrick.objects.get()
    assert (brick.status, brick.tags) == ("DRAFT", ["thales"])


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


def test_who_opens_the_form_asks_for_the_document(boss):
    url = url_of(DocumentRequest, "add")
    form = form_of(boss.get(url))
    assert form["requester"] == str(boss.user.pk)
    assert {"status", "progress", "error", "reference"}.isdisjoint(form)
    form |= {"template": ContentTemplateFactory().pk, "subject": SubjectFactory().pk, "level": "SECONDE"}
    response = boss.post(url, form)
    assert response.status_code == 302, response.context["errors"]
    request = DocumentRequest.objects.get()
    assert (request.status, request.idempotency_key, str(request.seed)) == ("QUEUED", None, form["seed"])


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
