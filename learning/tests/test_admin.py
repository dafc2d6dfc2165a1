"""What is particular to the back office of learning; what holds for every admin is in the kernel's conventions."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group

from accounts.models import User
from accounts.services import synchronise_roles
from accounts.tests.factories import UserFactory
from config.base.tests.admin_helpers import form_of, signed_in, text_of, url_of
from courses.tests.factories import CourseFactory, ExerciseFactory, LessonFactory
from learning import models
from learning.models import ChatMessage, Conversation, Enrollment, ExerciseAttempt, QuizAttempt, Review

from .factories import (
    ChatMessageFactory,
    ConversationFactory,
    ConversationParticipantFactory,
    EnrollmentFactory,
    ExerciseAttemptFactory,
    GradeFactory,
    LessonProgressFactory,
    QuizAttemptFactory,
    ReviewFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss():
    return signed_in()


def run(client, model, action, *rows):
    body = {"action": action, "_selected_action": [row.pk for row in rows]}
    return client.post(url_of(model, "changelist"), body, follow=True)


@pytest.mark.parametrize(
    "name",
    [
        *("LessonProgress", "VideoProgress", "ProgressSnapshot"),
        *("QuizAttempt", "ExerciseAttempt", "Grade"),
    ],
)
def test_what_a_service_owns_is_shown_and_not_offered(name, boss):
    model = getattr(models, name)
    assert boss.get(url_of(model, "add")).status_code == 403
    list_page = text_of(boss.get(url_of(model, "changelist")))
    assert url_of(model, "add") not in list_page


def test_an_attempt_shows_its_grades_and_offers_no_change(boss):
    attempt = ExerciseAttemptFactory()
    GradeFactory(attempt=attempt, feedback="Look at the second line.")
    page = text_of(boss.get(url_of(ExerciseAttempt, "change", attempt.pk)))
    assert "Look at the second line." in page
    assert "The exercise as it was" in page
    assert 'name="_save"' not in page
    assert 'name="grades-0-feedback"' not in page


def test_a_quiz_attempt_shows_what_was_answered(boss):
    attempt = QuizAttemptFactory()
    answered = ExerciseAttemptFactory(user=attempt.user, quiz_attempt=attempt)
    page = text_of(boss.get(url_of(QuizAttempt, "change", attempt.pk)))
    assert str(answered.exercise) in page


@pytest.mark.parametrize("page", ["change", "history", "version"])
def test_the_key_is_shown_to_those_who_may_change_exercises_and_nobody_else(page):
    attempt = ExerciseAttemptFactory()
    ExerciseAttempt.objects.update(snapshot_key={"correct": ["a"]})
    url = url_of(ExerciseAttempt, page, attempt.pk, *([1] if page == "version" else []))
    view = "learning.view_exerciseattempt"
    assert "correct" in text_of(signed_in(permissions=[view, "courses.change_exercise"]).get(url))
    assert "correct" not in text_of(signed_in(permissions=[view]).get(url))


def test_enrolments_are_narrowed_by_state_course_and_learner(boss):
    found = EnrollmentFactory(status="WITHDRAWN")
    EnrollmentFactory()
    EnrollmentFactory(course=found.course)
    query = {
        "status__exact": "WITHDRAWN",
        "course__id__exact": found.course_id,
        "user__id__exact": found.user_id,
    }
    response = boss.get(url_of(Enrollment, "changelist"), query)
    assert list(response.context["cl"].result_list) == [found]


def test_an_enrolment_is_added_and_counted(boss):
    user, course = UserFactory(), CourseFactory()
    url = url_of(Enrollment, "add")
    form = form_of(boss.get(url)) | {"user": user.pk, "course": course.pk}
    assert boss.post(url, form).status_code == 302
    course.refresh_from_db()
    assert course.enrollment_count == 1
    assert "enrolled in this course already" in text_of(boss.post(url, form))


def test_an_enrolment_in_a_deleted_course_keeps_it_when_saved(boss):
    enrollment = EnrollmentFactory()
    enrollment.course.delete()
    url = url_of(Enrollment, "change", enrollment.pk)
    form = form_of(boss.get(url)) | {"status": "WITHDRAWN"}
    assert boss.post(url, form).status_code == 302
    stored = Enrollment.objects.get()
    assert (stored.course_id, stored.status) == (enrollment.course_id, "WITHDRAWN")


def test_a_review_is_refused_for_somebody_who_is_not_enrolled(boss):
    enrollment = EnrollmentFactory()
    url = url_of(Review, "add")
    form = form_of(boss.get(url)) | {"user": UserFactory().pk, "course": enrollment.course_id, "rating": 5}
    page = boss.post(url, form)
    assert list(page.context["adminform"].form.errors) == ["user"]
    assert boss.post(url, form | {"user": enrollment.user_id}).status_code == 302
    assert Review.objects.get().rating == 5


def test_hiding_a_review_takes_it_out_of_the_rating(boss):
    review = ReviewFactory(rating=1)
    url = url_of(Review, "change", review.pk)
    form = form_of(boss.get(url))
    del form["is_visible"]
    assert boss.post(url, form).status_code == 302
    review.course.refresh_from_db()
    assert review.course.rating_count == 0


def test_selected_conversations_are_closed_and_opened_again(boss):
    rows = [ConversationFactory(), ConversationFactory()]
    run(boss, Conversation, "close_selected", *rows)
    assert not Conversation.objects.open().exists()
    assert rows[0].history.first().history_user_id == boss.user.pk
    run(boss, Conversation, "reopen_selected", rows[0])
    assert list(Conversation.objects.open()) == [rows[0]]


def test_a_conversation_shows_what_was_said_newest_first_and_changes_nothing_of_it(boss):
    talk = ConversationParticipantFactory().conversation
    ChatMessageFactory(conversation=talk, body="Why does it print 30?")
    ChatMessageFactory(conversation=talk, body="Look at the assignment.", role="STAFF")
    page = text_of(boss.get(url_of(Conversation, "change", talk.pk)))
    assert 0 < page.index("Look at the assignment.") < page.index("Why does it print 30?")
    form = form_of(boss.get(url_of(Conversation, "change", talk.pk)))
    assert {"status", "closed_at", "messages-0-body"}.isdisjoint(form)
    form |= {"title": "About line 4", "messages-0-body": "Never said"}
    assert boss.post(url_of(Conversation, "change", talk.pk), form).status_code == 302
    assert Conversation.objects.get().title == "About line 4"
    assert not ChatMessage.objects.filter(body="Never said").exists()


def test_a_long_conversation_takes_no_more_queries(boss, django_assert_max_num_queries):
    talk = ConversationFactory()
    ChatMessageFactory.create_batch(40, conversation=talk)
    url = url_of(Conversation, "change", talk.pk)
    boss.get(url)
    with django_assert_max_num_queries(16):
        page = text_of(boss.get(url))
    assert page.count("I do not see what changes") <= 40, "one page of them"


def test_an_answer_is_written_from_the_conversation(boss):
    talk = ConversationFactory()
    page = text_of(boss.get(url_of(Conversation, "change", talk.pk)))
    assert "Write an answer" in page
    assert boss.get("/admin/learning/conversation/none/answer/").status_code == 404
    answer = boss.get(f"/admin/learning/conversation/{talk.pk}/answer/")
    assert answer.status_code == 302
    form = form_of(boss.get(answer.url))
    assert form["conversation"] == str(talk.pk)
    assert {"author", "role"}.isdisjoint(form)
    url = url_of(ChatMessage, "add")
    assert boss.post(url, form | {"body": "Print it at the end of each turn."}).status_code == 302
    message = ChatMessage.objects.get()
    assert (message.author, message.role, message.conversation) == (boss.user, "STAFF", talk)
    assert talk.participants.get().user == boss.user


def test_an_answer_to_a_closed_conversation_is_refused_with_what_was_typed(boss):
    talk = ConversationFactory()
    run(boss, Conversation, "close_selected", talk)
    url = url_of(ChatMessage, "add")
    form = form_of(boss.get(url)) | {"conversation": talk.pk, "body": "Too late"}
    page = text_of(boss.post(url, form))
    assert "This conversation is closed." in page
    assert "Too late" in page
    assert not ChatMessage.objects.exists()


def test_of_a_message_only_the_words_are_changed(boss):
    message = ChatMessageFactory()
    url = url_of(ChatMessage, "change", message.pk)
    form = form_of(boss.get(url))
    assert {"conversation", "author", "role", "created_at"}.isdisjoint(form)
    assert boss.post(url, form | {"body": "(removed)"}).status_code == 302
    message.refresh_from_db()
    assert (message.body, message.role) == ("(removed)", "LEARNER")


def test_answering_is_offered_to_those_who_may_send():
    talk = ConversationFactory()
    reader = signed_in(permissions=["learning.view_conversation", "learning.change_conversation"])
    assert "Write an answer" not in text_of(reader.get(url_of(Conversation, "change", talk.pk)))
    assert reader.get(f"/admin/learning/conversation/{talk.pk}/answer/").status_code == 403


def test_an_administrator_deletes_and_restores_a_learner_with_all_their_work():
    synchronise_roles()
    administrator = signed_in(permissions=[])
    administrator.user.groups.add(Group.objects.get(name="administrator"))
    attempt = GradeFactory(attempt=ExerciseAttemptFactory(quiz_attempt=None)).attempt
    learner = attempt.user
    LessonProgressFactory(user=learner)
    EnrollmentFactory(user=learner)
    url = url_of(User, "delete", learner.pk)
    seen = administrator.get(url).context["seen_preview"]
    assert administrator.post(url, {"post": "yes", "seen_preview": seen}).status_code == 302
    assert not ExerciseAttempt.objects.exists()
    assert administrator.post(url_of(User, "restore", learner.pk)).status_code == 302
    assert list(ExerciseAttempt.objects.all()) == [attempt]
    assert Enrollment.objects.filter(user=learner).exists()


def test_a_teacher_sees_learners_work_and_talks_and_changes_nothing_else():
    synchronise_roles()
    teacher = signed_in(permissions=[])
    teacher.user.groups.add(Group.objects.get(name="teacher"))
    course = CourseFactory(instructor=teacher.user)
    enrollment = EnrollmentFactory(course=course)
    learner, exercise = enrollment.user, ExerciseFactory(lesson=LessonFactory(course=course))
    progress = LessonProgressFactory(user=learner, lesson=exercise.lesson)
    review, talk = ReviewFactory(course=course), ConversationFactory(course=course)
    grade = GradeFactory(attempt__user=learner, attempt__exercise=exercise)
    for row in (progress, review, enrollment, grade, talk):
        assert teacher.get(url_of(type(row), "change", row.pk)).status_code == 200
    assert teacher.get(url_of(ChatMessage, "add")).status_code == 200
    assert teacher.post(url_of(Review, "change", review.pk), {"rating": 5}).status_code == 403
    assert teacher.get(url_of(Enrollment, "add")).status_code == 403
