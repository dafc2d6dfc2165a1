"""How far everybody in a course is."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from typing import Any

from django.db.models import Aggregate, F, FilteredRelation, OuterRef, Q, Subquery, TextField

from courses.models import Course, Lesson

from ..models import Enrollment, LessonProgress
from ..values import ClassReport, Figures, ReportLesson, ReportRow, histogram_of
from .figures import counting_attempts, mean_of, scores_of
from .path import Place, resume_at


class Joined(Aggregate):
    """Keys joined by commas, so that a learner's lessons come in their row and not in one each."""

    function = "GROUP_CONCAT"
    name = "Joined"
    output_field = TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return super().as_sql(
            compiler, connection, template="STRING_AGG((%(expressions)s)::text, ',')", **context
        )


def class_report(course: Course) -> ClassReport:
    """Everybody who takes part in the course, by name. Three queries for any number of learners.

    All of it is counted from the rows as they are now, as `figures` counts for one learner; nothing is written.
    """
    stored = list(
        Lesson.all_objects.filter(course=course)
        .in_order()
        .values_list("pk", "title", "position", "is_required", "is_published", "is_deleted")
    )
    places: dict[int, Place] = {pk: (position, pk) for pk, _title, position, *_rest in stored}
    lessons = {
        pk: ReportLesson(pk, title, position, is_required, 0, 0)
        for pk, title, position, is_required, is_published, is_deleted in stored
        if is_published and not is_deleted
    }
    required = [pk for pk, lesson in lessons.items() if lesson.is_required]
    scores = _scores(course)
    completed: Counter[int] = Counter()
    rows, current = [], []
    for row in _learners(course):
        done = {int(key) for key in (row["done"] or "").split(",") if key}
        completed.update(done)
        undone = [key for key in required if key not in done]
        pointer = places.get(row["pointer"])
        current.append(resume_at(((places[key], key) for key in undone), pointer))
        groups = scores[row["user"]]
        rows.append(
            ReportRow(
                user_id=row["user"],
                name=row["user__full_name"] or row["user__username"],
                status=row["status"],
                enrolled_at=row["enrolled_at"],
                completed_at=row["completed_at"],
                last_activity_at=row["last_activity_at"],
                figures=Figures(
                    lessons_completed=len(required) - len(undone),
                    lessons_total=len(required),
                    exercises_attempted=sum(attempted for *_score, attempted in groups),
                    average_score=mean_of(group[:3] for group in groups),
                ),
                current=None,
            )
        )
    lessons = {
        pk: replace(lesson, completed=completed[pk], learners=len(rows)) for pk, lesson in lessons.items()
    }
    shown = tuple(
        replace(row, current=None if key is None else lessons[key])
        for row, key in zip(rows, current, strict=True)
    )
    return ClassReport(
        rows=shown, histogram=histogram_of(row.percent for row in shown), lessons=tuple(lessons.values())
    )


def _learners(course: Course) -> Any:
    """Enrolments that count, with the published lessons done and what is stored of the path."""
    # By the date, which says the same as the status: SQLite would look all completed lessons up by their status, once
    # for each learner.
    done = LessonProgress.objects.filter(
        completed_at__isnull=False,
        user=OuterRef("user"),
        lesson__course=course,
        lesson__is_deleted=False,
        lesson__is_published=True,
    )
    snapshots = "user__progress_snapshots"
    mine = Q(**{f"{snapshots}__course": course, f"{snapshots}__is_deleted": False})
    return (
        Enrollment.objects.current()
        .filter(course=course)
        .annotate(
            snapshot=FilteredRelation(snapshots, condition=mine),
            pointer=F("snapshot__current_lesson"),
            last_activity_at=F("snapshot__last_activity_at"),
            done=Subquery(
                done.order_by().values("user").annotate(done=Joined("lesson")).values("done"),
                output_field=TextField(),
            ),
        )
        .order_by("user__full_name", "user__username", "pk")
        .values(
            "user",
            "user__full_name",
            "user__username",
            "status",
            "enrolled_at",
            "completed_at",
            "pointer",
            "last_activity_at",
            "done",
        )
    )


def _scores(course: Course) -> dict[int, list[tuple[Any, ...]]]:
    """{learner: groups (points in all, sum of the scores, number of scores, number of attempts)}."""
    learners = Enrollment.objects.current().filter(course=course).values("user")
    attempts = counting_attempts().filter(exercise__lesson__course=course, user__in=learners)
    found: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    columns = ("user", "max_points", "points", "graded", "attempted")
    for user, *group in scores_of(attempts, "user").values_list(*columns):
        found[user].append(tuple(group))
    return found
