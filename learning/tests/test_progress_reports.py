"""Outline, my courses, class report: few queries, and the same figures as everywhere."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import models
from hypothesis import given
from hypothesis import strategies as st

from accounts.tests.factories import UserFactory
from courses.models import Exercise, Lesson
from courses.services import publish_course, unpublish_lesson
from courses.tests.factories import CourseFactory, ExerciseFactory, LessonFactory, QuizFactory, VideoFactory
from learning.models import Enrollment, Grade, LessonProgress, ProgressSnapshot
from learning.selectors import class_report, course_outline, figures, my_courses
from learning.services import enrol, get_current_lesson, open_lesson, save_progress, skip_lesson, withdraw
from learning.values import mean_percent, percent_of

from .factories import FIRST_DAY, ExerciseAttemptFactory, GradeFactory
from .learners import make_course, make_learner

pytestmark = pytest.mark.django_db


def grade(user, exercise, *scores, days=0):
    """An attempt submitted so many days after the first, and its grades one after the other."""
    attempt = ExerciseAttemptFactory(
        user=user, exercise=exercise, submitted_at=FIRST_DAY + timedelta(days=days)
    )
    for score in scores:
        GradeFactory(attempt=attempt, score=score, is_correct=None)
    return attempt


@given(done=st.integers(0, 10**6), more=st.integers(0, 10**6))
def test_a_percent_is_between_0_and_100_and_100_means_all(done, more):
    found = percent_of(done, done + more)
    assert 0 <= found <= 100
    assert (found == 100) == (more == 0 and done > 0)
    if done + more:
        assert found * (done + more) <= 100 * done < (found + 1) * (done + more)


@pytest.mark.parametrize(("done", "total"), [(1, 0), (3, 2), (-1, 2)])
def test_nobody_has_done_more_than_there_is(done, total):
    with pytest.raises(ValueError, match="Nobody"):
        percent_of(done, total)


@pytest.mark.parametrize(
    ("groups", "mean"),
    [
        ([], None),
        ([(2, Decimal(0), 1)], "0.00"),
        ([(3, Decimal(1), 1)], "33.33"),
        ([(3, Decimal(2), 1)], "66.67"),
        ([(16, Decimal(1), 2)], "3.13"),  # 3.125: half up
        ([(2, Decimal(9), 1)], "100.00"),
        ([(1, Decimal(1), 1), (3, Decimal(1), 1), (3, Decimal(1), 1)], "55.56"),
    ],
)
def test_a_mean_is_exact_until_it_is_rounded_half_up(groups, mean):
    assert mean_percent(groups) == (mean and Decimal(mean))


def test_the_average_counts_the_newest_grade_of_the_latest_attempt_at_each_exercise():
    learner = make_learner(2)
    user, lesson = learner.user, learner.lessons[0]
    once, twice, waiting, zero = (ExerciseFactory(lesson=lesson, points=4) for _ in range(4))
    assert figures(**learner.who).average_score is None
    grade(user, once, 1, 3)
    grade(user, twice, 4, days=1)
    grade(user, twice, 2, days=3)
    grade(user, twice, 4, days=2)  # later by number, not in time
    grade(user, waiting, 4)
    grade(user, waiting, 4, None, days=1)
    grade(user, zero, 0)
    grade(UserFactory(), once, 0)
    found = figures(**learner.who)
    assert (found.exercises_attempted, found.average_score) == (4, Decimal("41.67"))  # 75, 50, 0


@pytest.mark.parametrize("way", ["exercise", "lesson", "unpublished", "moved", "attempt", "grade"])
def test_what_is_gone_counts_in_no_average_and_counts_again_when_it_is_back(way):
    learner = make_learner(2)
    exercise = ExerciseFactory(lesson=learner.lessons[0], points=4)
    attempt = grade(learner.user, exercise, 3)
    before = figures(**learner.who)
    if way == "unpublished":
        unpublish_lesson(lesson=learner.lessons[0])
    elif way == "moved":
        Exercise.objects.filter(pk=exercise.pk).update(lesson=LessonFactory(is_published=True))
    else:
        row = {"exercise": exercise, "lesson": learner.lessons[0], "attempt": attempt}.get(way)
        row = row or attempt.grades.get()
        row.delete()
    assert figures(**learner.who).average_score is None
    assert Grade.all_objects.count() == 1
    if way not in ("unpublished", "moved"):
        type(row).all_objects.get(pk=row.pk).restore()
        assert figures(**learner.who) == before


def big_course(lessons=200):
    course = CourseFactory()
    Lesson.objects.bulk_create(
        LessonFactory.build(course=course, position=at, is_published=True) for at in range(1, lessons + 1)
    )
    made = list(course.lessons.in_order())
    publish_course(course=course)
    Exercise.objects.bulk_create(
        ExerciseFactory.build(lesson=lesson, position=1, points=3) for lesson in made
    )
    return course, made


def test_the_outline_of_200_lessons_takes_four_queries(django_assert_num_queries):
    course, lessons = big_course()
    user = UserFactory()
    enrol(user=user, course=course)
    rows = [
        LessonProgress(
            user=user, lesson=each, status="COMPLETED", started_at=FIRST_DAY, completed_at=FIRST_DAY
        )
        for each in lessons[:150]
    ]
    LessonProgress.objects.bulk_create(rows)
    with django_assert_num_queries(4):
        found = course_outline(user=user, course=course)
        assert [each.lesson.title for each in found.lessons] == [each.title for each in lessons]
    assert (found.percent, found.resume, found.figures) == (75, lessons[150], figures(user, course))
    assert [each.is_done for each in found.lessons] == [True] * 150 + [False] * 50
    assert {each.exercises for each in found.lessons} == {1}


def test_the_outline_says_what_is_there_what_is_open_and_where_one_is():
    learner = make_learner(4)
    first, second, third, fourth = learner.lessons
    for _ in range(2):
        VideoFactory(lesson=first)
        ExerciseFactory(lesson=first).delete()
    ExerciseFactory(lesson=first)
    QuizFactory(lesson=first)
    optional = LessonFactory(course=learner.course, is_published=True, is_required=False, position=90)
    hidden = LessonFactory(course=learner.course)
    second.prerequisites.add(first)
    third.prerequisites.add(hidden)
    fourth.prerequisites.add(third)
    skip_lesson(lesson=third, **learner.who)
    open_lesson(lesson=fourth, **learner.who)
    found = course_outline(**learner.who)
    assert [each.lesson for each in found.lessons] == [*learner.lessons, optional]
    assert [each.status for each in found.lessons] == [
        "NOT_STARTED",
        "NOT_STARTED",
        "SKIPPED",
        "IN_PROGRESS",
        "NOT_STARTED",
    ]
    assert [each.is_available for each in found.lessons] == [True, False, True, True, True]
    assert [each.is_current for each in found.lessons] == [False, False, False, True, False]
    assert (found.lessons[0].videos, found.lessons[0].exercises, found.lessons[0].quizzes) == (2, 1, 1)
    assert found.resume == get_current_lesson(**learner.who) == fourth
    assert (found.percent, found.minutes_left) == (0, 120)


def test_my_courses_take_the_same_queries_however_many_there_are(django_assert_num_queries):
    user = UserFactory()
    for number in range(50):
        course, lessons = make_course(1 + number % 3)
        enrol(user=user, course=course)
        if number % 2:
            save_progress(user=user, course=course, lesson=lessons[0])
            grade(user, ExerciseFactory(lesson=lessons[0]), 1)
    left = make_course()[0]
    enrol(user=user, course=left)
    withdraw(user=user, course=left)
    with django_assert_num_queries(4):
        found = my_courses(user)
        assert [str(each.course) for each in found if each.resume]
    assert len(found) == 50
    for each in found:
        assert each.figures == figures(user, each.course)
        assert each.resume == get_current_lesson(user=user, course=each.course)
    moments = [each.last_activity_at for each in found]
    assert moments == sorted(moments, reverse=True)


def test_the_class_report_says_of_everybody_what_their_own_pages_say(django_assert_num_queries):
    course, lessons = make_course(4)
    exercises = [ExerciseFactory(lesson=lessons[0], points=points) for points in (3, 7, 7)]
    people = [UserFactory(full_name=f"Learner {number}") for number in range(6)]
    for number, user in enumerate(people):
        enrol(user=user, course=course)
        for lesson in lessons[:number]:
            save_progress(user=user, course=course, lesson=lesson)
        for exercise in exercises[:number]:
            grade(user, exercise, number if number < 3 else None)
    open_lesson(user=people[1], course=course, lesson=lessons[3])
    withdraw(user=people[5], course=course)
    grade(people[5], exercises[0], 1)
    unpublish_lesson(lesson=lessons[2])
    Enrollment.objects.create(user=UserFactory(full_name="Without a snapshot"), course=course)
    models.QuerySet.update(ProgressSnapshot.objects.all(), structure_version=0, last_activity_at=FIRST_DAY)
    before = list(ProgressSnapshot.objects.order_by("pk").values())
    with django_assert_num_queries(3):
        found = class_report(course)
    assert list(ProgressSnapshot.objects.order_by("pk").values()) == before, "nothing is written"
    assert [row.name for row in found.rows] == [f"Learner {n}" for n in range(5)] + ["Without a snapshot"]
    for row in found.rows:
        user = Enrollment.objects.get(user=row.user_id).user
        assert row.figures == figures(user, course)
        here = get_current_lesson(user=user, course=course)
        assert (row.current and row.current.lesson_id) == (here and here.pk)
    assert [each.completed for each in found.lessons] == [4, 3, 1]
    assert {each.learners for each in found.lessons} == {6}
    assert [bucket.learners for bucket in found.histogram] == [2, 0, 0, 1, 0, 0, 2, 0, 0, 0, 1]
    assert found.completed == 1


def test_a_class_without_anybody_has_a_report_too():
    found = class_report(CourseFactory())
    assert (found.rows, found.lessons, found.average_percent) == ((), (), None)
    assert sum(bucket.learners for bucket in found.histogram) == 0
