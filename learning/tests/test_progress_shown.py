"""Whoever is shown how far somebody is, is shown what there is now, though nobody has computed it again."""

import re

import pytest
from django.db import connection

from accounts.tests.factories import SuperuserFactory, TeacherFactory
from config.base.testing import api_client
from courses.models import Course, Lesson
from courses.services import unpublish_lesson
from learning.models import ProgressSnapshot
from learning.selectors import figures_of
from learning.services import enrol, save_progress

from .learners import make_course, make_learner

pytestmark = pytest.mark.django_db


@pytest.fixture
def learner():
    """They have done one of three lessons, of which staff have taken one back since."""
    found = make_learner(3)
    found.course.instructor = TeacherFactory()
    found.course.save()
    save_progress(lesson=found.lessons[0], **found.who)
    unpublish_lesson(lesson=Lesson.objects.get(pk=found.lessons[2].pk))
    assert ProgressSnapshot.objects.get(user=found.user).completion_percentage == 33
    return found


def rows(person, path):
    return api_client(person).get(f"/api/v1/{path}/").json()


def test_to_the_learner_to_their_teacher_and_to_staff(learner):
    key = ProgressSnapshot.objects.get(user=learner.user).pk
    teacher, boss = learner.course.instructor, SuperuserFactory()
    doors = ((learner.user, "me/progress"), (teacher, "me/progress"), (boss, "learning/progress-snapshots"))
    for person, path in doors:
        (row,) = rows(person, path)["results"]
        for shown in (row, rows(person, f"{path}/{key}")):
            assert (shown["completion_percentage"], shown["lessons_total"]) == (50, 2), path


def test_to_the_teacher_in_the_list_of_students(learner, django_assert_max_num_queries):
    teacher = learner.course.instructor
    (student,) = rows(teacher, "me/students")["results"]
    assert [each["completion_percentage"] for each in student["courses"]] == [50]
    assert rows(teacher, f"me/students/{learner.user.pk}")["courses"] == student["courses"]
    other, _lessons = make_course(2, instructor=teacher)
    enrol(user=learner.user, course=other)
    for _each in range(5):
        enrol(user=make_learner(1).user, course=learner.course)
    client = api_client(teacher)
    with django_assert_max_num_queries(12):
        found = client.get("/api/v1/me/students/").json()["results"]
    assert len(found) == 6
    assert {len(each["courses"]) for each in found} == {1, 2}


def test_in_the_back_office(learner, client):
    client.force_login(SuperuserFactory())
    snapshot = ProgressSnapshot.objects.get(user=learner.user)
    for url in ("", f"{snapshot.pk}/change/"):
        page = client.get(f"/admin/learning/progresssnapshot/{url}").content.decode()
        shown = re.findall(r">\s*(\d+)\s*</(?:td|div)>", page)
        assert "50" in shown, url
        assert "33" not in shown, url


@pytest.mark.parametrize("order", ["completion_percentage", "average_score"])
def test_nothing_is_put_in_the_order_of_figures_that_may_be_out_of_date(learner, order):
    answer = api_client(learner.user).get("/api/v1/me/progress/", {"ordering": order})
    assert answer.status_code == 400


def test_a_lesson_that_is_published_while_somebody_reads_breaks_nothing(learner):
    done = learner.lessons[0]
    Course.objects.update(status="ARCHIVED")
    Lesson.objects.filter(course=learner.course).update(is_published=False)
    seen = []

    def publish(execute, sql, params, many, context):
        found = execute(sql, params, many, context)
        seen.append(sql)
        if len(seen) == 1:
            Lesson.objects.filter(pk=done.pk).update(is_published=True)
        return found

    pair = (learner.user.pk, learner.course.pk)
    with connection.execute_wrapper(publish):
        assert figures_of([pair])[pair].percent == 0
    assert figures_of([pair])[pair].percent == 100
