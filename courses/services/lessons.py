"""Lessons as an author arranges them: added, renamed, counted or not."""

from __future__ import annotations

from django.db import transaction
from django.utils.text import slugify

from ..models import Course, Lesson

SLUG_LENGTH = 80


@transaction.atomic
def add_lesson(*, course: Course, title: str, estimated_minutes: int = 0) -> Lesson:
    """A new, unpublished lesson at the end of the course, with a slug made from its title.

    Two at once come one after the other. Raises ValidationError by field, DeletedParentError.
    """
    Course.all_objects.select_for_update(no_key=True).get(pk=course.pk)
    lesson = Lesson(course=course, title=title.strip(), estimated_minutes=estimated_minutes)
    lesson.slug = _free_slug(lesson)
    lesson.full_clean()
    lesson.save()
    return lesson


@transaction.atomic
def rename_lesson(*, lesson: Lesson, title: str, estimated_minutes: int | None = None) -> Lesson:
    """Give the lesson this title, and this length when one is given; its slug stays, because links lead to it.

    The same again writes nothing. Raises ValidationError by field, StaleObjectError.
    """
    before = (lesson.title, lesson.estimated_minutes)
    lesson.title = title.strip()
    if estimated_minutes is not None:
        lesson.estimated_minutes = estimated_minutes
    if before != (lesson.title, lesson.estimated_minutes):
        lesson.clean_fields(exclude=_all_but("title", "estimated_minutes"))
        lesson.save(update_fields=["title", "estimated_minutes"])
    return lesson


@transaction.atomic
def require_lesson(*, lesson: Lesson, required: bool) -> Lesson:
    """Let the lesson count towards the completion of its course, or not. Twice is once. Raises StaleObjectError."""
    if lesson.is_required != required:
        lesson.is_required = required
        lesson.save(update_fields=["is_required"])
    return lesson


def _all_but(*names: str) -> set[str]:
    return {field.name for field in Lesson._meta.fields} - set(names)


def _free_slug(lesson: Lesson) -> str:
    """A slug that no lesson of the course has, those in the trash included, so that each of them can come back."""
    base = slugify(lesson.title)[:SLUG_LENGTH].strip("-") or "lesson"
    taken = set(Lesson.all_objects.filter(course=lesson.course_id).values_list("slug", flat=True))
    slug, number = base, 1
    while slug in taken:
        number += 1
        slug = f"{base[: SLUG_LENGTH - len(str(number)) - 1].rstrip('-')}-{number}"
    return slug
