"""What the querysets answer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.tests.factories import StaffFactory, SuperuserFactory, UserFactory
from courses.models import Booking, Course, Formula, Lesson, TutoringSession
from courses.services import publish_course

from .factories import BookingFactory, CourseFactory, FormulaFactory, LessonFactory, TutoringSessionFactory

pytestmark = pytest.mark.django_db


def test_people_see_what_is_published_and_what_they_instruct():
    instructor = UserFactory()
    published = publish_course(course=LessonFactory(is_published=True).course)
    own = CourseFactory(instructor=instructor)
    other = CourseFactory()
    assert set(Course.objects.published()) == {published}
    assert set(Course.objects.visible_to(AnonymousUser())) == {published}
    assert set(Course.objects.visible_to(UserFactory())) == {published}
    assert set(Course.objects.visible_to(instructor)) == {published, own}
    assert set(Course.objects.visible_to(StaffFactory())) == {published}
    assert set(Course.objects.visible_to(SuperuserFactory())) == {published, own, other}


def test_the_unrated_come_last():
    unrated, good, best = CourseFactory(), CourseFactory(rating="4.10"), CourseFactory(rating="4.90")
    assert list(Course.objects.best_rated()) == [best, good, unrated]
    Course.objects.filter(pk=good.pk).update(enrollment_count=7)
    assert Course.objects.most_enrolled().first() == good


def test_lessons_come_in_order_and_by_standing():
    course = CourseFactory()
    late = LessonFactory(course=course, position=9, is_published=True, is_required=False)
    early = LessonFactory(course=course, position=2, is_published=True)
    draft = LessonFactory(course=course, position=5)
    assert list(course.lessons.in_order()) == [early, draft, late]
    assert list(Lesson.objects.published().required()) == [early]


def test_live_is_what_takes_time_or_a_seat():
    session = TutoringSessionFactory()
    TutoringSessionFactory(status="CANCELLED")
    assert list(TutoringSession.objects.live()) == [session]
    half = timedelta(minutes=30)
    assert list(TutoringSession.objects.between(session.starts_at + half, session.ends_at + half)) == [
        session
    ]
    assert not TutoringSession.objects.between(session.ends_at, session.ends_at + half).exists()
    booking = BookingFactory(session=session)
    BookingFactory(session=session, status="CANCELLED")
    assert list(Booking.objects.live()) == [booking]
    offered = FormulaFactory()
    FormulaFactory(is_active=False)
    assert offered in Formula.objects.active()
    assert not Formula.objects.active().filter(is_active=False).exists()
