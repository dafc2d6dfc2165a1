"""The course editor: everything in order on one page, each button one thing, nothing overwritten unseen."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts.tests.factories import TeacherFactory
from config.base.tests.admin_helpers import signed_in, text_of, url_of
from config.base.tests.helpers import assert_sound
from courses.models import Course, Exercise, Lesson, Video
from courses.services import add_lesson, rename_lesson, require_lesson

from .factories import CourseFactory, ExerciseFactory, LessonFactory, QuizFactory, VideoFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss():
    return signed_in()


def editor(course):
    return reverse("admin:courses_course_editor", args=[course.pk])


def press(client, course, do, **values):
    return client.post(editor(course), {"do": do, **values})


def full_course(number):
    course = CourseFactory()
    lessons = Lesson.objects.bulk_create(
        Lesson(course=course, title=f"L{n}", slug=f"l{n}", position=n, is_published=True)
        for n in range(1, number + 1)
    )
    Video.objects.bulk_create(
        Video(
            lesson=each, title=f"V{each.pk}", url="https://v.example.org/1", duration_seconds=90, position=1
        )
        for each in lessons
    )
    Exercise.objects.bulk_create(
        Exercise(lesson=each, kind="TRUE_FALSE", prompt="So?", answer={"correct": True}, position=n)
        for each in lessons
        for n in (1, 2)
    )
    return course, lessons


def test_the_page_shows_the_whole_course_in_order(boss):
    course = CourseFactory()
    second = LessonFactory(course=course, title="Loops", position=2, is_required=False)
    first = LessonFactory(course=course, title="Values", position=1, is_published=True)
    VideoFactory(lesson=first, title="A film", duration_seconds=125)
    ExerciseFactory(lesson=first, prompt="What is printed?", points=3)
    QuizFactory(lesson=second, title="A check")
    QuizFactory(lesson=None, course=course, title="The exam")
    page = text_of(boss.get(editor(course)))
    places = [
        page.index(f">{text}<") for text in ("Values", "A film", "What is printed?", "Loops", "A check")
    ]
    assert places == sorted(places)
    for text in ("2:05", "multiple choice, 3 points", "optional", "The exam", "published"):
        assert text in page
    assert "correct" not in page, "no key is on the page"


def test_an_empty_course_says_how_to_begin(boss):
    course = CourseFactory()
    page = text_of(boss.get(editor(course)))
    assert "No lesson yet. Add the first one." in page
    assert "There is no lesson yet." in page
    assert "disabled" in page.split("publish-course")[1][:80]


@pytest.mark.parametrize("number", [10, 200])
def test_the_page_takes_the_same_queries_for_few_lessons_and_many(
    boss, number, django_assert_max_num_queries
):
    course, _lessons = full_course(number)
    boss.get(editor(course))
    with django_assert_max_num_queries(13):
        page = text_of(boss.get(editor(course)))
    assert page.count("data-id=") == number * 3


def test_a_lesson_is_added_at_the_end_with_a_slug_of_its_own(boss):
    course = LessonFactory(title="Été", slug="ete", position=4).course
    assert press(boss, course, "add", title=" Été ", minutes="25").status_code == 302
    added = course.lessons.in_order().last()
    assert (added.title, added.slug, added.position, added.estimated_minutes) == ("Été", "ete-2", 5, 25)
    assert not added.is_published
    assert added.history.get().history_user_id == boss.user.pk


def test_a_new_slug_leaves_those_in_the_trash_their_own():
    course = CourseFactory()
    dead = add_lesson(course=course, title="Loops")
    dead.delete()
    assert add_lesson(course=course, title="Loops").slug == "loops-2"
    dead.restore()
    assert add_lesson(course=course, title="日本").slug == "lesson"
    long = add_lesson(course=course, title="x" * 200)
    assert len(add_lesson(course=course, title="x" * 200).slug) == len(long.slug) == 80


@pytest.mark.parametrize(("title", "minutes"), [("  ", "1"), ("x" * 256, "1"), ("Fine", "soon")])
def test_a_lesson_that_breaks_a_rule_comes_back_as_typed(boss, title, minutes):
    course = CourseFactory()
    page = text_of(press(boss, course, "add", title=title, minutes=minutes))
    assert "Nothing was changed." in page
    assert f'value="{title}"' in page
    assert not course.lessons.exists()


def test_renaming_keeps_the_slug_and_the_same_title_writes_nothing():
    lesson = LessonFactory(title="Loops", slug="loops", estimated_minutes=30)
    rename_lesson(lesson=lesson, title="Loops", estimated_minutes=30)
    lesson.refresh_from_db()
    assert lesson.version == 1
    rename_lesson(lesson=lesson, title="More loops")
    lesson.refresh_from_db()
    assert (lesson.title, lesson.slug, lesson.version) == ("More loops", "loops", 2)
    with pytest.raises(ValidationError) as error:
        rename_lesson(lesson=lesson, title="")
    assert set(error.value.message_dict) == {"title"}
    require_lesson(lesson=Lesson.objects.get(), required=True)
    assert Lesson.objects.get().version == 2


def test_each_button_changes_one_thing(boss):
    lesson = LessonFactory(title="Loops")
    course = lesson.course

    def now():
        return Lesson.objects.get(pk=lesson.pk)

    for do, field, value in [
        ("publish", "is_published", True),
        ("unpublish", "is_published", False),
        ("release", "is_required", False),
        ("require", "is_required", True),
    ]:
        answer = press(boss, course, f"{do}:{lesson.pk}:{now().version}")
        assert answer.headers["Location"] == f"{editor(course)}#lesson-{lesson.pk}"
        assert getattr(now(), field) is value
    assert 'name="title"' in text_of(boss.get(editor(course), {"rename": lesson.pk}))
    press(boss, course, f"rename:{lesson.pk}:{now().version}", title="Loops, again", minutes="12")
    assert (now().title, now().estimated_minutes) == ("Loops, again", 12)
    assert_sound(Lesson, Course)


def test_a_stale_title_is_refused_and_still_typed(boss):
    lesson = LessonFactory(title="Loops")
    rename_lesson(lesson=Lesson.objects.get(), title="Theirs")
    page = text_of(press(boss, lesson.course, f"rename:{lesson.pk}:1", title="Mine", minutes="5"))
    assert "was changed meanwhile" in page
    assert 'value="Mine"' in page
    assert f'value="rename:{lesson.pk}:2"' in page
    assert Lesson.objects.get().title == "Theirs"


def test_what_is_gone_is_said(boss):
    lesson = LessonFactory()
    lesson.delete()
    assert "somebody has deleted it meanwhile" in text_of(
        press(boss, lesson.course, f"publish:{lesson.pk}:1")
    )


def test_what_a_service_refuses_is_said(boss):
    lesson = LessonFactory(is_published=True)
    course = lesson.course
    press(boss, course, f"publish-course:{course.version}")
    course.refresh_from_db()
    assert course.status == "PUBLISHED"
    page = text_of(press(boss, course, f"unpublish:{lesson.pk}:{lesson.version}"))
    assert "This is the only published lesson of a published course." in page
    press(boss, course, f"archive-course:{course.version}")
    course.refresh_from_db()
    assert course.status == "ARCHIVED"


def test_learners_stumbling_blocks_are_named(boss):
    course = CourseFactory()
    draft = LessonFactory(course=course, title="Draft")
    shown = LessonFactory(course=course, title="Shown", body="", is_published=True, is_required=False)
    shown.prerequisites.add(draft)
    page = text_of(boss.get(editor(course)))
    for text in ("“Shown” is published and empty.", "“Shown” asks for “Draft” first", "nobody can complete"):
        assert text in page


def test_a_lesson_of_another_course_is_out_of_reach(boss):
    lesson, other = LessonFactory(), CourseFactory()
    assert "no longer there" in text_of(press(boss, other, f"publish:{lesson.pk}:1"))
    assert not Lesson.objects.published().exists()


def test_a_teacher_edits_own_courses_and_finds_no_other():
    teacher = TeacherFactory()
    client = signed_in(permissions=[])
    client.force_login(teacher)
    own = LessonFactory(course__instructor=teacher)
    other = LessonFactory(course__instructor=TeacherFactory())
    assert press(client, own.course, f"publish:{own.pk}:1").status_code == 302
    assert client.get(editor(other.course)).status_code == 404
    assert press(client, other.course, f"publish:{other.pk}:1").status_code == 404
    page = text_of(client.get(editor(own.course)))
    assert "/delete/?editor=1" not in page, "teachers do not delete lessons"


def test_a_teacher_who_may_look_at_every_course_changes_none_but_their_own():
    teacher = TeacherFactory()
    seen = Permission.objects.filter(codename__in=["view_course", "view_lesson"])
    teacher.user_permissions.add(*seen)
    client = signed_in(permissions=[])
    client.force_login(teacher)
    other = LessonFactory(course__instructor=TeacherFactory())
    assert 'name="do"' not in text_of(client.get(editor(other.course)))
    assert press(client, other.course, f"publish:{other.pk}:1").status_code == 403
    assert press(client, other.course, "add", title="Mine").status_code == 403


def test_who_may_only_look_sees_no_button_and_presses_none():
    lesson = LessonFactory()
    client = signed_in(permissions=["courses.view_course", "courses.view_lesson"])
    page = text_of(client.get(editor(lesson.course)))
    assert lesson.title in page
    assert 'name="do"' not in page
    for do in (f"publish:{lesson.pk}:1", "add", f"publish-course:{lesson.course.version}"):
        assert press(client, lesson.course, do, title="X").status_code == 403
    order = f"lessons:{lesson.course.pk}:{lesson.course.version}:{lesson.pk}"
    assert press(client, lesson.course, "order", order=order).status_code == 403
    assert signed_in(permissions=[]).get(editor(lesson.course)).status_code in (403, 404)


def test_there_is_a_way_from_each_part_to_the_editor_and_back(boss):
    lesson = LessonFactory()
    exercise = ExerciseFactory(lesson=lesson)
    course = lesson.course
    assert editor(course) in text_of(boss.get(url_of(Course, "change", course.pk)))
    link = reverse("admin:courses_exercise_editor", args=[exercise.pk])
    assert link in text_of(boss.get(url_of(Exercise, "change", exercise.pk)))
    assert boss.get(link).headers["Location"] == f"{editor(course)}#lesson-{lesson.pk}"


def test_deleting_from_the_editor_leads_back_to_it(boss):
    exercise = ExerciseFactory()
    url = url_of(Exercise, "delete", exercise.pk) + "?editor=1"
    page = boss.get(url)
    answer = boss.post(url, {"post": "yes", "seen_preview": page.context["seen_preview"]})
    course = exercise.lesson.course
    assert answer.headers["Location"] == f"{editor(course)}#lesson-{exercise.lesson_id}"
    assert "Undo" in text_of(boss.get(editor(course)))
    assert not Exercise.objects.exists()


def test_a_course_in_the_trash_is_not_edited(boss):
    lesson = LessonFactory()
    lesson.course.delete()
    answer = press(boss, lesson.course, f"publish:{lesson.pk}:2")
    assert answer.headers["Location"] == url_of(Course, "change", lesson.course.pk)
    assert not Lesson.all_objects.get().is_published


def test_a_number_that_no_row_can_have_is_no_number(boss):
    course, digits = CourseFactory(), "9" * 5000
    assert boss.get(editor(course), {"rename": digits}).status_code == 200
    for do in (f"publish:{digits}:1", f"publish:1:{digits}", f"publish-course:{digits}"):
        assert press(boss, course, do).status_code == 400


def test_the_way_at_the_top_leads_to_the_course(boss):
    course = CourseFactory(title="Python & co")
    page = text_of(boss.get(editor(course)))
    way = page[: page.index("house-panel")]
    assert f'href="{url_of(Course, "change", course.pk)}"' in way
    assert "Python &amp; co" in way
