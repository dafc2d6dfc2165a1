"""Who belongs to whom: parents' children, teachers' students.

Who learns from whom is known where things are taught, in the apps above; they say so here:

    students_come_from(lambda teacher: Booking.objects.…values("student__user"))
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.db.models import Q

#: The keys of the people whom somebody teaches, as a queryset of one column.
Source = Callable[[Any], Any]

VIEW_PROGRESS = "can_view_progress"
BOOK = "can_book"

_sources: dict[str, Source] = {}


def students_come_from(source: Source) -> None:
    """Declare whom a person teaches; twice is once."""
    _sources[f"{source.__module__}.{source.__qualname__}"] = source


def is_student_of(teacher: Any, path: str) -> Q:
    """The condition that the person at `path` ("user", "student__user", "pk") is one of this teacher's students."""
    found = Q(pk__in=[])
    for source in _sources.values():
        found |= Q(**{f"{path}__in": source(teacher)})
    return found


def is_child_of(parent: Any, path: str, *rights: str) -> Q:
    """The condition that the person at `path` is a child of this one, by a guardianship with one of these rights.

    Without rights, by any guardianship. What is in the trash gives none.
    """
    guardianships = apps.get_model("accounts.Guardianship").objects.held_by(parent, *rights)
    return Q(**{f"{path}__in": guardianships.values("student__user")})
