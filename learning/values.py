"""What learning computes, as frozen values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from courses.models import Course, Lesson

    from .models import Enrollment

HUNDREDTH = Decimal("0.01")


def percent_of(done: int, total: int) -> int:
    """How many percent of `total` are `done`, rounded down: 100 means all, and nothing at all is 0.

    Every percent of progress that anybody is shown comes from here. ValueError for more done than there is.
    """
    if not 0 <= done <= total:
        raise ValueError(f"Nobody has done {done} of {total}.")
    return 100 * done // total if total else 0


def mean_percent(groups: Iterable[tuple[int, Decimal, int]]) -> Decimal | None:
    """The mean in percent of scores given as groups (points in all, sum of the scores, number of scores).

    Two places, half up, and exact until then; None without a score. Points beyond the maximum do not count.
    """
    total, number = Fraction(), 0
    for max_points, points, scores in groups:
        total += min(Fraction(points) / max_points, Fraction(scores))
        number += scores
    if not number:
        return None
    mean = total * 100 / number
    return (Decimal(mean.numerator) / mean.denominator).quantize(HUNDREDTH, ROUND_HALF_UP)


@dataclass(frozen=True)
class Figures:
    """How far a learner is with a course.

    `lessons_total` are the published required lessons, `lessons_completed` those of them that are done;
    `exercises_attempted` are the exercises of published lessons for which an answer was submitted; `average_score`
    is in percent, None while nothing is graded.
    """

    lessons_completed: int = 0
    lessons_total: int = 0
    exercises_attempted: int = 0
    average_score: Decimal | None = None

    @property
    def percent(self) -> int:
        return percent_of(self.lessons_completed, self.lessons_total)

    @property
    def is_complete(self) -> bool:
        """Is every lesson done, and is there one?"""
        return 0 < self.lessons_total == self.lessons_completed

    def as_columns(self) -> dict[str, Any]:
        """The figures by the names of the columns in which a snapshot stores them."""
        return {
            "lessons_completed": self.lessons_completed,
            "lessons_total": self.lessons_total,
            "completion_percentage": self.percent,
            "exercises_attempted": self.exercises_attempted,
            "average_score": self.average_score,
        }


@dataclass(frozen=True)
class OutlineLesson:
    """A published lesson as a learner finds it in the outline of its course; its text is not loaded.

    `is_available`: what it requires is done or skipped, or it is itself. `videos`, `exercises` and `quizzes` are
    numbers.
    """

    lesson: Lesson
    status: str
    completed_at: datetime | None
    is_available: bool
    is_current: bool
    videos: int
    exercises: int
    quizzes: int

    @property
    def is_done(self) -> bool:
        return self.status == "COMPLETED"

    @property
    def is_required(self) -> bool:
        return self.lesson.is_required

    @property
    def minutes(self) -> int:
        return self.lesson.estimated_minutes


@dataclass(frozen=True)
class CourseOutline:
    """A course's published lessons in order, and how far a learner is with them; they go on at `resume`."""

    course: Course
    lessons: tuple[OutlineLesson, ...]
    figures: Figures
    resume: Lesson | None
    last_activity_at: datetime | None

    @property
    def percent(self) -> int:
        return self.figures.percent

    @property
    def minutes_left(self) -> int:
        """Of the required lessons that are not done."""
        return sum(each.minutes for each in self.lessons if each.is_required and not each.is_done)


@dataclass(frozen=True)
class CourseProgress:
    """A course that a learner takes part in, and how far they are; they go on at `resume`."""

    enrollment: Enrollment
    figures: Figures
    resume: Lesson | None
    last_activity_at: datetime | None

    @property
    def course(self) -> Course:
        return self.enrollment.course

    @property
    def percent(self) -> int:
        return self.figures.percent


@dataclass(frozen=True)
class ReportLesson:
    """A published lesson of a course, and how many of those who take part have completed it."""

    lesson_id: int
    title: str
    position: int
    is_required: bool
    completed: int
    learners: int

    @property
    def percent(self) -> int:
        return percent_of(self.completed, self.learners)


@dataclass(frozen=True)
class ReportRow:
    """Somebody who takes part in a course, and how far they are; `current` is the lesson at which they go on."""

    user_id: int
    name: str
    status: str
    enrolled_at: datetime
    completed_at: datetime | None
    last_activity_at: datetime | None
    figures: Figures
    current: ReportLesson | None

    @property
    def percent(self) -> int:
        return self.figures.percent


@dataclass(frozen=True)
class Bucket:
    """How many learners are at `low` to `high` percent, both included."""

    low: int
    high: int
    learners: int


@dataclass(frozen=True)
class ClassReport:
    """Everybody who takes part in a course, by name; how many are how far; and its published lessons in order."""

    rows: tuple[ReportRow, ...]
    histogram: tuple[Bucket, ...]
    lessons: tuple[ReportLesson, ...]

    @property
    def completed(self) -> int:
        """How many have done all that there is now."""
        return sum(row.figures.is_complete for row in self.rows)

    @property
    def average_percent(self) -> Decimal | None:
        """The mean of all learners' percent, two places; None without a learner."""
        return mean_percent([(100, Decimal(sum(row.percent for row in self.rows)), len(self.rows))])


def histogram_of(percents: Iterable[int]) -> tuple[Bucket, ...]:
    """Ten buckets of ten percent, and one for those who have done it all."""
    counts = [0] * 11
    for percent in percents:
        counts[percent // 10] += 1
    return tuple(Bucket(10 * at, min(10 * at + 9, 100), number) for at, number in enumerate(counts))
