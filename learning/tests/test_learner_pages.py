"""The pages of one learner: a course lesson by lesson, and all courses, for whoever accompanies them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from accounts.models import User
from accounts.tests.factories import TeacherFactory, UserFactory
from config.base.tests.admin_helpers import signed_in, text_of, url_of
from courses.models import Exercise, Lesson
from courses.tests.factories import CourseFactory, ExerciseFactory, LessonFactory, QuizFactory, VideoFactory
from learning.models import Enrollment, ExerciseAttempt, Grade, LessonProgress
from learning.selectors.work import course_work

from . import factories as make

pytestmark = pytest.mark.django_db
DAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def boss():
    return signed_in()


def page_of(enrollment):
    return reverse("admin:learning_learner_progress", args=[enrollment.pk])


def person_page(user):
    return reverse("admin:learning_learner_courses", args=[user.pk])


@pytest.fixture
def enrollment():
    return make.EnrollmentFactory(course=CourseFactory(title="Python"), user=UserFactory(full_name="Ann Lee"))


def attempt(user, exercise, *scores, day=DAY):
    made = make.ExerciseAttemptFactory(user=user, exercise=exercise, submitted_at=day)
    for score in scores:
        make.GradeFactory(attempt=made, score=score, is_correct=None)
    return made


def big_course(user, number):
    course = CourseFactory()
    lessons = Lesson.objects.bulk_create(
        Lesson(course=course, title=f"L{n}", slug=f"l{n}", position=n, is_published=True)
        for n in range(1, number + 1)
    )
    exercises = Exercise.objects.bulk_create(
        Exercise(lesson=each, kind="TRUE_FALSE", prompt="So?", answer={"correct": True}, position=1)
        for each in lessons
    )
    attempts = ExerciseAttempt.objects.bulk_create(
        make.ExerciseAttemptFactory.build(user=user, exercise=each, number=1) for each in exercises
    )
    Grade.objects.bulk_create(Grade(attempt=each, score=1, source="AUTO", graded_at=DAY) for each in attempts)
    LessonProgress.objects.bulk_create(
        LessonProgress(user=user, lesson=each, status="COMPLETED", started_at=DAY, completed_at=DAY)
        for each in lessons
    )
    return make.EnrollmentFactory(user=user, course=course)


def test_the_page_shows_the_course_lesson_by_lesson(boss, enrollment):
    user, course = enrollment.user, enrollment.course
    first = LessonFactory(course=course, title="Values", is_published=True, position=1)
    second = LessonFactory(course=course, title="Loops", is_published=True, position=2)
    LessonFactory(course=course, title="Draft", position=3)
    second.prerequisites.add(LessonFactory(course=course, title="Last", is_published=True, position=4))
    make.LessonProgressFactory(user=user, lesson=first, status="COMPLETED", completed_at=DAY)
    make.VideoProgressFactory(user=user, video=VideoFactory(lesson=first, title="A film"))
    exercise = ExerciseFactory(lesson=first, title="Print", points=4)
    attempt(user, exercise, 4)
    newest = attempt(user, exercise, 0, 3, day=DAY + timedelta(days=1))
    attempt(user, ExerciseFactory(lesson=second, title="Write", kind="FREE_FORM"))
    quiz = QuizFactory(lesson=first, title="A check")
    make.QuizAttemptFactory(user=user, quiz=quiz, submitted_at=DAY, score=1, passed=True)
    QuizFactory(lesson=None, course=course, title="The exam")
    page = text_of(boss.get(page_of(enrollment)))
    for text in (
        "33 <small>%",
        "Goes on with “Loops”.",
        "2 attempts",
        "3 / 4 (75 %)",
        "30 %",
        "waits for a grade",
        "needs another lesson first",
        "passed",
        "The exam",
        "1 lessons done between",
    ):
        assert text in page, text
    assert url_of(ExerciseAttempt, "change", newest.pk) in page
    assert "Draft" not in page
    assert "correct" not in page


def test_what_was_done_in_exercises_that_are_gone_is_counted(boss, enrollment):
    lesson = LessonFactory(course=enrollment.course, is_published=True)
    exercise = ExerciseFactory(lesson=lesson)
    attempt(enrollment.user, exercise, 1)
    exercise.delete()
    page = text_of(boss.get(page_of(enrollment)))
    assert "1 attempt at an exercise that is no longer in the course is kept." in page


def test_a_grade_of_nothing_is_shown_and_no_grade_is_not_nothing(enrollment):
    lesson = LessonFactory(course=enrollment.course, is_published=True)
    attempt(enrollment.user, ExerciseFactory(lesson=lesson, position=1), 0)
    attempt(enrollment.user, ExerciseFactory(lesson=lesson, position=2), None)
    ExerciseFactory(lesson=lesson, position=3)
    work = course_work(user=enrollment.user, course=enrollment.course)
    zero, waiting, untouched = work.lessons[lesson.pk].exercises
    assert (zero.percent, zero.is_waiting) == (0, False)
    assert (waiting.percent, waiting.is_waiting) == (None, True)
    assert (untouched.attempts, untouched.percent, untouched.is_waiting) == (0, None, False)


@pytest.mark.parametrize("number", [2, 100])
def test_the_page_takes_the_same_queries_for_few_lessons_and_many(
    boss, number, django_assert_max_num_queries
):
    enrollment = big_course(UserFactory(), number)
    boss.get(page_of(enrollment))
    with django_assert_max_num_queries(22):
        page = boss.get(page_of(enrollment))
    assert page.context["outline"].percent == 100
    with django_assert_max_num_queries(9):
        course_work(user=enrollment.user, course=enrollment.course)


def test_an_empty_course_says_so(boss, enrollment):
    page = text_of(boss.get(page_of(enrollment)))
    assert "No lesson of this course is published." in page
    assert "No lesson is done yet." in page


def test_a_person_has_a_page_with_all_courses(boss, enrollment):
    other = make.EnrollmentFactory(user=enrollment.user, course=CourseFactory(title="Chemistry"))
    page = text_of(boss.get(person_page(enrollment.user)))
    for each in (enrollment, other):
        assert page_of(each) in page
        assert each.course.title in page
    assert "This person takes part in no course." in text_of(boss.get(person_page(UserFactory())))
    assert person_page(enrollment.user) in text_of(boss.get(url_of(User, "change", enrollment.user.pk)))
    assert page_of(enrollment) in text_of(boss.get(url_of(Enrollment, "change", enrollment.pk)))


@pytest.mark.parametrize("number", [1, 8])
def test_the_page_of_a_person_takes_the_same_queries_for_few_courses_and_many(
    boss, number, django_assert_max_num_queries
):
    user = UserFactory()
    for _ in range(number):
        make.EnrollmentFactory(user=user, course=LessonFactory(is_published=True).course)
    boss.get(person_page(user))
    with django_assert_max_num_queries(12):
        page = boss.get(person_page(user))
    assert len(page.context["courses"]) == number


def test_a_teacher_sees_their_learners_in_their_courses_only(school):
    client = signed_in(permissions=[])
    client.force_login(school.teacher)
    learner, other = school.people["learner"], school.people["other learner"]
    elsewhere = make.EnrollmentFactory(user=learner, course=school.elsewhere)
    assert client.get(page_of(school.mine["enrollments"])).status_code == 200
    for hidden in (elsewhere, school.theirs["enrollments"]):
        assert client.get(page_of(hidden)).status_code == 404
    page = text_of(client.get(person_page(learner)))
    assert school.course.title in page
    assert school.elsewhere.title not in page
    assert client.get(person_page(other)).status_code == 404


def test_who_may_not_read_enrolments_sees_no_progress(enrollment):
    client = signed_in(permissions=["courses.view_course", "learning.view_review"])
    assert client.get(page_of(enrollment)).status_code == 403
    assert client.get(person_page(enrollment.user)).status_code == 403


def test_who_may_not_read_attempts_sees_the_outline_only(enrollment):
    lesson = LessonFactory(course=enrollment.course, title="Values", is_published=True)
    attempt(enrollment.user, ExerciseFactory(lesson=lesson, title="Print"), 1)
    page = text_of(signed_in(permissions=["learning.view_enrollment"]).get(page_of(enrollment)))
    assert "Values" in page
    assert "Print" not in page


def test_an_enrolment_in_the_trash_leads_to_its_own_page(boss, enrollment):
    enrollment.delete()
    answer = boss.get(page_of(enrollment))
    assert answer.headers["Location"] == url_of(Enrollment, "change", enrollment.pk)
    assert boss.get(reverse("admin:learning_learner_progress", args=[10**9])).status_code == 404


def test_the_teacher_of_nobody_is_not_told_names():
    stranger, client = UserFactory(), signed_in(permissions=[])
    client.force_login(TeacherFactory())
    assert client.get(person_page(stranger)).status_code == 404
