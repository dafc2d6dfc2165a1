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


@dataclass(frozen=True)
class BookingRequested(DomainEvent):
    """A student would like a seat."""

    booking_id: int


@dataclass(frozen=True)
class BookingConfirmed(DomainEvent):
    """The seat is the student's."""

    booking_id: int


@dataclass(frozen=True)
class BookingMoved(DomainEvent):
    """The student has, or would like, a seat at another time: in another session, or because the session moved."""

    booking_id: int


@dataclass(frozen=True)
class BookingCancelled(DomainEvent):
    """The seat is free again; with its whole session when that was cancelled."""

    booking_id: int
    reason: str = ""
    with_session: bool = False
