"""What one learner did in one course, for whoever accompanies them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q

from accounts.models import User
from courses.models import Course
from courses.selectors import Part, lessons_with_parts, quizzes_of_course

from ..models import ExerciseAttempt, LessonProgress, QuizAttempt, VideoProgress
from ..values import percent_of


@dataclass(frozen=True)
class ExerciseWork:
    """An exercise and what the learner made of it: the submitted attempts, and the newest one's current grade.

    `score` is in points out of `max_points`, None while nobody has graded it.
    """

    part: Part
    attempts: int = 0
    attempt_id: int | None = None
    submitted_at: datetime | None = None
    score: Decimal | None = None
    max_points: int = 0

    @property
    def percent(self) -> int | None:
        """The score in whole percent, rounded down, at most 100."""
        if self.score is None or not self.max_points:
            return None
        return int(min(self.score, Decimal(self.max_points)) * 100 / self.max_points)

    @property
    def is_waiting(self) -> bool:
        """Has it been handed in, and not been graded?"""
        return self.attempts > 0 and self.score is None


@dataclass(frozen=True)
class VideoWork:
    """A video and how much of it the learner has seen, in whole percent."""

    part: Part
    percent: int = 0
    completed: bool = False


@dataclass(frozen=True)
class QuizWork:
    """A quiz, the learner's goes at it, and the newest of them."""

    part: Part
    attempts: int = 0
    newest: QuizAttempt | None = None


@dataclass(frozen=True)
class LessonWork:
    """What a learner did in one lesson."""

    exercises: list[ExerciseWork] = field(default_factory=list)
    videos: list[VideoWork] = field(default_factory=list)
    quizzes: list[QuizWork] = field(default_factory=list)


@dataclass(frozen=True)
class CourseWork:
    """What a learner did in a course: by lesson, in quizzes of the whole course, and when lessons were done.

    `elsewhere` counts attempts at exercises that are no longer in the course: they are kept, and shown nowhere else.
    """

    lessons: dict[int, LessonWork]
    quizzes: list[QuizWork]
    completed_at: list[datetime]
    elsewhere: int


def course_work(*, user: User, course: Course) -> CourseWork:
    """All that this learner did in this course. Nine queries, whatever the size of the course."""
    attempts = _attempts(user, course)
    seen = VideoProgress.objects.filter(user=user, video__lesson__course=course).order_by()
    videos = {row.video_id: row for row in seen}
    goes = _goes(user, course)
    lessons = {
        lesson.pk: LessonWork(
            [_exercise_work(part, attempts.pop(part.pk, [])) for part in lesson.exercises],
            [_video_work(part, videos.get(part.pk)) for part in lesson.videos],
            [_quiz_work(part, goes.get(part.pk, [])) for part in lesson.quizzes],
        )
        for lesson in lessons_with_parts(course)
    }
    done = LessonProgress.objects.completed().filter(
        user=user, lesson__course=course, lesson__is_deleted=False
    )
    return CourseWork(
        lessons=lessons,
        quizzes=[_quiz_work(part, goes.get(part.pk, [])) for part in quizzes_of_course(course)],
        completed_at=list(done.order_by("completed_at").values_list("completed_at", flat=True)),
        elsewhere=sum(len(rows) for rows in attempts.values()),
    )


def _attempts(user: User, course: Course) -> dict[int, list[Any]]:
    """The submitted attempts by exercise, the newest last."""
    rows = ExerciseAttempt.objects.submitted().filter(user=user, exercise__lesson__course=course)
    names = ("exercise_id", "pk", "submitted_at", "current_score", "max_points")
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows.with_current_grade().order_by("submitted_at", "id").values_list(*names):
        found[row[0]].append(row[1:])
    return found


def _goes(user: User, course: Course) -> dict[int, list[QuizAttempt]]:
    """The goes at quizzes of this course and its lessons, the newest last."""
    found: dict[int, list[QuizAttempt]] = defaultdict(list)
    here = Q(quiz__course=course) | Q(quiz__lesson__course=course)
    for row in QuizAttempt.objects.filter(here, user=user).order_by("started_at", "id"):
        found[row.quiz_id].append(row)
    return found


def _exercise_work(part: Part, attempts: list[Any]) -> ExerciseWork:
    return ExerciseWork(part, len(attempts), *attempts[-1]) if attempts else ExerciseWork(part)


def _video_work(part: Part, progress: VideoProgress | None) -> VideoWork:
    if progress is None:
        return VideoWork(part)
    seen = min(progress.furthest_seconds, part.detail)
    return VideoWork(part, percent_of(seen, part.detail), progress.completed)


def _quiz_work(part: Part, goes: list[QuizAttempt]) -> QuizWork:
    return QuizWork(part, len(goes), goes[-1]) if goes else QuizWork(part)
