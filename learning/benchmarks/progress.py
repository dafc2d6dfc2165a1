"""`benchmark learning`: what progress costs in small courses and large, beside asking lesson by lesson."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connections, models, transaction

from accounts.models import User
from config.base.benchmarks import Report, register
from config.base.benchmarks.measure import Measurement, Work, interleave
from courses.models import Course, Exercise, Lesson, Subject

from ..models import Enrollment, ExerciseAttempt, Grade, LessonProgress, ProgressSnapshot
from ..selectors import class_report, course_outline, figures
from ..services import get_current_lesson, save_progress
from ..values import percent_of

LESSONS, LEARNERS = (10, 100, 1_000), (100, 1_000, 10_000)
CLASS_LESSONS = 20
ROUNDS = 5
SAMPLE = 100  # asking 10,000 learners one by one takes minutes
OUTLINE_BAR, SAVE_BAR, REPORT_BAR = 6, 30, 3
BEGUN = datetime(2026, 3, 2, 9, tzinfo=UTC)
NOTE = "All rows were written in one transaction, which has been rolled back."


@register("learning")
def benchmark_learning(*, scale: float, using: str, progress: Callable[[str], None]) -> Report:
    """Outline and save_progress by lessons, the class report by learners, in the database that services write to."""
    connection = connections[using]
    report = Report(notes=[NOTE])
    with transaction.atomic(using=using):
        school = School(using)
        for size in LESSONS:
            number = max(2, round(size * scale))
            progress(f"A course of {number:,} lessons …")
            course = school.course(number)
            (user,) = school.learners(course, 1)
            school.analyze()
            for name, work, baseline, naive, bar in (
                ("outline", outline, "lesson by lesson", outline_one_by_one, OUTLINE_BAR),
                ("save_progress", save, "counted lesson by lesson", save_one_by_one, SAVE_BAR),
            ):
                mine, other = f"{name}, {number:,} lessons", f"{baseline}, {number:,} lessons"
                works = {mine: work(user, course), other: naive(user, course)}
                timings = interleave(works, rounds=ROUNDS, connection=connection)
                report.results.append(
                    Measurement(mine, other, timings[mine], timings[other], queries_bar=bar)
                )
        for size in LEARNERS:
            number = max(1, round(size * scale))
            progress(f"A class of {number:,} learners …")
            course = school.course(CLASS_LESSONS)
            school.learners(course, number)
            school.analyze()
            asked = min(number, SAMPLE)
            mine, other = f"class report, {number:,} learners", f"learner by learner, {asked} of {number:,}"
            works = {mine: report_of(course), other: report_one_by_one(course)}
            timings = interleave(works, rounds=ROUNDS, connection=connection)
            report.results.append(
                Measurement(mine, other, timings[mine], timings[other], queries_bar=REPORT_BAR)
            )
        transaction.set_rollback(True, using=using)
    return report


class School:
    """Courses and learners in any number, written past the history: nothing of it stays."""

    def __init__(self, using: str) -> None:
        self.using = using
        self.number = 0
        self.subject = self._one(Subject, name="benchmark", slug="benchmark-learning")

    def course(self, lessons: int) -> Course:
        """A published course of so many published lessons with an exercise each."""
        self.number += 1
        course: Course = self._one(
            Course,
            subject=self.subject,
            title=f"Benchmark {self.number}",
            slug=f"benchmark-learning-{self.number}",
            status="PUBLISHED",
            published_at=BEGUN,
        )
        rows = self._all(
            Lesson(course=course, title=f"{at}", slug=f"l{at}", position=at, is_published=True)
            for at in range(1, lessons + 1)
        )
        self._all(
            Exercise(
                lesson=lesson,
                kind="TRUE_FALSE",
                prompt="?",
                options=[],
                answer={"correct": True},
                points=3,
                position=1,
            )
            for lesson in rows
        )
        return course

    def learners(self, course: Course, number: int) -> list[User]:
        """So many learners who have done half of the course and answered its first two exercises."""
        self.number += 1
        lessons = list(course.lessons.in_order())
        exercises = list(Exercise.objects.filter(lesson__in=lessons[:2]))
        names = [f"benchmark-{self.number}-{at}" for at in range(number)]
        users = self._all(User(username=name, email=f"{name}@example.org", full_name=name) for name in names)
        self._all(Enrollment(user=user, course=course, enrolled_at=BEGUN) for user in users)
        self._all(ProgressSnapshot(user=user, course=course, structure_version=0) for user in users)
        done = {"status": "COMPLETED", "started_at": BEGUN, "completed_at": BEGUN + timedelta(hours=1)}
        self._all(
            LessonProgress(user=user, lesson=lesson, **done)
            for user in users
            for lesson in lessons[: len(lessons) // 2]
        )
        attempts = self._all(_attempt(user, exercise) for user in users for exercise in exercises)
        self._all(
            Grade(attempt=attempt, score=attempt.pk % 4, source="AUTO", graded_at=BEGUN)
            for attempt in attempts
        )
        return users

    def analyze(self) -> None:
        """Give the planner the figures that it would have in tables that have been there for a while."""
        with connections[self.using].cursor() as cursor:
            cursor.execute("ANALYZE")

    def _one(self, model: Any, **values: Any) -> Any:
        return self._all([model(**values)])[0]

    def _all(self, rows: Any) -> Any:
        rows = list(rows)
        plain: Any = models.QuerySet(type(rows[0]), using=self.using)
        return plain.bulk_create(rows, batch_size=2_000)


def _attempt(user: User, exercise: Exercise) -> ExerciseAttempt:
    return ExerciseAttempt(
        user=user,
        exercise=exercise,
        number=1,
        status="COMPLETED",
        exercise_revision=1,
        snapshot_kind=exercise.kind,
        snapshot_prompt=exercise.prompt,
        snapshot_options=[],
        snapshot_key=exercise.answer,
        max_points=3,
        answer={"value": True},
        submitted_at=BEGUN,
    )


def outline(user: User, course: Course) -> Work:
    return lambda: lambda: course_outline(user=user, course=course)


def outline_one_by_one(user: User, course: Course) -> Work:
    """As it is written at first: each lesson is asked for what is in it and what was done."""

    def run() -> list[Any]:
        return [
            (
                lesson,
                LessonProgress.objects.filter(user=user, lesson=lesson).first(),
                [part.count() for part in (lesson.videos, lesson.exercises, lesson.quizzes)],
                list(lesson.prerequisites.all()),
            )
            for lesson in Lesson.objects.filter(course=course).published().in_order()
        ]

    return lambda: run


def save(user: User, course: Course) -> Work:
    def prepare() -> Any:
        lesson = _undone(user, course)
        return lambda: save_progress(user=user, course=course, lesson=lesson)

    return prepare


def save_one_by_one(user: User, course: Course) -> Work:
    """The same row, and then the percent by asking each lesson."""

    def run(lesson: Lesson) -> None:
        LessonProgress.objects.create(
            user=user, lesson=lesson, status="COMPLETED", started_at=BEGUN, completed_at=BEGUN
        )
        lessons = list(Lesson.objects.filter(course=course).published().required())
        done = [
            LessonProgress.objects.completed().filter(user=user, lesson=each).exists() for each in lessons
        ]
        ProgressSnapshot.objects.create_or_update(
            user=user,
            course=course,
            lessons_completed=sum(done),
            lessons_total=len(done),
            completion_percentage=percent_of(sum(done), len(done)),
        )

    def prepare() -> Any:
        lesson = _undone(user, course)
        return lambda: run(lesson)

    return prepare


def _undone(user: User, course: Course) -> Lesson:
    """The last lesson but one, not done, so that each run does the same and none completes the course."""
    lesson = list(Lesson.objects.filter(course=course).order_by("-position")[:2])[-1]
    mine: Any = LessonProgress.all_objects.filter(user=user, lesson=lesson)
    mine._raw_delete(mine.db)
    return lesson


def report_of(course: Course) -> Work:
    return lambda: lambda: class_report(course)


def report_one_by_one(course: Course) -> Work:
    """As the learner's own page would say it, for one after the other; some of them stand for all."""

    def run() -> list[Any]:
        return [
            (each.user, figures(each.user, course), get_current_lesson(user=each.user, course=course))
            for each in Enrollment.objects.current().filter(course=course).select_related("user")[:SAMPLE]
        ]

    return lambda: run
