"""The seeds: what they hold, that they hold together, and that loading them again changes nothing."""

import json
import re
import shutil
import subprocess
import sys
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command

from config.base.introspection import kernel_models
from config.base.management.commands.demo import seed_files

ROWS = [row for path in seed_files() for row in json.loads(path.read_text(encoding="utf-8"))]
SAMPLE = re.compile(r"```(?P<language>python|js)\n(?P<code>.*?)```\n+```text\n(?P<output>.*?)```", re.DOTALL)
CODE = re.compile(r"```(?P<language>python|js)\n(?P<code>.*?)```", re.DOTALL)


def of(label: str) -> list[dict[str, Any]]:
    return [row["fields"] for row in ROWS if row["model"] == label]


def load() -> None:
    call_command("loaddata", *map(str, seed_files()), verbosity=0)


def stored() -> dict[str, Any]:
    """Every row and the number of history rows, of every model."""
    return {
        model._meta.label: (list(model.all_objects.order_by("pk").values()), model.history.count())
        for model in kernel_models()
    }


def run(language: str, code: str) -> str:
    """What the program prints."""
    command = [sys.executable, "-c"] if language == "python" else [shutil.which("node") or "", "-e"]
    if not command[0]:
        pytest.skip("needs node")
    done = subprocess.run([*command, code], capture_output=True, text=True, check=True, timeout=30)
    return done.stdout


def samples() -> list[Any]:
    return [
        pytest.param(*found.group("language", "code", "output"), id=f"{lesson['slug']}-{number}")
        for lesson in of("courses.lesson")
        for number, found in enumerate(SAMPLE.finditer(lesson["body"]), start=1)
    ]


@pytest.mark.django_db
def test_the_seeds_are_what_was_promised() -> None:
    load()
    counts = {"course": 2, "lesson": 4, "exercise": 7}
    assert {name: apps.get_model("courses", name).objects.count() for name in counts} == counts
    courses = dict(apps.get_model("courses", "course").objects.values_list("slug", "difficulty"))
    assert courses == {"python-introduction": "BEGINNER", "javascript-intermediate": "INTERMEDIATE"}
    kinds = set(apps.get_model("courses", "exercise").objects.values_list("kind", flat=True))
    assert kinds == {"MULTIPLE_CHOICE", "CODE_COMPLETION", "FREE_FORM", "TRUE_FALSE"}


@pytest.mark.django_db
def test_every_role_has_somebody_and_the_child_has_a_parent() -> None:
    load()
    users = apps.get_model("accounts", "user").objects
    assert set(
        users.filter(full_name__in=["John Doe", "Jane Smith"]).values_list("groups__name", flat=True)
    ) == {"learner"}
    for role in apps.get_model("auth", "group").objects.all():
        assert role.user_set.exists(), f"nobody is {role.name}"
    assert apps.get_model("accounts", "guardianship").objects.get().student.user.full_name == "Jane Smith"


@pytest.mark.django_db
def test_loading_twice_writes_nothing() -> None:
    load()
    before = stored()
    load()
    assert stored() == before


@pytest.mark.django_db
def test_loading_again_after_a_password_was_set_keeps_it() -> None:
    load()
    user = apps.get_model("accounts", "user").objects.get(username="john.doe")
    user.set_password("three small green boats")
    user.save()
    load()
    user.refresh_from_db()
    assert user.check_password("three small green boats")


@pytest.mark.django_db
def test_every_seeded_row_satisfies_the_rules_of_its_model() -> None:
    load()
    checked = 0
    for model in {apps.get_model(row["model"]) for row in ROWS}:
        for instance in model._default_manager.all():
            exclude = {"password"} & {field.name for field in model._meta.fields}
            instance.full_clean(exclude=exclude)
            checked += 1
    assert checked == len(ROWS)


@pytest.mark.django_db
def test_one_learner_has_still_to_enrol_another_is_half_way_and_a_third_is_done() -> None:
    load()
    enrolled = apps.get_model("learning", "enrollment").objects.filter(course__slug="python-introduction")
    assert dict(enrolled.values_list("user__username", "status")) == {
        "jane.smith": "ACTIVE",
        "nils.berg": "COMPLETED",
    }
    work = [
        ("lessonprogress", "lesson__course"),
        ("exerciseattempt", "exercise__lesson__course"),
        ("review", "course"),
    ]
    for name, path in work:
        rows = apps.get_model("learning", name).objects.filter(user__username="john.doe")
        assert not rows.filter(**{f"{path}__slug": "python-introduction"}).exists(), name


@pytest.mark.django_db
def test_an_answer_waits_for_its_teacher() -> None:
    load()
    waiting = apps.get_model("learning", "exerciseattempt").objects.ungraded().get()
    assert (waiting.user.username, waiting.snapshot_kind) == ("jane.smith", "FREE_FORM")
    assert waiting.exercise.lesson.course.instructor.username == "camille.laurent"


def test_rows_are_named_by_natural_keys_and_hold_no_password() -> None:
    for path in seed_files():
        text = path.read_text(encoding="utf-8").lower()
        assert not re.search(r"password|argon2|pbkdf2", text), path.name
        assert all(set(row) == {"model", "fields"} for row in json.loads(text)), path.name


def test_lessons_are_long_enough_to_learn_from() -> None:
    for lesson in of("courses.lesson"):
        prose = re.sub(r"```.*?```", "", lesson["body"], flags=re.DOTALL)
        assert len(prose.split()) >= 500, lesson["slug"]
        assert len(list(SAMPLE.finditer(lesson["body"]))) == len(list(CODE.finditer(lesson["body"])))
    assert all(exercise["explanation"] for exercise in of("courses.exercise"))


@pytest.mark.parametrize(("language", "code", "output"), samples())
def test_a_sample_prints_what_the_lesson_says(language: str, code: str, output: str) -> None:
    assert run(language, code).strip() == output.strip()


@pytest.mark.parametrize(
    "exercise", of("courses.exercise"), ids=lambda each: "-".join(map(str, each["lesson"]))
)
def test_a_key_is_what_the_program_really_prints(exercise: dict[str, Any]) -> None:
    program = CODE.search(exercise["prompt"])
    if exercise["kind"] == "MULTIPLE_CHOICE":
        right = [each["text"] for each in exercise["options"] if each["id"] in exercise["answer"]["correct"]]
        assert right == [f"`{run(*program.group('language', 'code')).strip()}`"]
    elif exercise["kind"] == "CODE_COMPLETION":
        for text in exercise["answer"]["blanks"][0]["accepted"]:
            printed = run(program["language"], program["code"].replace("___", text)).strip()
            assert f"`{printed}`" in exercise["prompt"], text
