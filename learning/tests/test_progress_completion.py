"""Courses that are completed because what was left to do in them has been taken out."""

import pytest
from django.core.management import call_command

from config.base.testing import api_client
from courses.models import Lesson
from courses.services import unpublish_lesson
from courses.tests.factories import LessonFactory
from learning import home
from learning.models import Enrollment
from learning.services import complete_courses, enrol, save_progress, withdraw

from .learners import make_learner, percent

pytestmark = pytest.mark.django_db
ME = "/api/v1/me"


@pytest.fixture
def learner():
    """They have done all lessons but the last, which is taken back."""
    found = make_learner(2)
    save_progress(lesson=found.lessons[0], **found.who)
    unpublish_lesson(lesson=Lesson.objects.get(pk=found.lessons[1].pk))
    return found


def is_completed(learner):
    enrollment = Enrollment.objects.get(user=learner.user, course=learner.course)
    return enrollment.status == "COMPLETED" and enrollment.completed_at is not None


def read(path):
    def by(learner):
        url = f"{ME}/{path}/".format(course=learner.course.pk)
        assert api_client(learner.user).get(url).status_code == 200

    return by


@pytest.mark.parametrize("path", ["enrollments", "progress", "courses/{course}/outline"])
def test_who_reads_how_far_they_are_has_completed_the_course_once(
    path, learner, heard, django_capture_on_commit_callbacks
):
    assert (percent(learner.who), is_completed(learner)) == (100, False)
    with django_capture_on_commit_callbacks(execute=True):
        read(path)(learner)
        read(path)(learner)
    assert is_completed(learner)
    assert heard == ["CourseCompleted"]


def test_so_has_who_comes_to_the_home_page(learner):
    part = home.courses_of(learner.user)
    assert part.content["courses"][0].enrollment.status == "COMPLETED"
    assert is_completed(learner)


def test_the_command_completes_it_too(learner):
    call_command("check_progress", "--fix")
    assert is_completed(learner)


def test_who_comes_back_has_completed_what_has_nothing_left_to_do(learner):
    withdraw(**learner.who)
    assert complete_courses() == 0
    assert enrol(**learner.who).status == "COMPLETED"
    assert is_completed(learner)


def test_nothing_else_is_completed(django_assert_num_queries):
    one, empty = make_learner(2), make_learner(1)
    Lesson.objects.filter(course=empty.course).update(is_required=False)
    save_progress(lesson=one.lessons[0], **one.who)
    other = make_learner(1)
    LessonFactory(course=other.course, is_published=True, is_required=False)
    Lesson.objects.get(pk=one.lessons[1].pk).prerequisites.add(one.lessons[0])
    with django_assert_num_queries(1):
        assert complete_courses() == 0
