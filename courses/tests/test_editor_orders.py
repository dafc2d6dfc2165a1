"""Putting lessons and exercises in order in the course editor: all at once, or not at all."""

from __future__ import annotations

import pytest

from config.base.tests.admin_helpers import signed_in, text_of
from config.base.tests.helpers import assert_sound, race
from courses.models import Course, Lesson
from courses.services import add_lesson

from .factories import CourseFactory
from .test_editor import editor, full_course, press

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss():
    return signed_in()


def titles(course):
    return list(course.lessons.in_order().values_list("title", flat=True))


def test_arrows_move_a_lesson_by_one_place_and_stop_at_the_ends(boss):
    course, lessons = full_course(3)

    def move(do, lesson):
        course.refresh_from_db()
        return press(boss, course, f"{do}:{lesson.pk}:{course.version}")

    move("down", lessons[0])
    assert titles(course) == ["L2", "L1", "L3"]
    move("up", lessons[2])
    assert titles(course) == ["L2", "L3", "L1"]
    move("up", lessons[1])
    assert titles(course) == ["L2", "L3", "L1"]


def test_arrows_move_an_exercise_within_its_lesson(boss):
    course, (lesson, *_rest) = full_course(2)
    first, second = lesson.exercises.order_by("position")
    press(boss, course, f"exercise-down:{first.pk}:{lesson.version}")
    assert list(lesson.exercises.order_by("position")) == [second, first]
    assert "was changed meanwhile" in text_of(press(boss, course, f"exercise-up:{first.pk}:1"))


def test_two_hundred_lessons_are_put_in_order_at_once(boss, django_assert_max_num_queries):
    course, lessons = full_course(200)
    wanted = [lesson.pk for lesson in reversed(lessons)]
    boss.get(editor(course))
    with django_assert_max_num_queries(30):
        press(
            boss, course, "order", order=f"lessons:{course.pk}:{course.version}:{','.join(map(str, wanted))}"
        )
    assert list(course.lessons.in_order().values_list("pk", flat=True)) == wanted


def test_lessons_and_exercises_dragged_together_are_saved_together(boss):
    course, (one, two) = full_course(2)
    first, second = one.exercises.order_by("position")
    press(
        boss,
        course,
        "order",
        order=[
            f"lessons:{course.pk}:{course.version}:{two.pk},{one.pk},",
            f"exercises:{one.pk}:{one.version}:{second.pk},{first.pk},",
        ],
    )
    assert titles(course) == ["L2", "L1"]
    assert list(one.exercises.order_by("position")) == [second, first]


def test_a_stale_order_is_refused_and_still_there_to_be_saved(boss):
    course, (one, two, three) = full_course(3)
    seen = course.version
    press(boss, course, f"down:{one.pk}:{seen}")
    answer = press(boss, course, "order", order=f"lessons:{course.pk}:{seen}:{three.pk},{two.pk},{one.pk}")
    page = text_of(answer)
    assert titles(course) == ["L2", "L1", "L3"], "nothing was overwritten"
    assert "Nothing was changed." in page
    assert [lesson.title for lesson in answer.context["lessons"]] == ["L3", "L2", "L1"]
    course.refresh_from_db()
    again = f"lessons:{course.pk}:{course.version}:{three.pk},{two.pk},{one.pk},"
    assert f'value="{again}"' in page
    press(boss, course, "order", order=again)
    assert titles(course) == ["L3", "L2", "L1"]


def test_an_order_that_misses_a_new_lesson_changes_nothing(boss):
    course, (one, two) = full_course(2)
    add_lesson(course=course, title="New")
    answer = press(boss, course, "order", order=f"lessons:{course.pk}:{course.version}:{two.pk},{one.pk}")
    assert "Name each part exactly once." in text_of(answer)
    assert titles(course) == ["L1", "L2", "New"]
    assert [lesson.title for lesson in answer.context["lessons"]] == ["L2", "L1", "New"]


@pytest.mark.parametrize("do", ["", "explode", "publish", "publish:x:1", "publish:1:2:3", "order"])
def test_a_button_that_is_not_on_the_page_does_nothing(boss, do):
    course = CourseFactory()
    assert press(boss, course, do, order="lessons:1").status_code == 400


@pytest.mark.django_db(transaction=True)
def test_lessons_added_at_once_follow_each_other():
    course = CourseFactory()
    outcomes = race(
        *[lambda: add_lesson(course=Course.objects.get(pk=course.pk), title="Loops").pk and None] * 6
    )
    assert outcomes == {"done": 6}
    assert sorted(course.lessons.values_list("slug", flat=True)) == [
        "loops",
        *(f"loops-{number}" for number in range(2, 7)),
    ]
    assert sorted(course.lessons.values_list("position", flat=True)) == [1, 2, 3, 4, 5, 6]


@pytest.mark.django_db(transaction=True)
def test_of_two_orders_at_once_one_is_saved_and_the_other_refused():
    course, lessons = full_course(4)
    ids = [lesson.pk for lesson in lessons]
    boss, other = signed_in(), signed_in()

    def order(client, wanted):
        text = f"lessons:{course.pk}:{course.version}:{','.join(map(str, wanted))}"
        return str(press(client, course, "order", order=text).status_code)

    outcomes = race(lambda: order(boss, ids[::-1]), lambda: order(other, [*ids[1:], ids[0]]))
    assert outcomes == {"302": 1, "200": 1}
    assert list(course.lessons.in_order().values_list("pk", flat=True)) in (ids[::-1], [*ids[1:], ids[0]])
    assert_sound(Course, Lesson)
