"""One factory per model; each builds a valid row with the parents it needs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import factory
from factory.django import DjangoModelFactory

from accounts.tests.factories import StudentProfileFactory, TeacherProfileFactory, UserFactory
from courses import models

FIRST_SESSION = datetime(2030, 1, 7, 9, tzinfo=UTC)

ANSWERS: dict[str, dict[str, Any]] = {
    "MULTIPLE_CHOICE": {"correct": ["b"]},
    "TRUE_FALSE": {"correct": True},
    "CODE_COMPLETION": {"blanks": [{"accepted": ["total += n", "total = total + n"]}]},
    "FREE_FORM": {"sample": "Nothing in the block changes n."},
}


class SubjectFactory(DjangoModelFactory):
    class Meta:
        model = models.Subject

    name = factory.Sequence(lambda number: f"Programming {number}")
    slug = factory.Sequence(lambda number: f"programming-{number}")


class CourseFactory(DjangoModelFactory):
    class Meta:
        model = models.Course

    subject = factory.SubFactory(SubjectFactory)
    title = factory.Sequence(lambda number: f"Python, step {number}")
    slug = factory.Sequence(lambda number: f"python-{number}")
    summary = "Values, decisions, loops."
    description = "You will write **programs**."
    price_amount = "49.00"
    estimated_minutes = 90


class LessonFactory(DjangoModelFactory):
    class Meta:
        model = models.Lesson
        skip_postgeneration_save = True

    course = factory.SubFactory(CourseFactory)
    title = factory.Sequence(lambda number: f"Lesson {number}")
    slug = factory.Sequence(lambda number: f"lesson-{number}")
    position = factory.Sequence(lambda number: number + 1)
    body = "A program handles **values**."
    estimated_minutes = 30


class VideoFactory(DjangoModelFactory):
    class Meta:
        model = models.Video

    lesson = factory.SubFactory(LessonFactory)
    title = factory.Sequence(lambda number: f"Video {number}")
    url = "https://videos.example.org/1.mp4"
    duration_seconds = 300
    position = factory.Sequence(lambda number: number + 1)


class ExerciseFactory(DjangoModelFactory):
    """A multiple choice, or any kind: `ExerciseFactory(kind="TRUE_FALSE")`."""

    class Meta:
        model = models.Exercise

    lesson = factory.SubFactory(LessonFactory)
    kind = models.Exercise.Kind.MULTIPLE_CHOICE
    prompt = factory.Sequence(lambda number: f"What does program {number} print?")
    options = factory.LazyAttribute(
        lambda row: (
            [{"id": each, "text": f"Answer {each}"} for each in "abc"]
            if row.kind == "MULTIPLE_CHOICE"
            else []
        )
    )
    answer = factory.LazyAttribute(lambda row: ANSWERS[str(row.kind)])
    explanation = "Read it line by line."
    points = 2
    position = factory.Sequence(lambda number: number + 1)


class QuizFactory(DjangoModelFactory):
    class Meta:
        model = models.Quiz

    lesson = factory.SubFactory(LessonFactory)
    title = factory.Sequence(lambda number: f"Quiz {number}")


class QuizItemFactory(DjangoModelFactory):
    class Meta:
        model = models.QuizItem

    quiz = factory.SubFactory(QuizFactory)
    exercise = factory.LazyAttribute(lambda item: ExerciseFactory(lesson=item.quiz.lesson))
    position = factory.Sequence(lambda number: number + 1)


class FormulaFactory(DjangoModelFactory):
    class Meta:
        model = models.Formula

    name = factory.Sequence(lambda number: f"Small group {number}")
    kind = models.Formula.Kind.GROUP
    session_count = 4
    session_minutes = 60
    price_amount = "120.00"


class TutoringSessionFactory(DjangoModelFactory):
    class Meta:
        model = models.TutoringSession

    teacher = factory.SubFactory(TeacherProfileFactory)
    formula = factory.SubFactory(FormulaFactory)
    starts_at = factory.Sequence(lambda number: FIRST_SESSION + timedelta(hours=2 * number))
    ends_at = factory.LazyAttribute(lambda session: session.starts_at + timedelta(hours=1))
    capacity = 4


class FormulaPurchaseFactory(DjangoModelFactory):
    class Meta:
        model = models.FormulaPurchase

    student = factory.SubFactory(StudentProfileFactory)
    formula = factory.SubFactory(FormulaFactory)
    sessions_bought = 4
    price_amount = "120.00"
    purchased_at = datetime(2029, 12, 1, 10, tzinfo=UTC)


class CalendarFeedFactory(DjangoModelFactory):
    class Meta:
        model = models.CalendarFeed

    user = factory.SubFactory(UserFactory)


class BookingFactory(DjangoModelFactory):
    class Meta:
        model = models.Booking

    session = factory.SubFactory(TutoringSessionFactory)
    student = factory.SubFactory(StudentProfileFactory)
