"""Deleting content never takes, hides or breaks what learners did in it; deleting a person takes their work along."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.db.models import ProtectedError

from accounts.tests.factories import UserFactory
from config.base.tests.helpers import assert_sound
from courses.models import Course, Lesson
from courses.tests.factories import ExerciseFactory, LessonFactory, QuizFactory, VideoFactory
from learning import models

from . import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def work():
    """A learner's work of every kind in one lesson of one course, by model."""
    user, lesson = UserFactory(), LessonFactory()
    course = lesson.course
    exercise = ExerciseFactory(lesson=lesson)
    quiz_attempt = make.QuizAttemptFactory(user=user, quiz=QuizFactory(lesson=lesson))
    attempt = make.ExerciseAttemptFactory(user=user, exercise=exercise, quiz_attempt=quiz_attempt)
    conversation = make.ConversationFactory(exercise=exercise)
    rows = [
        make.EnrollmentFactory(user=user, course=course),
        make.ReviewFactory(user=user, course=course),
        make.LessonProgressFactory(user=user, lesson=lesson),
        make.VideoProgressFactory(user=user, video=VideoFactory(lesson=lesson)),
        quiz_attempt,
        attempt,
        make.GradeFactory(attempt=attempt),
        make.ProgressSnapshotFactory(user=user, course=course, current_lesson=lesson),
        make.ConversationParticipantFactory(conversation=conversation, user=user),
        make.ChatMessageFactory(conversation=conversation, author=user),
        conversation,
    ]
    return {type(row): row for row in rows}


CONTENT = {
    "course": lambda work: work[models.Enrollment].course,
    "lesson": lambda work: work[models.LessonProgress].lesson,
    "exercise": lambda work: work[models.ExerciseAttempt].exercise,
    "quiz": lambda work: work[models.QuizAttempt].quiz,
    "video": lambda work: work[models.VideoProgress].video,
}


def alive(work):
    return {model for model, row in work.items() if model.objects.filter(pk=row.pk, version=1).exists()}


@pytest.mark.parametrize("name", list(CONTENT))
def test_deleting_content_leaves_the_work_alive_and_readable(work, name, staff_api):
    content = CONTENT[name](work)
    content.delete()
    assert alive(work) == set(work), "neither taken nor touched"
    for model, row in work.items():
        assert str(model.objects.get(pk=row.pk)), "its links still load"
    assert models.Grade.objects.get().attempt.exercise.lesson.course.title
    listed = staff_api.get("/api/v1/learning/exercise-attempts/").json()["results"]
    assert [each["exercise"] for each in listed] == [work[models.ExerciseAttempt].exercise_id]
    content.restore()
    assert alive(work) == set(work)
    assert type(content).objects.filter(pk=content.pk).exists()
    assert_sound(*work)


@pytest.mark.parametrize("name", list(CONTENT))
def test_content_with_work_in_it_is_not_purged(work, name):
    content = CONTENT[name](work)
    with pytest.raises(ProtectedError), transaction.atomic():
        content.purge()
    content.delete()
    with pytest.raises(ProtectedError), transaction.atomic():
        content.purge()
    assert type(content).all_objects.filter(pk=content.pk).exists()
    assert alive(work) == set(work)


def test_content_is_purged_once_nobodys_work_is_in_it(work):
    course = work[models.Enrollment].course
    work[models.Enrollment].user.purge()
    work[models.Conversation].purge()
    course.purge()
    assert not Course.all_objects.filter(pk=course.pk).exists()
    assert not any(model.all_objects.exists() for model in work)


def test_a_snapshot_stands_in_the_way_of_no_lesson():
    snapshot = make.ProgressSnapshotFactory()
    lesson = LessonFactory(course=snapshot.course)
    models.ProgressSnapshot.objects.update(current_lesson=lesson)
    lesson.delete()
    snapshot.refresh_from_db()
    assert snapshot.current_lesson == lesson, "the link survives the trash"
    lesson.purge()
    snapshot.refresh_from_db()
    assert snapshot.current_lesson is None
    assert not Lesson.all_objects.filter(pk=lesson.pk).exists()
    assert_sound(models.ProgressSnapshot)


def test_a_persons_work_goes_to_the_trash_and_comes_back_with_them(work):
    user = work[models.Enrollment].user
    stays = {models.Conversation, models.ChatMessage}
    user.delete()
    assert {model for model, row in work.items() if model.objects.filter(pk=row.pk).exists()} == stays
    assert models.ChatMessage.objects.get().author == user, "what was said stays said"
    user.restore()
    assert {model for model, row in work.items() if model.objects.filter(pk=row.pk).exists()} == set(work)
    assert_sound(*work)


def test_what_a_purged_person_said_stays_without_their_name():
    message = make.ChatMessageFactory()
    message.author.purge()
    message.refresh_from_db()
    assert (message.author, message.role) == (None, "LEARNER")
    message.full_clean()


def test_a_quiz_attempt_takes_its_exercise_attempts_and_their_grades_along(work):
    work[models.QuizAttempt].delete()
    gone = {models.QuizAttempt, models.ExerciseAttempt, models.Grade}
    assert {model for model, row in work.items() if not model.objects.filter(pk=row.pk).exists()} == gone
    work[models.QuizAttempt].restore()
    assert models.Grade.objects.exists()
