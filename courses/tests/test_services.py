"""Publishing and taking back: what changes, what is refused, what is announced."""

from __future__ import annotations

import pytest

from accounts.tests.factories import UserFactory
from config.base.events import subscribe, unsubscribe
from config.base.exceptions import DomainError, StaleObjectError
from courses.events import CourseArchived, CoursePublished, LessonPublished
from courses.models import Course
from courses.services import archive_course, publish_course, publish_lesson, unpublish_lesson

from .factories import CourseFactory, LessonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def announced():
    """The events delivered so far."""
    events = []
    kinds = (CoursePublished, CourseArchived, LessonPublished)
    for kind in kinds:
        subscribe(kind, events.append)
    yield events
    for kind in kinds:
        unsubscribe(kind, events.append)


def test_publishing_twice_announces_once(announced, django_capture_on_commit_callbacks):
    course = CourseFactory(instructor=UserFactory())
    LessonFactory(course=course, is_published=True)
    with django_capture_on_commit_callbacks(execute=True):
        publish_course(course=course)
        publish_course(course=course)
    (event,) = announced
    assert (event.course_id, event.instructor_id) == (course.pk, course.instructor_id)
    assert event.occurred_at is not None
    stored = Course.objects.get(pk=course.pk)
    assert stored.status == "PUBLISHED"
    assert stored.published_at is not None
    assert stored.history.count() == 2


def test_a_course_without_a_published_lesson_is_not_published(announced, django_capture_on_commit_callbacks):
    course = LessonFactory().course
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(DomainError) as error:
        publish_course(course=course)
    assert error.value.code == "no_published_lesson"
    assert announced == []
    assert Course.objects.get(pk=course.pk).status == "DRAFT"


def test_an_archived_course_is_published_again_under_its_first_date(
    announced, django_capture_on_commit_callbacks
):
    course = LessonFactory(is_published=True).course
    with django_capture_on_commit_callbacks(execute=True):
        first = publish_course(course=course).published_at
        archive_course(course=course)
        archive_course(course=course)
        publish_course(course=course)
    assert [type(event) for event in announced] == [CoursePublished, CourseArchived, CoursePublished]
    assert Course.objects.get(pk=course.pk).published_at == first


def test_a_stale_course_is_not_published():
    course = LessonFactory(is_published=True).course
    Course.objects.filter(pk=course.pk).update(title="Renamed meanwhile")
    with pytest.raises(StaleObjectError):
        publish_course(course=course)


def test_a_lesson_is_published_once(announced, django_capture_on_commit_callbacks):
    lesson = LessonFactory()
    with django_capture_on_commit_callbacks(execute=True):
        publish_lesson(lesson=lesson)
        publish_lesson(lesson=lesson)
    (event,) = announced
    assert (event.lesson_id, event.course_id) == (lesson.pk, lesson.course_id)


def test_the_last_published_lesson_of_a_published_course_stays():
    lesson = LessonFactory(is_published=True)
    publish_course(course=lesson.course)
    with pytest.raises(DomainError) as error:
        unpublish_lesson(lesson=lesson)
    assert error.value.code == "last_published_lesson"
    LessonFactory(course=lesson.course, is_published=True)
    assert not unpublish_lesson(lesson=lesson).is_published
    assert not unpublish_lesson(lesson=lesson).is_published
