"""What the models of content refuse, and how fixtures name their rows."""

from __future__ import annotations

import hashlib
import json
import uuid

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, transaction

from accounts.tests.factories import StudentProfileFactory
from config.base.exceptions import DomainError
from config.base.tests.helpers import assert_sound
from content import models
from content.hashing import text_sha256
from content.models import BrickVersion, ContentBrick, GeneratedDocument

from .factories import (
    MANIFEST,
    BrickVersionFactory,
    ContentBrickFactory,
    ContentBrickRatingFactory,
    ContentFigureFactory,
    ContentTemplateFactory,
    DocumentBrickFactory,
    DocumentInteractionFactory,
    DocumentRequestFactory,
    GeneratedDocumentFactory,
)

pytestmark = pytest.mark.django_db


def test_every_factory_makes_a_valid_row():
    for row in (
        ContentBrickFactory(),
        BrickVersionFactory(),
        ContentFigureFactory(),
        ContentTemplateFactory(),
        DocumentRequestFactory(student=StudentProfileFactory()),
        GeneratedDocumentFactory(),
        DocumentBrickFactory(),
        DocumentInteractionFactory(),
        ContentBrickRatingFactory(),
    ):
        row.full_clean()


@pytest.mark.parametrize(
    ("factory", "values", "rule"),
    [
        (ContentBrickFactory, {"difficulty": 0}, "contentbrick_difficulty"),
        (ContentBrickFactory, {"difficulty": 6}, "contentbrick_difficulty"),
        (ContentBrickFactory, {"kind": "POEM"}, "contentbrick_kind_known"),
        (ContentBrickFactory, {"level": "CM2"}, "contentbrick_level_known"),
        (ContentBrickFactory, {"audience": "ALL"}, "contentbrick_audience_known"),
        (ContentBrickFactory, {"status": "LIVE"}, "contentbrick_status_known"),
        (ContentBrickFactory, {"language": "de"}, "contentbrick_language_known"),
        (ContentBrickFactory, {"rating": "5.01", "rating_count": 1}, "contentbrick_rating"),
        (ContentBrickFactory, {"rating": "4.00", "rating_count": 0}, "contentbrick_rating"),
        (ContentBrickFactory, {"rating_count": 2}, "contentbrick_rating"),
        (BrickVersionFactory, {"number": 0}, "brickversion_number_positive"),
        (BrickVersionFactory, {"sha256": "A" * 64}, "brickversion_sha256"),
        (ContentTemplateFactory, {"document_type": "NOVEL"}, "contenttemplate_document_type_known"),
        (ContentFigureFactory, {"name": "Right_angle"}, "contentfigure_name_written"),
        (ContentFigureFactory, {"media_type": "image/gif"}, "contentfigure_media_type_known"),
        (ContentFigureFactory, {"width": 0}, "contentfigure_width_positive"),
        (ContentFigureFactory, {"height": 0}, "contentfigure_height_positive"),
        (ContentFigureFactory, {"data": "A" * 1_400_000}, "contentfigure_data_length"),
        (ContentFigureFactory, {"sha256": "f" * 63}, "contentfigure_sha256"),
        (ContentBrickFactory, {"body": "a" * 50_001}, "contentbrick_body_length"),
        (ContentBrickFactory, {"answer": "a" * 50_001}, "contentbrick_answer_length"),
        (BrickVersionFactory, {"body": "a" * 50_001}, "brickversion_body_length"),
        (DocumentRequestFactory, {"status": "LOST"}, "documentrequest_status_known"),
        (DocumentRequestFactory, {"progress": 101}, "documentrequest_progress"),
        (DocumentRequestFactory, {"status": "FAILED"}, "documentrequest_error"),
        (DocumentRequestFactory, {"status": "FAILED", "error": ""}, "documentrequest_error"),
        (DocumentRequestFactory, {"error": "Too few bricks."}, "documentrequest_error"),
        (DocumentRequestFactory, {"idempotency_key": ""}, "documentrequest_key_or_none"),
        (GeneratedDocumentFactory, {"page_count": 0}, "generateddocument_page_count_positive"),
        (GeneratedDocumentFactory, {"variant": "PARENT"}, "generateddocument_variant_known"),
        (GeneratedDocumentFactory, {"html_sha256": "f" * 63}, "generateddocument_html_sha256"),
        (GeneratedDocumentFactory, {"pdf_sha256": ""}, "generateddocument_pdf_sha256"),
        (DocumentBrickFactory, {"position": 0}, "documentbrick_position_positive"),
        (DocumentInteractionFactory, {"kind": "LIKE"}, "documentinteraction_kind_known"),
    ],
)
def test_the_database_refuses(factory, values, rule):
    with pytest.raises((IntegrityError, DomainError)) as error, transaction.atomic():
        factory(**values)
    if isinstance(error.value, IntegrityError):
        assert rule in str(error.value)


@pytest.mark.parametrize("score", [0, 6])
def test_a_score_is_between_1_and_5(score):
    with pytest.raises(IntegrityError, match="contentbrickrating_score"), transaction.atomic():
        ContentBrickRatingFactory(score=score)


def test_a_slug_is_never_given_out_again():
    brick = ContentBrickFactory(slug="ladder")
    brick.delete()
    with pytest.raises(ValidationError) as error:
        ContentBrickFactory.build(slug="ladder", subject=brick.subject).full_clean()
    assert list(error.value.message_dict) == ["slug"]
    with pytest.raises(IntegrityError), transaction.atomic():
        ContentBrickFactory(slug="ladder")


@pytest.mark.parametrize("tags", ["fractions", [1], ["Two words"], ["a", "a"], ["a\n"], {"a": 1}])
def test_tags_are_slugs_each_once(tags):
    with pytest.raises(ValidationError) as error:
        ContentBrickFactory(tags=tags)
    assert list(error.value.message_dict) == ["tags"]


def test_a_manifest_names_all_that_rendering_takes():
    for name in ("seed", "bricks", "template", "engines", "rendered_at"):
        with pytest.raises(ValidationError, match=name), transaction.atomic():
            GeneratedDocumentFactory(manifest={key: MANIFEST[key] for key in MANIFEST if key != name})
    GeneratedDocumentFactory(manifest={**MANIFEST, "shortage": {"practice": 2}, "relaxed": []})


def test_a_fingerprint_is_that_of_canonical_json():
    texts = {"title": "Échelle", "body": "$3$ — « m »", "answer": "", "source": "a\nb"}
    canonical = '{"answer":"","body":"$3$ — « m »","source":"a\\nb","title":"Échelle"}'
    assert text_sha256(**texts) == hashlib.sha256(canonical.encode()).hexdigest()
    assert text_sha256(**{**texts, "answer": " "}) != text_sha256(**texts)


def test_a_fingerprint_of_another_text_is_an_error_of_its_field():
    version = BrickVersionFactory.build(brick=ContentBrickFactory(), sha256="0" * 64)
    with pytest.raises(ValidationError) as error:
        version.full_clean()
    assert list(error.value.message_dict) == ["sha256"]


def test_a_version_is_never_changed():
    version = BrickVersionFactory()
    version.body = "Another text."
    with pytest.raises(DomainError):
        version.save()
    with pytest.raises(DomainError):
        BrickVersion.objects.filter(pk=version.pk).update(body="Another text.")


def test_a_number_is_never_given_to_another_version():
    version = BrickVersionFactory(number=1)
    version.delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        BrickVersionFactory(brick=version.brick, number=1)


def test_the_pages_of_a_document_are_in_no_history():
    document = GeneratedDocumentFactory(html="<p>The answer is 4.</p>")
    columns = {field.name for field in GeneratedDocument.history.model._meta.fields}
    assert not {"html", "pdf"} & columns
    assert {"html_sha256", "pdf_sha256", "manifest"} <= columns
    document.html = ""  # an erasure
    document.save()
    document.refresh_from_db()
    assert (document.html, len(document.html_sha256)) == ("", 64)


def test_files_are_named_by_what_nobody_guesses():
    document = GeneratedDocumentFactory.build(request=DocumentRequestFactory(), variant="TEACHER")
    path = document._meta.get_field("pdf").generate_filename(document, "../../x.pdf")
    assert path == f"documents/{document.request.reference}/teacher.pdf"
    assert uuid.UUID(str(document.request.reference))


def test_rows_named_by_natural_keys_come_back_as_they_were(tmp_path):
    DocumentRequestFactory(student=StudentProfileFactory())
    rating = ContentBrickRatingFactory()
    document = GeneratedDocument.objects.get()
    DocumentInteractionFactory(document=document, user=rating.user)
    ContentFigureFactory()
    labels = [f"content.{name}" for name in models.__all__]
    path = tmp_path / "content.json"
    options = {"use_natural_primary_keys": True, "use_natural_foreign_keys": True, "verbosity": 0}
    call_command("dumpdata", *labels, output=str(path), **options)
    rows = json.loads(path.read_text())
    assert {row["model"] for row in rows} == {label.lower() for label in labels}
    assert not any("pk" in row for row in rows)
    counts = {name: getattr(models, name).objects.count() for name in models.__all__}
    for name in (
        "ContentFigure",
        "DocumentInteraction",
        "ContentBrickRating",
        "DocumentBrick",
        "GeneratedDocument",
    ):
        getattr(models, name).objects.all().purge()
    for name in ("DocumentRequest", "ContentTemplate", "BrickVersion", "ContentBrick"):
        getattr(models, name).objects.all().purge()
    for _twice in range(2):
        call_command("loaddata", str(path), verbosity=0)
        assert {name: getattr(models, name).objects.count() for name in models.__all__} == counts
        assert set(ContentBrick.objects.values_list("version", flat=True)) == {1}
    assert_sound(*(getattr(models, name) for name in models.__all__))
    brick = ContentBrick.objects.get()
    assert (brick.rating, brick.rating_count) == (rating.score, 1)
