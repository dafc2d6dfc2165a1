"""Talking over the API: who opens what about what, who says something, who has read it."""

from __future__ import annotations

import pytest

from accounts.tests.factories import UserFactory
from config.base.querysets import now_ms
from config.base.testing import api_client, etag
from courses.models import Course
from courses.tests.factories import CourseFactory, ExerciseFactory, LessonFactory
from learning.models import ChatMessage, Conversation

from .factories import EnrollmentFactory

pytestmark = pytest.mark.django_db
ME = "/api/v1/me"


@pytest.fixture
def school(school):
    Course.objects.filter(pk=school.course.pk).update(status="PUBLISHED", published_at=now_ms())
    return school


def learner_of(course):
    return api_client(EnrollmentFactory(course=course).user)


def opened(client, **body):
    answer = client.post(
        f"{ME}/conversations/", {"title": "A question", "body": "Why?", **body}, format="json"
    )
    assert answer.status_code == 201, answer.content
    return Conversation.objects.get(pk=answer.json()["id"])


def errors_of(answer):
    assert answer.status_code == 400, answer.content
    return {error["field"]: error["code"] for error in answer.json()["errors"]}


def test_a_learner_asks_about_an_exercise_and_the_teacher_finds_it_unread(school):
    learner, teacher = api_client(school.child.user), api_client(school.teacher)
    exercise = school.mine["exercise-attempts"].exercise
    context = {"exercise": exercise.pk, "excerpt": "while n > 0:"}
    talk = opened(learner, exercise=exercise.pk, context=context)

    listed = teacher.get(f"{ME}/conversations/").json()["results"]
    assert [(each["id"], each["unread_count"]) for each in listed] == [(talk.pk, 1)]
    assert learner.get(f"{ME}/conversations/").json()["results"][0]["unread_count"] == 0
    message = teacher.get(f"{ME}/messages/", {"conversation": talk.pk}).json()["results"][0]
    assert (message["body"], message["context"], message["is_mine"]) == ("Why?", context, False)

    assert teacher.post(f"{ME}/conversations/{talk.pk}/read/").json()["unread_count"] == 0
    body = {"conversation": talk.pk, "body": "What changes n?"}
    said = teacher.post(f"{ME}/messages/", body, format="json")
    assert said.status_code == 201, said.content
    assert learner.get(f"{ME}/conversations/{talk.pk}/").json()["unread_count"] == 1


@pytest.mark.parametrize("part", ["course", "lesson", "exercise"])
def test_one_asks_only_about_what_one_learns(part):
    course = CourseFactory(status="PUBLISHED", published_at=now_ms())
    lesson = LessonFactory(course=course, is_published=True)
    row = {"course": course, "lesson": lesson, "exercise": ExerciseFactory(lesson=lesson)}[part]
    stranger = api_client(UserFactory())
    body = {"title": "A question", "body": "Why?", part: row.pk}
    assert set(errors_of(stranger.post(f"{ME}/conversations/", body, format="json"))) == {part}
    assert not Conversation.objects.exists()
    opened(learner_of(course), **{part: row.pk})


def test_a_conversation_has_one_subject_and_a_first_message(school):
    client = api_client(school.child.user)
    lesson = school.mine["lesson-progress"].lesson
    body = {"title": "A question", "body": "Why?"}
    url = f"{ME}/conversations/"
    assert errors_of(client.post(url, body, format="json")) == {None: "subject"}
    two = {**body, "course": school.course.pk, "lesson": lesson.pk}
    assert errors_of(client.post(url, two, format="json")) == {None: "subject"}
    silent = {"title": "A question", "course": school.course.pk}
    assert errors_of(client.post(url, silent, format="json")) == {"body": "required"}
    strange = {**body, "course": school.course.pk, "context": {"password": "x"}}
    assert "context" in errors_of(client.post(url, strange, format="json"))
    assert not Conversation.objects.exists()


def test_nobody_speaks_for_somebody_else_or_chooses_their_role(school):
    client = api_client(school.child.user)
    talk = opened(client, course=school.course.pk)
    url, body = f"{ME}/messages/", {"conversation": talk.pk, "body": "Because."}
    assert errors_of(client.post(url, {**body, "author": school.teacher.pk}, format="json")) == {
        "author": "unknown"
    }
    assert client.post(url, {**body, "role": "STAFF"}, format="json").status_code == 201
    spoken = ChatMessage.objects.filter(conversation=talk).first()
    assert (spoken.author, spoken.role) == (school.child.user, "LEARNER")


def test_others_neither_read_nor_write_nor_close(school):
    talk = opened(api_client(school.child.user), course=school.course.pk)
    headers = {"If-Match": etag(talk)}
    for role in ("other learner", "other teacher", "parent"):
        client = api_client(school.people[role])
        body = {"conversation": talk.pk, "body": "Hello"}
        assert "conversation" in errors_of(client.post(f"{ME}/messages/", body, format="json")), role
        for path in ("read", "close", "reopen"):
            answer = client.post(f"{ME}/conversations/{talk.pk}/{path}/", headers=headers)
            assert answer.status_code == 404, role


def test_who_takes_part_closes_and_opens_again(school):
    learner, teacher = api_client(school.child.user), api_client(school.teacher)
    talk = opened(learner, course=school.course.pk)
    url = f"{ME}/conversations/{talk.pk}/"
    assert learner.post(f"{url}close/").status_code == 428
    closed = learner.post(f"{url}close/", headers={"If-Match": etag(talk)})
    assert (closed.status_code, closed.json()["status"]) == (200, "CLOSED")
    body = {"conversation": talk.pk, "body": "Still there?"}
    refused = learner.post(f"{ME}/messages/", body, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "conversation_closed")
    opened_again = teacher.post(f"{url}reopen/", headers={"If-Match": closed["ETag"]})
    assert opened_again.json()["status"] == "OPEN"
    assert learner.post(f"{ME}/messages/", body, format="json").status_code == 201


def test_the_list_takes_the_same_queries_for_few_conversations_and_many(
    school, django_assert_max_num_queries
):
    client = api_client(school.child.user)
    for number in range(5):
        opened(client, course=school.course.pk, title=f"Question {number}")
    with django_assert_max_num_queries(8):
        assert client.get(f"{ME}/conversations/").json()["count"] == 5
