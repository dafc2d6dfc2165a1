"""What is particular to content over the API; what holds for every endpoint is in the kernel's conventions."""

from __future__ import annotations

import pytest

from accounts.tests.factories import StaffFactory, StudentProfileFactory
from config.base.testing import api_client, etag
from content.models import BrickVersion, ContentBrick, DocumentRequest
from content.services import publish_brick

from .factories import (
    BrickVersionFactory,
    ContentBrickFactory,
    ContentBrickRatingFactory,
    ContentTemplateFactory,
    DocumentBrickFactory,
    DocumentInteractionFactory,
    DocumentRequestFactory,
    GeneratedDocumentFactory,
)

URL = "/api/v1/content"
pytestmark = pytest.mark.django_db


def staff(*permissions):
    return api_client(StaffFactory(permissions=[f"content.{name}" for name in permissions]))


def errors_of(answer, status=400):
    assert answer.status_code == status, answer.content
    return {error["field"]: error["code"] for error in answer.json()["errors"]}


def test_a_brick_is_written_published_edited_and_archived(staff_api):
    pattern = ContentBrickFactory()
    body = {
        **{
            name: getattr(pattern, name) for name in ("level", "kind", "difficulty", "tags", "body", "answer")
        },
        "slug": "a-new-ladder",
        "title": "A new ladder",
        "subject": pattern.subject_id,
        "status": "PUBLISHED",
    }
    made = staff_api.post(f"{URL}/bricks/", body, format="json")
    assert made.status_code == 201, made.content
    assert made.json()["status"] == "DRAFT", "a service owns it"
    url = f"{URL}/bricks/{made.json()['id']}/"
    assert staff_api.post(f"{url}publish/").status_code == 428
    published = staff_api.post(f"{url}publish/", headers={"If-Match": made["ETag"]})
    assert (published.status_code, published.json()["status"]) == (200, "PUBLISHED")
    assert staff_api.post(f"{url}publish/", headers={"If-Match": made["ETag"]}).status_code == 412
    edited = staff_api.patch(url, {"body": "Better."}, format="json", headers={"If-Match": published["ETag"]})
    assert edited.json()["status"] == "PUBLISHED"
    again = staff_api.post(f"{url}publish/", headers={"If-Match": edited["ETag"]})
    assert again.status_code == 200
    versions = staff_api.get(f"{URL}/brick-versions/", {"brick": made.json()["id"]}).json()["results"]
    assert [(each["number"], each["body"]) for each in versions] == [(1, pattern.body), (2, "Better.")]
    archived = staff_api.post(f"{url}archive/", headers={"If-Match": again["ETag"]})
    assert archived.json()["status"] == "ARCHIVED"


def test_publishing_takes_the_right_to_change():
    brick = ContentBrickFactory()
    url = f"{URL}/bricks/{brick.pk}/publish/"
    headers = {"If-Match": etag(brick)}
    assert staff("view_contentbrick").post(url, headers=headers).status_code == 403
    assert staff("view_contentbrick", "change_contentbrick").post(url, headers=headers).status_code == 200


def test_an_empty_brick_is_refused_with_its_reason(staff_api):
    brick = ContentBrickFactory(body="")
    answer = staff_api.post(f"{URL}/bricks/{brick.pk}/publish/", headers={"If-Match": etag(brick)})
    assert (answer.status_code, answer.json()["code"]) == (409, "empty_body")


def test_bricks_are_found_by_tag_difficulty_and_words(staff_api):
    brick = ContentBrickFactory(tags=["aire-du-disque"], difficulty=4, title="L'aire d'un disque")
    ContentBrickFactory(tags=["aire"], difficulty=2)

    def found(**parameters):
        return [each["id"] for each in staff_api.get(f"{URL}/bricks/", parameters).json()["results"]]

    assert found(tag="aire-du-disque") == [brick.pk]
    assert found(tag="aire-du") == []
    assert found(difficulty__gte=3) == [brick.pk]
    assert found(difficulty=4, difficulty__lte=4, search="DISQUE") == [brick.pk]


def test_tags_that_are_no_slugs_are_an_error_of_their_field(staff_api):
    brick = ContentBrickFactory()
    answer = staff_api.patch(
        f"{URL}/bricks/{brick.pk}/",
        {"tags": ["Two words"]},
        format="json",
        headers={"If-Match": etag(brick)},
    )
    assert errors_of(answer) == {"tags": "shape"}


@pytest.mark.parametrize(
    ("factory", "path"),
    [
        (BrickVersionFactory, "brick-versions"),
        (GeneratedDocumentFactory, "generated-documents"),
        (DocumentBrickFactory, "document-bricks"),
        (DocumentInteractionFactory, "document-interactions"),
    ],
)
def test_what_a_service_owns_is_only_read(staff_api, factory, path):
    row = factory()
    url = f"{URL}/{path}/{row.pk}/"
    assert staff_api.get(url).status_code == 200
    headers = {"If-Match": etag(row)}
    assert staff_api.post(f"{URL}/{path}/", {}, format="json").status_code == 405
    for method in (staff_api.put, staff_api.patch, staff_api.delete):
        assert method(url, {}, format="json", headers=headers).status_code == 405


def test_a_pinned_version_is_read_after_its_brick_is_deleted(staff_api):
    part = DocumentBrickFactory()
    part.brick_version.brick.delete()
    answer = staff_api.get(f"{URL}/brick-versions/{part.brick_version_id}/")
    assert answer.json()["body"] == part.brick_version.body


def test_a_request_waits_in_the_queue(staff_api):
    template, student = ContentTemplateFactory(), StudentProfileFactory()
    body = {
        "requester": staff_api.user.pk,
        "student": student.pk,
        "template": template.pk,
        "subject": ContentBrickFactory().subject_id,
        "level": "TROISIEME",
        "criteria": {"tags": ["pythagoras"], "allow_relaxation": True},
        "idempotency_key": "",
        "status": "DONE",
        "progress": 100,
        "error": "no",
    }
    made = staff_api.post(f"{URL}/document-requests/", body, format="json")
    assert made.status_code == 201, made.content
    stored = DocumentRequest.objects.waiting().get()
    assert (stored.status, stored.progress, stored.error, stored.idempotency_key) == ("QUEUED", 0, None, None)
    assert made.json()["reference"] == str(stored.reference)
    assert (made.json()["seed"], made.json()["variants"]) == (stored.seed, ["STUDENT", "TEACHER"])
    wrong = {**body, "criteria": {"tag": "x"}, "variants": ["PARENT"]}
    errors = errors_of(staff_api.post(f"{URL}/document-requests/", wrong, format="json"))
    assert errors == {"criteria": "shape", "variants": "shape"}


def test_a_request_with_documents_is_not_deleted(staff_api):
    request = GeneratedDocumentFactory().request
    url = f"{URL}/document-requests/{request.pk}/"
    assert staff_api.delete(url, headers={"If-Match": etag(request)}).status_code == 409


def test_a_request_that_has_been_taken_up_is_not_changed(staff_api):
    request = DocumentRequestFactory(status="DONE")
    answer = staff_api.patch(
        f"{URL}/document-requests/{request.pk}/",
        {"level": "SECONDE"},
        format="json",
        headers={"If-Match": etag(request)},
    )
    assert errors_of(answer) == {None: "work_begun"}


def test_neither_pages_nor_files_of_a_document_are_shown(staff_api):
    document = GeneratedDocumentFactory(variant="TEACHER", html="<p>x = 4</p>", pdf="documents/x/teacher.pdf")
    url = f"{URL}/generated-documents/{document.pk}/"
    for page in (url, f"{url}history/", f"{URL}/generated-documents/"):
        text = staff_api.get(page).content.decode()
        assert "x = 4" not in text
        assert "teacher.pdf" not in text
    shown = staff_api.get(url).json()
    assert not {"html", "pdf"} & shown.keys()
    assert shown["manifest"]["seed"] == 7


def test_a_rating_by_somebody_who_never_received_the_brick_is_refused(staff_api):
    rating = ContentBrickRatingFactory()
    body = {"brick": ContentBrickFactory().pk, "user": rating.user_id, "score": 5}
    assert errors_of(staff_api.post(f"{URL}/brick-ratings/", body, format="json")) == {
        "brick": "not_received"
    }
    url = f"{URL}/brick-ratings/{rating.pk}/"
    changed = staff_api.patch(url, {"score": 1}, format="json", headers={"If-Match": etag(rating)})
    assert changed.status_code == 200, changed.content
    assert str(ContentBrick.objects.get(pk=rating.brick_id).rating) == "1.00"


def test_the_answer_of_a_published_version_is_for_those_who_write_bricks():
    version = publish_brick(brick=ContentBrickFactory(answer="It is 4."))
    url = f"{URL}/brick-versions/{version.pk}/"
    reader = staff("view_brickversion", "view_contentbrick")
    assert "It is 4." not in reader.get(url).content.decode()
    assert "answer" not in reader.get(f"{URL}/bricks/{version.brick_id}/").json()
    assert staff("view_brickversion", "change_contentbrick").get(url).json()["answer"] == "It is 4."


def test_interactions_go_on_from_a_cursor(staff_api):
    document = GeneratedDocumentFactory()
    rows = [DocumentInteractionFactory(document=document) for _ in range(3)]
    first = staff_api.get(f"{URL}/document-interactions/", {"page_size": 2}).json()
    assert [each["id"] for each in first["results"]] == [rows[2].pk, rows[1].pk]
    second = staff_api.get(first["next"]).json()
    assert [each["id"] for each in second["results"]] == [rows[0].pk]
    assert BrickVersion.objects.count() == 0
