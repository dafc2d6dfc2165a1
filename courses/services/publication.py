"""Publishing and taking back courses and lessons."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from config.base.events import emit
from config.base.exceptions import DomainError
from config.base.querysets import now_ms

from ..events import CourseArchived, CoursePublished, LessonPublished
from ..models import Course, Lesson


@transaction.atomic
def publish_course(*, course: Course) -> Course:
    """Let learners find the course. Twice is once; an archived one is published again under its first date.

    Raises DomainError `no_published_lesson` when there is nothing to learn in it, StaleObjectError.
    """
    _lock(course.pk)
    if course.status == Course.Status.PUBLISHED:
        return course
    if not course.has_published_lesson():
        raise DomainError(_("Publish a lesson of this course first."), code="no_published_lesson")
    course.status = Course.Status.PUBLISHED
    course.published_at = course.published_at or now_ms()
    course.save(update_fields=["status", "published_at"])
    emit(CoursePublished(course_id=course.pk, instructor_id=course.instructor_id))
    return course


@transaction.atomic
def archive_course(*, course: Course) -> Course:
    """Take the course off the offer; what learners did in it stays. Twice is once. Raises StaleObjectError."""
    _lock(course.pk)
    if course.status == Course.Status.ARCHIVED:
        return course
    course.status = Course.Status.ARCHIVED
    course.save(update_fields=["status"])
    emit(CourseArchived(course_id=course.pk, instructor_id=course.instructor_id))
    return course


@transaction.atomic
def publish_lesson(*, lesson: Lesson) -> Lesson:
    """Let the learners of its course open the lesson. Twice is once. Raises StaleObjectError."""
    if lesson.is_published:
        return lesson
    lesson.is_published = True
    lesson.save(update_fields=["is_published"])
    emit(LessonPublished(lesson_id=lesson.pk, course_id=lesson.course_id))
    return lesson


@transaction.atomic
def unpublish_lesson(*, lesson: Lesson) -> Lesson:
    """Take the lesson back. Twice is once.

    Raises DomainError `last_published_lesson` when its course is published and would be left with nothing to learn,
    StaleObjectError.
    """
    course = _lock(lesson.course_id)
    if not lesson.is_published:
        return lesson
    others = course.lessons.published().exclude(pk=lesson.pk)
    if course.status == Course.Status.PUBLISHED and not others.exists():
        message = _("This is the only published lesson of a published course. Archive the course first.")
        raise DomainError(message, code="last_published_lesson")
    lesson.is_published = False
    lesson.save(update_fields=["is_published"])
    return lesson


def _lock(course_id: int) -> Course:
    """The stored course; publishing it and taking back its last lesson happen one after the other."""
    return Course.all_objects.select_for_update(no_key=True).get(pk=course_id)
