"""Whose work is whose: learners, parents and teachers, over the API and in the admin."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tests.factories import (
    GuardianshipFactory,
    StudentProfileFactory,
    TeacherFactory,
    TeacherProfileFactory,
    UserFactory,
)
from config.base.testing import api_client, etag
from config.base.tests.admin_helpers import signed_in, url_of
from courses.tests.factories import (
    BookingFactory,
    LessonFactory,
    QuizFactory,
)
from learning.models import Conversation, Enrollment

from . import factories as make

pytestmark = pytest.mark.django_db
ME = "/api/v1/me"
API = "/api/v1/learning"

#: Path below /me/ → path below /learning/, of what a learner does.
WORK = {
    "enrollments": "enrollments",
    "progress": "progress-snapshots",
    "lesson-progress": "lesson-progress",
    "video-progress": "video-progress",
    "quiz-attempts": "quiz-attempts",
    "exercise-attempts": "exercise-attempts",
    "grades": "grades",
}
EVERY = pytest.mark.parametrize("path", list(WORK))


SEES = {
    "learner": True,
    "parent": True,
    "second parent": True,
    "teacher": True,
    "parent who may only book": False,
    "other learner": False,
    "other parent": False,
    "other teacher": False,
}


def listed(client, url, **query):
    answer = client.get(url, query)
    assert answer.status_code == 200, answer.content
    return {row["id"] for row in answer.json()["results"]}


@EVERY
def test_work_is_seen_by_whom_it_concerns_and_by_nobody_else(path, school):
    row = school.mine[path]
    meta = row._meta
    for role, sees in SEES.items():
        user = school.people[role]
        client, url = api_client(user), f"{ME}/{path}/"
        assert (row.pk in listed(client, url)) == sees, role
        assert (row.pk in listed(client, url, student=school.child.user.pk)) == sees, role
        assert client.get(f"{url}{row.pk}/").status_code == (200 if sees else 404), role
        assert user.has_perm(f"{meta.app_label}.view_{meta.model_name}", row) == sees, role
        for method in (client.post, client.put, client.patch, client.delete):
            assert method(f"{url}{row.pk}/", {}, format="json").status_code == 405, role
        assert school.theirs[path].pk not in listed(client, url) or role == "other learner"
    assert api_client(None).get(f"{ME}/{path}/").status_code == 401


@EVERY
def test_a_teachers_back_office_has_their_own_students_work_only(path, school):
    mine, theirs = school.mine[path], school.theirs[path]
    client, browser = api_client(school.teacher), signed_in(permissions=[])
    browser.force_login(school.teacher)
    url = f"{API}/{WORK[path]}/"
    assert listed(client, url) == {mine.pk}
    assert client.get(f"{url}{theirs.pk}/").status_code == 404
    assert client.get(f"{url}{theirs.pk}/history/").status_code == 404
    changelist = browser.get(url_of(type(mine), "changelist"))
    assert set(changelist.context["cl"].result_list) == {mine}
    assert browser.get(url_of(type(mine), "change", mine.pk)).status_code == 200
    for page in ("change", "history"):
        assert browser.get(url_of(type(mine), page, theirs.pk)).status_code == 302
    assert api_client(school.people["parent"]).get(url).status_code == 403


@EVERY
@pytest.mark.parametrize("how", ["withdrawn", "enrolment deleted", "course deleted", "instructor changed"])
def test_who_is_no_longer_taught_is_no_longer_seen(path, how, school):
    enrollment = school.mine["enrollments"]
    if how == "withdrawn":
        Enrollment.objects.filter(pk=enrollment.pk).update(status="WITHDRAWN")
    elif how == "enrolment deleted":
        enrollment.delete()
    elif how == "course deleted":
        school.course.delete()
    else:
        type(school.course).objects.filter(pk=school.course.pk).update(instructor=None)
    assert listed(api_client(school.teacher), f"{ME}/{path}/") == set()
    assert listed(api_client(school.teacher), f"{API}/{WORK[path]}/") == set()
    assert listed(api_client(school.teacher), f"{ME}/students/") == set()
    if not (path == "enrollments" and how == "enrolment deleted"):
        assert listed(api_client(school.child.user), f"{ME}/{path}/") == {school.mine[path].pk}


@EVERY
@pytest.mark.parametrize("status", ["REQUESTED", "DONE", "CANCELLED"])
def test_who_has_a_booking_is_accompanied_in_the_course_that_it_is_about(path, status, school):
    tutor = TeacherFactory()
    profile = TeacherProfileFactory(user=tutor)
    BookingFactory(session__teacher=profile, student=school.child, status=status)
    assert listed(api_client(tutor), f"{ME}/{path}/") == set(), "a booking about nothing opens no course"
    BookingFactory(
        session__teacher=profile, session__course=school.course, student=school.child, status=status
    )
    seen = set() if status == "CANCELLED" else {school.mine[path].pk}
    assert listed(api_client(tutor), f"{ME}/{path}/") == seen
    assert listed(api_client(tutor), f"{API}/{WORK[path]}/") == seen


def test_a_student_is_not_followed_into_another_teachers_course(school):
    enrollment = make.EnrollmentFactory(user=school.child.user, course=school.elsewhere)
    assert enrollment.pk not in listed(api_client(school.teacher), f"{ME}/enrollments/")
    other = school.elsewhere.instructor
    assert school.mine["progress"].pk not in listed(api_client(other), f"{ME}/progress/")


@EVERY
def test_a_dead_guardianship_shows_nothing(path, school):
    parent = school.people["parent"]
    parent.parent_profile.guardianships.get().delete()
    assert listed(api_client(parent), f"{ME}/{path}/") == set()
    assert school.mine[path].pk in listed(api_client(school.people["second parent"]), f"{ME}/{path}/")


def test_a_teacher_who_is_a_parent_sees_both_at_home_and_students_only_at_work(school):
    child = GuardianshipFactory(parent__user=school.teacher).student
    theirs = make.EnrollmentFactory(user=child.user, course=school.elsewhere)
    client = api_client(school.teacher)
    assert listed(client, f"{ME}/enrollments/") == {school.mine["enrollments"].pk, theirs.pk}
    assert listed(client, f"{API}/enrollments/") == {school.mine["enrollments"].pk}
    assert listed(client, f"{ME}/enrollments/", student=child.user.pk) == {theirs.pk}


def test_nobody_is_shown_a_key_or_an_address(school):
    for role in ("learner", "parent", "teacher"):
        client = api_client(school.people[role])
        attempt = client.get(f"{ME}/exercise-attempts/{school.mine['exercise-attempts'].pk}/")
        assert "snapshot_key" not in attempt.json()
        for path in (*WORK, "students", "reviews", "conversations", "messages"):
            text = client.get(f"{ME}/{path}/").content.decode()
            assert "@example.org" not in text
    learner = api_client(school.child.user)
    type(school.course).objects.update(status="PUBLISHED", published_at="2026-01-01T00:00:00Z")
    exercises = learner.get(f"{ME}/exercises/").json()["results"]
    assert exercises
    assert not {"answer", "explanation"} & set(exercises[0])


def test_who_is_enrolled_opens_the_lessons(school):
    lesson = school.mine["lesson-progress"].lesson
    LessonFactory(course=school.course, is_published=False)
    school.course.__class__.objects.filter(pk=school.course.pk).update(
        status="ARCHIVED", published_at="2026-01-01T00:00:00Z"
    )
    learner = api_client(school.child.user)
    assert listed(learner, f"{ME}/lessons/") == {lesson.pk}
    assert listed(learner, f"{ME}/lessons/", course=school.course.pk) == {lesson.pk}
    assert listed(learner, f"{ME}/courses/") == {school.course.pk}, (
        "taken off the offer, not from its learners"
    )
    assert listed(api_client(school.people["other learner"]), f"{ME}/courses/") == set()
    Enrollment.objects.filter(course=school.course).update(status="WITHDRAWN")
    assert listed(learner, f"{ME}/lessons/") == set()


def test_who_is_enrolled_finds_the_quizzes_of_the_course_and_of_its_open_lessons():
    lesson = LessonFactory(is_published=True, course__status="ARCHIVED")
    hidden = LessonFactory(is_published=False, course=lesson.course)
    of_lesson, of_course = QuizFactory(lesson=lesson), QuizFactory(lesson=None, course=lesson.course)
    QuizFactory(lesson=hidden)
    QuizFactory(lesson=LessonFactory(is_published=True))
    client = api_client(make.EnrollmentFactory(course=lesson.course).user)
    assert listed(client, f"{ME}/quizzes/") == {of_lesson.pk, of_course.pk}


def test_a_conversation_is_for_who_takes_part_and_who_instructs(school):
    talk = make.ConversationFactory(course=school.course)
    make.ConversationParticipantFactory(conversation=talk, user=school.child.user)
    left = make.ConversationParticipantFactory(conversation=talk, user=UserFactory())
    left.delete()
    message = make.ChatMessageFactory(conversation=talk, author=school.teacher)
    elsewhere = make.ConversationFactory(course=school.elsewhere)
    sees = {"learner", "teacher"}
    for role, user in {**school.people, "who left": left.user}.items():
        client = api_client(user)
        assert listed(client, f"{ME}/conversations/") == ({talk.pk} if role in sees else set()), role
        assert listed(client, f"{ME}/messages/") == ({message.pk} if role in sees else set()), role
        status = 200 if role in sees else 404
        assert client.get(f"{ME}/conversations/{talk.pk}/").status_code == status
        assert user.has_perm("learning.view_conversation", talk) == (role in sees)
    found = api_client(school.child.user).get(f"{ME}/conversations/{talk.pk}/").json()
    assert found["unread_count"] == 1
    assert [each["full_name"] for each in found["participants"]] == [school.child.user.full_name]
    client = api_client(school.teacher)
    for row, status in ((talk, 201), (elsewhere, 404)):
        url = f"{API}/conversations/{row.pk}/post-message/"
        answer = client.post(url, {"body": "Yes."}, format="json", headers={"If-Match": etag(row)})
        assert answer.status_code == status, answer.content
    body = {"conversation": elsewhere.pk, "body": "Hello"}
    answer = client.post(f"{API}/chat-messages/", body, format="json")
    assert [each["field"] for each in answer.json()["errors"]] == ["conversation"]
    new = {"title": "About yours", "course": school.elsewhere.pk}
    assert client.post(f"{API}/conversations/", new, format="json").status_code == 400
    new = {"title": "About mine", "course": school.course.pk}
    assert client.post(f"{API}/conversations/", new, format="json").status_code == 201
    assert Conversation.objects.taught_by(school.teacher).count() == 2


def test_a_teacher_lists_their_students_with_their_progress_in_constant_queries(school):
    client, url = api_client(school.teacher), f"{ME}/students/"
    answer = client.get(url).json()["results"]
    assert answer == [
        {
            "id": school.child.user.pk,
            "full_name": school.child.user.full_name,
            "level": school.child.level,
            "courses": [{"id": school.course.pk, "title": school.course.title, "completion_percentage": 0}],
            "version": school.child.user.version,
        }
    ]
    assert listed(api_client(school.child.user), url) == set()

    def count():
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        return len(queries)

    few = count()
    for _each in range(8):
        make.EnrollmentFactory(course=school.course, user=StudentProfileFactory().user)
    assert len(listed(client, url)) == 9
    assert count() == few <= 10


@EVERY
def test_lists_of_ones_own_take_few_queries(path, school):
    for role in ("learner", "parent", "teacher"):
        client = api_client(school.people[role])
        with CaptureQueriesContext(connection) as queries:
            client.get(f"{ME}/{path}/")
        assert len(queries) <= 10
