"""What the course editor's buttons do: each names an action, a row and the version of it that the page showed.

publish:12:3        lesson 12, seen at version 3
up:12:7             lesson 12 one place up in the course, seen at version 7
exercise-down:40:3  exercise 40 one place down in its lesson, seen at version 3
order               with `order` = "lessons:COURSE:VERSION:ID,ID,…" or "exercises:LESSON:VERSION:ID,ID,…", any number
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from config.base.exceptions import DomainError, StaleObjectError

from .. import selectors, services
from ..models import Course, Exercise, Lesson

EDITOR = "admin:courses_course_editor"


def editor_url(course_id: Any, anchor: str = "") -> str:
    """The editor's address, at one of its lessons."""
    return reverse(EDITOR, args=[course_id]) + (f"#{anchor}" if anchor else "")


@dataclass(frozen=True)
class Order:
    """The order that somebody wants: the keys of the parts, and the version of the whole that was seen."""

    pk: int
    version: int
    ids: list[int]


@dataclass(frozen=True)
class Orders:
    """Every order that one press of “save the order” sends."""

    lessons: Order | None = None
    exercises: list[Order] = field(default_factory=list)

    @property
    def rights(self) -> list[str]:
        """What it takes to save them."""
        return ["order_lessons"] * bool(self.lessons) + ["order_exercises"] * bool(self.exercises)

    def applied_to(self, lessons: list[selectors.LessonParts]) -> list[selectors.LessonParts]:
        """These lessons as they were dragged, as far as they are still there."""
        wanted = {order.pk: order.ids for order in self.exercises}
        shown = [
            selectors.with_exercises_in_order_of(lesson, wanted[lesson.pk]) if lesson.pk in wanted else lesson
            for lesson in lessons
        ]
        return selectors.in_order_of(shown, self.lessons.ids) if self.lessons else shown


def act(request: HttpRequest, course: Course, may: dict[str, bool]) -> tuple[str, str]:
    """Do what the pressed button says, inside the caller's transaction: what was done in words, and where on the page.

    Raises BadRequest for a button that is not on the page, PermissionDenied, and whatever the services raise.
    """
    name, *numbers = request.POST.get("do", "").split(":")
    if name not in ACTIONS:
        raise BadRequest("Unknown action.")
    right, action = ACTIONS[name]
    rights = parse_orders(request).rights if name == "order" else [right]
    if not all(may[each] for each in rights):
        raise PermissionDenied
    return action(request, course, *_whole_numbers(numbers, action))


def parse_orders(request: HttpRequest) -> Orders:
    """The orders that the form carries. BadRequest for anything else."""
    lessons, exercises = None, []
    for text in request.POST.getlist("order"):
        what, *rest = text.split(":")
        if what not in ("lessons", "exercises") or len(rest) != 3:
            raise BadRequest("Unreadable order.")
        try:
            order = Order(int(rest[0]), int(rest[1]), [int(each) for each in rest[2].split(",") if each])
        except ValueError as error:
            raise BadRequest("Unreadable order.") from error
        if what == "lessons":
            lessons = order
        else:
            exercises.append(order)
    return Orders(lessons, exercises)


def _whole_numbers(values: list[str], action: Callable[..., Any]) -> list[int]:
    wanted = action.__code__.co_argcount - 2
    numbers = [whole_number(each) for each in values]
    found = [each for each in numbers if each is not None]
    if not len(values) == len(found) == wanted:
        raise BadRequest("Unreadable action.")
    return found


def whole_number(text: str | None) -> int | None:
    """The number that these digits are; None for anything else, and for more digits than a key can have."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 18 else None


def _add(request: HttpRequest, course: Course) -> tuple[str, str]:
    title, minutes = request.POST.get("title", ""), _minutes(request)
    lesson = services.add_lesson(course=course, title=title, estimated_minutes=minutes)
    return _("The lesson “%(lesson)s” was added.") % {"lesson": lesson}, "add"


def _rename(request: HttpRequest, course: Course, pk: int, version: int) -> tuple[str, str]:
    lesson = _lesson(course, pk, version)
    title = request.POST.get("title", "")
    services.rename_lesson(lesson=lesson, title=title, estimated_minutes=_minutes(request))
    return _("Saved: “%(lesson)s”.") % {"lesson": lesson}, f"lesson-{pk}"


def _publish(request: HttpRequest, course: Course, pk: int, version: int) -> tuple[str, str]:
    lesson = services.publish_lesson(lesson=_lesson(course, pk, version))
    return _("“%(lesson)s” is published.") % {"lesson": lesson}, f"lesson-{pk}"


def _unpublish(request: HttpRequest, course: Course, pk: int, version: int) -> tuple[str, str]:
    lesson = services.unpublish_lesson(lesson=_lesson(course, pk, version))
    return _("“%(lesson)s” is no longer published.") % {"lesson": lesson}, f"lesson-{pk}"


def _require(request: HttpRequest, course: Course, pk: int, version: int) -> tuple[str, str]:
    lesson = services.require_lesson(lesson=_lesson(course, pk, version), required=True)
    return _("“%(lesson)s” is required.") % {"lesson": lesson}, f"lesson-{pk}"


def _release(request: HttpRequest, course: Course, pk: int, version: int) -> tuple[str, str]:
    lesson = services.require_lesson(lesson=_lesson(course, pk, version), required=False)
    return _("“%(lesson)s” is optional.") % {"lesson": lesson}, f"lesson-{pk}"


def _up(request: HttpRequest, course: Course, pk: int, version: int) -> tuple[str, str]:
    return _move_lesson(course, pk, version, -1)


def _down(request: HttpRequest, course: Course, pk: int, version: int) -> tuple[str, str]:
    return _move_lesson(course, pk, version, 1)


def _move_lesson(course: Course, pk: int, version: int, by: int) -> tuple[str, str]:
    _require_seen(course, version)
    ids = list(Lesson.objects.filter(course=course).in_order().values_list("pk", flat=True))
    services.reorder_lessons(course=course, lesson_ids=_moved(ids, pk, by))
    return _("The order was saved."), f"lesson-{pk}"


def _exercise_up(request: HttpRequest, course: Course, pk: int, version: int) -> tuple[str, str]:
    return _move_exercise(course, pk, version, -1)


def _exercise_down(request: HttpRequest, course: Course, pk: int, version: int) -> tuple[str, str]:
    return _move_exercise(course, pk, version, 1)


def _move_exercise(course: Course, pk: int, version: int, by: int) -> tuple[str, str]:
    exercise = Exercise.objects.filter(pk=pk, lesson__course=course).values("lesson").first()
    if exercise is None:
        raise _gone()
    lesson = _lesson(course, exercise["lesson"], version)
    rows = Exercise.objects.filter(lesson=lesson).order_by("position", "id")
    ids = _moved(list(rows.values_list("pk", flat=True)), pk, by)
    services.reorder_exercises(lesson=lesson, exercise_ids=ids)
    return _("The order was saved."), f"lesson-{lesson.pk}"


def _order(request: HttpRequest, course: Course) -> tuple[str, str]:
    """The exercises first: a lesson that moves is another version of itself."""
    orders = parse_orders(request)
    for order in orders.exercises:
        lesson = _lesson(course, order.pk, order.version)
        services.reorder_exercises(lesson=lesson, exercise_ids=order.ids)
    if orders.lessons:
        _require_seen(course, orders.lessons.version)
        services.reorder_lessons(course=course, lesson_ids=orders.lessons.ids)
    return _("The order was saved."), ""


def _publish_course(request: HttpRequest, course: Course, version: int) -> tuple[str, str]:
    _require_seen(course, version)
    services.publish_course(course=course)
    return _("The course is published."), ""


def _archive_course(request: HttpRequest, course: Course, version: int) -> tuple[str, str]:
    _require_seen(course, version)
    services.archive_course(course=course)
    return _("The course is archived."), ""


#: Name of the button → the right that it takes (orders tell theirs themselves), and what it does.
ACTIONS: dict[str, tuple[str, Callable[..., tuple[str, str]]]] = {
    "add": ("add_lesson", _add),
    "rename": ("change_lesson", _rename),
    "publish": ("change_lesson", _publish),
    "unpublish": ("change_lesson", _unpublish),
    "require": ("change_lesson", _require),
    "release": ("change_lesson", _release),
    "up": ("order_lessons", _up),
    "down": ("order_lessons", _down),
    "exercise-up": ("order_exercises", _exercise_up),
    "exercise-down": ("order_exercises", _exercise_down),
    "order": ("", _order),
    "publish-course": ("change_course", _publish_course),
    "archive-course": ("change_course", _archive_course),
}


def _lesson(course: Course, pk: int, version: int) -> Lesson:
    lesson = Lesson.objects.filter(course=course, pk=pk).first()
    if lesson is None:
        raise _gone()
    _require_seen(lesson, version)
    return lesson


def _require_seen(row: Course | Lesson, version: int) -> None:
    """StaleObjectError when the page showed another version than the one stored; saving looks once more."""
    if row.version != version:
        raise StaleObjectError(row, expected=version, found=row.version)


def _moved(ids: Sequence[int], pk: int, by: int) -> list[int]:
    """These keys with one of them a place further; at the end of the list it stays."""
    if pk not in ids:
        raise _gone()
    others = [each for each in ids if each != pk]
    place = min(max(ids.index(pk) + by, 0), len(others))
    return [*others[:place], pk, *others[place:]]


def _gone() -> DomainError:
    return DomainError(_("It is no longer there: somebody has deleted it meanwhile."), code="gone")


def _minutes(request: HttpRequest) -> int:
    text = request.POST.get("minutes", "").strip() or "0"
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        raise ValidationError({"estimated_minutes": _("Minutes are a whole number.")})
    return int(text)
