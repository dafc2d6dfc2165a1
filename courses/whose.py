"""Which courses, sessions and seats are whose.

A course is its instructor's own, a session its teacher's. Who is enrolled where is known in an app above; it says so
here:

    learners_come_from(lambda user: Enrollment.objects.…values("course"))
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.db.models import Q

#: The keys of the courses that somebody is enrolled in, as a queryset of one column.
Source = Callable[[Any], Any]

_sources: dict[str, Source] = {}


def learners_come_from(source: Source) -> None:
    """Declare in which courses a person is enrolled; twice is once."""
    _sources[f"{source.__module__}.{source.__qualname__}"] = source


def is_enrolled_course(user: Any, path: str) -> Q:
    """The condition that the course at `path` ("pk", "lesson__course") is one that this person is enrolled in."""
    found = Q(pk__in=[])
    for source in _sources.values():
        found |= Q(**{f"{path}__in": source(user)})
    return found


def is_own_course(user: Any, path: str) -> Q:
    """The condition that the course at `path` is one that this person instructs."""
    return Q(
        **{f"{path}__in": apps.get_model("courses.Course").all_objects.filter(instructor=user).values("pk")}
    )


def standing_seats(teacher: Any) -> Any:
    """Bookings, not cancelled, in sessions of this teacher, of students whose profiles are alive."""
    bookings = apps.get_model("courses.Booking").objects.standing().taught_by(teacher)
    return bookings.filter(student__is_deleted=False, session__is_deleted=False)


def tutored_students(teacher: Any) -> Any:
    """The keys of the people who have such a seat."""
    return standing_seats(teacher).values("student__user")
