"""One factory per model; each builds a valid row with the parents it needs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import factory
from factory.django import DjangoModelFactory

from accounts.tests.factories import UserFactory
from courses.tests.factories import (
    CourseFactory,
    ExerciseFactory,
    LessonFactory,
    QuizFactory,
    VideoFactory,
)
from learning import models

FIRST_DAY = datetime(2026, 3, 2, 9, tzinfo=UTC)

#: A wrong answer of each kind to the exercises of `courses.tests.factories`, and a right one.
WRONG: dict[str, dict[str, Any]] = {
    "MULTIPLE_CHOICE": {"selected": ["a"]},
    "TRUE_FALSE": {"value": False},
    "CODE_COMPLETION": {"blanks": ["total = n"]},
    "FREE_FORM": {"text": "No idea."},
}
RIGHT: dict[str, dict[str, Any]] = {
    "MULTIPLE_CHOICE": {"selected": ["b"]},
    "TRUE_FALSE": {"value": True},
    "CODE_COMPLETION": {"blanks": ["total += n"]},
    "FREE_FORM": {"text": "Nothing changes n."},
}


class EnrollmentFactory(DjangoModelFactory):
    class Meta:
        model = models.Enrollment

    user = factory.SubFactory(UserFactory)
    course = factory.SubFactory(CourseFactory)
    enrolled_at = FIRST_DAY


class ReviewFactory(DjangoModelFactory):
    """A review as it is stored; writing one through a door takes an enrolment."""

    class Meta:
        model = models.Review

    user = factory.SubFactory(UserFactory)
    course = factory.SubFactory(CourseFactory)
    rating = 4
    comment = "Clear, and full of examples."


class LessonProgressFactory(DjangoModelFactory):
    class Meta:
        model = models.LessonProgress

    user = factory.SubFactory(UserFactory)
    lesson = factory.SubFactory(LessonFactory)
    status = models.LessonProgress.Status.IN_PROGRESS
    started_at = FIRST_DAY


class VideoProgressFactory(DjangoModelFactory):
    class Meta:
        model = models.VideoProgress

    user = factory.SubFactory(UserFactory)
    video = factory.SubFactory(VideoFactory)
    position_seconds = 40
    furthest_seconds = 90


class QuizAttemptFactory(DjangoModelFactory):
    class Meta:
        model = models.QuizAttempt

    user = factory.SubFactory(UserFactory)
    quiz = factory.SubFactory(QuizFactory)
    number = factory.Sequence(lambda number: number + 1)
    started_at = FIRST_DAY


class ExerciseAttemptFactory(DjangoModelFactory):
    """An attempt that was submitted, with the exercise as it is now."""

    class Meta:
        model = models.ExerciseAttempt

    user = factory.SubFactory(UserFactory)
    exercise = factory.SubFactory(ExerciseFactory)
    number = factory.Sequence(lambda number: number + 1)
    status = models.ExerciseAttempt.Status.COMPLETED
    exercise_revision = factory.LazyAttribute(lambda attempt: attempt.exercise.revision)
    snapshot_kind = factory.LazyAttribute(lambda attempt: attempt.exercise.kind)
    snapshot_prompt = factory.LazyAttribute(lambda attempt: attempt.exercise.prompt)
    snapshot_options = factory.LazyAttribute(lambda attempt: attempt.exercise.options)
    snapshot_key = factory.LazyAttribute(lambda attempt: attempt.exercise.answer)
    max_points = factory.LazyAttribute(lambda attempt: attempt.exercise.points)
    answer = factory.LazyAttribute(lambda attempt: WRONG[str(attempt.snapshot_kind)])
    submitted_at = FIRST_DAY


class GradeFactory(DjangoModelFactory):
    class Meta:
        model = models.Grade

    attempt = factory.SubFactory(ExerciseAttemptFactory)
    score = 0
    is_correct = False
    source = models.Grade.Source.AUTO
    graded_at = factory.Sequence(lambda number: FIRST_DAY + timedelta(minutes=number))


class ProgressSnapshotFactory(DjangoModelFactory):
    class Meta:
        model = models.ProgressSnapshot

    user = factory.SubFactory(UserFactory)
    course = factory.SubFactory(CourseFactory)
    lessons_completed = 1
    lessons_total = 2
    completion_percentage = 50


class ConversationFactory(DjangoModelFactory):
    class Meta:
        model = models.Conversation

    title = factory.Sequence(lambda number: f"Why does loop {number} never end?")


class ConversationParticipantFactory(DjangoModelFactory):
    class Meta:
        model = models.ConversationParticipant

    conversation = factory.SubFactory(ConversationFactory)
    user = factory.SubFactory(UserFactory)


class ChatMessageFactory(DjangoModelFactory):
    class Meta:
        model = models.ChatMessage

    conversation = factory.SubFactory(ConversationFactory)
    author = factory.SubFactory(UserFactory)
    role = models.ChatMessage.Role.LEARNER
    body = "I do not see what changes `n`."
    context = factory.LazyFunction(lambda: {"excerpt": "while n > 0:"})
