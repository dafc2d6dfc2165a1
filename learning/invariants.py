"""A course's own figures, kept true on every path that writes (see `config.base.guards`).

`Course.rating`, `rating_count` and `enrollment_count` are derived from reviews and enrolments. They are untracked, so
that an enrolment never makes a teacher's open form stale.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Count, Sum

from config.base import integrity
from config.base.differences import Difference
from config.base.guards import guard
from courses.models import Course

from .models import Enrollment, Review

HUNDREDTH = Decimal("0.01")
FIGURES = ("rating", "rating_count", "enrollment_count")


def watch() -> None:
    """Put the models under guard; called once when the app is ready."""
    guard(Enrollment, keep_enrollment_counts)
    guard(Review, keep_ratings)
    integrity.register(course_figures_are_true)


def keep_enrollment_counts(keys: list[int], using: str) -> None:
    """The courses of these enrolments, those that they were moved from too, count their learners."""
    courses = _lock_courses(Enrollment, keys, using)
    counts = enrollment_counts(courses, using)
    _store(courses.values(), {key: {"enrollment_count": counts.get(key, 0)} for key in courses}, using)


def keep_ratings(keys: list[int], using: str) -> None:
    """The courses of these reviews, those that they were moved from too, have their mean and their number."""
    courses = _lock_courses(Review, keys, using)
    found = ratings(courses, using)
    figures = {}
    for key in courses:
        rating, number = found.get(key, (None, 0))
        figures[key] = {"rating": rating, "rating_count": number}
    _store(courses.values(), figures, using)


def enrollment_counts(courses: Iterable[int], using: str) -> dict[int, int]:
    """{course: alive enrolments that are not withdrawn}; a course without any is left out."""
    rows = Enrollment.objects.using(using).current().filter(course__any_of=list(courses))
    return dict(rows.order_by().values_list("course").annotate(number=Count("pk")))


def ratings(courses: Iterable[int], using: str) -> dict[int, tuple[Decimal, int]]:
    """{course: (mean of the alive visible reviews to two places, half up; their number)}; without any, left out.

    Divided here, because SQLite would do it in binary.
    """
    rows = Review.objects.using(using).visible().filter(course__any_of=list(courses))
    sums = rows.order_by().values_list("course").annotate(total=Sum("rating"), number=Count("pk"))
    return {
        course: ((Decimal(total) / number).quantize(HUNDREDTH, ROUND_HALF_UP), number)
        for course, total, number in sums
    }


def _lock_courses(model: Any, keys: list[int], using: str) -> dict[int, Any]:
    """The courses that these rows are, or ever were, of, locked: of two writers the second counts the first's row.

    The history knows where a row was.
    """
    records = model.history.model._base_manager.using(using).filter(id__any_of=keys).order_by()
    courses = sorted(set(records.values_list("course_id", flat=True).distinct()))
    rows = Course.all_objects.using(using).filter(pk__any_of=courses).order_by("pk").only("pk", *FIGURES)
    return {course.pk: course for course in rows.select_for_update(no_key=True)}


def _store(courses: Iterable[Any], figures: dict[int, dict[str, Any]], using: str) -> None:
    changed = []
    for course in courses:
        wanted = figures[course.pk]
        if any(getattr(course, name) != value for name, value in wanted.items()):
            for name, value in wanted.items():
                setattr(course, name, value)
            changed.append(course)
    if changed:
        names = list(figures[changed[0].pk])
        Course.all_objects.using(using).bulk_update(changed, names)


def course_figures_are_true(using: str) -> Iterator[Difference]:
    """The same for `check_data`, whoever wrote past the kernel."""
    stored = Course.all_objects.using(using).order_by("pk").values("pk", *FIGURES)
    courses = [course["pk"] for course in stored]
    rated, enrolled = ratings(courses, using), enrollment_counts(courses, using)
    for course in stored:
        rating, number = rated.get(course["pk"], (None, 0))
        wanted = {"rating": rating, "rating_count": number, "enrollment_count": enrolled.get(course["pk"], 0)}
        for name, value in wanted.items():
            if course[name] != value:
                yield Difference(
                    f"courses_course.{name}",
                    "derived figure is wrong",
                    expected=f"{value} for course {course['pk']}",
                    found=str(course[name]),
                )
