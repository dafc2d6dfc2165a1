"""What happens in learning, announced after commit."""

from __future__ import annotations

from dataclasses import dataclass

from config.base.events import DomainEvent


@dataclass(frozen=True)
class ReviewPosted(DomainEvent):
    """A learner has said what they think of a course, for the first time or in other words."""

    review_id: int
    course_id: int
    user_id: int


@dataclass(frozen=True)
class LearnerEnrolled(DomainEvent):
    """Somebody takes part in a course, for the first time or again."""

    enrollment_id: int
    course_id: int
    user_id: int


@dataclass(frozen=True)
class LessonCompleted(DomainEvent):
    """A learner has done a lesson. Announced once for each."""

    lesson_id: int
    course_id: int
    user_id: int


@dataclass(frozen=True)
class CourseCompleted(DomainEvent):
    """A learner has done every lesson that a course had at that moment. Announced once for each."""

    enrollment_id: int
    course_id: int
    user_id: int


@dataclass(frozen=True)
class AttemptGraded(DomainEvent):
    """An attempt at an exercise has a grade that it did not have."""

    grade_id: int
    attempt_id: int
    exercise_id: int
    user_id: int


@dataclass(frozen=True)
class QuizFinished(DomainEvent):
    """A learner has submitted a quiz, or its time is up. Its score may still have to wait for a person."""

    quiz_attempt_id: int
    quiz_id: int
    user_id: int
