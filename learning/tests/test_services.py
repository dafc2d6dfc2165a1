"""Reviewing a course, and talking."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.tests.factories import StaffFactory, UserFactory
from config.base.events import subscribe, unsubscribe
from config.base.exceptions import DomainError, StaleObjectError
from config.base.tests.helpers import assert_sound, race
from courses.tests.factories import CourseFactory, ExerciseFactory, LessonFactory
from learning.events import ReviewPosted
from learning.models import ChatMessage, Conversation, ConversationParticipant, Review
from learning.services import (
    close_conversation,
    mark_conversation_read,
    open_conversation,
    post_message,
    reopen_conversation,
    review_course,
)

from .factories import ConversationFactory, ConversationParticipantFactory, EnrollmentFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def posted():
    """The reviews announced, in order."""
    heard = []
    subscribe(ReviewPosted, heard.append)
    yield heard
    unsubscribe(ReviewPosted, heard.append)


def code_of(caught):
    return caught.value.code


# Reviews


def test_a_second_review_changes_the_first(posted, django_capture_on_commit_callbacks):
    enrollment = EnrollmentFactory()
    who = {"user": enrollment.user, "course": enrollment.course}
    with django_capture_on_commit_callbacks(execute=True):
        first = review_course(**who, rating=2, comment="Too fast.")
        second = review_course(**who, rating=4)
        third = review_course(**who, rating=4)
    assert first == second == third == Review.objects.get()
    assert (third.rating, third.comment, third.version) == (4, "", 2)
    assert [(each.review_id, each.course_id, each.user_id) for each in posted] == [
        (first.pk, enrollment.course_id, enrollment.user_id)
    ] * 2, "saying the same again announces nothing"
    enrollment.course.refresh_from_db()
    assert (enrollment.course.rating, enrollment.course.rating_count) == (4, 1)


@pytest.mark.parametrize("status", [None, "WITHDRAWN"])
def test_only_somebody_enrolled_reviews(status, posted):
    user, course = UserFactory(), CourseFactory()
    if status:
        EnrollmentFactory(user=user, course=course, status=status)
    with pytest.raises(DomainError) as caught:
        review_course(user=user, course=course, rating=5)
    assert code_of(caught) == "not_enrolled"
    assert not Review.objects.exists()


@pytest.mark.parametrize(
    ("rating", "comment", "field"), [(0, "", "rating"), (6, "", "rating"), (3, "x" * 4001, "comment")]
)
def test_a_review_that_breaks_a_rule_writes_nothing(rating, comment, field, posted):
    enrollment = EnrollmentFactory()
    with pytest.raises(ValidationError) as caught:
        review_course(user=enrollment.user, course=enrollment.course, rating=rating, comment=comment)
    assert set(caught.value.message_dict) == {field}
    assert not Review.objects.exists()


def test_a_hidden_review_stays_hidden_whatever_its_author_writes():
    enrollment = EnrollmentFactory()
    who = {"user": enrollment.user, "course": enrollment.course}
    review_course(**who, rating=1, comment="…")
    Review.objects.update(is_visible=False)
    assert review_course(**who, rating=5).is_visible is False
    enrollment.course.refresh_from_db()
    assert enrollment.course.rating is None


@pytest.mark.django_db(transaction=True)
def test_of_first_reviews_at_once_one_is_left():
    enrollment = EnrollmentFactory()

    def review(rating):
        review_course(user=enrollment.user, course=enrollment.course, rating=rating)

    outcomes = race(*(lambda rating=rating: review(rating) for rating in (1, 2, 3, 4)))
    assert outcomes == {"done": 4}
    assert Review.all_objects.count() == 1
    assert_sound(Review)


# Conversations


def test_a_conversation_is_opened_with_its_people_and_a_first_message():
    learner, friend, teacher = UserFactory(), UserFactory(), StaffFactory()
    exercise = ExerciseFactory(lesson=LessonFactory(course=CourseFactory(instructor=teacher)))
    conversation = open_conversation(
        opener=learner,
        title="Why 30?",
        exercise=exercise,
        others=[friend, learner],
        body="I expected 42.",
        context={"exercise": exercise.pk, "excerpt": "total = n"},
    )
    people = set(conversation.participants.values_list("user", flat=True))
    assert people == {learner.pk, friend.pk, teacher.pk}, "the instructor takes part, nobody twice"
    message = conversation.messages.get()
    assert (message.author, message.role, message.body) == (learner, "LEARNER", "I expected 42.")
    assert message.context == {"exercise": exercise.pk, "excerpt": "total = n"}
    assert (conversation.status, conversation.subject) == ("OPEN", exercise)


@pytest.mark.parametrize("level", ["course", "lesson", "exercise"])
def test_the_instructor_is_found_from_whatever_it_is_about(level):
    teacher = UserFactory()
    course = CourseFactory(instructor=teacher)
    lesson = LessonFactory(course=course)
    about = {"course": course, "lesson": lesson}.get(level) or ExerciseFactory(lesson=lesson)
    conversation = open_conversation(opener=UserFactory(), title="?", **{level: about})
    assert conversation.participants.filter(user=teacher).exists()
    assert not conversation.messages.exists()
    teacher.delete()
    course.refresh_from_db()
    about.refresh_from_db()
    later = open_conversation(
        opener=UserFactory(), title="?", **{level: type(about).objects.get(pk=about.pk)}
    )
    assert later.participants.count() == 1, "nobody who is in the trash is asked"


@pytest.mark.parametrize("wrong", [{"title": ""}, {"title": "x", "context": {"page": 3}, "body": "y"}])
def test_a_conversation_that_breaks_a_rule_is_not_opened(wrong):
    with pytest.raises(ValidationError):
        open_conversation(opener=UserFactory(), **wrong)
    assert not Conversation.objects.exists()


def test_the_role_is_the_authors():
    learner, teacher = UserFactory(), StaffFactory()
    talk = open_conversation(opener=learner, title="?")
    question = post_message(conversation=talk, author=learner, body="Why?")
    answer = post_message(conversation=talk, author=teacher, body="Because.")
    assert (question.role, answer.role) == ("LEARNER", "STAFF")
    teacher.is_staff = False
    teacher.save()
    assert ChatMessage.objects.get(pk=answer.pk).role == "STAFF", "as what they spoke then"


def test_staff_join_by_speaking_and_nobody_else_does():
    learner, stranger, teacher = UserFactory(), UserFactory(), StaffFactory()
    talk = open_conversation(opener=learner, title="?")
    with pytest.raises(DomainError) as caught:
        post_message(conversation=talk, author=stranger, body="Me too!")
    assert code_of(caught) == "not_participant"
    for _ in range(2):
        post_message(conversation=talk, author=teacher, body="I help you.")
    assert talk.participants.filter(user=teacher).count() == 1
    assert not talk.participants.filter(user=stranger).exists()
    talk.participants.get(user=learner).delete()
    with pytest.raises(DomainError):
        post_message(conversation=talk, author=learner, body="I have left, have I not?")


def test_nothing_is_said_in_a_closed_conversation_until_it_is_open_again():
    learner = UserFactory()
    talk = open_conversation(opener=learner, title="?")
    assert close_conversation(conversation=talk).closed_at is not None
    closed = talk.version
    assert close_conversation(conversation=talk).version == closed, "twice is once"
    stale = Conversation(pk=talk.pk, title="?", status="OPEN")  # what the caller has read is not asked
    for seen in (talk, stale):
        with pytest.raises(DomainError) as caught:
            post_message(conversation=seen, author=learner, body="One more thing")
        assert code_of(caught) == "conversation_closed"
    reopen_conversation(conversation=talk)
    assert (talk.status, talk.closed_at) == ("OPEN", None)
    assert reopen_conversation(conversation=talk).version == closed + 1
    post_message(conversation=talk, author=learner, body="One more thing")


def test_nothing_is_said_in_a_deleted_conversation():
    learner = UserFactory()
    talk = open_conversation(opener=learner, title="?")
    talk.delete()
    with pytest.raises(DomainError) as caught:
        post_message(conversation=talk, author=learner, body="Hello?")
    assert code_of(caught) == "conversation_deleted"


def test_closing_what_somebody_else_changed_meanwhile_is_refused():
    talk = ConversationFactory()
    Conversation.objects.update(title="Renamed")
    with pytest.raises(StaleObjectError), transaction.atomic():
        close_conversation(conversation=talk)


@pytest.mark.parametrize("body", ["", "  \n "])
def test_a_message_says_something(body):
    talk = open_conversation(opener=UserFactory(), title="?")
    with pytest.raises(ValidationError) as caught:
        post_message(conversation=talk, author=StaffFactory(), body=body)
    assert set(caught.value.message_dict) == {"body"}
    assert talk.participants.count() == 1, "nobody has joined"


def test_messages_follow_each_other_in_time_even_when_the_clock_does_not():
    learner = UserFactory()
    talk = open_conversation(opener=learner, title="?", body="First")
    ahead = timezone.now().replace(microsecond=0) + timedelta(hours=1)
    ChatMessage.objects.update(created_at=ahead)
    moments = [
        post_message(conversation=talk, author=learner, body=str(number)).created_at for number in range(3)
    ]
    assert moments == [ahead + timedelta(milliseconds=number) for number in (1, 2, 3)]


def test_having_read_is_noted_without_a_version_and_never_undone():
    learner, teacher = UserFactory(), StaffFactory()
    talk = open_conversation(opener=learner, title="?", body="Why?")
    answer = post_message(conversation=talk, author=teacher, body="Because.")

    def unread(user):
        return Conversation.objects.with_unread_count(user).get(pk=talk.pk).unread_count

    assert (unread(learner), unread(teacher)) == (1, 0), "who speaks has read what was said before"
    mark_conversation_read(conversation=talk, user=learner)
    assert unread(learner) == 0
    mine = ConversationParticipant.objects.get(user=learner)
    assert (mine.last_read_at, mine.version, mine.history.count()) == (answer.created_at, 1, 1)
    answer.delete()
    mark_conversation_read(conversation=talk, user=learner)
    mine.refresh_from_db()
    assert mine.last_read_at == answer.created_at, "it never goes back"
    mark_conversation_read(conversation=talk, user=UserFactory())
    assert talk.participants.count() == 2, "reading is not joining"


@pytest.mark.django_db(transaction=True)
def test_everything_said_at_once_is_kept_in_one_order():
    talk = ConversationFactory()
    people = [ConversationParticipantFactory(conversation=talk).user for _ in range(6)]
    outcomes = race(
        *(
            lambda user=user: str(post_message(conversation=talk, author=user, body="Now!").role)
            for user in people
        )
    )
    assert outcomes == {"LEARNER": 6}
    moments = list(ChatMessage.objects.order_by("id").values_list("created_at", flat=True))
    assert moments == sorted(set(moments))
    assert_sound(ChatMessage, ConversationParticipant)
