"""Rules shared by the models, the forms, the API and the last line in `courses.invariants`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from .models import Lesson


def check_prerequisites(
    lesson: Lesson, prerequisites: Iterable[Lesson], *, course_id: int | None = None, using: str = "default"
) -> None:
    """Raise ValidationError unless these lessons may come before `lesson`: same course, and no way back to it.

    `course_id` is where a lesson not saved yet will be. Two queries, whatever the length of the chains.
    """
    prerequisites = list(prerequisites)
    course_id = course_id or lesson.course_id
    if any(each.course_id != course_id for each in prerequisites):
        raise ValidationError(_("A prerequisite is a lesson of the same course."), code="prerequisite_course")
    if lesson.pk is None or not prerequisites:
        return
    through = type(lesson).prerequisites.through
    needs: dict[int, set[int]] = {}
    links = through._base_manager.using(using).filter(from_lesson__course=course_id)
    for later, earlier in links.values_list("from_lesson_id", "to_lesson_id"):
        needs.setdefault(later, set()).add(earlier)
    reached: set[int] = set()
    waiting = {each.pk for each in prerequisites}
    while waiting:
        reached |= waiting
        waiting = {earlier for later in waiting for earlier in needs.get(later, ())} - reached
    if lesson.pk in reached:
        raise ValidationError(_("A lesson cannot be required before itself."), code="prerequisite_cycle")
