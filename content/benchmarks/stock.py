"""Bricks, templates, students and documents in any number, written past the history: nothing of it stays."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

from django.db import connections, models

from accounts.models import StudentProfile, User
from courses.models import Subject

from ..hashing import text_of, text_sha256
from ..models import (
    BrickVersion,
    ContentBrick,
    ContentFigure,
    ContentTemplate,
    DocumentBrick,
    DocumentRequest,
    GeneratedDocument,
)
from ..rendering.values import Sheet

LEVEL = "SECONDE"
BEGUN = datetime(2026, 9, 1, 8, tzinfo=UTC)
NOTHING = "0" * 64
FIGURE = "benchmark-triangle"


class Stock:
    """A subject of its own, and what is put into it."""

    def __init__(self, using: str) -> None:
        self.using = using
        self.subject = self._all([Subject(name="benchmark", slug="benchmark-content")])[0]

    def template(self, *slots: tuple[str, str, int, int, int]) -> ContentTemplate:
        """One of these slots: key, kind, count, lowest and highest difficulty."""
        layout = [
            {
                "key": key,
                "kind": kind,
                "count": count,
                "difficulty_min": low,
                "difficulty_max": high,
                "title": key,
            }
            for key, kind, count, low, high in slots
        ]
        names = ["title", "subject", "level", "date", "page", "pages"]
        made: ContentTemplate = self._all(
            [
                ContentTemplate(
                    slug=f"benchmark-{slots[0][0]}",
                    name="Benchmark",
                    document_type="WORKSHEET",
                    slots=layout,
                    placeholders=names,
                )
            ]
        )[0]
        return made

    def bricks(self, number: int) -> list[ContentBrick]:
        """So many published exercises of one class: five difficulties, a family for each ten of half of them."""
        rows = [
            ContentBrick(
                slug=f"benchmark-{at}",
                title=f"Benchmark {at}",
                subject=self.subject,
                level=LEVEL,
                kind="EXERCISE",
                difficulty=1 + at % 5,
                family=f"benchmark-{at // 20}" if at % 2 else "",
                tags=[f"tag-{at % 7}"],
                status="PUBLISHED",
                body=f"{at}",
            )
            for at in range(number)
        ]
        return self._published(rows)

    def bricks_of(self, sheet: Sheet) -> list[ContentBrick]:
        """The parts of a sheet as bricks, with the figure that they name."""
        if sheet.images:
            (image,) = sheet.images.values()
            figure = ContentFigure(
                name=FIGURE,
                media_type=image.media_type,
                data=image.data,
                sha256=hashlib.sha256(image.content).hexdigest(),
                width=400,
                height=240,
            )
            self._all([figure])
        parts = [part for section in sheet.sections for part in section.parts]
        (name,) = sheet.images or ("",)
        rows = [
            ContentBrick(
                slug=f"benchmark-part-{at}",
                title=part.title,
                subject=self.subject,
                level=LEVEL,
                kind=part.kind,
                status="PUBLISHED",
                body=part.body.replace(f"figure:{name}", f"figure:{FIGURE}"),
                answer=part.answer,
                source=part.source,
            )
            for at, part in enumerate(parts)
        ]
        return self._published(rows)

    def students(self, number: int) -> list[StudentProfile]:
        names = [f"benchmark-content-{at}" for at in range(number)]
        users = self._all(
            [User(username=name, email=f"{name}@example.org", full_name=name) for name in names]
        )
        return self._all([StudentProfile(user=user, level=LEVEL) for user in users])

    def exposures(
        self,
        students: list[StudentProfile],
        bricks: list[ContentBrick],
        template: ContentTemplate,
        number: int,
    ) -> None:
        """So many bricks in the students' documents, ten in each, the first of them the most."""
        asked = [
            DocumentRequest(
                requester=students[at % len(students)].user,
                student=students[at % len(students)],
                template=template,
                subject=self.subject,
                level=LEVEL,
                seed=at,
                status="DONE",
                progress=100,
            )
            for at in range(max(1, number // 10))
        ]
        documents = [
            GeneratedDocument(
                request=request,
                variant="STUDENT",
                title="Benchmark",
                html_sha256=NOTHING,
                pdf_sha256=NOTHING,
                page_count=1,
                manifest={},
            )
            for request in self._all(asked)
        ]
        versions = list(BrickVersion.objects.using(self.using).filter(brick__in=bricks).order_by("pk"))
        self._all(
            [
                DocumentBrick(
                    document=document,
                    position=position,
                    brick_version=versions[(at * 7 + position * position) % len(versions)],
                    slot="easy",
                    sha256=NOTHING,
                )
                for at, document in enumerate(self._all(documents))
                for position in range(1, 11)
            ]
        )

    def analyze(self) -> None:
        """Give the planner the figures that it would have in tables that have been there for a while."""
        with connections[self.using].cursor() as cursor:
            cursor.execute("ANALYZE")

    def _published(self, rows: list[ContentBrick]) -> list[ContentBrick]:
        bricks: list[ContentBrick] = self._all(rows)
        self._all(
            [
                BrickVersion(
                    brick=brick,
                    number=1,
                    **text_of(brick),
                    sha256=text_sha256(**text_of(brick)),
                    published_at=BEGUN,
                )
                for brick in bricks
            ]
        )
        return bricks

    def _all(self, rows: list[Any]) -> list[Any]:
        plain: Any = models.QuerySet(type(rows[0]), using=self.using)
        return list(plain.bulk_create(rows, batch_size=2_000))
