"""What is particular to the API of courses; what holds for every endpoint is in the kernel's conventions."""

from __future__ import annotations

import pytest

from accounts.tests.factories import StaffFactory
from config.base.testing import api_client, etag
from courses.models import Course, Exercise, Lesson

from .factories import (
    BookingFactory,
    CourseFactory,
    ExerciseFactory,
    LessonFactory,
    QuizFactory,
    QuizItemFactory,
    SubjectFactory,
    TutoringSessionFactory,
    VideoFactory,
)

pytestmark = pytest.mark.django_db
URL = "/api/v1/courses"


def act(client, row, path, body=None):
    """POST to an action of this row, with its current version."""
    plural = {"Course": "courses", "Lesson": "lessons", "Quiz": "quizzes"}[type(row).__name__]
    return client.post(
        f"{URL}/{plural}/{row.pk}/{path}/", body, format="json", headers={"If-Match": etag(row)}
    )


def staff(*permissions):
    return api_client(StaffFactory(permissions=[f"courses.{each}" for each in permissions]))


def test_a_course_is_published_and_archived_by_actions(staff_api):
    course = CourseFactory()
    refused = act(staff_api, course, "publish")
    assert refused.status_code == 409
    assert refused.json()["type"].endswith("no_published_lesson") or "no_published_lesson" in refused.text
    lesson = LessonFactory(course=course)
    assert act(staff_api, lesson, "publish").json()["is_published"] is True
    published = act(staff_api, course, "publish")
    assert (published.status_code, published.json()["status"]) == (200, "PUBLISHED")
    assert published["ETag"] == etag(course)
    assert act(staff_api, lesson, "unpublish").status_code == 409
    assert act(staff_api, course, "archive").json()["status"] == "ARCHIVED"
    assert act(staff_api, lesson, "unpublish").json()["is_published"] is False


def test_a_stale_publish_is_refused(staff_api):
    course = LessonFactory(is_published=True).course
    stale = {"If-Match": etag(course)}
    Course.objects.filter(pk=course.pk).update(title="Renamed meanwhile")
    assert staff_api.post(f"{URL}/courses/{course.pk}/publish/", headers=stale).status_code == 412
    assert staff_api.post(f"{URL}/courses/{course.pk}/publish/").status_code == 428


def test_publication_cannot_be_written_past_the_services(staff_api):
    course = CourseFactory()
    answer = staff_api.patch(
        f"{URL}/courses/{course.pk}/",
        {"status": "PUBLISHED", "enrollment_count": 9, "title": "New"},
        format="json",
        headers={"If-Match": etag(course)},
    )
    assert answer.status_code == 200
    assert (answer.json()["status"], answer.json()["enrollment_count"]) == ("DRAFT", 0)
    assert answer.json()["title"] == "New"


def test_lessons_are_put_in_order_in_one_call(staff_api):
    course = CourseFactory()
    ids = [LessonFactory(course=course).pk for _ in range(3)]
    read = etag(course)
    answer = act(staff_api, course, "reorder-lessons", {"ids": ids[::-1]})
    assert answer.status_code == 200, answer.content
    assert list(course.lessons.in_order().values_list("pk", flat=True)) == ids[::-1]
    assert answer["ETag"] == etag(course) != read
    url, body = f"{URL}/courses/{course.pk}/reorder-lessons/", {"ids": ids}
    late = staff_api.post(url, body, format="json", headers={"If-Match": read})
    assert late.status_code == 412, "somebody else's order is not overwritten unseen"
    assert act(staff_api, course, "reorder-lessons", {"ids": ids[:2]}).status_code == 409
    assert act(staff_api, course, "reorder-lessons", {"ids": "all"}).status_code == 400
    assert act(staff_api, course, "reorder-lessons", {}).status_code == 400


@pytest.mark.parametrize(
    ("factory", "parent", "path"),
    [
        (ExerciseFactory, "lesson", "reorder-exercises"),
        (VideoFactory, "lesson", "reorder-videos"),
        (QuizItemFactory, "quiz", "reorder-items"),
    ],
)
def test_every_kind_of_part_is_put_in_order(staff_api, factory, parent, path):
    whole = QuizFactory() if parent == "quiz" else LessonFactory()
    rows = [factory(**{parent: whole}) for _ in range(2)]
    ids = [row.pk for row in rows][::-1]
    assert act(staff_api, whole, path, {"ids": ids}).status_code == 200
    found = type(rows[0]).objects.filter(**{parent: whole}).order_by("position")
    assert list(found.values_list("pk", flat=True)) == ids


def test_only_who_may_change_the_parts_puts_them_in_order():
    lesson = LessonFactory()
    reader = staff("view_course", "view_lesson", "change_course")
    assert act(reader, lesson.course, "reorder-lessons", {"ids": [lesson.pk]}).status_code == 403
    assert act(reader, lesson, "publish").status_code == 403


def test_a_part_without_a_position_comes_last(staff_api):
    first = LessonFactory(position=4)
    body = {"course": first.course_id, "title": "Loops", "slug": "loops"}
    answer = staff_api.post(f"{URL}/lessons/", body, format="json")
    assert (answer.status_code, answer.json()["position"]) == (201, 5)


def test_a_taken_position_or_slug_is_an_error_of_its_field(staff_api):
    first = LessonFactory()
    body = {"course": first.course_id, "title": "x", "slug": first.slug, "position": first.position}
    answer = staff_api.post(f"{URL}/lessons/", body, format="json")
    assert answer.status_code == 400
    assert {error["field"] for error in answer.json()["errors"]} == {"slug", "position"}


def test_circular_prerequisites_are_an_error_of_their_field(staff_api):
    course = CourseFactory()
    a, b = LessonFactory(course=course), LessonFactory(course=course)
    b.prerequisites.add(a)
    for wrong in (b, a, LessonFactory()):
        answer = staff_api.patch(
            f"{URL}/lessons/{a.pk}/",
            {"prerequisites": [wrong.pk]},
            format="json",
            headers={"If-Match": etag(a)},
        )
        assert answer.status_code == 400, answer.content
        assert [error["field"] for error in answer.json()["errors"]] == ["prerequisites"]


def test_keys_are_read_by_those_who_may_change_the_exercise_and_nobody_else():
    exercise = ExerciseFactory(explanation="It is b.")
    exercise.points = 3
    exercise.answer = {"correct": ["a"]}
    exercise.save()
    pages = [
        f"{URL}/exercises/",
        f"{URL}/exercises/{exercise.pk}/",
        f"{URL}/exercises/{exercise.pk}/history/",
        f"{URL}/exercises/{exercise.pk}/?as_of=2999-01-01T00:00:00Z",
        f"{URL}/exercises/?fields=id,answer,explanation",
    ]
    author, reader = staff("view_exercise", "change_exercise"), staff("view_exercise")
    for page in pages:
        assert '"correct"' in author.get(page).content.decode(), page
        answer = reader.get(page).content.decode()
        assert '"correct"' not in answer, page
        assert "It is b." not in answer, page
        assert '"points"' in answer or "fields=" in page, page


def test_an_answer_that_does_not_fit_names_its_key(staff_api):
    body = {"lesson": LessonFactory().pk, "kind": "TRUE_FALSE", "prompt": "?", "answer": {"correct": "false"}}
    answer = staff_api.post(f"{URL}/exercises/", body, format="json")
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert error["field"] == "answer"
    assert "correct" in str(error)
    body["answer"] = {"correct": False}
    created = staff_api.post(f"{URL}/exercises/", body, format="json")
    assert created.status_code == 201, created.content
    assert (created.json()["revision"], created.json()["options"]) == (1, [])
    assert Exercise.objects.get().answer == {"correct": False}


def test_courses_are_found_by_folded_words_filters_and_order(staff_api):
    subject = SubjectFactory()
    found = CourseFactory(title="Déboguer en Python", subject=subject, difficulty="ADVANCED", rating="4.50")
    CourseFactory(title="Python")
    listed = staff_api.get(
        f"{URL}/courses/",
        {"search": "DEBOGUER", "subject": subject.pk, "difficulty": "ADVANCED", "ordering": "-rating"},
    ).json()
    assert [each["id"] for each in listed["results"]] == [found.pk]
    assert staff_api.get(f"{URL}/courses/", {"ordering": "summary"}).status_code == 400


def test_a_double_booking_is_an_error_of_its_field(staff_api):
    booking = BookingFactory()
    clash = TutoringSessionFactory(starts_at=booking.starts_at, capacity=1)
    body = {"session": clash.pk, "student": booking.student_id}
    answer = staff_api.post(f"{URL}/bookings/", body, format="json")
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == ["student"]
    session = staff_api.get(f"{URL}/tutoring-sessions/{clash.pk}/").json()
    taken = {name: session[name] for name in ("teacher", "formula", "starts_at", "ends_at", "capacity")}
    answer = staff_api.post(f"{URL}/tutoring-sessions/", taken, format="json")
    assert [error["field"] for error in answer.json()["errors"]] == ["teacher"]


def test_a_session_with_bookings_cannot_be_deleted(staff_api):
    session = BookingFactory().session
    answer = staff_api.delete(f"{URL}/tutoring-sessions/{session.pk}/", headers={"If-Match": etag(session)})
    assert answer.status_code == 409


def test_a_deleted_course_comes_back_with_its_lessons(staff_api):
    lesson = LessonFactory()
    url = f"{URL}/courses/{lesson.course_id}/"
    assert staff_api.delete(url, headers={"If-Match": etag(lesson.course)}).status_code == 204
    assert not Lesson.objects.exists()
    restored = staff_api.post(f"{url}restore/", headers={"If-Match": etag(lesson.course)})
    assert restored.status_code == 200
    assert Lesson.objects.get() == lesson


def test_a_course_is_deleted_and_restored_by_those_who_may_delete_its_lessons_too():
    course = LessonFactory().course
    url = f"{URL}/courses/{course.pk}/"
    partly, fully = (
        staff("view_course", "delete_course"),
        staff("view_course", "delete_course", "delete_lesson"),
    )
    refused = partly.delete(url, headers={"If-Match": etag(course)})
    assert refused.status_code == 403
    assert fully.delete(url, headers={"If-Match": etag(course)}).status_code == 204
    assert partly.post(f"{url}restore/", headers={"If-Match": etag(course)}).status_code == 403
    assert fully.post(f"{url}restore/", headers={"If-Match": etag(course)}).status_code == 200
