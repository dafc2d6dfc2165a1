"""Going through a course: where learners go on, and where they may not."""

from __future__ import annotations

import pytest

from accounts.tests.factories import UserFactory
from config.base.exceptions import DomainError
from courses.models import Lesson
from courses.services import publish_course, reorder_lessons, unpublish_lesson
from courses.tests.factories import CourseFactory, LessonFactory
from learning.models import LessonProgress, ProgressSnapshot
from learning.services import (
    advance_to_next_lesson,
    enrol,
    get_current_lesson,
    open_lesson,
    save_progress,
    skip_lesson,
    withdraw,
)

from .learners import make_course, percent

pytestmark = pytest.mark.django_db

ACTS = {
    "open": lambda **who: open_lesson(**who),
    "save": lambda **who: save_progress(**who),
    "skip": lambda **who: skip_lesson(**who),
    "advance": lambda lesson, **who: advance_to_next_lesson(current_lesson=lesson, **who),
}


def stored():
    return list(LessonProgress.objects.values_list("lesson", "status")), list(
        ProgressSnapshot.objects.values_list("current_lesson", "completion_percentage", "last_activity_at")
    )


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(
    "spoil", ["not_enrolled", "withdrawn", "another", "unpublished", "deleted", "missing"]
)
def test_what_may_not_be_done_is_a_typed_error_and_writes_nothing(learning, act, spoil):
    who, lesson = learning.who, learning.lessons[1]
    code = {"another": "lesson_of_another_course", "missing": "prerequisite_missing"}.get(
        spoil, "lesson_not_available"
    )
    if spoil == "not_enrolled":
        who, code = {**who, "user": UserFactory()}, "not_enrolled"
    elif spoil == "withdrawn":
        withdraw(**who)
        code = "not_enrolled"
    elif spoil == "another":
        lesson = make_course()[1][0]
    elif spoil == "missing":
        target = learning.lessons[2] if act == "advance" else lesson
        target.prerequisites.add(learning.lessons[0])
    elif act == "advance":
        return  # it goes on from what is gone
    elif spoil == "unpublished":
        unpublish_lesson(lesson=lesson)
    else:
        lesson.delete()
    before = stored()
    with pytest.raises(DomainError) as caught:
        ACTS[act](lesson=lesson, **who)
    assert caught.value.code == code
    assert stored() == before
    if spoil == "missing":
        assert learning.lessons[0].title in str(caught.value)


@pytest.mark.parametrize("way", ["done", "skipped", "unpublished", "deleted"])
def test_a_prerequisite_is_met_when_it_is_done_skipped_or_gone(learning, way):
    first, second, *_others = learning.lessons
    second.prerequisites.add(first)
    if way == "done":
        save_progress(lesson=first, **learning.who)
    elif way == "skipped":
        skip_lesson(lesson=first, **learning.who)
    elif way == "unpublished":
        unpublish_lesson(lesson=first)
    else:
        first.delete()
    assert save_progress(lesson=second, **learning.who).status == "COMPLETED"


def test_what_was_done_before_something_was_required_stays_open(learning):
    first, second, *_others = learning.lessons
    save_progress(lesson=second, **learning.who)
    second.prerequisites.add(first)
    assert open_lesson(lesson=second, **learning.who).status == "COMPLETED"
    assert save_progress(lesson=second, **learning.who).status == "COMPLETED"


def test_learners_go_on_at_the_first_lesson_not_done_at_or_after_where_they_were(learning):
    first, second, third, fourth = learning.lessons
    who = learning.who

    def here():
        return get_current_lesson(**who)

    assert here() == first
    open_lesson(lesson=third, **who)
    assert here() == third
    open_lesson(lesson=first, **who)
    assert here() == third, "opening an old lesson never moves the pointer back"
    save_progress(lesson=third, **who)
    assert here() == fourth
    skip_lesson(lesson=fourth, **who)
    save_progress(lesson=fourth, **who)
    assert here() == first, "what is left is what was passed over"
    save_progress(lesson=first, **who)
    assert here() == second
    save_progress(lesson=second, **who)
    assert here() is None


@pytest.mark.parametrize("way", ["unpublished", "deleted", "optional", "purged"])
def test_when_the_lesson_is_gone_the_next_survivor_counts(learning, way):
    first, second, third, _fourth = learning.lessons
    if way == "purged":
        ProgressSnapshot.objects.update(current_lesson=second)
        Lesson.objects.filter(pk=second.pk).purge()
        assert get_current_lesson(**learning.who) == first, "nothing says where they were"
        return
    open_lesson(lesson=second, **learning.who)
    if way == "unpublished":
        unpublish_lesson(lesson=second)
    elif way == "deleted":
        second.delete()
    else:
        Lesson.objects.filter(pk=second.pk).update(is_required=False)
    assert get_current_lesson(**learning.who) == third


def test_nobody_else_has_a_current_lesson(learning):
    with pytest.raises(DomainError) as caught:
        get_current_lesson(user=UserFactory(), course=learning.course)
    assert caught.value.code == "not_enrolled"


def test_going_on_passes_gaps_and_what_is_taken_back_and_gives_the_same_again(learning):
    first, second, third, fourth = learning.lessons
    unpublish_lesson(lesson=second)
    third.delete()
    for _ in range(2):
        assert advance_to_next_lesson(current_lesson=first, **learning.who) == fourth
        assert advance_to_next_lesson(current_lesson=second, **learning.who) == fourth
        assert advance_to_next_lesson(current_lesson=third, **learning.who) == fourth
        assert advance_to_next_lesson(current_lesson=fourth, **learning.who) is None
    assert ProgressSnapshot.objects.get().current_lesson == fourth


def test_going_on_follows_the_order_as_it_is_now(learning):
    ids = [lesson.pk for lesson in reversed(learning.lessons)]
    before = percent(learning.who)
    reorder_lessons(course=learning.course, lesson_ids=ids)
    assert advance_to_next_lesson(current_lesson=learning.lessons[3], **learning.who) == learning.lessons[2]
    assert advance_to_next_lesson(current_lesson=learning.lessons[0], **learning.who) is None
    assert percent(learning.who) == before


def test_what_is_skipped_is_passed_and_not_done(learning):
    skip_lesson(lesson=learning.lessons[0], **learning.who)
    assert percent(learning.who) == 0
    assert get_current_lesson(**learning.who) == learning.lessons[1]
    assert LessonProgress.objects.get().status == "SKIPPED"


@pytest.mark.parametrize("number", [10, 1000])
def test_progress_takes_the_same_queries_in_a_course_of_any_size(number, django_assert_num_queries):
    course = CourseFactory()
    rows = [LessonFactory.build(course=course, position=at, is_published=True) for at in range(1, number + 1)]
    lessons = Lesson.objects.bulk_create(rows)
    publish_course(course=course)
    who = {"user": UserFactory(), "course": course}
    enrol(**who)
    save_progress(lesson=lessons[0], **who)
    with django_assert_num_queries(22):
        save_progress(lesson=lessons[1], **who)
    with django_assert_num_queries(3):
        assert get_current_lesson(**who) == lessons[2]
