"""A learner at work, for tests of answers, quizzes and grades."""

from __future__ import annotations

from types import SimpleNamespace

from accounts.tests.factories import TeacherFactory, UserFactory
from courses.tests.factories import (
    CourseFactory,
    ExerciseFactory,
    LessonFactory,
    QuizFactory,
    QuizItemFactory,
)

from .factories import EnrollmentFactory


def make_class(**course):
    """A teacher's published course with two lessons, and somebody enrolled in it."""
    teacher = TeacherFactory()
    found = CourseFactory(instructor=teacher, status="PUBLISHED", published_at="2026-01-05T09:00Z", **course)
    lesson, _other = (LessonFactory(course=found, is_published=True) for _ in range(2))
    learner = UserFactory()
    enrollment = EnrollmentFactory(user=learner, course=found)
    return SimpleNamespace(
        teacher=teacher, course=found, lesson=lesson, learner=learner, enrollment=enrollment
    )


def make_quiz(group, *kinds, points=4, **values):
    """A quiz of the class's lesson that asks an exercise of each kind, worth `points` there and 2 elsewhere."""
    quiz = QuizFactory(lesson=group.lesson, **values)
    exercises = [ExerciseFactory(lesson=group.lesson, kind=kind) for kind in kinds]
    for exercise in exercises:
        QuizItemFactory(quiz=quiz, exercise=exercise, points=points)
    return quiz, exercises
