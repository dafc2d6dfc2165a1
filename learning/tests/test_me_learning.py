"""The learner's and the teacher's doors below /api/v1/me/: whose they are, what they refuse, what they cost."""

from __future__ import annotations

from decimal import Decimal

import pytest

from accounts.tests.factories import UserFactory
from config.base.querysets import now_ms
from config.base.testing import api_client
from courses.models import Course, Lesson
from courses.tests.factories import (
    CourseFactory,
    ExerciseFactory,
    LessonFactory,
    QuizFactory,
    QuizItemFactory,
    VideoFactory,
)
from learning import selectors, services
from learning.models import Enrollment, ExerciseAttempt, Grade, ProgressSnapshot, QuizAttempt

from .factories import RIGHT, WRONG, EnrollmentFactory

pytestmark = pytest.mark.django_db
ME = "/api/v1/me"


@pytest.fixture
def school(school):
    Course.objects.update(status="PUBLISHED", published_at=now_ms())
    return school


def published(**values):
    return CourseFactory(status="PUBLISHED", published_at=now_ms(), **values)


def lesson_in(course, **values):
    return LessonFactory(course=course, is_published=True, **values)


def enrolled(course):
    user = UserFactory()
    services.enrol(user=user, course=course)
    return api_client(user)


def post(client, path, body=None):
    return client.post(f"{ME}/{path}/", body or {}, format="json")


def fields_of(answer):
    assert answer.status_code == 400, answer.content
    return {error["field"]: error["code"] for error in answer.json()["errors"]}


def code_of(answer, status=409):
    assert answer.status_code == status, answer.content
    return answer.json()["code"]


def test_one_enrols_oneself_in_what_is_on_offer(school):
    client = api_client(UserFactory())
    course, draft = published(), CourseFactory()
    url = "enrollments"
    assert fields_of(post(client, url, {"course": draft.pk})) == {"course": "does_not_exist"}
    assert fields_of(post(client, url, {"course": course.pk, "user": school.child.user.pk})) == {
        "user": "unknown"
    }
    assert fields_of(post(client, url)) == {"course": "required"}
    made = post(client, url, {"course": course.pk, "status": "COMPLETED", "completed_at": "2026-01-01"})
    assert (made.status_code, made.json()["status"], made.json()["completed_at"]) == (201, "ACTIVE", None)
    assert made["Location"].endswith(f"/{url}/{made.json()['id']}/")
    assert post(client, url, {"course": course.pk}).status_code == 200
    assert Enrollment.objects.get(course=course).user == client.user


def test_parents_and_teachers_see_an_enrolment_and_do_not_end_it(school):
    row = school.mine["enrollments"]
    for role in ("parent", "teacher", "other learner"):
        client = api_client(school.people[role])
        assert code_of(post(client, f"enrollments/{row.pk}/withdraw"), 404) == "not_found", role
    row.refresh_from_db()
    assert row.status == "ACTIVE"


def test_what_others_learn_is_not_there(school):
    lesson = school.mine["lesson-progress"].lesson
    exercise = school.mine["exercise-attempts"].exercise
    video, quiz = school.mine["video-progress"].video, school.mine["quiz-attempts"].quiz
    doors = [
        *(f"lessons/{lesson.pk}/{step}" for step in ("open", "complete", "skip", "advance")),
        f"videos/{video.pk}/position",
        f"exercises/{exercise.pk}/answer",
        f"quizzes/{quiz.pk}/start",
        f"quiz-attempts/{school.mine['quiz-attempts'].pk}/submit",
    ]
    for role in ("other learner", "parent", "other teacher"):
        client = api_client(school.people[role])
        for door in doors:
            assert code_of(post(client, door), 404) == "not_found", (role, door)


def test_who_teaches_a_course_does_not_learn_in_it_by_the_way(school):
    lesson = school.mine["lesson-progress"].lesson
    exercise = school.mine["exercise-attempts"].exercise
    client = api_client(school.teacher)
    assert code_of(post(client, f"lessons/{lesson.pk}/complete")) == "not_enrolled"
    body = {"answer": RIGHT["MULTIPLE_CHOICE"]}
    assert code_of(post(client, f"exercises/{exercise.pk}/answer", body)) == "not_enrolled"


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"score": 2}, "score"),
        ({"is_correct": True}, "is_correct"),
        ({"correctness": 1}, "correctness"),
        ({"user": 1}, "user"),
        ({"snapshot_key": {}}, "snapshot_key"),
        ({"status": "COMPLETED"}, "status"),
    ],
)
def test_a_learner_sends_an_answer_and_nothing_else(more, error):
    course = published()
    client = enrolled(course)
    exercise = ExerciseFactory(lesson=lesson_in(course))
    body = {"answer": WRONG["MULTIPLE_CHOICE"], **more}
    assert fields_of(post(client, f"exercises/{exercise.pk}/answer", body)) == {error: "unknown"}
    assert not ExerciseAttempt.objects.exists()


@pytest.mark.parametrize("answer", [None, {}, "b", {"selected": "b"}, {"selected": ["z"]}, {"value": True}])
def test_an_answer_that_does_not_fit_is_an_error_of_its_field(answer):
    course = published()
    client = enrolled(course)
    exercise = ExerciseFactory(lesson=lesson_in(course))
    found = post(client, f"exercises/{exercise.pk}/answer", {"answer": answer})
    assert set(fields_of(found)) == {"answer"}


def test_nobody_answers_in_somebody_elses_quiz():
    course = published()
    lesson = lesson_in(course)
    quiz = QuizFactory(lesson=lesson)
    exercise = QuizItemFactory(quiz=quiz).exercise
    one, other = enrolled(course), enrolled(course)
    begun = post(one, f"quizzes/{quiz.pk}/start").json()["id"]
    body = {"answer": RIGHT["MULTIPLE_CHOICE"], "quiz_attempt": begun}
    path = f"exercises/{exercise.pk}/answer"
    assert fields_of(post(other, path, body)) == {"quiz_attempt": "does_not_exist"}
    assert code_of(post(other, f"quiz-attempts/{begun}/submit"), 404) == "not_found"
    assert post(one, path, body).status_code == 200


def test_an_answer_after_the_time_is_refused_and_what_was_in_time_is_handed_in():
    course = published()
    quiz = QuizFactory(lesson=lesson_in(course), time_limit_minutes=5)
    first, second = QuizItemFactory(quiz=quiz).exercise, QuizItemFactory(quiz=quiz).exercise
    client = enrolled(course)
    begun = post(client, f"quizzes/{quiz.pk}/start").json()["id"]
    body = {"answer": RIGHT["MULTIPLE_CHOICE"], "quiz_attempt": begun}
    post(client, f"exercises/{first.pk}/answer", body)
    long_ago = QuizAttempt.objects.get(pk=begun).started_at.replace(year=2020)
    QuizAttempt.objects.filter(pk=begun).update(started_at=long_ago, due_at=long_ago.replace(second=59))
    assert code_of(post(client, f"exercises/{second.pk}/answer", body)) == "time_is_up"
    closed = client.get(f"{ME}/quiz-attempts/{begun}/").json()
    assert closed["submitted_at"] is not None
    assert [part["is_correct"] for part in closed["parts"]] == [True, None]


@pytest.mark.parametrize("seconds", [-1, "a", 2**40, 1.5, None])
def test_a_position_is_a_number_of_seconds(seconds):
    course = published()
    video = VideoFactory(lesson=lesson_in(course))
    found = post(enrolled(course), f"videos/{video.pk}/position", {"position_seconds": seconds})
    assert set(fields_of(found)) == {"position_seconds"}


def waiting_in(course):
    exercise = ExerciseFactory(lesson=lesson_in(course), kind="FREE_FORM")
    client = enrolled(course)
    return post(client, f"exercises/{exercise.pk}/answer", {"answer": RIGHT["FREE_FORM"]}).json()["id"]


def test_only_who_teaches_the_course_finds_and_grades_its_answers(school):
    waiting = waiting_in(school.course)
    for role in ("learner", "parent", "other teacher"):
        client = api_client(school.people[role])
        assert client.get(f"{ME}/grading-queue/").json()["results"] == [], role
        for act in ("claim", "release", "grade"):
            path = f"grading-queue/{waiting}/{act}"
            assert code_of(post(client, path, {"score": "1"}), 404) == "not_found", role
    client = api_client(school.teacher)
    (found,) = client.get(f"{ME}/grading-queue/", {"course": school.course.pk}).json()["results"]
    assert (found["id"], found["claimed_by_name"]) == (waiting, None)
    assert client.get(f"{ME}/grading-queue/", {"course": school.elsewhere.pk}).json()["results"] == []


def test_an_answer_is_read_by_one_at_a_time_and_can_be_graded_again(school, staff_api):
    waiting, client = waiting_in(school.course), api_client(school.teacher)
    path = f"grading-queue/{waiting}"
    assert post(staff_api, f"{path}/claim").status_code == 200
    assert code_of(post(client, f"{path}/claim")) == "attempt_claimed"
    assert code_of(post(client, f"{path}/grade", {"score": "1"})) == "attempt_claimed"
    assert post(staff_api, f"{path}/release").json()["claimed_by_name"] is None
    assert set(fields_of(post(client, f"{path}/grade", {"score": "-1"}))) == {"score"}
    assert set(fields_of(post(client, f"{path}/grade", {"score": "1", "grader": 1}))) == {"grader"}
    assert post(client, f"{path}/grade", {"score": "0", "feedback": "Why?"}).status_code == 201
    assert client.get(f"{ME}/grading-queue/").json()["results"] == []
    assert post(client, f"{path}/grade", {"score": "2"}).status_code == 201
    scores = Grade.objects.filter(attempt=waiting).order_by("graded_at").values_list("score", flat=True)
    assert list(scores) == [0, 2]
    assert client.get(f"{ME}/{path}/").json()["score"] == "2.00"


def test_a_class_is_its_instructors(school):
    url = f"{ME}/classes/{school.course.pk}/"
    for role in ("learner", "parent", "other teacher"):
        client = api_client(school.people[role])
        assert client.get(url).status_code == 404, role
        assert client.get(f"{ME}/classes/").json()["results"] == [], role
    client = api_client(school.teacher)
    assert [each["id"] for each in client.get(f"{ME}/classes/").json()["results"]] == [school.course.pk]
    report = client.get(url).json()
    assert sum(bucket["learners"] for bucket in report["histogram"]) == report["learners"]["count"] == 1
    assert report["learners"]["results"][0]["student"] == school.child.user.pk


def test_a_class_comes_in_pages_for_few_queries(school, django_assert_max_num_queries):
    EnrollmentFactory.create_batch(7, course=school.course)
    client = api_client(school.teacher)
    url = f"{ME}/classes/{school.course.pk}/"
    with django_assert_max_num_queries(8):
        page = client.get(url, {"page_size": 3, "page": 2}).json()["learners"]
    assert (page["count"], len(page["results"])) == (8, 3)
    assert "page=3" in page["next"]
    assert client.get(url, {"page": 99}).status_code == 404
    assert client.get(url, {"fields": "histogram"}).json().keys() == {"histogram"}


def test_the_outline_of_two_hundred_lessons_takes_few_queries(django_assert_max_num_queries):
    course = published()
    Lesson.objects.bulk_create(
        LessonFactory.build(course=course, position=at, slug=f"part-{at}", is_published=True)
        for at in range(1, 201)
    )
    client = enrolled(course)
    first = Lesson.objects.filter(course=course).in_order()[0]
    assert post(client, f"lessons/{first.pk}/complete").status_code == 200
    with django_assert_max_num_queries(6):
        selectors.course_outline(user=client.user, course=course)
    with django_assert_max_num_queries(10):
        outline = client.get(f"{ME}/courses/{course.pk}/outline/").json()
    assert (len(outline["lessons"]), outline["lessons_completed"]) == (200, 1)
    with django_assert_max_num_queries(40):
        assert post(client, f"lessons/{outline['resume']['id']}/complete").status_code == 200


def test_progress_that_is_out_of_date_is_counted_for_all_courses_at_once(django_assert_max_num_queries):
    client = enrolled(published())
    for _each in range(6):
        lesson = lesson_in(published())
        services.enrol(user=client.user, course=lesson.course)
        services.save_progress(user=client.user, course=lesson.course, lesson=lesson)
        exercise = ExerciseFactory(lesson=lesson)
        services.submit_answer(user=client.user, exercise=exercise, answer=RIGHT["MULTIPLE_CHOICE"])
    ProgressSnapshot.objects.update(
        structure_version=0, completion_percentage=0, lessons_completed=0, lessons_total=1
    )
    with django_assert_max_num_queries(10):
        rows = client.get(f"{ME}/progress/").json()["results"]
    assert sorted(row["completion_percentage"] for row in rows) == [0, *[100] * 6]
    pairs = [(client.user.pk, row["course"]) for row in rows]
    for (_user, course), found in selectors.figures_of(pairs).items():
        assert found == selectors.figures(client.user, Course.objects.get(pk=course))
    assert {row["average_score"] for row in rows} == {None, str(Decimal("100.00"))}


def test_a_lesson_alone_shows_all_that_is_in_it_and_no_key(django_assert_max_num_queries):
    lesson = lesson_in(published())
    for _each in range(3):
        VideoFactory(lesson=lesson)
        QuizItemFactory(quiz=QuizFactory(lesson=lesson))
    client = enrolled(lesson.course)
    with django_assert_max_num_queries(9):
        shown = client.get(f"{ME}/lessons/{lesson.pk}/").json()
    assert [len(shown[part]) for part in ("videos", "exercises", "quizzes")] == [3, 3, 3]
    assert not {"answer", "explanation", "revision"} & shown["exercises"][0].keys()


def test_the_catalogue_says_where_one_is_enrolled(django_assert_max_num_queries):
    here, there = published(), published()
    CourseFactory()
    client = enrolled(here)
    with django_assert_max_num_queries(8):
        rows = client.get(f"{ME}/courses/").json()["results"]
    assert {row["id"]: row["is_enrolled"] for row in rows} == {here.pk: True, there.pk: False}
