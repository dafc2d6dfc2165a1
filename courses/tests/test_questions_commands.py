"""The commands for question banks: what they print, for people and machines, and how they end."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from courses.models import Exercise

from .factories import CourseFactory, ExerciseFactory, LessonFactory
from .questions_reference import FILES

pytestmark = pytest.mark.django_db


def run(name, *options):
    out = StringIO()
    call_command(name, *map(str, options), stdout=out, stderr=StringIO())
    return out.getvalue()


@pytest.fixture
def course():
    return CourseFactory(slug="grammar")


def test_json_is_one_object_of_the_agreed_shape(course):
    said = json.loads(
        run("import_questions", FILES / "gift/numerical1.gift", "--course", "grammar", "--json")
    )
    assert list(said) == ["read", "created", "updated", "unchanged", "rejected", "rejects", "batch"]
    assert (said["read"], said["created"], said["updated"], said["rejected"]) == (10, 3, 0, 7)
    assert said["batch"] is None
    assert said["rejects"][0] == {
        "line": 7,
        "kind": "numerical",
        "column": "answers",
        "code": "numerical_range",
        "value": "What is the value of pi (to 3 decimal places)? _____ .",
        "message": "A number within a range, or with a tolerance: there is no exercise for that.",
    }


def test_a_dry_run_prints_what_the_run_prints_and_writes_nothing(course):
    options = ("import_questions", FILES / "moodle-xml/essayRef.xml", "--course", "grammar")
    dry = run(*options, "--dry-run", "--json")
    assert not Exercise.objects.exists()
    assert run(*options, "--json") == dry
    assert Exercise.objects.count() == 2


def test_the_last_line_sums_it_up(course):
    lines = run("import_questions", FILES / "gift/numerical1.gift", "--course", "grammar").splitlines()
    assert lines[-1] == "10 questions read: 3 created, 0 unchanged, 7 skipped."
    assert ":7: Skipped (numerical): What is the value of pi" in lines[0]
    assert "range" in lines[0]  # in English, although the site speaks French


def test_a_lesson_is_named_by_its_slug(course):
    lesson = LessonFactory(course=course, slug="nouns")
    run("import_questions", FILES / "gift/mc1.gift", "--course", "grammar", "--lesson", "nouns")
    assert lesson.exercises.count() == 1


@pytest.mark.parametrize(
    ("file", "options", "message"),
    [
        ("gift/missing.gift", ["--course", "grammar"], "No such file"),
        ("gift", ["--course", "grammar"], "Is a directory"),
        ("gift/mc1.gift", ["--course", "nowhere"], "no course"),
        ("gift/mc1.gift", ["--course", "grammar", "--lesson", "nowhere"], "no lesson"),
        ("gift/mc1.gift", ["--course", "grammar", "--format", "moodle-xml"], "not well-formed"),
    ],
)
def test_what_went_wrong_ends_with_an_error(course, file, options, message):
    with pytest.raises(CommandError, match=message):
        run("import_questions", FILES / file, *options)
    assert not Exercise.objects.exists()


def test_an_export_goes_to_standard_output_or_to_a_file(course, tmp_path):
    ExerciseFactory(lesson=LessonFactory(course=course, title="Nouns"), title="Which?")
    text = run("export_questions", "--course", "grammar", "--format", "gift")
    assert "$CATEGORY: $course$/top/Nouns" in text
    assert "::Which?::" in text
    out = tmp_path / "bank.xml"
    said = json.loads(
        run("export_questions", "--course", "grammar", "--format", "moodle-xml", "--out", out, "--json")
    )
    assert (said["written"], said["rejects"], said["out"]) == (1, [], str(out))
    assert out.read_text("utf-8").startswith("<?xml")


def test_an_export_that_cannot_be_written_ends_with_an_error(course, tmp_path):
    with pytest.raises(CommandError, match="Is a directory"):
        run("export_questions", "--course", "grammar", "--format", "gift", "--out", tmp_path)
    with pytest.raises(CommandError, match="--out"):
        run("export_questions", "--course", "grammar", "--format", "gift", "--json")
