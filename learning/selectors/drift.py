"""Stored figures that claim to be up to date and are not: somebody has written past the kernel."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.db.models import Count, F

from config.base.differences import Difference
from courses.models import Lesson

from ..models import LessonProgress, ProgressSnapshot
from ..values import Figures
from .figures import counting_attempts, mean_of, scores_of

#: The columns of a snapshot that are counted, with the figure each of them is.
COLUMNS = {
    "lessons_completed": "lessons_completed",
    "lessons_total": "lessons_total",
    "completion_percentage": "percent",
    "exercises_attempted": "exercises_attempted",
    "average_score": "average_score",
}
TABLE = ProgressSnapshot._meta.db_table


def progress_drift(using: str = "default") -> Iterator[tuple[ProgressSnapshot, list[Difference]]]:
    """Every snapshot that says something else than the rows, with what is wrong; four queries a course.

    Those known to be out of date are no drift: whoever reads one has it computed again.
    """
    snapshots = ProgressSnapshot.objects.using(using).filter(structure_version=F("course__structure_version"))
    for course in sorted(set(snapshots.order_by().values_list("course", flat=True))):
        found = all_figures(course, using)
        for snapshot in snapshots.filter(course=course).select_related("user", "course").order_by("pk"):
            wrong = _differences(snapshot, found[snapshot.user_id])
            if wrong:
                yield snapshot, wrong


def all_figures(course: int, using: str) -> dict[int, Figures]:
    """{learner: their figures in this course}, of everybody who has done anything there; all others have none."""
    lessons = Lesson.objects.using(using).filter(course=course).published().required()
    total = lessons.count()
    progress = LessonProgress.objects.using(using).completed().filter(lesson__in=lessons).order_by()
    done = dict(progress.values_list("user").annotate(number=Count("pk")))
    groups: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    attempts = counting_attempts().using(using).filter(exercise__lesson__course=course)
    columns = ("user", "max_points", "points", "graded", "attempted")
    for user, *group in scores_of(attempts, "user").values_list(*columns):
        groups[user].append(tuple(group))
    found: dict[int, Figures] = defaultdict(lambda: Figures(lessons_total=total))
    for user in {*done, *groups}:
        found[user] = Figures(
            lessons_completed=min(done.get(user, 0), total),  # one may have been published meanwhile
            lessons_total=total,
            exercises_attempted=sum(attempted for *_score, attempted in groups[user]),
            average_score=mean_of(group[:3] for group in groups[user]),
        )
    return found


def _differences(snapshot: ProgressSnapshot, figures: Figures) -> list[Difference]:
    return [
        Difference(
            f"{TABLE}.{column}",
            "stored figure is wrong",
            expected=f"{getattr(figures, name)} for {snapshot.user} in {snapshot.course.slug}",
            found=str(getattr(snapshot, column)),
        )
        for column, name in COLUMNS.items()
        if getattr(snapshot, column) != getattr(figures, name)
    ]
