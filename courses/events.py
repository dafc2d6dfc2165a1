"""What happens to courses, announced after commit."""

from __future__ import annotations

from dataclasses import dataclass

from config.base.events import DomainEvent


@dataclass(frozen=True)
class CoursePublished(DomainEvent):
    """Learners can find the course from now on."""

    course_id: int
    instructor_id: int | None


@dataclass(frozen=True)
class CourseArchived(DomainEvent):
    """The course is no longer offered."""

    course_id: int
    instructor_id: int | None


@dataclass(frozen=True)
class LessonPublished(DomainEvent):
    """Learners of the course can open the lesson from now on."""

    lesson_id: int
    course_id: int
