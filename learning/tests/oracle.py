"""What the figures have to be, counted from the rows in plain Python: none of the queries of `learning.selectors`."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from courses.models import Exercise, Lesson
from learning.models import ExerciseAttempt, Grade, LessonProgress, ProgressSnapshot
from learning.values import Figures


def rows(model: Any) -> list[dict[str, Any]]:
    """All alive rows of a model, as they are stored."""
    return [row for row in model.all_objects.order_by("pk").values() if not row["is_deleted"]]


def counting_lessons(course: int) -> list[dict[str, Any]]:
    """The published required lessons in order."""
    found = [
        row
        for row in rows(Lesson)
        if row["course_id"] == course and row["is_published"] and row["is_required"]
    ]
    return sorted(found, key=lambda row: (row["position"], row["id"]))


def done_lessons(user: int) -> set[int]:
    return {
        row["lesson_id"]
        for row in rows(LessonProgress)
        if row["user_id"] == user and row["status"] == "COMPLETED"
    }


def expected_figures(user: int, course: int) -> Figures:
    counting = {row["id"] for row in counting_lessons(course)}
    done = counting & done_lessons(user)
    published = {row["id"] for row in rows(Lesson) if row["course_id"] == course and row["is_published"]}
    attempted, percents = 0, []
    all_attempts, all_grades = rows(ExerciseAttempt), rows(Grade)
    for exercise in rows(Exercise):
        attempts = [
            row
            for row in all_attempts
            if row["exercise_id"] == exercise["id"] and row["user_id"] == user and row["submitted_at"]
        ]
        if exercise["lesson_id"] not in published or not attempts:
            continue
        attempted += 1
        latest = max(attempts, key=lambda row: (row["submitted_at"], row["id"]))
        grades = [row for row in all_grades if row["attempt_id"] == latest["id"]]
        current = max(grades, key=lambda row: (row["graded_at"], row["id"]), default=None)
        if current is not None and current["score"] is not None:
            percents.append(Fraction(current["score"]) * 100 / latest["max_points"])
    mean = sum(percents, Fraction()) / len(percents) if percents else None
    return Figures(
        lessons_completed=len(done),
        lessons_total=len(counting),
        exercises_attempted=attempted,
        average_score=None
        if mean is None
        else (Decimal(mean.numerator) / mean.denominator).quantize(Decimal("0.01"), ROUND_HALF_UP),
    )


def expected_percent(user: int, course: int) -> int:
    """100 exactly when there is something to do and all of it is done."""
    counting = {row["id"] for row in counting_lessons(course)}
    done = counting & done_lessons(user)
    if counting and counting <= done:
        return 100
    return (
        max((each for each in range(100) if each * len(counting) <= 100 * len(done)), default=0)
        if counting
        else 0
    )


def expected_lesson(user: int, course: int) -> int | None:
    """Where the learner goes on."""
    done = done_lessons(user)
    undone = [row for row in counting_lessons(course) if row["id"] not in done]
    lessons = {row["id"]: row for row in Lesson.all_objects.values()}
    pointers = [
        lessons.get(row["current_lesson_id"])
        for row in rows(ProgressSnapshot)
        if (row["user_id"], row["course_id"]) == (user, course)
    ]
    for pointer in pointers:
        if pointer is not None and pointer["course_id"] == course:
            at = pointer["position"], pointer["id"]
            ahead = [row for row in undone if (row["position"], row["id"]) >= at]
            if ahead:
                return int(ahead[0]["id"])
    return int(undone[0]["id"]) if undone else None
