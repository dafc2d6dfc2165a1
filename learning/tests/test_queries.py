"""What is asked of learners' work."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import serializers
from django.db import IntegrityError, transaction

from accounts.tests.factories import UserFactory
from config.base.tests.helpers import race
from courses.tests.factories import CourseFactory, LessonFactory, QuizFactory
from learning import models
from learning.models import ChatMessage, Conversation, Enrollment, ExerciseAttempt, ProgressSnapshot

from . import factories as make
from .factories import FIRST_DAY

pytestmark = pytest.mark.django_db


def test_current_enrolments_are_active_or_completed():
    active = make.EnrollmentFactory()
    done = make.EnrollmentFactory(status="COMPLETED", completed_at=FIRST_DAY)
    make.EnrollmentFactory(status="WITHDRAWN")
    make.EnrollmentFactory().delete()
    assert set(Enrollment.objects.current()) == {active, done}


def test_progress_is_asked_for_one_course_and_for_all(django_assert_num_queries):
    user, course = UserFactory(), CourseFactory()
    assert ProgressSnapshot.objects.get_user_progress(user, course) is None
    lesson = LessonFactory(course=course)
    old = make.ProgressSnapshotFactory(
        user=user, course=course, current_lesson=lesson, last_activity_at=FIRST_DAY
    )
    new = make.ProgressSnapshotFactory(user=user, last_activity_at=FIRST_DAY + timedelta(days=1))
    make.ProgressSnapshotFactory(course=course)
    assert ProgressSnapshot.objects.get_user_progress(user, course) == old
    with django_assert_num_queries(1):
        found = list(ProgressSnapshot.objects.get_all_user_progress(user))
        assert found == [new, old]
        assert [str(each.course) for each in found]
        assert found[1].current_lesson == lesson


def test_a_snapshot_is_created_once_and_then_updated_without_a_version():
    user, course = UserFactory(), CourseFactory()
    objects = ProgressSnapshot.objects
    first, created = objects.create_or_update(user=user, course=course, lessons_total=4)
    assert (created, first.lessons_total, first.completion_percentage) == (True, 4, 0)
    again, created = objects.create_or_update(
        user=user, course=course, lessons_completed=1, completion_percentage=25
    )
    assert (again, created) == (first, False)
    assert (again.lessons_completed, again.lessons_total, again.completion_percentage) == (1, 4, 25)
    assert (again.version, again.history.count()) == (1, 1)
    same, created = objects.create_or_update(user=user, course=course)
    assert (same, created, same.lessons_completed) == (first, False, 1)


def test_a_snapshot_takes_figures_only_and_true_ones():
    user, course = UserFactory(), CourseFactory()
    with pytest.raises(TypeError, match="version"):
        ProgressSnapshot.objects.create_or_update(user=user, course=course, version=9)
    for _ in range(2):
        with pytest.raises(IntegrityError), transaction.atomic():
            ProgressSnapshot.objects.create_or_update(user=user, course=course, completion_percentage=101)
        make.ProgressSnapshotFactory(user=user)
    assert not ProgressSnapshot.objects.filter(course=course).exists()


@pytest.mark.django_db(transaction=True)
def test_of_many_first_snapshots_at_once_one_is_left():
    user, course = UserFactory(), CourseFactory()

    def store(number):
        ProgressSnapshot.objects.create_or_update(user=user, course=course, exercises_attempted=number)

    assert race(*(lambda number=number: store(number) for number in range(8))) == {"done": 8}
    assert ProgressSnapshot.all_objects.count() == 1


def test_what_a_teacher_has_to_read_comes_oldest_first():
    waiting = [
        make.ExerciseAttemptFactory(submitted_at=FIRST_DAY + timedelta(days=days)) for days in (2, 0, 1)
    ]
    make.GradeFactory(attempt=waiting[0], score=None, is_correct=None)
    make.GradeFactory()
    taken_back = make.GradeFactory(attempt=waiting[2])
    make.ExerciseAttemptFactory(status="IN_PROGRESS", submitted_at=None)
    taken_back.delete()
    assert list(ExerciseAttempt.objects.ungraded()) == [waiting[1], waiting[2], waiting[0]]


def test_unread_is_what_others_said_since_one_last_read():
    reader, other = UserFactory(), UserFactory()
    talk, elsewhere = make.ConversationFactory(), make.ConversationFactory()
    mine = make.ConversationParticipantFactory(conversation=talk, user=reader)
    make.ConversationParticipantFactory(conversation=talk, user=other)
    make.ConversationParticipantFactory(conversation=elsewhere, user=other)
    moments = [FIRST_DAY + timedelta(minutes=number) for number in range(4)]
    said = [
        make.ChatMessageFactory(conversation=talk, author=author, created_at=at)
        for author, at in zip((other, reader, other, None), moments, strict=True)
    ]
    make.ChatMessageFactory(conversation=elsewhere)

    def unread(user):
        rows = Conversation.objects.with_unread_count(user).order_by("id")
        return [row.unread_count for row in rows]

    assert unread(reader) == [3, 0]
    models.ConversationParticipant.objects.filter(pk=mine.pk).update(last_read_at=moments[1])
    assert unread(reader) == [2, 0]
    assert set(ChatMessage.objects.unread_by(reader)) == {said[2], said[3]}
    said[2].delete()
    assert unread(reader) == [1, 0]
    assert unread(other) == [2, 1]
    mine.delete()
    assert unread(reader) == [0, 0]
    assert list(Conversation.objects.of(other).order_by("id")) == [talk, elsewhere]
    assert not Conversation.objects.of(reader).exists()


def test_unread_of_many_conversations_takes_one_query(django_assert_num_queries):
    user = UserFactory()
    for _ in range(5):
        talk = make.ConversationParticipantFactory(user=user).conversation
        make.ChatMessageFactory.create_batch(2, conversation=talk)
    with django_assert_num_queries(1):
        rows = list(Conversation.objects.of(user).with_unread_count(user))
    assert [row.unread_count for row in rows] == [2] * 5


@pytest.mark.parametrize("place", ["lesson", "course"])
def test_every_row_is_found_by_its_natural_key(place):
    quiz = QuizFactory() if place == "lesson" else QuizFactory(lesson=None, course=CourseFactory())
    rows = [
        make.EnrollmentFactory(),
        make.ReviewFactory(),
        make.LessonProgressFactory(),
        make.VideoProgressFactory(),
        make.QuizAttemptFactory(quiz=quiz),
        make.ExerciseAttemptFactory(),
        make.GradeFactory(),
        make.ProgressSnapshotFactory(),
        make.ConversationFactory(),
        make.ConversationParticipantFactory(),
        make.ChatMessageFactory(),
    ]
    for row in rows:
        assert type(row).objects.get_by_natural_key(*row.natural_key()) == row
    names = {"use_natural_foreign_keys": True, "use_natural_primary_keys": True}
    text = serializers.serialize("json", rows, **names)
    assert [each.object.pk for each in serializers.deserialize("json", text)] == [row.pk for row in rows]
