"""A course's rating, its number of ratings and of enrolments are true whatever path wrote."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import models

from accounts.tests.factories import UserFactory
from config.base.integrity import find_problems
from config.base.management.commands.demo import seed_files
from config.base.tests.helpers import dump, load, race
from courses.models import Course
from courses.tests.factories import CourseFactory
from learning.invariants import course_figures_are_true
from learning.models import Enrollment, Review
from learning.services import review_course

from .factories import EnrollmentFactory, ReviewFactory

pytestmark = pytest.mark.django_db


def figures(course):
    row = Course.all_objects.get(pk=course.pk)
    return row.rating, row.rating_count, row.enrollment_count


def test_every_path_that_writes_an_enrolment_keeps_the_count():
    course, other = CourseFactory(), CourseFactory()
    first = EnrollmentFactory(course=course)
    mine = Enrollment.objects.filter(pk=first.pk)

    def save_withdrawn():
        row = mine.get()
        row.status = "WITHDRAWN"
        row.save()

    steps = {
        "save": (lambda: EnrollmentFactory(course=course), 2),
        "bulk_create": (
            lambda: Enrollment.objects.bulk_create(
                [EnrollmentFactory.build(course=course, user=UserFactory()) for _ in range(2)]
            ),
            4,
        ),
        "withdraw": (save_withdrawn, 3),
        "update": (lambda: mine.update(status="ACTIVE"), 4),
        "delete": (lambda: mine.get().delete(), 3),
        "restore": (lambda: Enrollment.all_objects.get(pk=first.pk).restore(), 4),
        "queryset.delete": (lambda: mine.delete(), 3),
        "purge": (lambda: Enrollment.all_objects.filter(course=course).purge(), 0),
        "move in": (lambda: EnrollmentFactory(course=other), 0),
        "move": (lambda: Enrollment.objects.filter(course=other).update(course=course), 1),
        "the person goes": (lambda: Enrollment.objects.get(course=course).user.delete(), 0),
    }
    for name, (step, expected) in steps.items():
        step()
        assert figures(course)[2] == expected, name
    assert figures(other)[2] == 0, "an enrolment that moved is counted where it is, and nowhere else"


def test_every_path_that_writes_a_review_keeps_the_rating():
    course, other = CourseFactory(), CourseFactory()
    first = ReviewFactory(course=course, rating=4)
    mine = Review.objects.filter(pk=first.pk)
    steps = {
        "save": (lambda: ReviewFactory(course=course, rating=5), ("4.50", 2)),
        "bulk_create": (
            lambda: Review.objects.bulk_create(
                [ReviewFactory.build(course=course, user=UserFactory(), rating=1) for _ in range(2)]
            ),
            ("2.75", 4),
        ),
        "update": (lambda: mine.update(rating=2), ("2.25", 4)),
        "hide": (lambda: mine.update(is_visible=False), ("2.33", 3)),
        "show": (lambda: mine.update(is_visible=True), ("2.25", 4)),
        "delete": (lambda: mine.get().delete(), ("2.33", 3)),
        "restore": (lambda: Review.all_objects.get(pk=first.pk).restore(), ("2.25", 4)),
        "move": (lambda: mine.update(course=other), ("2.33", 3)),
        "purge": (lambda: Review.all_objects.filter(course=course).purge(), (None, 0)),
    }
    for name, (step, (rating, number)) in steps.items():
        step()
        assert figures(course)[:2] == (rating and Decimal(rating), number), name
    assert figures(other)[:2] == (2, 1)


@pytest.mark.parametrize(
    ("stars", "mean"),
    [
        ([5, 5, 5, 5, 5, 5, 5, 4], "4.88"),  # 4.875: half up, which binary division and half even miss
        ([1, 1, 1, 1, 1, 1, 1, 2], "1.13"),  # 1.125
        ([1, 2, 2], "1.67"),
        ([3], "3.00"),
    ],
)
def test_the_mean_has_two_places_rounded_half_up(stars, mean):
    course = CourseFactory()
    Review.objects.bulk_create(
        [ReviewFactory.build(course=course, user=UserFactory(), rating=each) for each in stars]
    )
    assert figures(course)[0] == Decimal(mean)


def test_learners_come_and_speak_without_touching_the_courses_version():
    course = CourseFactory()
    EnrollmentFactory(course=course)
    ReviewFactory(course=course)
    course.refresh_from_db()
    assert (course.version, course.enrollment_count, course.rating_count) == (1, 1, 1)
    assert course.history.count() == 1


def test_a_course_in_the_trash_keeps_true_figures():
    course = EnrollmentFactory().course
    ReviewFactory(course=course, rating=3)
    course.delete()
    Enrollment.objects.filter(course=course).update(status="WITHDRAWN")
    assert figures(course) == (3, 1, 0)
    course.restore()
    assert figures(course) == (3, 1, 0)


def test_the_data_check_names_every_figure_that_is_wrong():
    course = ReviewFactory(rating=4).course
    EnrollmentFactory(course=course)
    CourseFactory()
    assert list(course_figures_are_true("default")) == []
    models.QuerySet.update(
        Course.objects.filter(pk=course.pk), rating="1.00", rating_count=7, enrollment_count=0
    )
    found = {each.object: each.found for each in find_problems() if each.kind == "derived figure is wrong"}
    assert found == {
        "courses_course.rating": "1.00",
        "courses_course.rating_count": "7",
        "courses_course.enrollment_count": "0",
    }


def test_loading_a_row_keeps_the_figures_and_loading_the_course_again_does_not_reset_them(tmp_path):
    course = CourseFactory()
    text = dump(course)
    enrollment, review = EnrollmentFactory(course=course), ReviewFactory(course=course, rating=2)
    rows = dump(enrollment, review)
    Review.all_objects.all().purge()
    Enrollment.all_objects.all().purge()
    assert figures(course) == (None, 0, 0)
    load(rows, tmp_path, "rows")
    assert figures(course) == (2, 1, 1)
    load(text, tmp_path, "course")
    assert figures(course) == (2, 1, 1)


def test_the_seeded_courses_have_the_figures_of_the_seeded_learners():
    for _ in range(2):
        call_command("loaddata", *map(str, seed_files()), verbosity=0)
        assert figures(Course.objects.get(slug="python-introduction")) == (Decimal("4.50"), 2, 2)
        assert figures(Course.objects.get(slug="javascript-intermediate")) == (None, 0, 2)
    assert list(course_figures_are_true("default")) == []


def test_the_number_of_queries_does_not_grow_with_the_rows(django_assert_max_num_queries):
    course = CourseFactory()
    rows = [EnrollmentFactory.build(course=course, user=UserFactory()) for _ in range(60)]
    with django_assert_max_num_queries(10):
        Enrollment.objects.bulk_create(rows)


@pytest.mark.django_db(transaction=True)
def test_enrolments_and_reviews_at_once_are_all_counted():
    course = CourseFactory()
    people = [EnrollmentFactory(course=course).user for _ in range(4)]
    newcomers = [UserFactory() for _ in range(4)]
    outcomes = race(
        *(
            lambda user=user, stars=stars: review_course(user=user, course=course, rating=stars) and "done"
            for stars, user in enumerate(people, start=1)
        ),
        *(lambda user=user: EnrollmentFactory(user=user, course=course) and "done" for user in newcomers),
    )
    assert outcomes == {"done": 8}
    assert figures(course) == (Decimal("2.50"), 4, 8)
