"""A course that somebody goes through, for the tests of progress."""

from __future__ import annotations

from types import SimpleNamespace

from accounts.tests.factories import UserFactory
from courses.services import publish_course
from courses.tests.factories import CourseFactory, LessonFactory
from learning.selectors import current_snapshot, figures
from learning.services import enrol


def make_course(lessons=4, **values):
    """A published course with so many published lessons, at positions 10, 20, …"""
    course = CourseFactory(**values)
    made = [
        LessonFactory(course=course, position=10 * (number + 1), is_published=True)
        for number in range(lessons)
    ]
    publish_course(course=course)
    return course, made


def make_learner(lessons=4):
    """Somebody enrolled in such a course; `who` is what the services take."""
    course, made = make_course(lessons)
    user = UserFactory()
    enrol(user=user, course=course)
    return SimpleNamespace(user=user, course=course, lessons=made, who={"user": user, "course": course})


def percent(who):
    """What a reader is shown, which is what the rows say."""
    found = current_snapshot(**who)
    assert (found.lessons_completed, found.lessons_total, found.completion_percentage) == (
        figures(**who).lessons_completed,
        figures(**who).lessons_total,
        figures(**who).percent,
    )
    return found.completion_percentage
