"""One factory per model; each builds a valid row with the parents it needs."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import factory
from factory.django import DjangoModelFactory

from accounts.tests.factories import UserFactory
from content import models
from content.hashing import text_of, text_sha256
from courses.tests.factories import SubjectFactory

FIRST_VIEW = datetime(2030, 1, 7, 9, tzinfo=UTC)

SLOTS = [
    {
        "key": "reminder",
        "kind": "SUMMARY",
        "count": 1,
        "difficulty_min": 1,
        "difficulty_max": 5,
        "title": "To remember",
    },
    {
        "key": "practice",
        "kind": "EXERCISE",
        "count": 4,
        "difficulty_min": 1,
        "difficulty_max": 3,
        "title": "",
    },
]

#: A figure's file, as it is kept.
SQUARE = (
    b'<svg height="20" viewBox="0 0 20 20" width="20" xmlns="http://www.w3.org/2000/svg">'
    b'<rect height="16" width="16" x="2" y="2"/></svg>'
)

MANIFEST: dict[str, Any] = {
    "format": 1,
    "language": "en",
    "title": "Right angles",
    "engines": {"typst": "0.15.0"},
    "rendered_at": "2030-01-07T09:00:00Z",
    "template": {
        "slug": "worksheet",
        "revision": 1,
        "name": "Worksheet",
        "document_type": "WORKSHEET",
        "slots": SLOTS,
        "placeholders": ["title"],
    },
    "subject": "mathematics",
    "level": "TROISIEME",
    "criteria": {"tags": ["pythagoras"]},
    "seed": 7,
    "values": {"title": "Right angles"},
    "bricks": [
        {
            "slot": "practice",
            "brick": "ladder",
            "number": 1,
            "sha256": "a" * 64,
            "kind": "EXERCISE",
            "language": "en",
        }
    ],
    "figures": {},
}


class ContentBrickFactory(DjangoModelFactory):
    class Meta:
        model = models.ContentBrick

    slug = factory.Sequence(lambda number: f"ladder-{number}")
    title = factory.Sequence(lambda number: f"The ladder, {number}")
    subject = factory.SubFactory(SubjectFactory)
    level = "TROISIEME"
    kind = models.ContentBrick.Kind.EXERCISE
    difficulty = 2
    tags = factory.LazyFunction(lambda: ["pythagoras", "geometry"])
    family = "ladders"
    estimated_minutes = 10
    body = "How high does a ladder of $5$ m reach, its foot $3$ m from the wall?"
    answer = "$\\sqrt{5^2 - 3^2} = 4$ m."
    source = "Written for these tests."


class BrickVersionFactory(DjangoModelFactory):
    """The text of its brick, unless another is given."""

    class Meta:
        model = models.BrickVersion

    brick = factory.SubFactory(ContentBrickFactory)
    number = factory.Sequence(lambda number: number + 1)
    title = factory.SelfAttribute("brick.title")
    body = factory.SelfAttribute("brick.body")
    answer = factory.SelfAttribute("brick.answer")
    source = factory.SelfAttribute("brick.source")
    sha256 = factory.LazyAttribute(lambda version: text_sha256(**text_of(version)))


class ContentFigureFactory(DjangoModelFactory):
    """A drawing of a square."""

    class Meta:
        model = models.ContentFigure

    name = factory.Sequence(lambda number: f"square-{number}")
    media_type = models.ContentFigure.Type.SVG
    data = base64.b64encode(SQUARE).decode()
    sha256 = hashlib.sha256(SQUARE).hexdigest()
    width = 20
    height = 20
    source = "Drawn for these tests."


class ContentTemplateFactory(DjangoModelFactory):
    class Meta:
        model = models.ContentTemplate

    slug = factory.Sequence(lambda number: f"worksheet-{number}")
    name = factory.Sequence(lambda number: f"Worksheet {number}")
    document_type = models.ContentTemplate.Type.WORKSHEET
    slots = factory.LazyFunction(lambda: [dict(slot) for slot in SLOTS])
    placeholders = factory.LazyFunction(lambda: ["title", "student_name", "page"])


class DocumentRequestFactory(DjangoModelFactory):
    class Meta:
        model = models.DocumentRequest

    requester = factory.SubFactory(UserFactory)
    template = factory.SubFactory(ContentTemplateFactory)
    subject = factory.SubFactory(SubjectFactory)
    level = "TROISIEME"
    criteria = factory.LazyFunction(lambda: {"tags": ["pythagoras"], "difficulty_max": 3})
    seed = factory.Sequence(lambda number: number)
    idempotency_key = factory.Sequence(lambda number: f"key-{number}")


class GeneratedDocumentFactory(DjangoModelFactory):
    class Meta:
        model = models.GeneratedDocument

    request = factory.SubFactory(DocumentRequestFactory)
    variant = models.GeneratedDocument.Variant.STUDENT
    title = factory.Sequence(lambda number: f"Right angles {number}")
    html = factory.LazyAttribute(lambda document: f"<main><h1>{document.title}</h1></main>")
    html_sha256 = factory.LazyAttribute(lambda document: sha256(document.html.encode()).hexdigest())
    pdf_sha256 = factory.Sequence(lambda number: f"{number + 1:064x}")
    page_count = 2
    manifest = factory.LazyFunction(lambda: dict(MANIFEST))


class DocumentBrickFactory(DjangoModelFactory):
    class Meta:
        model = models.DocumentBrick

    document = factory.SubFactory(GeneratedDocumentFactory)
    position = factory.Sequence(lambda number: number + 1)
    brick_version = factory.SubFactory(BrickVersionFactory)
    slot = "practice"
    sha256 = factory.SelfAttribute("brick_version.sha256")


class ContentBrickRatingFactory(DjangoModelFactory):
    """A rating, with the document in which its author received the brick."""

    class Meta:
        model = models.ContentBrickRating
        skip_postgeneration_save = True

    brick = factory.SubFactory(ContentBrickFactory)
    user = factory.SubFactory(UserFactory)
    score = 4
    comment = "Clear."

    @factory.post_generation
    def received(self: Any, create: bool, extracted: Any, **kwargs: Any) -> None:
        if create and not models.ContentBrick.all_objects.received_by(self.user).filter(pk=self.brick_id):
            DocumentBrickFactory(document__request__requester=self.user, brick_version__brick=self.brick)


class DocumentInteractionFactory(DjangoModelFactory):
    class Meta:
        model = models.DocumentInteraction

    document = factory.SubFactory(GeneratedDocumentFactory)
    user = factory.SubFactory(UserFactory)
    kind = models.DocumentInteraction.Kind.VIEW
    occurred_at = factory.Sequence(lambda number: FIRST_VIEW + timedelta(minutes=number))
    duration_seconds = 90
