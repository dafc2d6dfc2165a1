"""Question banks: exercises from the questions of a file, and files from exercises.

Where the exercises go when no lesson is named: each category of the file has a lesson of its own, and what stands
before any category goes to one named for the file. A lesson of the course with that slug is taken, published or not;
otherwise a new one is made, unpublished, at the end of the course.

What the lesson already holds, word for word, is not created again: the same import twice creates nothing the second
time.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify
from django.utils.translation import gettext as _

from config.base.exceptions import DomainError

from ..models import Course, Exercise, Lesson
from ..questions import (
    FIELDS,
    BadItem,
    Category,
    Draft,
    Question,
    Skipped,
    export_question,
    fields_of,
    format_of,
    read_drafts,
    write_items,
)

_SLUG = re.compile(r"[-a-zA-Z0-9_]{1,80}")


@dataclass(frozen=True)
class Target:
    """A lesson that the import puts exercises in; `is_new` when there was none of that slug."""

    lesson: Lesson
    is_new: bool
    created: tuple[Exercise, ...]
    unchanged: int


@dataclass(frozen=True)
class ImportResult:
    """What an import did, or would do. `notes` tell what was lost of the questions that were taken."""

    read: int
    rejects: tuple[Skipped, ...]
    notes: tuple[Skipped, ...]
    targets: tuple[Target, ...]

    @property
    def created(self) -> int:
        return sum(len(target.created) for target in self.targets)

    @property
    def unchanged(self) -> int:
        return sum(target.unchanged for target in self.targets)

    def as_json(self) -> dict[str, Any]:
        return {
            "read": self.read,
            "created": self.created,
            "updated": 0,
            "unchanged": self.unchanged,
            "rejected": len(self.rejects),
            "rejects": [reject.as_json() for reject in self.rejects],
            "batch": None,
        }


@dataclass(frozen=True)
class ExportResult:
    """The file's text; what could not be written, and what other programs will not see of the rest."""

    text: str
    written: int
    rejects: tuple[Skipped, ...]
    notes: tuple[Skipped, ...]


@transaction.atomic
def import_questions(
    *,
    data: bytes,
    name: str,
    course: Course,
    lesson: Lesson | None = None,
    form: str | None = None,
    dry_run: bool = False,
) -> ImportResult:
    """Append an exercise for each question of the file that can be one. A dry run reports the same and writes nothing.

    `name` is the file's, `form` one of `questions.FORMATS`, by default what the name or the content says. Raises
    QuestionFileError when the file cannot be read, DomainError `lesson_of_another_course`, DeletedParentError.
    """
    if lesson is not None and lesson.course_id != course.pk:
        raise DomainError(_("The lesson belongs to another course."), code="lesson_of_another_course")
    found = read_drafts(data, form or format_of(name, data))
    drafts = [item for item in found if isinstance(item, Draft)]
    if not dry_run:
        Course.all_objects.select_for_update(no_key=True).get(pk=course.pk)
    targets = [_plan(place, part) for place, part in _by_lesson(drafts, name, course, lesson)]
    if not dry_run:
        for target in targets:
            _write(target)
    return ImportResult(
        read=len(found),
        rejects=tuple(item for item in found if isinstance(item, Skipped)),
        notes=tuple(note for item in drafts for note in item.notes),
        targets=tuple(targets),
    )


def export_questions(*, course: Course, lesson: Lesson | None = None, form: str) -> ExportResult:
    """The exercises of the course, or of one of its lessons, as a file of this format; a category for each lesson.

    Raises DomainError `lesson_of_another_course`.
    """
    if lesson is not None and lesson.course_id != course.pk:
        raise DomainError(_("The lesson belongs to another course."), code="lesson_of_another_course")
    exercises = Exercise.objects.filter(lesson__course=course, lesson__is_deleted=False)
    if lesson is not None:
        exercises = exercises.filter(lesson=lesson)
    return export_exercises(exercises=exercises.select_related("lesson"), form=form)


def export_exercises(*, exercises: Any, form: str) -> ExportResult:
    """These exercises (a queryset) as a file, in the order of their lessons."""
    items: list[Question | Category] = []
    rejects: list[Skipped] = []
    notes: list[Skipped] = []
    lesson, written = None, 0
    ordered = exercises.select_related("lesson").order_by(
        "lesson__course", "lesson__position", "position", "pk"
    )
    for exercise in ordered:
        if exercise.lesson != lesson:
            lesson = exercise.lesson
            items.append(_category(lesson))
        try:
            question, unseen = export_question(fields_of(exercise), form)
        except BadItem as error:
            rejects.append(Skipped(0, exercise.kind, error.column, error.code, str(exercise), str(error)))
            continue
        items.append(question)
        written += 1
        notes += [unseen] if unseen is not None else []
    return ExportResult(write_items(items, form), written, tuple(rejects), tuple(notes))


def _category(lesson: Lesson) -> Category:
    title = " ".join(lesson.title.split()).replace("/", "//")
    return Category(f"$course$/top/{title}", idnumber=lesson.slug)


def _by_lesson(
    drafts: Iterable[Draft], name: str, course: Course, lesson: Lesson | None
) -> Iterable[tuple[Lesson, list[Draft]]]:
    """Each lesson, stored or to be made, with its part of the drafts, in the order of the file."""
    parts: dict[tuple[str, str], list[Draft]] = {}
    for draft in drafts:
        parts.setdefault(("", "") if lesson is not None else _place(draft.category, name), []).append(draft)
    if lesson is not None:
        return [(lesson, part) for part in parts.values()]
    slugs = {slug for slug, _title in parts}
    known = {each.slug: each for each in Lesson.objects.filter(course=course, slug__in=slugs)}
    places: dict[str, tuple[Lesson, list[Draft]]] = {}
    for (slug, title), part in parts.items():
        place = known.get(slug) or Lesson(course=course, slug=slug, title=title)
        places.setdefault(slug, (place, []))[1].extend(part)
    return places.values()


def _place(category: Category | None, name: str) -> tuple[str, str]:
    """The slug and the title of the lesson for these questions."""
    title = category.name if category is not None and category.name else PurePath(name).stem
    title = " ".join(title.split())[:255] or _("Questions")
    if category is not None and _SLUG.fullmatch(category.idnumber):
        return category.idnumber, title
    slug = slugify(title)[:80].strip("-")
    return slug or f"questions-{hashlib.sha256(title.encode()).hexdigest()[:8]}", title


def _plan(lesson: Lesson, drafts: list[Draft]) -> Target:
    is_new = lesson.pk is None
    held: set[str] = set()
    if not is_new:
        stored = Exercise.objects.filter(lesson=lesson)
        held = {_mark(fields_of(exercise)) for exercise in stored.only(*FIELDS)}
    made, unchanged = [], 0
    for draft in drafts:
        mark = _mark(draft.fields)
        if mark in held:
            unchanged += 1
            continue
        held.add(mark)
        made.append(Exercise(**draft.fields))
    return Target(lesson, is_new, tuple(made), unchanged)


def _mark(fields: dict[str, Any]) -> str:
    return json.dumps(fields, sort_keys=True, default=str)


def _write(target: Target) -> None:
    if not target.created:
        return
    lesson = target.lesson
    if target.is_new:
        lesson.full_clean()
        lesson.save()
    last = Exercise.all_objects.filter(lesson=lesson).aggregate(last=Max("position"))["last"] or 0
    for position, exercise in enumerate(target.created, last + 1):
        exercise.lesson, exercise.position = lesson, position
    Exercise.objects.bulk_create(target.created)
