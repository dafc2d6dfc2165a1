"""Dragging parts into another order: one transaction, each moved row saved once, under its version."""

from __future__ import annotations

import pytest

from .admin_helpers import form_of, signed_in, text_of, url_of
from .helpers import assert_complete, make, model_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss():
    return signed_in()


@pytest.fixture
def course():
    course = make("courses.Course")
    for position, title in enumerate(("One", "Two", "Three"), start=1):
        make("courses.Lesson", course=course, title=title, position=position)
    return course


def order(course):
    lessons = model_of("courses.Lesson").objects.filter(course=course).order_by("position")
    return [(lesson.title, lesson.position, lesson.version) for lesson in lessons]


def drag(data, *titles):
    """The page after the rows were dragged into this order: the theme numbers them from 0."""
    prefixes = {data[name]: name.removesuffix("-title") for name in data if name.endswith("-title")}
    return data | {f"{prefixes[title]}-position": str(number) for number, title in enumerate(titles)}


def page_of(client, course):
    url = url_of("courses.Course", "change", course.pk)
    return url, form_of(client.get(url))


def test_dragged_lessons_change_places(boss, course):
    url, data = page_of(boss, course)
    response = boss.post(url, drag(data, "Three", "One", "Two"))
    assert response.status_code == 302
    assert order(course) == [("Three", 1, 2), ("One", 2, 2), ("Two", 3, 2)]
    assert_complete(model_of("courses.Lesson"))
    course.refresh_from_db()
    assert course.version == 1


def test_rows_that_keep_their_place_get_no_version(boss, course):
    url, data = page_of(boss, course)
    assert boss.post(url, drag(data, "Two", "One", "Three")).status_code == 302
    assert order(course) == [("Two", 1, 2), ("One", 2, 2), ("Three", 3, 1)]


def test_the_place_of_a_row_in_the_trash_stays_free_for_it(boss, course):
    second = model_of("courses.Lesson").objects.get(course=course, title="Two")
    second.delete()
    url, data = page_of(boss, course)
    assert boss.post(url, drag(data, "Three", "One")).status_code == 302
    assert [row[:2] for row in order(course)] == [("Three", 1), ("One", 3)]
    second.restore()
    assert [row[:2] for row in order(course)] == [("Three", 1), ("Two", 2), ("One", 3)]


def test_a_new_row_goes_to_the_end(boss, course):
    url, data = page_of(boss, course)
    prefix = next(name.split("-")[0] for name in data if name.endswith("-TOTAL_FORMS"))
    new = {"title": "Four", "slug": "four", "estimated_minutes": "5", "position": ""}
    data |= {f"{prefix}-3-{name}": value for name, value in new.items()} | {f"{prefix}-TOTAL_FORMS": "4"}
    response = boss.post(url, drag(data, "Two", "One", "Three") | {f"{prefix}-3-position": ""})
    assert response.status_code == 302, response.context["errors"]
    assert [row[:2] for row in order(course)] == [("Two", 1), ("One", 2), ("Three", 3), ("Four", 4)]


def test_a_stale_lesson_refuses_the_new_order(boss, course):
    url, data = page_of(boss, course)
    lesson = model_of("courses.Lesson").objects.get(course=course, title="One")
    lesson.estimated_minutes += 1
    lesson.save()
    assert "Not saved" in text_of(boss.post(url, drag(data, "Three", "Two", "One")))
    assert [row[:2] for row in order(course)] == [("One", 1), ("Two", 2), ("Three", 3)]
