"""What holds between rows of content, whichever path writes; and what deleting takes, keeps and refuses."""

from __future__ import annotations

import json

import pytest
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import ProtectedError

from accounts.tests.factories import StudentProfileFactory, UserFactory
from config.base.deletion import soft_delete
from config.base.exceptions import DomainError
from config.base.tests.helpers import dump, load
from content import invariants
from content.models import (
    BrickVersion,
    ContentBrick,
    ContentBrickRating,
    DocumentBrick,
    DocumentInteraction,
    DocumentRequest,
    GeneratedDocument,
)
from content.services import archive_brick, publish_brick

from .factories import (
    BrickVersionFactory,
    ContentBrickFactory,
    ContentBrickRatingFactory,
    DocumentBrickFactory,
    DocumentInteractionFactory,
    DocumentRequestFactory,
    GeneratedDocumentFactory,
)

pytestmark = pytest.mark.django_db


def figures(brick):
    stored = ContentBrick.all_objects.get(pk=brick.pk)
    return (None if stored.rating is None else str(stored.rating), stored.rating_count)


def test_every_path_that_changes_a_rating_keeps_the_figures_true():
    brick, other = ContentBrickFactory(), ContentBrickFactory()
    first = ContentBrickRatingFactory(brick=brick, score=5)
    second = ContentBrickRatingFactory(brick=brick, score=2)
    assert figures(brick) == ("3.50", 2)
    ContentBrickRating.objects.filter(pk=second.pk).update(score=4)
    assert figures(brick) == ("4.50", 2)
    first.delete()
    assert figures(brick) == ("4.00", 1)
    first.restore()
    assert figures(brick) == ("4.50", 2)
    soft_delete(ContentBrickRating.objects.all())
    assert figures(brick) == (None, 0)
    ContentBrickRating.all_objects.get(pk=first.pk).restore()
    first.refresh_from_db()
    first.brick = other
    first.save()
    assert figures(brick) == ("4.00", 1), "both came back as one batch, and one has moved"
    assert figures(other) == ("5.00", 1)
    ContentBrickRating.objects.bulk_create(
        [ContentBrickRatingFactory.build(brick=other, user=UserFactory(), score=1) for _ in range(2)]
    )
    assert figures(other) == ("2.33", 3)
    first.purge()
    assert figures(other) == ("1.00", 2)
    assert ContentBrick.objects.get(pk=other.pk).version == 1, "an open form of the brick stays fresh"
    assert list(invariants.ratings_are_true("default")) == []


def test_a_rating_loaded_from_a_fixture_counts(tmp_path):
    rating = ContentBrickRatingFactory(score=3)
    (row,) = json.loads(dump(rating))
    row["fields"]["score"] = 5
    load(json.dumps([row]), tmp_path)
    assert figures(rating.brick) == ("5.00", 1)


def test_the_data_check_finds_figures_that_are_not_true():
    brick = ContentBrickRatingFactory(score=3).brick
    other = ContentBrickFactory()
    ContentBrick.objects.filter(pk=brick.pk).update(rating="4.00", rating_count=1)
    ContentBrick.objects.filter(pk=other.pk).update(rating="4.00", rating_count=1)
    found = [each.found for each in invariants.ratings_are_true("default")]
    assert found == [f"brick {brick.pk}: 4.00 of 1", f"brick {other.pk}: 4.00 of 1"]


@pytest.mark.parametrize("way", ["save", "bulk_create", "loaddata"])
def test_no_path_writes_a_version_under_another_fingerprint(way, tmp_path):
    version = BrickVersionFactory.build(brick=ContentBrickFactory(), sha256="0" * 64)
    with pytest.raises(Exception) as error, transaction.atomic():
        if way == "save":
            version.save()
        elif way == "bulk_create":
            BrickVersion.objects.bulk_create([version])
        else:
            load(dump(version), tmp_path)
    assert isinstance(error.value, DomainError) or isinstance(error.value.__cause__, DomainError)
    assert not BrickVersion.all_objects.exists()


def test_the_data_check_finds_a_version_changed_past_the_kernel():
    version = BrickVersionFactory()
    assert list(invariants.versions_are_as_published("default")) == []
    models.QuerySet.update(BrickVersion.objects.all(), body="Not what was published.")
    (found,) = invariants.versions_are_as_published("default")
    assert found.found == f"version {version.pk}"


def test_a_document_says_of_a_version_what_it_is():
    version = BrickVersionFactory()
    wrong = DocumentBrickFactory.build(
        document=GeneratedDocumentFactory(), brick_version=version, sha256="0" * 64
    )
    with pytest.raises(ValidationError) as error:
        wrong.full_clean()
    assert list(error.value.message_dict) == ["sha256"]
    with pytest.raises(DomainError), transaction.atomic():
        wrong.save()
    part = DocumentBrickFactory()
    assert list(invariants.documents_pin_what_they_say("default")) == []
    models.QuerySet.update(DocumentBrick.objects.all(), sha256="0" * 64)
    (found,) = invariants.documents_pin_what_they_say("default")
    assert found.found == f"document brick {part.pk}"


def test_a_published_brick_keeps_a_version():
    brick = ContentBrickFactory()
    version = publish_brick(brick=brick)
    for way in (version.delete, lambda: BrickVersion.objects.all().delete(), version.purge):
        with pytest.raises(DomainError) as error, transaction.atomic():
            way()
        assert error.value.code == "last_version"
    archive_brick(brick=brick)
    version.refresh_from_db()
    version.delete()
    assert list(invariants.published_bricks_have_a_version("default")) == []


def test_a_brick_without_a_version_is_published_by_no_form_and_found_by_the_data_check():
    brick = ContentBrickFactory(status="PUBLISHED")
    with pytest.raises(ValidationError, match="A published brick has a version"):
        brick.full_clean()
    (found,) = invariants.published_bricks_have_a_version("default")
    assert found.found == f"brick {brick.pk}"


def test_deleting_a_brick_leaves_its_versions_and_documents_as_they_are():
    part = DocumentBrickFactory()
    brick, version = part.brick_version.brick, part.brick_version
    brick.delete()
    assert BrickVersion.objects.get() == version
    assert DocumentBrick.objects.get().brick_version.body == version.body
    for row in (brick, version):
        with pytest.raises(ProtectedError), transaction.atomic():
            row.purge()
    brick.restore()
    assert brick.latest_version == version


def test_a_brick_that_was_never_published_is_purged():
    brick = ContentBrickFactory()
    brick.delete()
    brick.purge()
    assert not ContentBrick.all_objects.exists()


def test_a_request_with_documents_stays():
    document = GeneratedDocumentFactory()
    with pytest.raises(ProtectedError):
        document.request.delete()
    lone = DocumentRequestFactory()
    lone.delete()
    assert list(DocumentRequest.objects.all()) == [document.request]


def test_a_document_falls_with_its_parts_and_comes_back_with_them():
    part = DocumentBrickFactory()
    DocumentInteractionFactory(document=part.document)
    counts = soft_delete([part.document]).counts
    assert set(counts.values()) == {1}
    assert len(counts) == 3
    GeneratedDocument.all_objects.get(pk=part.document_id).restore()
    assert DocumentBrick.objects.get() == part
    assert DocumentInteraction.objects.count() == 1


def test_what_was_asked_for_outlives_template_subject_and_people():
    request = DocumentRequestFactory(student=StudentProfileFactory())
    document = GeneratedDocumentFactory(request=request)
    DocumentInteractionFactory(document=document, user=request.requester)
    rating = ContentBrickRatingFactory(user=request.requester)
    for row in (request.template, request.subject, request.student, request.requester):
        row.delete()
        assert GeneratedDocument.objects.get(pk=document.pk).request == request
        with pytest.raises(ProtectedError), transaction.atomic():
            row.purge()
    stored = DocumentRequest.objects.get(pk=request.pk)
    assert (stored.template.is_deleted, stored.requester.is_deleted) == (True, True)
    assert DocumentInteraction.objects.exists()
    assert figures(rating.brick) == ("4.00", 1), "a closed account takes no opinion back"


def test_a_subject_with_bricks_stays():
    brick = ContentBrickFactory()
    with pytest.raises(ProtectedError):
        brick.subject.delete()


def test_the_same_interaction_is_recorded_once():
    seen = DocumentInteractionFactory()
    again = DocumentInteractionFactory.build(
        document=seen.document, user=seen.user, occurred_at=seen.occurred_at
    )
    with pytest.raises(ValidationError, match="recorded already"):
        again.full_clean()
    seen.duration_seconds = 1
    with pytest.raises(DomainError):
        seen.save()


def test_tagged_finds_whole_tags_as_they_are_written():
    brick = ContentBrickFactory(tags=["aire-du-disque", "pi"])
    ContentBrickFactory(tags=["aire", "disque"])
    ContentBrickFactory(tags=[])
    assert list(ContentBrick.objects.tagged("aire-du-disque")) == [brick]
    assert list(ContentBrick.objects.tagged("pi")) == [brick]
    for nothing in ("du", "aire-du", "Pi", '"pi"', "%", "", "pi' OR 1=1 --"):
        assert not ContentBrick.objects.tagged(nothing).exists(), nothing
    assert list(ContentBrick.objects.exclude(pk=brick.pk).tagged("aire").tagged("disque")) != []


@pytest.mark.postgresql
def test_tags_are_found_by_their_index():
    from django.db import connection

    ContentBrickFactory()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = ContentBrick.all_objects.order_by().tagged("pythagoras").explain()
    assert "content_contentbrick_by_tag" in plan
