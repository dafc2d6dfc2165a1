"""Putting parts in another order: all at once, on both databases, each move recorded once."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.base.exceptions import DomainError
from config.base.tests.helpers import assert_sound
from courses.models import Exercise, Lesson
from courses.services import reorder_exercises, reorder_lessons, reorder_quiz_items, reorder_videos

from .factories import (
    CourseFactory,
    ExerciseFactory,
    LessonFactory,
    QuizFactory,
    QuizItemFactory,
    VideoFactory,
)

pytestmark = pytest.mark.django_db


def in_order(rows):
    return list(rows.order_by("position").values_list("pk", flat=True))


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_any_order_of_any_positions_is_reached(db, data):
    positions = data.draw(st.lists(st.integers(1, 60), min_size=1, max_size=7, unique=True))
    lesson = LessonFactory()
    rows = [ExerciseFactory(lesson=lesson, position=position) for position in positions]
    dead = data.draw(st.sampled_from(rows))
    if len(rows) > 1:
        dead.delete()
    alive = {row.pk: row.version for row in lesson.exercises.all()}
    before = dict(lesson.exercises.values_list("pk", "position"))
    wanted = data.draw(st.permutations(sorted(alive)))

    reorder_exercises(lesson=lesson, exercise_ids=wanted)

    after = dict(lesson.exercises.values_list("pk", "position"))
    assert in_order(lesson.exercises) == wanted
    assert sorted(after.values()) == sorted(before.values())
    for row in lesson.exercises.all():
        assert row.version == alive[row.pk] + (before[row.pk] != after[row.pk])
        assert row.revision == 1
    assert_sound(Exercise)
    if len(rows) > 1:
        dead.restore()  # its place was left free
    assert lesson.exercises.count() == len(rows)


@pytest.mark.parametrize("spoil", ["missing", "twice", "foreign"])
def test_an_order_that_does_not_name_each_part_once_changes_nothing(spoil):
    course = CourseFactory()
    ids = [LessonFactory(course=course).pk for _ in range(3)]
    wrong = {
        "missing": ids[:2],
        "twice": [*ids[:2], ids[0]],
        "foreign": [*ids[:2], LessonFactory().pk],
    }[spoil]
    with pytest.raises(DomainError) as error:
        reorder_lessons(course=course, lesson_ids=wrong[::-1])
    assert error.value.code == "order_mismatch"
    assert in_order(course.lessons) == ids


def test_videos_and_quiz_items_are_put_in_order_alike():
    lesson = LessonFactory()
    videos = [VideoFactory(lesson=lesson).pk for _ in range(3)]
    reorder_videos(lesson=lesson, video_ids=videos[::-1])
    assert in_order(lesson.videos) == videos[::-1]
    quiz = QuizFactory()
    items = [QuizItemFactory(quiz=quiz).pk for _ in range(3)]
    reorder_quiz_items(quiz=quiz, item_ids=items[::-1])
    assert in_order(quiz.items) == items[::-1]


def test_two_hundred_lessons_take_a_constant_number_of_queries(django_assert_max_num_queries):
    course = CourseFactory()
    lessons = Lesson.objects.bulk_create(
        [Lesson(course=course, title=f"{n}", slug=f"l{n}", position=n) for n in range(1, 201)]
    )
    ids = [lesson.pk for lesson in lessons][::-1]
    with django_assert_max_num_queries(12):
        reorder_lessons(course=course, lesson_ids=ids)
    assert in_order(course.lessons) == ids
