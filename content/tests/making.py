"""A small stock of published bricks, and requests for documents made of it."""

from __future__ import annotations

from typing import Any

from accounts.tests.factories import UserFactory
from content.models import ContentBrick, ContentTemplate, DocumentRequest
from content.services import generate_document, publish_brick, request_document
from courses.models import Subject
from courses.tests.factories import SubjectFactory

from .factories import ContentBrickFactory, ContentTemplateFactory

#: Stands in every answer and nowhere else.
SECRET = "Zanzibar"

SLOTS = [
    {
        "key": "rappel",
        "kind": "SUMMARY",
        "count": 1,
        "difficulty_min": 1,
        "difficulty_max": 5,
        "title": "À retenir",
    },
    {
        "key": "entrainement",
        "kind": "EXERCISE",
        "count": 3,
        "difficulty_min": 1,
        "difficulty_max": 3,
        "title": "Je m’entraîne",
    },
]


def brick(subject: Subject, number: int, kind: str = "EXERCISE", **values: Any) -> ContentBrick:
    """A published brick, of a family of its own."""
    given = {
        "slug": f"{kind.lower()}-{number}",
        "title": f"Exercice {number}",
        "body": f"Calculer ${number} + 1$ ; puis conclure.",
        "answer": f"{SECRET} {number}",
        "family": "",
        "language": "fr",
        "difficulty": 2,
        "estimated_minutes": 5,
        **values,
    }
    made = ContentBrickFactory(subject=subject, kind=kind, **given)
    publish_brick(brick=made)
    return made


def stock(exercises: int = 3) -> tuple[Subject, ContentTemplate]:
    """A subject with a summary and so many exercises, and a template that takes one and three of them."""
    subject = SubjectFactory(slug="mathematiques", name="Mathématiques")
    brick(subject, 1, "SUMMARY")
    for number in range(1, exercises + 1):
        brick(subject, number)
    placeholders = ["title", "subject", "level", "student_name", "date", "duration", "seed", "page", "pages"]
    template = ContentTemplateFactory(
        slug="fiche", name="Fiche d’exercices", slots=SLOTS, placeholders=placeholders
    )
    return subject, template


def ask(exercises: int = 3, **values: Any) -> DocumentRequest:
    """A request that waits, with the stock for it."""
    subject, template = stock(exercises)
    requester = values.pop("requester", None) or UserFactory()
    given = {"level": "TROISIEME", "seed": 7, **values}
    return request_document(requester=requester, template=template, subject=subject, **given)


def made(exercises: int = 3, **values: Any) -> DocumentRequest:
    """A request that is done."""
    return generate_document(request=ask(exercises, **values))
