"""`Course.structure_version` rises with every change to which lessons count and in which order, on every path."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse

from config.base.deletion import soft_delete
from config.base.exceptions import DomainError
from courses.invariants import published_courses_teach
from courses.models import Course, Exercise, Lesson
from courses.services import publish_course, publish_lesson, reorder_lessons, unpublish_lesson

from .factories import CourseFactory, ExerciseFactory, LessonFactory

pytestmark = pytest.mark.django_db


def structure(course):
    return Course.all_objects.values_list("structure_version", flat=True).get(pk=course.pk)


def test_every_path_that_changes_the_structure_raises_it():
    course = CourseFactory()
    first, second = LessonFactory(course=course), LessonFactory(course=course)

    def fresh(lesson):
        return Lesson.all_objects.get(pk=lesson.pk)

    changes = {
        "add": lambda: LessonFactory(course=course),
        "bulk_create": lambda: Lesson.objects.bulk_create(
            [Lesson(course=course, title="x", slug="x", position=90)]
        ),
        "publish": lambda: publish_lesson(lesson=fresh(first)),
        "unpublish": lambda: unpublish_lesson(lesson=fresh(first)),
        "update": lambda: course.lessons.update(is_required=False),
        "reorder": lambda: reorder_lessons(
            course=course, lesson_ids=[*course.lessons.order_by("-position").values_list("pk", flat=True)]
        ),
        "delete": lambda: fresh(second).delete(),
        "restore": lambda: fresh(second).restore(),
        "queryset.delete": lambda: Lesson.objects.filter(pk=second.pk).delete(),
        "soft_delete": lambda: soft_delete([fresh(first)]),
        "cascade": lambda: Course.objects.get(pk=course.pk).delete(),
    }
    for name, change in changes.items():
        before = structure(course)
        change()
        assert structure(course) > before, name


def test_a_lesson_that_moves_raises_both_courses():
    lesson, target = LessonFactory(), CourseFactory()
    source = lesson.course
    before = structure(source), structure(target)
    lesson.course = target
    lesson.save()
    assert (structure(source), structure(target)) == (before[0] + 1, before[1] + 1)


def test_what_is_written_in_a_lesson_is_no_structure():
    lesson = LessonFactory()
    before, version = structure(lesson.course), lesson.course.version
    lesson.body = "Better words."
    lesson.save()
    assert structure(lesson.course) == before
    publish_lesson(lesson=lesson)
    assert Course.objects.get(pk=lesson.course_id).version == version, (
        "an open form of the course stays fresh"
    )


def test_which_exercises_there_are_is_structure_and_what_they_ask_is_not():
    lesson, other = LessonFactory(), LessonFactory()
    exercise = ExerciseFactory(lesson=lesson)
    mine = Exercise.objects.filter(pk=exercise.pk)
    steps = {
        "add": (lambda: ExerciseFactory(lesson=lesson), (1, 0)),
        "edit": (lambda: mine.update(prompt="And now?", points=9, position=90), (0, 0)),
        "move": (lambda: mine.update(lesson=other), (1, 1)),
        "delete": (lambda: mine.get().delete(), (0, 1)),
        "restore": (lambda: Exercise.all_objects.get(pk=exercise.pk).restore(), (0, 1)),
        "queryset.delete": (lambda: mine.delete(), (0, 1)),
    }
    for name, (step, raised) in steps.items():
        before = structure(lesson.course), structure(other.course)
        step()
        after = structure(lesson.course), structure(other.course)
        assert (after[0] - before[0], after[1] - before[1]) == raised, name


@pytest.mark.parametrize("way", ["delete", "queryset.delete", "update", "save", "move"])
def test_a_published_course_keeps_a_published_lesson_on_every_path(way):
    course, other = CourseFactory(), CourseFactory()
    LessonFactory(course=course)
    lesson = publish_lesson(lesson=LessonFactory(course=course))
    publish_course(course=course)
    mine = Lesson.objects.filter(pk=lesson.pk)
    with pytest.raises(DomainError) as caught, transaction.atomic():
        if way == "delete":
            lesson.delete()
        elif way == "queryset.delete":
            mine.delete()
        elif way == "update":
            mine.update(is_published=False)
        elif way == "save":
            lesson.is_published = False
            lesson.save()
        else:
            mine.update(course=other)
    assert caught.value.code == "last_published_lesson"
    assert course.lessons.published().get() == lesson


def test_a_published_course_falls_with_its_lessons_and_comes_back_with_them():
    course = CourseFactory()
    publish_lesson(lesson=LessonFactory(course=course))
    publish_course(course=course)
    course.delete()
    course.restore()
    assert course.status == Course.Status.PUBLISHED
    assert course.has_published_lesson()


def test_the_back_office_says_why_the_last_published_lesson_stays(admin_client):
    lesson = publish_lesson(lesson=LessonFactory())
    publish_course(course=lesson.course)
    url = reverse("admin:courses_lesson_delete", args=[lesson.pk])
    confirmation = admin_client.get(url)
    seen = confirmation.context_data["seen_preview"]
    response = admin_client.post(url, {"post": "yes", "seen_preview": seen}, follow=True)
    assert [message.level_tag for message in response.context["messages"]] == ["error"]
    assert Lesson.objects.filter(pk=lesson.pk).exists()


def test_the_data_check_finds_a_published_course_without_a_lesson():
    course = CourseFactory()
    publish_lesson(lesson=LessonFactory(course=course))
    publish_course(course=course)
    assert list(published_courses_teach("default")) == []
    QuerySet.update(course.lessons.all(), is_published=False)  # past the kernel
    (found,) = published_courses_teach("default")
    assert found.found == f"course {course.pk}"
