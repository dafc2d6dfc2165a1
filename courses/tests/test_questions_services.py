"""Importing and exporting question banks: what is created, where, once, and what the dry run says."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.base.exceptions import DomainError
from courses.models import Course, Exercise, Lesson
from courses.questions import FORMATS, QuestionFileError, fields_of
from courses.services import export_questions, import_questions

from .factories import CourseFactory, ExerciseFactory, LessonFactory
from .questions_reference import FILES

pytestmark = pytest.mark.django_db

#: What becomes of each real file: questions read, exercises, skipped.
REAL = {"gift": (43, 30, 13), "moodle-xml": (7, 7, 0)}

MANY = b"""$CATEGORY: $course$/top/Loops

::One::1 + 1? {=2}

::Two::What is said? {~a =b}

Nothing is asked.

$CATEGORY: $course$/top/Other\\: things

Broken {=a

::Three::True? {T}
"""


def run(data: bytes, course, **options):
    return import_questions(data=data, name="bank.gift", course=course, **options)


def test_exercises_are_appended_to_the_lesson_in_the_order_of_the_file():
    lesson = LessonFactory()
    gone = ExerciseFactory(lesson=lesson, position=7)
    gone.delete()
    result = run(MANY, lesson.course, lesson=lesson)
    assert (result.read, result.created, result.unchanged, len(result.rejects)) == (5, 3, 0, 2)
    stored = list(lesson.exercises.values_list("title", "position", "version"))
    assert stored == [("One", 8, 1), ("Two", 9, 1), ("Three", 10, 1)]
    assert all(exercise.history.count() == 1 for exercise in lesson.exercises.all())
    for exercise in lesson.exercises.all():
        exercise.full_clean()


def test_what_is_skipped_says_line_kind_and_reason():
    result = run(MANY, CourseFactory())
    said = [(each.line, each.kind, each.code) for each in result.rejects]
    assert said == [(7, "description", "kind"), (11, "question", "unclosed_answers")]
    assert result.rejects[0].message == "A description asks nothing."


def test_without_a_lesson_each_category_has_an_unpublished_one_of_its_own():
    course = CourseFactory()
    there = LessonFactory(course=course, slug="loops", is_published=True)
    result = run(MANY, course)
    assert [(each.lesson.slug, each.is_new) for each in result.targets] == [
        ("loops", False),
        ("other-things", True),
    ]
    made = Lesson.objects.get(course=course, slug="other-things")
    assert (made.title, made.is_published) == ("Other: things", False)
    assert made.position > there.position
    assert there.exercises.count() == 2


def test_what_stands_before_any_category_goes_to_a_lesson_named_for_the_file():
    course = CourseFactory()
    run(b"Vrai ? {T}", course)
    assert Lesson.objects.get(course=course).slug == "bank"
    import_questions(data=b"Q? {T}", name="数.gift", course=course)
    import_questions(data=b"Q? {T}", name="学.gift", course=course)
    slugs = Lesson.objects.filter(course=course).values_list("slug", flat=True)
    assert len({slug for slug in slugs if slug.startswith("questions-")}) == 2


def test_the_same_import_again_creates_nothing():
    course = CourseFactory()
    first = run(MANY + b"\n::Three::True? {T}\n", course)
    again = run(MANY + b"\n::Three::True? {T}\n", course)
    assert (first.created, first.unchanged) == (3, 1), "the file says one thing twice"
    assert (again.created, again.unchanged, again.rejects) == (0, 4, first.rejects)
    assert Exercise.objects.count() == 3
    assert Exercise.objects.filter(version=1).count() == 3


def test_a_dry_run_writes_nothing_and_reports_the_same():
    course = CourseFactory()
    dry = run(MANY, course, dry_run=True)
    assert not Lesson.objects.exists()
    assert not Exercise.all_objects.exists()
    real = run(MANY, course)
    assert dry.as_json() == real.as_json()
    assert run(MANY, course, dry_run=True).as_json() == run(MANY, course).as_json()


def test_a_lesson_of_another_course_is_refused():
    with pytest.raises(DomainError) as refused:
        run(MANY, CourseFactory(), lesson=LessonFactory())
    assert refused.value.code == "lesson_of_another_course"
    with pytest.raises(DomainError):
        export_questions(course=CourseFactory(), lesson=LessonFactory(), form="gift")


def test_a_file_that_cannot_be_read_writes_nothing():
    course = CourseFactory()
    with pytest.raises(QuestionFileError):
        run("Où ? {=là}".encode("latin-1"), course)
    assert not Lesson.objects.exists()


def test_a_long_import_takes_hardly_more_queries_than_a_short_one():
    lesson = LessonFactory()
    counts = []
    for number in (10, 60):
        many = b"\n\n".join(b"Of %d, %d? {=a}" % (number, each) for each in range(number))
        with CaptureQueriesContext(connection) as queries:
            assert run(many, lesson.course, lesson=lesson).created == number
        counts.append(len(queries))
    assert counts[1] <= counts[0] + 1 <= 13, "SQLite inserts them in batches"


@pytest.mark.parametrize("folder", sorted(REAL))
def test_the_real_files_are_imported(folder):
    course = CourseFactory()
    paths = sorted(path for path in (FILES / folder).iterdir() if path.suffix in (".gift", ".xml"))
    results = [import_questions(data=path.read_bytes(), name=path.name, course=course) for path in paths]
    counts = [(each.read, each.created + each.unchanged, len(each.rejects)) for each in results]
    assert tuple(map(sum, zip(*counts, strict=True))) == REAL[folder]
    for exercise in Exercise.objects.all():
        exercise.full_clean()


@pytest.mark.parametrize("form", FORMATS)
def test_a_course_exported_and_imported_into_another_is_the_same(form):
    source = CourseFactory()
    for title in ("Values/types", "Loops: for", "数"):
        lesson = LessonFactory(course=source, title=title)
        for kind in Exercise.Kind.values:
            ExerciseFactory(lesson=lesson, kind=kind, title=f"{title} {kind}", points=3, max_attempts=2)
    exported = export_questions(course=source, form=form)
    assert (exported.written, exported.rejects) == (12, ())
    copy = CourseFactory()
    result = import_questions(data=exported.text.encode(), name="all", course=copy)
    assert (result.created, result.rejects) == (12, ())
    assert outline(copy) == outline(source)
    assert import_questions(data=exported.text.encode(), name="all", course=source).created == 0


def outline(course):
    lessons = course.lessons.order_by("position")
    return [
        (lesson.slug, lesson.title, [fields_of(each) for each in lesson.exercises.order_by("position")])
        for lesson in lessons
    ]


def test_an_export_leaves_out_the_trash_and_other_lessons():
    lesson = LessonFactory()
    ExerciseFactory(lesson=lesson, title="Kept")
    ExerciseFactory(lesson=lesson, title="Deleted").delete()
    other = LessonFactory(course=lesson.course)
    ExerciseFactory(lesson=other, title="Elsewhere")
    text = export_questions(course=lesson.course, lesson=lesson, form="gift").text
    assert "Kept" in text
    assert "Deleted" not in text
    assert "Elsewhere" not in text


@pytest.mark.parametrize("form", FORMATS)
def test_the_seeded_exercises_survive_an_export(form):
    seeds = FILES.parent
    for name in (
        "10_accounts",
        "12_profiles",
        "20_subjects",
        "30_python_introduction",
        "31_javascript_intermediate",
    ):
        call_command("loaddata", seeds / f"{name}.json", verbosity=0)
    for lesson in Lesson.objects.filter(exercises__isnull=False).distinct():
        exported = export_questions(course=lesson.course, lesson=lesson, form=form)
        assert not exported.rejects
        again = import_questions(
            data=exported.text.encode(), name="seeds", course=lesson.course, lesson=lesson, form=form
        )
        assert (again.created, again.unchanged) == (0, lesson.exercises.count())


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgresql
def test_two_imports_of_one_file_at_once_create_it_once():
    course = CourseFactory()
    barrier = Barrier(2)

    def work(_number):
        try:
            barrier.wait(10)
            return run(MANY, Course.objects.get(pk=course.pk)).created
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(work, range(2))) == [0, 3]
    assert Exercise.objects.count() == 3
    assert Lesson.objects.filter(course=course).count() == 2
