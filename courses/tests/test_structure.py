"""`Course.structure_version` rises with every change to which lessons count and in which order, on every path."""

from __future__ import annotations

import pytest

from config.base.deletion import soft_delete
from courses.models import Course, Lesson
from courses.services import publish_lesson, reorder_lessons, unpublish_lesson

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
    ExerciseFactory(lesson=lesson)
    assert structure(lesson.course) == before
    publish_lesson(lesson=lesson)
    assert Course.objects.get(pk=lesson.course_id).version == version, (
        "an open form of the course stays fresh"
    )
