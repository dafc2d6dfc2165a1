"""A whole course, read at once for whoever arranges it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .models import Course, Exercise, Lesson, Quiz, Video

TITLE_LENGTH = 80
#: Of Markdown, what only a page that renders it has use for.
MARKS = re.compile(r"```\w*|`|\*\*")
KIND_LABELS: dict[str, Any] = dict(Exercise.Kind.choices)


@dataclass(frozen=True)
class Part:
    """A video, an exercise or a quiz, as a line: `detail` is its seconds, its points or its percent to pass."""

    pk: int
    title: str
    detail: int
    kind: str = ""

    @property
    def length(self) -> str:
        """A video's length as minutes and seconds."""
        return f"{self.detail // 60}:{self.detail % 60:02d}"

    @property
    def worth(self) -> str:
        """An exercise's kind and points in words."""
        words = ngettext("%(kind)s, %(points)s point", "%(kind)s, %(points)s points", self.detail)
        return words % {"kind": KIND_LABELS.get(self.kind, self.kind), "points": self.detail}

    @property
    def to_pass(self) -> str:
        """A quiz's percent to pass in words."""
        return _("%(percent)s %% to pass") % {"percent": self.detail}


@dataclass(frozen=True)
class LessonParts:
    """A lesson with what hangs under it, each in order."""

    pk: int
    title: str
    minutes: int
    is_published: bool
    is_required: bool
    has_text: bool
    version: int
    videos: list[Part] = field(default_factory=list)
    exercises: list[Part] = field(default_factory=list)
    quizzes: list[Part] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Is there nothing to read, see or do in it?"""
        return not (self.has_text or self.videos or self.exercises or self.quizzes)


def lessons_with_parts(
    course: Course, *, models: Iterable[Any] = (Video, Exercise, Quiz)
) -> list[LessonParts]:
    """The alive lessons of the course in order, with their parts of these models: a query a model and one more.

    No text, question or answer key is read.
    """
    wanted = set(models)
    videos = _by_lesson(Video, course, "title", "duration_seconds") if Video in wanted else {}
    exercises = (
        _by_lesson(Exercise, course, "title", "points", "kind", "prompt") if Exercise in wanted else {}
    )
    quizzes = _by_lesson(Quiz, course, "title", "pass_percent") if Quiz in wanted else {}
    has_text = ExpressionWrapper(~Q(body=""), output_field=BooleanField())
    rows = Lesson.objects.filter(course=course).in_order().annotate(has_text=has_text)
    names = ("pk", "title", "estimated_minutes", "is_published", "is_required", "has_text", "version")
    return [
        LessonParts(
            *row,
            videos=videos.get(row[0], []),
            exercises=exercises.get(row[0], []),
            quizzes=quizzes.get(row[0], []),
        )
        for row in rows.values_list(*names)
    ]


def quizzes_of_course(course: Course) -> list[Part]:
    """The quizzes of the course as a whole, by title. One query."""
    rows = Quiz.objects.filter(course=course).order_by("title", "id")
    return [Part(*row) for row in rows.values_list("pk", "title", "pass_percent")]


def hindrances(course: Course, lessons: Sequence[LessonParts]) -> tuple[list[str], list[str]]:
    """What keeps this course from being published, and what its learners would stumble over. At most one query."""
    published = [lesson for lesson in lessons if lesson.is_published]
    blocking, doubtful = [], []
    if not lessons:
        blocking.append(_("There is no lesson yet."))
    elif not published:
        blocking.append(_("No lesson is published yet: publish one first."))
    if published and not any(lesson.is_required for lesson in published):
        doubtful.append(_("No published lesson is required: nobody can complete this course."))
    doubtful += [
        _("“%(lesson)s” is published and empty.") % {"lesson": lesson.title}
        for lesson in published
        if lesson.is_empty
    ]
    if published:
        links = Lesson.prerequisites.through.objects.filter(
            from_lesson__course=course,
            from_lesson__is_deleted=False,
            from_lesson__is_published=True,
            to_lesson__is_deleted=False,
            to_lesson__is_published=False,
        )
        rows = links.order_by("from_lesson__position", "to_lesson__position")
        words = _("“%(lesson)s” asks for “%(other)s” first, which is not published.")
        names = rows.values_list("from_lesson__title", "to_lesson__title")
        doubtful += [words % {"lesson": lesson, "other": other} for lesson, other in names]
    return blocking, doubtful


def in_order_of(lessons: list[LessonParts], ids: Sequence[int]) -> list[LessonParts]:
    """These lessons in the order of `ids`; those that it does not name come last, as they were."""
    places = {pk: place for place, pk in enumerate(ids)}
    return sorted(lessons, key=lambda lesson: places.get(lesson.pk, len(places)))


def with_exercises_in_order_of(lesson: LessonParts, ids: Sequence[int]) -> LessonParts:
    """This lesson with its exercises in the order of `ids`, likewise."""
    places = {pk: place for place, pk in enumerate(ids)}
    ordered = sorted(lesson.exercises, key=lambda exercise: places.get(exercise.pk, len(places)))
    return replace(lesson, exercises=ordered)


def _by_lesson(model: Any, course: Course, *names: str) -> dict[int, list[Part]]:
    found: dict[int, list[Part]] = defaultdict(list)
    order = ("title", "id") if model is Quiz else ("position", "id")
    rows = model.objects.filter(lesson__course=course).order_by("lesson_id", *order)
    for lesson, pk, title, detail, *more in rows.values_list("lesson_id", "pk", *names):
        kind, prompt = more or ("", "")
        found[lesson].append(Part(pk, title or _shortened(prompt), detail, kind))
    return found


def _shortened(text: str) -> str:
    words = " ".join(MARKS.sub("", text).split())
    return words if len(words) <= TITLE_LENGTH else f"{words[: TITLE_LENGTH - 1]}…"
