"""Question banks in the back office: looked at first, then imported; and who may."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.roles import TEACHER
from config.base.tests.admin_helpers import form_of, signed_in, text_of, url_of
from courses.admin.questions import MAX_UPLOAD
from courses.models import Exercise, Lesson

from .factories import CourseFactory, ExerciseFactory, LessonFactory
from .questions_reference import FILES

pytestmark = pytest.mark.django_db

URL = "/admin/courses/exercise/import/"
BANK = b"// a bank\n::One::Is it <b>so</b>?{T}\n\nTwo?{~a =b}\n\nNothing is asked.\n"


@pytest.fixture
def boss():
    return signed_in()


def teacher():
    client = signed_in(permissions=[], email="teacher@example.org")
    client.user.groups.add(Group.objects.get(name=TEACHER))
    return client


def upload(client, course, data=BANK, name="bank.gift", **values):
    file = SimpleUploadedFile(name, data)
    return client.post(URL, {"course": course.pk, "lesson": "", "form": "", "file": file, **values})


def confirm(client, page):
    return client.post(URL, {**form_of(page, "confirm_form"), "confirm": "1"})


def test_the_page_is_in_the_menu_and_asks_for_a_file(boss):
    assert reverse("admin:courses_exercise_import") == URL
    page = text_of(boss.get(URL))
    assert 'type="file"' in page
    assert f'href="{URL}"' in text_of(boss.get(reverse("admin:index")))


def test_nothing_is_written_before_the_confirmation(boss):
    course = CourseFactory()
    page = upload(boss, course)
    shown = text_of(page)
    assert "Questions read: 3. Created: 2. Already there: 0. Skipped: 1." in shown
    assert "Nothing has been written yet." in shown
    assert "6 · description" in shown
    assert "A description asks nothing." in shown
    assert not Lesson.objects.exists()
    done = text_of(confirm(boss, page))
    lesson = Lesson.objects.get(course=course)
    first = lesson.exercises.order_by("position").first()
    assert first.prompt == "Is it **so**?"
    assert url_of(Exercise, "change", first.pk) in done
    assert url_of(Lesson, "change", lesson.pk) in done
    assert first.history.first().history_user_id == boss.user.pk


def test_confirming_twice_creates_nothing_more(boss):
    page = upload(boss, CourseFactory())
    confirm(boss, page)
    assert "Already there: 2" in text_of(confirm(boss, page))
    assert Exercise.objects.count() == 2


def test_a_real_file_of_each_format_goes_to_the_chosen_lesson(boss):
    lesson = LessonFactory()
    for path in (FILES / "gift/formatExamples.gift", FILES / "moodle-xml/multiple-choiceRef.xml"):
        confirm(boss, upload(boss, lesson.course, path.read_bytes(), path.name, lesson=lesson.pk))
    assert lesson.exercises.count() == 3


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        ("Où ?{T}".encode("latin-1"), "not UTF-8"),
        (b"a" * (MAX_UPLOAD + 1), "larger than 1.5 MB"),
        (b'<?xml version="1.0"?><!DOCTYPE quiz [<!ENTITY a "b">]><quiz/>', "declares entities"),
    ],
)
def test_a_file_that_cannot_be_read_says_why_and_the_form_stays(boss, data, words):
    page = upload(boss, CourseFactory(), data, name="bank")
    assert page.status_code == 400
    assert words in page.content.decode()
    assert 'type="file"' in page.content.decode()
    assert not Exercise.objects.exists()


def test_without_a_file_or_with_a_broken_confirmation_the_form_comes_back(boss):
    course = CourseFactory()
    for values in ({}, {"content": "%%%", "name": "x", "confirm": "1"}):
        page = boss.post(URL, {"course": course.pk, "lesson": "", "form": "", **values})
        assert page.status_code == 400
        assert "file" in page.content.decode()


def test_a_lesson_of_another_course_is_refused(boss):
    page = upload(boss, CourseFactory(), lesson=LessonFactory().pk)
    assert page.status_code == 400
    assert "belongs to another course" in page.content.decode()


def test_text_from_a_file_is_escaped(boss):
    page = text_of(upload(boss, CourseFactory(), b"[markdown]<script>alert(1)</script>?{T}"))
    assert "<script>alert(1)</script>" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_teacher_reaches_their_own_courses_only():
    client = teacher()
    own, other = CourseFactory(instructor=client.user), LessonFactory().course
    assert client.get(URL).status_code == 200
    assert upload(client, own).status_code == 200
    assert upload(client, other).status_code == 400
    assert client.get(reverse("admin:courses_course_questions_gift", args=[own.pk])).status_code == 200
    assert client.get(reverse("admin:courses_course_questions_gift", args=[other.pk])).status_code == 404


def test_who_may_only_view_exercises_gets_neither_page():
    client = signed_in(permissions=["courses.view_exercise", "courses.view_course"])
    course = ExerciseFactory().lesson.course
    assert client.get(URL).status_code == 403
    assert client.get(reverse("admin:courses_course_questions_xml", args=[course.pk])).status_code == 403
    body = {"action": "export_gift", "_selected_action": [Exercise.objects.get().pk]}
    assert "attachment" not in client.post(url_of(Exercise, "changelist"), body).headers.get(
        "Content-Disposition", ""
    )


def test_who_may_add_no_lesson_has_to_choose_one():
    client = signed_in(permissions=["courses.view_exercise", "courses.add_exercise", "courses.view_course"])
    lesson = LessonFactory()
    assert upload(client, lesson.course).status_code == 400
    assert upload(client, lesson.course, lesson=lesson.pk).status_code == 200


@pytest.mark.parametrize(("action", "ending"), [("export_gift", ".gift"), ("export_xml", ".xml")])
def test_selected_exercises_are_downloaded(boss, action, ending):
    rows = [ExerciseFactory(title=title) for title in ("First", "Second", "Third")]
    body = {"action": action, "_selected_action": [row.pk for row in rows[:2]]}
    response = boss.post(url_of(Exercise, "changelist"), body)
    assert response.headers["Content-Disposition"] == f'attachment; filename="questions{ending}"'
    text = response.content.decode()
    assert "First" in text
    assert "Third" not in text


def test_a_courses_page_leads_to_its_question_banks(boss):
    course = ExerciseFactory(title="Here").lesson.course
    page = text_of(boss.get(url_of("courses.Course", "change", course.pk)))
    for name in ("import", "gift", "xml"):
        url = reverse(f"admin:courses_course_questions_{name}", args=[course.pk])
        assert f'href="{url}"' in page
    response = boss.get(reverse("admin:courses_course_questions_gift", args=[course.pk]))
    assert response.headers["Content-Disposition"] == f'attachment; filename="{course.slug}.gift"'
    assert "::Here::" in response.content.decode()
    chosen = form_of(
        boss.get(reverse("admin:courses_course_questions_import", args=[course.pk])), "import_form"
    )
    assert chosen["course"] == str(course.pk)


def test_the_preview_takes_as_many_queries_for_few_questions_as_for_many(boss, django_assert_max_num_queries):
    lesson = LessonFactory()
    many = b"\n\n".join(b"Question %d? {T}" % number for number in range(150))
    with django_assert_max_num_queries(12):
        text_of(upload(boss, lesson.course, many, lesson=lesson.pk))
