"""What is particular to the back office of courses; what holds for every admin is in the kernel's conventions."""

from __future__ import annotations

import pytest

from config.base.tests.admin_helpers import form_of, signed_in, text_of, url_of
from config.base.tests.helpers import assert_sound
from courses.models import Course, Exercise, Lesson, Quiz

from .factories import CourseFactory, ExerciseFactory, LessonFactory, QuizFactory, QuizItemFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss():
    return signed_in()


def run(client, model, action, *rows):
    body = {"action": action, "_selected_action": [row.pk for row in rows]}
    return client.post(url_of(model, "changelist"), body, follow=True)


def test_selected_courses_are_published_and_what_is_refused_is_said(boss):
    ready, empty = LessonFactory(is_published=True).course, CourseFactory(title="Nothing yet")
    page = text_of(run(boss, Course, "publish_selected", ready, empty))
    assert "Nothing yet: Publish a lesson of this course first." in page
    assert set(Course.objects.published()) == {ready}
    run(boss, Course, "archive_selected", ready)
    ready.refresh_from_db()
    assert ready.status == "ARCHIVED"
    assert ready.history.first().history_user_id == boss.user.pk


def test_selected_lessons_are_published_and_taken_back(boss):
    lesson = LessonFactory()
    run(boss, Lesson, "publish_selected", lesson)
    assert Lesson.objects.published().exists()
    run(boss, Lesson, "unpublish_selected", lesson)
    assert not Lesson.objects.published().exists()


def test_publication_is_shown_and_not_offered(boss):
    course = LessonFactory().course
    form = form_of(boss.get(url_of(Course, "change", course.pk)))
    assert {"status", "published_at", "lessons-0-is_published"}.isdisjoint(form)


@pytest.mark.parametrize(
    ("whole", "part", "name"),
    [
        (CourseFactory, lambda whole: LessonFactory(course=whole), "lessons"),
        (LessonFactory, lambda whole: ExerciseFactory(lesson=whole), "exercises"),
        (QuizFactory, lambda whole: QuizItemFactory(quiz=whole), "items"),
    ],
)
def test_parts_dragged_into_another_order_are_saved_together(boss, whole, part, name):
    parent = whole()
    rows = [part(parent) for _ in range(3)]
    url = url_of(type(parent), "change", parent.pk)
    form = form_of(boss.get(url))
    for index in range(3):
        form[f"{name}-{index}-position"] = 2 - index
    response = boss.post(url, form)
    assert response.status_code == 302, response.context["errors"]
    model = type(rows[0])
    found = list(getattr(parent, name).order_by("position").values_list("pk", flat=True))
    assert found == [row.pk for row in rows][::-1]
    assert_sound(model)
    assert sorted(model.objects.values_list("version", flat=True)) == [1, 2, 2], (
        "the middle one has not moved"
    )


def test_a_lesson_added_on_the_course_page_comes_last(boss):
    course = LessonFactory().course
    url = url_of(Course, "change", course.pk)
    form = form_of(boss.get(url))
    form |= {"lessons-TOTAL_FORMS": 2, "lessons-1-title": "Loops", "lessons-1-slug": "loops"}
    form |= {"lessons-1-course": course.pk, "lessons-1-estimated_minutes": 10, "lessons-1-is_required": "on"}
    response = boss.post(url, form)
    assert response.status_code == 302, response.context["errors"]
    assert [lesson.slug for lesson in course.lessons.in_order()][-1] == "loops"


def test_circular_prerequisites_come_back_on_their_field(boss):
    course = CourseFactory()
    a, b = LessonFactory(course=course), LessonFactory(course=course)
    b.prerequisites.add(a)
    url = url_of(Lesson, "change", a.pk)
    form = form_of(boss.get(url)) | {"prerequisites": [b.pk]}
    assert "A lesson cannot be required before itself." in text_of(boss.post(url, form))
    assert not a.prerequisites.exists()


def test_an_answer_that_does_not_fit_comes_back_on_its_field(boss):
    exercise = ExerciseFactory(kind="TRUE_FALSE")
    url = url_of(Exercise, "change", exercise.pk)
    form = form_of(boss.get(url)) | {"answer": '{"correct": "false"}'}
    page = boss.post(url, form)
    assert list(page.context["adminform"].form.errors) == ["answer"]
    form["answer"] = '{"correct": false}'
    assert boss.post(url, form).status_code == 302
    exercise.refresh_from_db()
    assert (exercise.answer, exercise.revision) == ({"correct": False}, 2)


def test_a_quiz_without_a_whole_is_refused_in_words(boss):
    quiz = QuizFactory()
    url = url_of(Quiz, "change", quiz.pk)
    form = form_of(boss.get(url)) | {"lesson": ""}
    assert "A quiz belongs to a lesson or to a course" in text_of(boss.post(url, form))


def test_keys_are_shown_to_those_who_may_change_the_exercise_and_nobody_else():
    exercise = ExerciseFactory(explanation="It is b.")
    exercise.answer = {"correct": ["a"]}
    exercise.explanation = "It is a after all."
    exercise.save()
    author = signed_in(permissions=["courses.view_exercise", "courses.change_exercise"])
    reader = signed_in(permissions=["courses.view_exercise"])
    for page in (("change", exercise.pk), ("history", exercise.pk), ("version", exercise.pk, 1)):
        assert "correct" in text_of(author.get(url_of(Exercise, *page))), page
        shown = text_of(reader.get(url_of(Exercise, *page)))
        assert "correct" not in shown, page
        assert "It is" not in shown, page


def test_markdown_is_written_in_a_tall_area(boss):
    lesson = LessonFactory()
    page = text_of(boss.get(url_of(Lesson, "change", lesson.pk)))
    assert 'rows="16"' in page


@pytest.mark.parametrize("query", ["answer__icontains", "answer__correct", "explanation__startswith"])
def test_nobody_filters_for_a_key_that_they_may_not_see(boss, query):
    ExerciseFactory()
    seen = signed_in(permissions=["courses.view_exercise"])
    assert seen.get(url_of(Exercise, "changelist"), {query: "a"}).status_code == 400
    assert boss.get(url_of(Exercise, "changelist"), {query: "a"}).status_code == 200


def test_the_form_of_an_exercise_shows_what_an_answer_of_each_kind_looks_like():
    page = text_of(signed_in().get(url_of(Exercise, "add")))
    for example in ("correct", "blanks", "sample"):
        assert f"<code>{{&quot;{example}&quot;:" in page
    assert ">null<" not in page


def test_json_is_shown_and_edited_with_its_letters_and_lines(boss):
    exercise = ExerciseFactory(kind="FREE_FORM", answer={"sample": "Là où l’on s’arrête. " * 5})
    looked_at = ExerciseFactory(options=[{"id": "a", "text": "Il s’arrête."}, {"id": "b", "text": "Non."}])
    reader = signed_in(permissions=["courses.view_exercise"])
    assert "s’arrête" in text_of(reader.get(url_of(Exercise, "change", looked_at.pk)))
    form = form_of(boss.get(url_of(Exercise, "change", exercise.pk)))
    assert form["answer"].startswith('{\n  "sample": "Là où')
    boss.post(url_of(Exercise, "change", exercise.pk), form)
    exercise.refresh_from_db()
    assert exercise.version == 1, "nothing was changed"
    typed = boss.post(url_of(Exercise, "change", exercise.pk), form | {"answer": '{"sample": '})
    assert form_of(typed)["answer"] == '{"sample": '
