"""What is particular to the API of learning; what holds for every endpoint is in the kernel's conventions."""

from __future__ import annotations

import uuid

import pytest

from accounts.tests.factories import StaffFactory, UserFactory
from config.base.events import subscribe, unsubscribe
from config.base.testing import api_client, etag
from courses.tests.factories import CourseFactory, ExerciseFactory, LessonFactory
from learning.events import ReviewPosted
from learning.models import ChatMessage, Conversation, ExerciseAttempt

from .factories import (
    ChatMessageFactory,
    ConversationFactory,
    ConversationParticipantFactory,
    EnrollmentFactory,
    ExerciseAttemptFactory,
    GradeFactory,
    LessonProgressFactory,
    ProgressSnapshotFactory,
    QuizAttemptFactory,
    ReviewFactory,
    VideoProgressFactory,
)

pytestmark = pytest.mark.django_db
URL = "/api/v1/learning"

READ_ONLY = {
    "lesson-progress": LessonProgressFactory,
    "video-progress": VideoProgressFactory,
    "progress-snapshots": ProgressSnapshotFactory,
    "quiz-attempts": QuizAttemptFactory,
    "exercise-attempts": ExerciseAttemptFactory,
    "grades": GradeFactory,
}


def staff(*permissions):
    return api_client(StaffFactory(permissions=permissions))


def act(client, conversation, path, body=None):
    url = f"{URL}/conversations/{conversation.pk}/{path}/"
    return client.post(url, body or {}, format="json", headers={"If-Match": etag(conversation)})


def errors_of(answer):
    assert answer.status_code == 400, answer.content
    return {error["field"] for error in answer.json()["errors"]}


@pytest.mark.parametrize("name", list(READ_ONLY))
def test_what_a_service_owns_is_read_and_never_written(name, staff_api):
    row = READ_ONLY[name]()
    url = f"{URL}/{name}/{row.pk}/"
    read = staff_api.get(url)
    assert read.status_code == 200
    headers = {"If-Match": read["ETag"]}
    assert staff_api.post(f"{URL}/{name}/", read.json(), format="json").status_code == 405
    for method in (staff_api.put, staff_api.patch, staff_api.delete):
        assert method(url, read.json(), format="json", headers=headers).status_code == 405
    row.refresh_from_db()
    assert (row.version, row.is_deleted) == (1, False)


def test_the_key_is_read_by_those_who_may_change_exercises_and_nobody_else():
    attempt = ExerciseAttemptFactory()
    ExerciseAttempt.objects.update(status="COMPLETED")
    pages = [
        f"{URL}/exercise-attempts/",
        f"{URL}/exercise-attempts/{attempt.pk}/",
        f"{URL}/exercise-attempts/{attempt.pk}/history/",
        f"{URL}/exercise-attempts/{attempt.pk}/?as_of=2999-01-01T00:00:00Z",
    ]
    author = staff("learning.view_exerciseattempt", "courses.change_exercise")
    reader = staff("learning.view_exerciseattempt")
    for page in pages:
        assert '"correct"' in author.get(page).content.decode(), page
        answer = reader.get(page).content.decode()
        assert '"correct"' not in answer, page
        assert '"max_points"' in answer, page


def test_an_enrolment_that_contradicts_itself_names_its_field(staff_api):
    body = {"user": UserFactory().pk, "course": CourseFactory().pk, "status": "COMPLETED"}
    assert errors_of(staff_api.post(f"{URL}/enrollments/", body, format="json")) == {"completed_at"}
    body["status"] = "ACTIVE"
    assert staff_api.post(f"{URL}/enrollments/", body, format="json").status_code == 201
    assert errors_of(staff_api.post(f"{URL}/enrollments/", body, format="json")) == {"course"}
    course = staff_api.get(f"/api/v1/courses/courses/{body['course']}/").json()
    assert course["enrollment_count"] == 1


def test_nobody_is_enrolled_in_a_course_in_the_trash(staff_api):
    course = CourseFactory()
    course.delete()
    body = {"user": UserFactory().pk, "course": course.pk}
    assert errors_of(staff_api.post(f"{URL}/enrollments/", body, format="json")) == {"course"}


def test_an_enrolment_in_a_deleted_course_can_still_be_changed(staff_api):
    enrollment = EnrollmentFactory()
    enrollment.course.delete()
    url = f"{URL}/enrollments/{enrollment.pk}/"
    body = {**staff_api.get(url).json(), "status": "WITHDRAWN"}
    answer = staff_api.put(url, body, format="json", headers={"If-Match": etag(enrollment)})
    assert (answer.status_code, answer.json()["status"]) == (200, "WITHDRAWN")


def test_a_review_is_posted_for_somebody_enrolled_and_announced(
    staff_api, django_capture_on_commit_callbacks
):
    heard = []
    subscribe(ReviewPosted, heard.append)
    user, course = UserFactory(), CourseFactory()
    body = {"user": user.pk, "course": course.pk, "rating": 4}
    assert errors_of(staff_api.post(f"{URL}/reviews/", body, format="json")) == {"user"}
    EnrollmentFactory(user=user, course=course)
    assert errors_of(staff_api.post(f"{URL}/reviews/", {**body, "rating": 6}, format="json")) == {"rating"}
    with django_capture_on_commit_callbacks(execute=True):
        answer = staff_api.post(f"{URL}/reviews/", body, format="json")
    unsubscribe(ReviewPosted, heard.append)
    assert answer.status_code == 201, answer.content
    assert [each.review_id for each in heard] == [answer.json()["id"]]
    course.refresh_from_db()
    assert (course.rating, course.rating_count) == (4, 1)


def test_hiding_a_review_takes_it_out_of_the_rating(staff_api):
    review = ReviewFactory(rating=1)
    url = f"{URL}/reviews/{review.pk}/"
    body = {"is_visible": False}
    assert staff_api.patch(url, body, format="json", headers={"If-Match": etag(review)}).status_code == 200
    review.course.refresh_from_db()
    assert (review.course.rating, review.course.rating_count) == (None, 0)


def test_progress_is_filtered_by_learner_course_and_state(staff_api):
    found = LessonProgressFactory()
    LessonProgressFactory()
    query = {"user": found.user_id, "lesson__course": found.lesson.course_id, "status": "IN_PROGRESS"}
    listed = staff_api.get(f"{URL}/lesson-progress/", query).json()
    assert [each["id"] for each in listed["results"]] == [found.pk]


def test_a_conversation_is_opened_by_who_asks_and_about_one_thing(staff_api):
    lesson = LessonFactory(course=CourseFactory(instructor=UserFactory()))
    exercise = ExerciseFactory(lesson=lesson)
    body = {"title": "Why?", "lesson": lesson.pk, "exercise": exercise.pk}
    assert errors_of(staff_api.post(f"{URL}/conversations/", body, format="json")) == {"exercise"}
    del body["lesson"]
    body |= {"reference": str(uuid.uuid4()), "status": "CLOSED"}
    answer = staff_api.post(f"{URL}/conversations/", body, format="json")
    assert answer.status_code == 201, answer.content
    assert (answer.json()["reference"], answer.json()["status"]) == (body["reference"], "OPEN")
    people = Conversation.objects.get().participants.values_list("user", flat=True)
    assert set(people) == {staff_api.user.pk, lesson.course.instructor_id}


def test_something_is_said_in_a_conversation(staff_api):
    talk = ConversationFactory()
    answer = act(staff_api, talk, "post-message", {"body": "Try it.", "context": {"excerpt": "n"}})
    assert answer.status_code == 201, answer.content
    said = answer.json()
    assert (said["role"], said["author"], said["conversation"]) == ("STAFF", staff_api.user.pk, talk.pk)
    assert said["context"] == {"excerpt": "n"}
    assert talk.participants.get().user == staff_api.user
    twice = act(staff_api, talk, "post-message", {"body": "Try it.", "reference": said["reference"]})
    assert errors_of(twice) == {"reference"}, "a message that was sent twice is kept once"
    assert errors_of(act(staff_api, talk, "post-message", {"body": " "})) == {"body"}
    assert errors_of(act(staff_api, talk, "post-message", {"body": "x", "role": "SYSTEM"})) == {"role"}
    assert errors_of(act(staff_api, talk, "post-message", {"body": "x", "context": {"page": 1}})) == {
        "context"
    }
    assert ChatMessage.objects.count() == 1


def test_a_conversation_is_closed_and_opened_again(staff_api):
    talk = ConversationFactory()
    closed = act(staff_api, talk, "close")
    assert (closed.status_code, closed.json()["status"]) == (200, "CLOSED")
    assert closed["ETag"] == etag(talk)
    refused = act(staff_api, talk, "post-message", {"body": "One more thing"})
    assert (refused.status_code, refused.json()["code"]) == (409, "conversation_closed")
    reopened = act(staff_api, talk, "reopen").json()
    assert (reopened["status"], reopened["closed_at"]) == ("OPEN", None)
    assert act(staff_api, talk, "post-message", {"body": "One more thing"}).status_code == 201


def test_reading_is_noted_for_who_reads(staff_api):
    talk = ConversationParticipantFactory(user=staff_api.user).conversation
    message = ChatMessageFactory(conversation=talk)
    assert act(staff_api, talk, "mark-read").status_code == 200
    assert talk.participants.get().last_read_at == message.created_at


def test_talking_takes_the_right_to_send_and_closing_the_right_to_change():
    talk = ConversationFactory()
    reader = staff("learning.view_conversation")
    for path in ("post-message", "close", "reopen"):
        assert act(reader, talk, path, {"body": "x"}).status_code == 403, path
    assert act(reader, talk, "mark-read").status_code == 200
    speaker = staff("learning.view_conversation", "learning.add_chatmessage")
    assert act(speaker, talk, "post-message", {"body": "x"}).status_code == 201


def test_messages_come_newest_first_by_cursor(staff_api):
    talk = ConversationFactory()
    sent = [ChatMessageFactory(conversation=talk).pk for _ in range(3)]
    ChatMessageFactory()
    page = staff_api.get(f"{URL}/chat-messages/", {"conversation": talk.pk, "page_size": 2}).json()
    assert [each["id"] for each in page["results"]] == sent[:0:-1]
    ChatMessageFactory(conversation=talk)
    rest = staff_api.get(page["next"]).json()
    assert [each["id"] for each in rest["results"]] == sent[:1], "what is said meanwhile moves no page"


def test_a_message_is_sent_by_who_is_signed_in(staff_api):
    talk, other = ConversationFactory(), UserFactory()
    body = {"conversation": talk.pk, "body": "Hello", "author": other.pk, "role": "SYSTEM"}
    answer = staff_api.post(f"{URL}/chat-messages/", body, format="json")
    assert answer.status_code == 201, answer.content
    assert (answer.json()["author"], answer.json()["role"]) == (staff_api.user.pk, "STAFF")
    Conversation.objects.get().delete()
    assert errors_of(staff_api.post(f"{URL}/chat-messages/", body, format="json")) == {"conversation"}


def test_a_message_is_moderated_and_its_sender_stays(staff_api):
    message = ChatMessageFactory()
    url = f"{URL}/chat-messages/{message.pk}/"
    body = {"body": "(removed)", "author": None}
    answer = staff_api.patch(url, body, format="json", headers={"If-Match": etag(message)})
    assert (answer.json()["body"], answer.json()["author"]) == ("(removed)", message.author_id)
    assert staff_api.delete(url, headers={"If-Match": etag(message)}).status_code == 204
    assert not ChatMessage.objects.exists()


def test_grades_of_an_attempt_are_listed_latest_first(staff_api):
    attempt = ExerciseAttemptFactory()
    first, second = GradeFactory(attempt=attempt), GradeFactory(attempt=attempt, source="REGRADE", score=2)
    GradeFactory()
    query = {"attempt": attempt.pk, "ordering": "-graded_at"}
    listed = staff_api.get(f"{URL}/grades/", query).json()["results"]
    assert [each["id"] for each in listed] == [second.pk, first.pk]
