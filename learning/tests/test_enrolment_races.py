"""Many at once: real threads, each on a connection of its own, on either database."""

from __future__ import annotations

import pytest

from accounts.tests.factories import UserFactory
from config.base.tests.helpers import assert_sound, race
from courses.models import Course
from courses.services import unpublish_lesson
from courses.tests.factories import ExerciseFactory, VideoFactory
from learning.models import Enrollment, LessonProgress, ProgressSnapshot, VideoProgress
from learning.selectors import current_snapshot, figures, refresh
from learning.services import enrol, save_progress, save_video_position, withdraw

from .factories import FIRST_DAY, ExerciseAttemptFactory, GradeFactory
from .learners import make_course, make_learner, percent

pytestmark = pytest.mark.django_db(transaction=True)


def test_twenty_enrolments_at_once_are_one_with_one_snapshot(heard):
    course, _lessons = make_course(3)
    user = UserFactory()
    outcomes = race(*(lambda: str(enrol(user=user, course=course).pk) for _ in range(20)))
    enrollment = Enrollment.all_objects.get()
    assert outcomes == {str(enrollment.pk): 20}
    snapshot = ProgressSnapshot.all_objects.get()
    assert (snapshot.user, snapshot.course, snapshot.lessons_total) == (user, course, 3)
    assert Course.objects.get().enrollment_count == 1
    assert heard == ["LearnerEnrolled"]
    assert_sound(Enrollment, ProgressSnapshot)


def test_twenty_people_at_once_all_enrol():
    course, _lessons = make_course(1)
    people = [UserFactory() for _ in range(20)]
    assert race(*(lambda user=user: enrol(user=user, course=course) and "done" for user in people)) == {
        "done": 20
    }
    assert (Enrollment.objects.count(), ProgressSnapshot.objects.count()) == (20, 20)
    assert Course.objects.get().enrollment_count == 20


def test_coming_back_twenty_times_at_once_is_coming_back_once(heard):
    learner = make_learner(1)
    withdraw(**learner.who)
    heard.clear()
    assert race(*(lambda: str(enrol(**learner.who).status) for _ in range(20))) == {"ACTIVE": 20}
    assert Enrollment.objects.get().version == 3
    assert heard == ["LearnerEnrolled"]


def test_different_lessons_saved_at_once_are_all_saved_and_the_course_is_completed_once(heard):
    learner = make_learner(8)
    heard.clear()
    outcomes = race(
        *(
            lambda lesson=lesson: str(save_progress(lesson=lesson, **learner.who).status)
            for lesson in learner.lessons
        )
    )
    assert outcomes == {"COMPLETED": 8}
    assert sorted(heard) == ["CourseCompleted", *["LessonCompleted"] * 8]
    snapshot = ProgressSnapshot.objects.get()
    assert (snapshot.lessons_completed, snapshot.completion_percentage) == (8, 100)
    assert percent(learner.who) == 100
    assert snapshot.current_lesson == learner.lessons[-1]
    assert_sound(Enrollment, LessonProgress)


def test_one_lesson_saved_many_times_at_once_is_saved_once(heard):
    learner = make_learner(2)
    heard.clear()
    jobs = [lambda: save_progress(lesson=learner.lessons[0], **learner.who) and "done"] * 10
    assert race(*jobs) == {"done": 10}
    assert heard == ["LessonCompleted"]
    assert LessonProgress.objects.get().version == 1


def test_figures_are_true_when_lessons_grades_and_structure_change_at_once():
    learner = make_learner(6)
    exercise = ExerciseFactory(lesson=learner.lessons[0], points=4)
    attempt = ExerciseAttemptFactory(user=learner.user, exercise=exercise, submitted_at=FIRST_DAY)
    snapshot = ProgressSnapshot.objects.get()
    jobs = [
        *(
            lambda lesson=lesson: save_progress(lesson=lesson, **learner.who) and "done"
            for lesson in learner.lessons[:3]
        ),
        lambda: GradeFactory(attempt=attempt, score=3, is_correct=None) and "done",
        lambda: unpublish_lesson(lesson=learner.lessons[5]) and "done",
        lambda: learner.lessons[4].delete() and "done",
        *[lambda: refresh(ProgressSnapshot.objects.get(pk=snapshot.pk)) and "done"] * 3,
    ]
    assert race(*jobs) == {"done": 9}
    found, wanted = current_snapshot(**learner.who), figures(**learner.who)
    assert (found.lessons_completed, found.lessons_total, found.average_score) == (3, 4, 75)
    assert (wanted.lessons_completed, wanted.lessons_total, wanted.average_score) == (3, 4, 75)


def test_the_furthest_position_of_many_heartbeats_is_the_furthest():
    learner = make_learner(1)
    video = VideoFactory(lesson=learner.lessons[0], duration_seconds=100)
    positions = [5, 96, 40, 20, 94, 60, 10, 99]
    outcomes = race(
        *(
            lambda at=at: save_video_position(user=learner.user, video=video, position_seconds=at) and "done"
            for at in positions
        )
    )
    assert outcomes == {"done": len(positions)}
    progress = VideoProgress.objects.get()
    assert (progress.furthest_seconds, progress.completed) == (99, True)
    assert_sound(VideoProgress)
