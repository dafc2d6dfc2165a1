"""The first page of who is signed in: their courses, what they have not read, what comes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import Role
from accounts.tests.factories import StudentProfileFactory, UserFactory
from config.base.querysets import now_ms
from courses.tests.factories import BookingFactory, CourseFactory, LessonFactory, TutoringSessionFactory
from learning import services

pytestmark = pytest.mark.django_db


@pytest.fixture
def learner():
    user = StudentProfileFactory(user__locale="en").user
    user.groups.add(Role.objects.get(code="learner").group)
    return user


@pytest.fixture
def page(client, learner):
    def read(user=learner):
        client.force_login(user)
        answer = client.get(reverse("account_home"), headers={"Accept-Language": "en"})
        assert answer.status_code == 200
        return " ".join(answer.content.decode().replace("&nbsp;", " ").split())

    return read


def course_with(lessons):
    course = CourseFactory(status="PUBLISHED", published_at=now_ms(), title="Python & more")
    return course, [
        LessonFactory(course=course, is_published=True, title=f"Step <{at}>") for at in range(lessons)
    ]


def test_a_learner_without_a_course_is_shown_the_way_to_one(page):
    assert reverse("me-course-list") in page()
    assert "not taking part in any course" in page()


def test_who_is_no_learner_is_told_nothing_of_courses(page):
    assert "any course" not in page(UserFactory(locale="en"))


def test_each_course_shows_how_far_one_is_and_where_one_goes_on(page, learner):
    course, (first, second, _third) = course_with(3)
    services.enrol(user=learner, course=course)
    assert "Begin: Step &lt;0&gt;" in page()
    services.save_progress(user=learner, course=course, lesson=first)
    shown = page()
    assert "Python &amp; more" in shown
    assert '<progress max="100" value="33"' in shown
    assert "33 %" in shown
    assert "Go on: Step &lt;1&gt;" in shown
    assert reverse("me-lesson-detail", args=[second.pk]) in shown


def test_a_course_that_is_done_says_so_and_one_without_lessons_does_not(page, learner):
    course, (only,) = course_with(1)
    services.enrol(user=learner, course=course)
    services.save_progress(user=learner, course=course, lesson=only)
    assert "Completed" in page()
    empty, _none = course_with(0)
    services.withdraw(user=learner, course=course)
    services.enrol(user=learner, course=empty)
    assert "Completed" not in page()
    assert "still being written" in page()


def test_unread_messages_and_coming_lessons_are_announced(page, learner):
    course, _lessons = course_with(1)
    services.enrol(user=learner, course=course)
    assert "to read" not in page()
    other = UserFactory()
    services.open_conversation(
        opener=other, title="Hello", course=course, others=[learner], body="Well done."
    )
    assert "You have 1 message to read." in page()
    start = now_ms() + timedelta(days=1)
    session = TutoringSessionFactory(starts_at=start, ends_at=start + timedelta(hours=1), location="Room 7")
    BookingFactory(session=session, student=learner.student_profile, status="CONFIRMED")
    assert "Room 7" in page()
    assert session.teacher.user.full_name in page()


def test_the_page_takes_the_same_queries_for_few_courses_and_many(
    client, learner, django_assert_max_num_queries
):
    for _each in range(6):
        course, (first, _second) = course_with(2)
        services.enrol(user=learner, course=course)
        services.save_progress(user=learner, course=course, lesson=first)
    client.force_login(learner)
    client.get(reverse("account_home"))
    with django_assert_max_num_queries(15):
        client.get(reverse("account_home"))
