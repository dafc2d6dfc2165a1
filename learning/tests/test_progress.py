"""Going through a course: what is done counts, what is skipped does not, and nothing is ever undone."""

from __future__ import annotations

import pytest

from accounts.tests.factories import UserFactory
from config.base.exceptions import DomainError
from config.base.tests.helpers import assert_sound
from courses.models import Course
from courses.services import archive_course
from courses.tests.factories import CourseFactory, LessonFactory
from learning.models import Enrollment, LessonProgress, ProgressSnapshot
from learning.selectors import figures
from learning.services import (
    enrol,
    get_current_lesson,
    open_lesson,
    save_progress,
    skip_lesson,
    withdraw,
)

from .factories import EnrollmentFactory
from .learners import make_course, percent

pytestmark = pytest.mark.django_db


def test_enrolling_twice_is_one_enrolment_with_one_snapshot(heard, django_capture_on_commit_callbacks):
    course, _lessons = make_course(3)
    user = UserFactory()
    with django_capture_on_commit_callbacks(execute=True):
        first = enrol(user=user, course=course)
        assert enrol(user=user, course=course) == first
    snapshot = ProgressSnapshot.objects.get()
    assert (snapshot.user, snapshot.course, snapshot.lessons_total) == (user, course, 3)
    assert (first.status, heard) == ("ACTIVE", ["LearnerEnrolled"])
    assert_sound(Enrollment, ProgressSnapshot)


@pytest.mark.parametrize("status", ["DRAFT", "ARCHIVED"])
def test_nobody_enrols_in_what_is_not_on_offer(status):
    course, _lessons = make_course()
    Course.objects.update(status=status)
    with pytest.raises(DomainError) as caught:
        enrol(user=UserFactory(), course=course)
    assert caught.value.code == "course_not_published"
    assert not Enrollment.objects.exists()
    assert not ProgressSnapshot.objects.exists()


def test_who_withdraws_and_comes_back_keeps_what_they_did(learning):
    for lesson in learning.lessons[:2]:
        save_progress(lesson=lesson, **learning.who)
    assert withdraw(**learning.who).status == withdraw(**learning.who).status == "WITHDRAWN"
    assert enrol(**learning.who).status == "ACTIVE"
    assert percent(learning.who) == 50
    for lesson in learning.lessons:
        save_progress(lesson=lesson, **learning.who)
    done = Enrollment.objects.get().completed_at
    withdraw(**learning.who)
    again = enrol(**learning.who)
    assert (again.status, again.completed_at) == ("COMPLETED", done)


def test_who_is_enrolled_stays_so_in_an_archived_course_and_nobody_comes_back_to_one(learning):
    archive_course(course=learning.course)
    assert enrol(**learning.who).status == "ACTIVE"
    assert save_progress(lesson=learning.lessons[0], **learning.who).status == "COMPLETED"
    withdraw(**learning.who)
    with pytest.raises(DomainError) as caught:
        enrol(**learning.who)
    assert caught.value.code == "course_not_published"


def test_nobody_withdraws_from_what_they_never_took():
    with pytest.raises(DomainError) as caught:
        withdraw(user=UserFactory(), course=CourseFactory())
    assert caught.value.code == "not_enrolled"


def test_the_percent_is_rounded_down_and_100_means_all():
    course, lessons = make_course(3)
    who = {"user": UserFactory(), "course": course}
    enrol(**who)
    seen = [percent(who)]
    for lesson in lessons:
        save_progress(lesson=lesson, **who)
        seen.append(percent(who))
    assert seen == [0, 33, 66, 100]


def test_only_published_required_lessons_count(learning):
    LessonFactory(course=learning.course, is_published=False)
    optional = LessonFactory(course=learning.course, is_published=True, is_required=False)
    save_progress(lesson=optional, **learning.who)
    assert percent(learning.who) == 0
    save_progress(lesson=learning.lessons[0], **learning.who)
    assert percent(learning.who) == 25


def test_an_empty_course_is_at_0_and_not_complete():
    course = CourseFactory(status="ARCHIVED")
    optional = LessonFactory(course=course, is_published=True, is_required=False)
    who = {"user": EnrollmentFactory(course=course).user, "course": course}
    save_progress(lesson=optional, **who)
    assert (percent(who), figures(**who).is_complete) == (0, False)
    assert Enrollment.objects.get().completed_at is None
    assert get_current_lesson(**who) is None


def test_completing_twice_announces_once(learning, heard, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(2):
            for lesson in learning.lessons:
                save_progress(lesson=lesson, **learning.who)
    assert heard == ["LessonCompleted"] * 4 + ["CourseCompleted"]
    assert set(LessonProgress.objects.values_list("version", flat=True)) == {1}


def test_a_completed_course_stays_completed_when_lessons_are_added(
    learning, heard, django_capture_on_commit_callbacks
):
    for lesson in learning.lessons:
        save_progress(lesson=lesson, **learning.who)
    done = Enrollment.objects.get().completed_at
    assert done is not None
    added = LessonFactory(course=learning.course, is_published=True)
    assert percent(learning.who) == 80
    with django_capture_on_commit_callbacks(execute=True):
        save_progress(lesson=added, **learning.who)
    enrollment = Enrollment.objects.get()
    assert (enrollment.status, enrollment.completed_at, percent(learning.who)) == ("COMPLETED", done, 100)
    assert heard == ["LessonCompleted"]


def test_nothing_undoes_what_is_completed(learning):
    first = save_progress(lesson=learning.lessons[0], **learning.who)
    for act in (open_lesson, skip_lesson, save_progress):
        again = act(lesson=learning.lessons[0], **learning.who)
        assert (again.status, again.completed_at, again.version) == ("COMPLETED", first.completed_at, 1)
    skip_lesson(lesson=learning.lessons[1], **learning.who)
    assert open_lesson(lesson=learning.lessons[1], **learning.who).status == "SKIPPED"
    assert percent(learning.who) == 25
    assert save_progress(lesson=learning.lessons[1], **learning.who).status == "COMPLETED"
    assert percent(learning.who) == 50
