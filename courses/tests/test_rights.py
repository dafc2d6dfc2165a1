"""A teacher's own courses and sessions, at every door; what learners find and parents see."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group

from accounts.tests.factories import (
    StaffFactory,
    StudentProfileFactory,
    SuperuserFactory,
    TeacherFactory,
    TeacherProfileFactory,
    UserFactory,
)
from config.base.testing import api_client, etag
from config.base.tests.admin_helpers import form_of, signed_in, text_of, url_of
from courses.models import Course, Exercise, Lesson

from . import factories as make

pytestmark = pytest.mark.django_db
API = "/api/v1/courses"
ME = "/api/v1/me"


@pytest.fixture
def teacher():
    return TeacherFactory(username="teacher")


@pytest.fixture
def own(teacher):
    """A published course of the teacher's, with an exercise."""
    course = make.CourseFactory(title="My course", instructor=teacher)
    lesson = make.LessonFactory(course=course, title="My lesson", is_published=True)
    make.ExerciseFactory(lesson=lesson)
    return course


@pytest.fixture
def other():
    course = make.CourseFactory(title="Their course", instructor=TeacherFactory())
    lesson = make.LessonFactory(course=course, title="Their lesson", is_published=True)
    make.ExerciseFactory(lesson=lesson)
    return course


@pytest.fixture
def browser(teacher):
    client = signed_in(permissions=[])
    client.force_login(teacher)
    return client


def errors_of(answer):
    assert answer.status_code == 400, answer.content
    return {error["field"] for error in answer.json()["errors"]}


def listed(answer):
    assert answer.status_code == 200, answer.content
    return [row["id"] for row in answer.json()["results"]]


def in_list(browser, model, **query):
    return set(browser.get(url_of(model, "changelist"), query).context["cl"].result_list)


def parts_of(course):
    """A row of each kind that hangs under a course."""
    lesson = course.lessons.get()
    quiz = make.QuizFactory(lesson=lesson)
    return [
        course,
        lesson,
        lesson.exercises.get(),
        make.VideoFactory(lesson=lesson),
        quiz,
        make.QuizFactory(lesson=None, course=course),
        make.QuizItemFactory(quiz=quiz),
    ]


def test_a_teacher_reads_and_changes_the_parts_of_their_own_courses_only(teacher, own, other):
    client = api_client(teacher)
    for course, found in ((own, 200), (other, 404)):
        for row in parts_of(course):
            meta = row._meta
            plural = {"quiz": "quizzes", "quizitem": "quiz-items"}.get(meta.model_name, f"{meta.model_name}s")
            url = f"{API}/{plural}/{row.pk}/"
            assert client.get(url).status_code == found, url
            assert client.get(f"{url}history/").status_code == found
            assert client.get(url, {"as_of": "2999-01-01T00:00:00Z"}).status_code == found
            assert (row.pk in listed(client.get(f"{API}/{plural}/"))) == (found == 200)
            changed = client.patch(url, {}, format="json", headers={"If-Match": etag(row)})
            assert changed.status_code == found, changed.content
            assert teacher.has_perm(f"courses.change_{meta.model_name}", row) == (found == 200)
            assert teacher.has_perm(f"courses.view_{meta.model_name}", row) == (
                found == 200 or (isinstance(row, Course) and row.status == "PUBLISHED")
            )


def test_what_does_not_exist_and_what_is_anothers_are_answered_alike(teacher, own, other):
    client = api_client(teacher)
    headers = {"If-Match": '"1"'}
    for method in (client.get, client.patch, client.delete):
        kwargs = {} if method == client.get else {"format": "json", "headers": headers}
        answers = [method(f"{API}/exercises/{key}/", **kwargs) for key in (_exercise(other).pk, 987654321)]
        assert [each.status_code for each in answers] == [404, 404]
        first, second = ({**each.json(), "instance": ""} for each in answers)
        assert first == second


def _exercise(course):
    return Exercise.objects.get(lesson__course=course)


def test_actions_reach_own_rows_only(teacher, own, other):
    client = api_client(teacher)
    for course, found in ((own, 200), (other, 404)):
        url = f"{API}/courses/{course.pk}/"
        ids = [course.lessons.get().pk]
        answer = client.post(
            f"{url}reorder-lessons/", {"ids": ids}, format="json", headers={"If-Match": etag(course)}
        )
        assert answer.status_code == found
        assert client.post(f"{url}publish/", headers={"If-Match": etag(course)}).status_code == found
    assert Course.objects.get(pk=other.pk).status == "DRAFT"


def test_nobody_makes_or_moves_a_part_into_another_teachers_course(teacher, own, other):
    client = api_client(teacher)
    theirs, mine = other.lessons.get(), own.lessons.get()
    new = {"title": "Mine now", "slug": "mine-now"}
    assert errors_of(client.post(f"{API}/lessons/", {**new, "course": other.pk}, format="json")) == {"course"}
    assert client.post(f"{API}/lessons/", {**new, "course": own.pk}, format="json").status_code == 201
    video = {"title": "V", "url": "https://videos.example.org/2.mp4", "duration_seconds": 9}
    assert errors_of(client.post(f"{API}/videos/", {**video, "lesson": theirs.pk}, format="json")) == {
        "lesson"
    }
    moved = client.patch(
        f"{API}/lessons/{mine.pk}/", {"course": other.pk}, format="json", headers={"If-Match": etag(mine)}
    )
    assert errors_of(moved) == {"course"}
    quiz = {"title": "Q", "lesson": None, "course": other.pk}
    assert errors_of(client.post(f"{API}/quizzes/", quiz, format="json")) == {"course"}
    assert other.lessons.count() == 1
    assert Lesson.objects.get(pk=mine.pk).course == own


def test_nobody_gives_a_course_away_or_takes_one(teacher, own):
    client = api_client(teacher)
    student = make.BookingFactory(session__teacher=TeacherProfileFactory(user=teacher)).student.user
    for instructor in (UserFactory(), student, None):
        body = {"instructor": instructor and instructor.pk}
        answer = client.patch(
            f"{API}/courses/{own.pk}/", body, format="json", headers={"If-Match": etag(own)}
        )
        assert errors_of(answer) == {"instructor"}
    assert Course.objects.get(pk=own.pk).instructor == teacher


def test_a_right_held_otherwise_reaches_everything(own, other):
    wide = TeacherFactory(permissions=["courses.view_lesson", "courses.change_lesson"])
    client, lesson = api_client(wide), other.lessons.get()
    url = f"{API}/lessons/{lesson.pk}/"
    answer = client.patch(url, {"title": "Better"}, format="json", headers={"If-Match": etag(lesson)})
    assert answer.status_code == 200, answer.content
    assert client.get(f"{API}/courses/{other.pk}/").status_code == 404
    looks = TeacherFactory(permissions=["courses.view_lesson"])
    client = api_client(looks)
    assert client.get(url).status_code == 200
    assert client.patch(url, {}, format="json", headers={"If-Match": etag(lesson)}).status_code == 403
    assert StaffFactory(permissions=["courses.change_lesson"]).has_perm("courses.change_lesson", lesson)


def test_who_sees_everything_changes_only_their_own_in_the_admin(other):
    """The wider right shows the rows; forms, inlines and actions keep to the narrower."""
    looks = TeacherFactory(
        permissions=["courses.view_lesson", "courses.view_course", "courses.view_exercise"]
    )
    browser = signed_in(permissions=[])
    browser.force_login(looks)
    lesson = other.lessons.get()
    assert in_list(browser, Lesson) == {lesson}
    page = url_of(Lesson, "change", lesson.pk)
    assert browser.get(page).status_code == 200
    assert browser.post(page, {"title": "Mine"}).status_code == 403
    data = {"action": "unpublish_selected", "_selected_action": [lesson.pk]}
    browser.post(url_of(Lesson, "changelist"), data)
    assert Lesson.objects.get(pk=lesson.pk).is_published
    only_parts = TeacherFactory(permissions=["courses.view_course", "courses.change_course"])
    browser.force_login(only_parts)
    inlines = browser.get(url_of(Course, "change", other.pk)).context["inline_admin_formsets"]
    assert not [each for each in inlines if each.has_change_permission or each.has_add_permission]


def test_a_teachers_admin_has_their_own_rows_and_no_others(browser, own, other):
    for model, mine, theirs in (
        (Course, own, other),
        (Lesson, own.lessons.get(), other.lessons.get()),
        (Exercise, _exercise(own), _exercise(other)),
    ):
        assert in_list(browser, model) == {mine}
        assert in_list(browser, model, q="e") <= {mine}
        for page in ("change", "history"):
            assert browser.get(url_of(model, page, mine.pk)).status_code == 200
            assert browser.get(url_of(model, page, theirs.pk)).status_code == 302
        assert browser.get(url_of(model, "version", theirs.pk, 1)).status_code == 302
        assert browser.post(url_of(model, "change", theirs.pk), {}).status_code == 302
    assert "Their" not in text_of(browser.get("/admin/"))
    assert "Their" not in browser.get("/admin/search/", {"s": "their"}).content.decode()
    query = {"app_label": "courses", "model_name": "lesson", "field_name": "course", "term": "course"}
    offered = browser.get("/admin/autocomplete/", query).json()["results"]
    assert [each["text"] for each in offered] == ["My course"]
    page = browser.get(url_of(Lesson, "changelist"), {"course__id__exact": other.pk})
    assert "Their course" not in text_of(page)


def test_a_form_offers_and_takes_own_rows_only(browser, teacher, own, other):
    mine = own.lessons.get()
    url = url_of(Lesson, "change", mine.pk)
    answer = browser.post(url, {**form_of(browser.get(url)), "course": other.pk})
    assert set(answer.context["adminform"].form.errors) == {"course"}
    new = {**form_of(browser.get(url_of(Lesson, "add"))), "title": "N", "slug": "n", "position": 9}
    answer = browser.post(url_of(Lesson, "add"), {**new, "course": other.pk})
    assert set(answer.context["adminform"].form.errors) == {"course"}
    assert browser.post(url_of(Lesson, "add"), {**new, "course": own.pk}).status_code == 302
    url = url_of(Course, "change", own.pk)
    answer = browser.post(url, {**form_of(browser.get(url)), "instructor": ""})
    assert "only with what is your own" in text_of(answer)
    assert Course.objects.get(pk=own.pk).instructor == teacher
    assert browser.post(url, {**form_of(browser.get(url)), "title": "Better"}).status_code == 302


def test_deleting_and_restoring_reach_own_rows_only(browser, teacher, own, other):
    mine, theirs = _exercise(own), _exercise(other)
    url = url_of(Exercise, "changelist")
    selected = {"action": "delete_selected", "_selected_action": [mine.pk, theirs.pk], "post": "yes"}
    browser.post(url, selected)
    assert not Exercise.objects.filter(pk=mine.pk).exists()
    assert Exercise.objects.filter(pk=theirs.pk).exists()
    # Somebody else's deletion that took rows of both is not undone by half, nor as a whole.
    Exercise.all_objects.get(pk=mine.pk).restore()
    Exercise.objects.filter(pk__in=[mine.pk, theirs.pk]).delete()
    mine.refresh_from_db()
    assert in_list(browser, Exercise, trash="only") == {mine}
    assert browser.post(url_of(Exercise, "undo", mine.deletion_id)).status_code == 403
    assert browser.post(url_of(Exercise, "restore", mine.pk)).status_code == 403
    browser.post(f"{url}?trash=only", {"action": "restore_selected", "_selected_action": [mine.pk]})
    client = api_client(teacher)
    assert listed(client.get(f"{API}/exercises/", {"deleted": "only"})) == [mine.pk]
    headers = {"If-Match": etag(mine)}
    assert client.post(f"{API}/exercises/{mine.pk}/restore/", headers=headers).status_code == 403
    assert not Exercise.objects.exists()
    Exercise.all_objects.get(pk=mine.pk)
    alone = make.ExerciseFactory(lesson=own.lessons.get())
    answer = client.delete(f"{API}/exercises/{alone.pk}/", headers={"If-Match": etag(alone)})
    assert answer.status_code == 204
    answer = client.post(f"{API}/exercises/{alone.pk}/restore/", headers={"If-Match": etag(alone)})
    assert answer.status_code == 200


def test_the_trash_on_the_dashboard_counts_own_rows(browser, own, other):
    _exercise(own).delete()
    _exercise(other).delete()
    figures = browser.get("/admin/").context["figures"]
    assert figures[-1].value == 1
    assert {each.value for each in figures if "courses" in each.label.lower()} <= {0, 1}


def test_the_catalogue_is_what_is_published(teacher, own, other):
    Course.objects.filter(pk=other.pk).update(status="PUBLISHED", published_at="2026-01-01T00:00:00Z")
    hidden = make.LessonFactory(course=other, title="A draft")
    for user in (UserFactory(), teacher, SuperuserFactory()):
        client = api_client(user)
        assert listed(client.get(f"{ME}/courses/")) == [other.pk]
        found = client.get(f"{ME}/courses/{other.pk}/").json()
        assert [lesson["title"] for lesson in found["lessons"]] == ["Their lesson"]
        assert hidden.body not in str(found)
        assert client.get(f"{ME}/courses/{own.pk}/").status_code == 404
    assert api_client(None).get(f"{ME}/courses/").status_code == 401


def test_who_is_not_enrolled_opens_no_lesson(other):
    Course.objects.filter(pk=other.pk).update(status="PUBLISHED", published_at="2026-01-01T00:00:00Z")
    client = api_client(StudentProfileFactory().user)
    for plural in ("lessons", "videos", "exercises", "quizzes"):
        assert listed(client.get(f"{ME}/{plural}/")) == []
    assert client.get(f"{ME}/lessons/{other.lessons.get().pk}/").status_code == 404


def test_a_group_of_another_role_keeps_its_reach(other):
    support = StaffFactory()
    support.groups.add(Group.objects.get(name="support"))
    assert listed(api_client(support).get(f"{API}/courses/")) == [other.pk]
