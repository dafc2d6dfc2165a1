"""Answer keys with words that stand nowhere else: of exercises on the learner's side, and of the bricks of documents
of both families, made as a worker makes them, with their files."""

from __future__ import annotations

from typing import Any

from django.core.files.base import ContentFile

from config.base.querysets import now_ms
from content.models import BrickVersion, ContentBrick, DocumentBrick, DocumentRequest, GeneratedDocument
from content.services import generate_document, publish_brick, request_document
from content.tests.factories import ContentBrickFactory, ContentFigureFactory, ContentTemplateFactory
from courses.models import Course, Exercise
from courses.tests.factories import ExerciseFactory, QuizFactory, QuizItemFactory
from learning import services
from learning.models import ExerciseAttempt

from .world import Side, World

#: What nobody writes by chance; one for keys, one for the explanation, which is shown to whoever was right.
KEY, EXPLANATION = "Zwiebelkuchen", "Pfefferminztee"
#: Stands in the text of the bricks: what a student's copy does show.
QUESTION = "Schokoladenbrunnen"


KEYS: dict[str, dict[str, Any]] = {
    "MULTIPLE_CHOICE": {"correct": ["b"], "feedback": {"c": KEY}, "weights": {"b": 1, "c": -0.5}},
    "TRUE_FALSE": {"correct": True, "feedback": {"true": "Well done."}},
    "CODE_COMPLETION": {
        "blanks": [
            {
                "accepted": ["total += n", KEY],
                "pattern": f"{KEY}+",
                "partial": [{"text": f"{KEY} half", "weight": 0.5}],
                "feedback": [{"text": f"{KEY} wrong", "words": KEY}],
            }
        ]
    },
    "FREE_FORM": {"sample": KEY, "rubric": KEY, "keywords": [KEY]},
}
WRONG: dict[str, dict[str, Any]] = {
    "MULTIPLE_CHOICE": {"selected": ["a"]},
    "TRUE_FALSE": {"value": False},
    "CODE_COMPLETION": {"blanks": ["total = n"]},
    "FREE_FORM": {"text": "No idea."},
}


def plant_exercises(world: World) -> None:
    """Exercises of every kind on the learner's side, in a quiz too; the word in every key there is, and in history."""
    side = world.sides["own"]
    Course.objects.update(status="PUBLISHED", published_at=now_ms())
    lesson, learner = side.row("courses.Lesson"), side.learner
    quiz = QuizFactory(lesson=lesson)
    for kind, key in KEYS.items():
        exercise = ExerciseFactory(lesson=lesson, kind=kind, answer=key, explanation=EXPLANATION)
        QuizItemFactory(quiz=quiz, exercise=exercise)
        services.submit_answer(user=learner, exercise=exercise, answer=WRONG[kind])
    services.start_quiz(user=learner, quiz=quiz)
    Exercise.objects.filter(kind="MULTIPLE_CHOICE").update(
        answer=KEYS["MULTIPLE_CHOICE"], explanation=EXPLANATION
    )
    ExerciseAttempt.objects.filter(snapshot_kind="MULTIPLE_CHOICE").update(
        snapshot_key=KEYS["MULTIPLE_CHOICE"]
    )


class Planted:
    """The documents by side and copy, and their PDFs, which each test puts where it looks for files."""

    def __init__(self, world: World) -> None:
        self.documents: dict[tuple[str, str], GeneratedDocument] = {}
        self.pdfs: dict[str, bytes] = {}
        for name, side in world.sides.items():
            for document in _made_for(side):
                self.documents[name, document.variant] = document
                self.pdfs[document.pdf.name] = document.pdf.read()
                document.pdf.close()
                document.pdf.storage.delete(document.pdf.name)

    def put_files(self) -> None:
        storage = GeneratedDocument._meta.get_field("pdf").storage  # type: ignore[union-attr]
        for name, pdf in self.pdfs.items():
            storage.save(name, ContentFile(pdf))


def _made_for(side: Side) -> list[GeneratedDocument]:
    """Both copies for the side's student, asked for by their teacher; the side's rows are these from now on."""
    drawing = ContentFigureFactory()
    brick = ContentBrickFactory(
        subject=side.row("courses.Subject"),
        family="",
        body=f"{QUESTION} $x + 1$",
        answer=f"{KEY} $\\text{{{KEY}}}$\n\n![{KEY}](figure:{drawing.name})",
    )
    version = publish_brick(brick=brick)
    request = request_document(
        requester=side.teacher,
        student=side.row("accounts.StudentProfile"),
        template=ContentTemplateFactory(),
        subject=brick.subject,
        level=brick.level,
        in_background=False,
    )
    request = generate_document(request=request)
    assert request.status == "DONE", request.error
    copies = {each.variant: each for each in request.documents.all()}
    pinned: Any = copies["STUDENT"].bricks.get()
    rows = {ContentBrick: brick, BrickVersion: version, DocumentRequest: request, DocumentBrick: pinned}
    side.take(rows | {GeneratedDocument: copies["STUDENT"]})
    return list(copies.values())
