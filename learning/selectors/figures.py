"""A learner's figures in a course, counted from the rows. Everything else that shows one is held to these."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Count, DecimalField, Exists, OuterRef, Q, Subquery, Sum

from accounts.models import User
from courses.models import Course, Lesson

from ..models import ExerciseAttempt, Grade, LessonProgress
from ..values import Figures, mean_percent


def figures(user: User, course: Course) -> Figures:
    """What this learner has done of the course as it is now. Two queries, whatever the size of the course."""
    lessons = Lesson.objects.filter(course=course).published().required().order_by()
    counted = lessons.aggregate(total=Count("pk"), done=Count("pk", filter=is_done_by(user.pk)))
    scores = scores_of(counting_attempts().filter(user=user, exercise__lesson__course=course))
    groups = list(scores.values_list("max_points", "points", "graded", "attempted"))
    return Figures(
        lessons_completed=counted["done"],
        lessons_total=counted["total"],
        exercises_attempted=sum(attempted for *_score, attempted in groups),
        average_score=mean_of(group[:3] for group in groups),
    )


def is_done_by(user: Any, lesson: str = "pk") -> Exists:
    """The condition that this person, or whoever an OuterRef leads to, has completed the lesson at `lesson`."""
    return Exists(LessonProgress.objects.completed().filter(user=user, lesson=OuterRef(lesson)))


def counting_attempts() -> Any:
    """Of each learner and exercise the attempt that counts: the latest submitted one.

    Only of exercises that can be seen: alive ones of published lessons.
    """
    later = ExerciseAttempt.objects.submitted().filter(user=OuterRef("user"), exercise=OuterRef("exercise"))
    later = later.filter(
        Q(submitted_at__gt=OuterRef("submitted_at"))
        | Q(submitted_at=OuterRef("submitted_at"), pk__gt=OuterRef("pk"))
    )
    return ExerciseAttempt.objects.submitted().filter(
        ~Exists(later.order_by()),
        exercise__is_deleted=False,
        exercise__lesson__is_deleted=False,
        exercise__lesson__is_published=True,
    )


def scores_of(attempts: Any, *by: str) -> Any:
    """Rows by points in all, and by these columns: `attempted`, `graded` and the sum of the scores, `points`.

    The score of an attempt is that of its newest grade; with NULL there it is not graded.
    """
    newest = Grade.objects.filter(attempt=OuterRef("pk")).order_by("-graded_at", "-id").values("score")[:1]
    scores: DecimalField[Any, Any] = DecimalField(max_digits=12, decimal_places=2)
    rows = attempts.order_by().annotate(score=Subquery(newest, output_field=scores))
    return rows.values(*by, "max_points").annotate(
        points=Sum("score"), graded=Count("score"), attempted=Count("pk")
    )


def mean_of(groups: Any) -> Decimal | None:
    """The average score of groups (points in all, sum of the scores or None, number of scores)."""
    # SQLite adds in binary: what is added has two places, and so has the sum.
    return mean_percent(
        (max_points, round(Decimal(points), 2), graded) for max_points, points, graded in groups if graded
    )
