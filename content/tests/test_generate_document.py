"""The command `generate_document`: files, what it says, and the same bytes whoever runs it where."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from accounts.tests.factories import StudentProfileFactory
from content import demo
from content.management.commands.generate_document import Command
from content.manifests import build_manifest, sheet_for
from content.models import ContentBrick, ContentTemplate, DocumentRequest
from content.rendering.contained import RenderFailed
from content.services import drafting, generation
from courses.models import Subject

from .making import SECRET, brick, stock

pytestmark = pytest.mark.django_db

FILES = ["student.html", "student.pdf", "teacher.html", "teacher.pdf"]

#: Of the manifest below, without what renders, and of all that the rendering is given: the same on both databases.
SHEETS_SHA256 = "c111fd021b59b3894cd101b068ec79bbaaa4bdb09a935f1353d4f76db0e409fa"


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path / "media")


def arguments(out: Path, **given: str) -> list[str]:
    values = {
        "template": "fiche",
        "subject": "mathematiques",
        "level": "troisieme",
        "seed": "7",
        "date": "2030-02-01",
        "out": str(out),
        **given,
    }
    return [f"--{name}={value}" for name, value in values.items()]


def run(out: Path, **given: str):
    """What `--json` prints."""
    printed = StringIO()
    call_command("generate_document", *arguments(out, **given), "--json", stdout=printed)
    return json.loads(printed.getvalue())


def test_both_copies_are_written_and_described(tmp_path):
    stock(exercises=6)
    out = tmp_path / "new" / "folder"
    said = run(out)
    assert sorted(path.name for path in out.iterdir()) == FILES
    assert (said["seed"], said["shortage"]) == (7, []) and said.keys() == {
        "student",
        "teacher",
        "seed",
        "shortage",
    }
    for copy in ("student", "teacher"):
        for form in ("html", "pdf"):
            path = Path(said[copy][form])
            assert path == out / f"{copy}.{form}"
            assert hashlib.sha256(path.read_bytes()).hexdigest() == said[copy]["sha256"][form]
    kinds = ContentBrick.objects.in_bulk(said["student"]["bricks"])
    assert [kinds[pk].kind for pk in said["student"]["bricks"]] == ["SUMMARY", *["EXERCISE"] * 3]
    assert said["student"]["bricks"] == said["teacher"]["bricks"]
    assert SECRET in (out / "teacher.html").read_text() and SECRET not in (out / "student.html").read_text()
    assert not DocumentRequest.all_objects.exists(), "nothing is recorded"


def test_the_same_again_is_the_same_and_another_seed_is_not(tmp_path):
    stock(exercises=12)
    first, again, other = run(tmp_path / "a"), run(tmp_path / "b"), run(tmp_path / "c", seed="8")
    assert [first[copy]["sha256"] for copy in ("student", "teacher")] == [
        again[copy]["sha256"] for copy in ("student", "teacher")
    ]
    assert first["student"]["bricks"] != other["student"]["bricks"]


def test_what_was_in_the_folder_is_replaced_and_the_rest_stays(tmp_path):
    stock()
    (tmp_path / "student.html").write_text("old")
    (tmp_path / "notes.txt").write_text("mine")
    run(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*FILES, "notes.txt"])
    assert (tmp_path / "student.html").read_text() != "old"


def test_it_says_what_is_missing(tmp_path):
    stock(exercises=1)
    assert run(tmp_path)["shortage"] == [{"slot": "entrainement", "missing": 2}]
    printed = StringIO()
    call_command("generate_document", *arguments(tmp_path), stdout=printed)
    assert "entrainement: 2 missing." in printed.getvalue()
    assert printed.getvalue().splitlines()[-1] == "2 bricks in both copies, seed 7."


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"template": "poster"}, "There is no template poster. There are: fiche."),
        ({"subject": "alchemy"}, "There is no subject alchemy."),
        ({"level": "CM2"}, "There is no level CM2: it is one of SIXIEME"),
        ({"level": "terminale"}, "No brick matches. Missing: À retenir (1), Je m’entraîne (3)."),
        ({"student": "nobody"}, "There is no student nobody."),
        ({"seed": "-1"}, "seed: "),
    ],
)
def test_what_cannot_be_made_is_said_and_leaves_no_file(tmp_path, given, words):
    stock()
    out = tmp_path / "out"
    with pytest.raises(CommandError) as refused:
        run(out, **given)
    assert words in str(refused.value) and not out.exists()


def test_what_cannot_be_rendered_is_said_and_leaves_no_file(tmp_path, monkeypatch):
    stock()

    def refuse(sheets):
        raise RenderFailed("time")

    monkeypatch.setattr(drafting, "render", refuse)
    with pytest.raises(CommandError) as refused:
        run(tmp_path / "out")
    assert "seconds" in str(refused.value) and not (tmp_path / "out").exists()


def test_a_mistyped_level_on_the_command_line_is_said_without_a_traceback(capsys):
    words = ["--template", "fiche", "--subject", "maths", "--seed", "1", "--out", "x", "--level", "SECOND"]
    with pytest.raises(SystemExit) as left:
        Command().run_from_argv(["manage.py", "generate_document", *words])
    assert left.value.code == 2
    assert "There is no level SECOND: it is one of SIXIEME" in capsys.readouterr().err


def test_a_folder_that_is_a_file_is_refused_in_words(tmp_path):
    stock()
    (tmp_path / "out").write_text("mine")
    with pytest.raises(CommandError, match="exists"):
        run(tmp_path / "out")
    assert (tmp_path / "out").read_text() == "mine"


def test_a_folder_in_the_place_of_a_file_is_refused_before_anything_is_replaced(tmp_path):
    stock()
    (tmp_path / "teacher.pdf").mkdir()
    (tmp_path / "student.html").write_text("mine")
    with pytest.raises(CommandError, match=r"teacher\.pdf is a folder"):
        run(tmp_path)
    assert (tmp_path / "student.html").read_text() == "mine"


@pytest.mark.parametrize("level", ["TROISIEME", "Troisième", "troisieme"])
def test_a_level_is_known_in_any_case(tmp_path, level):
    stock()
    assert len(run(tmp_path, level=level)["student"]["bricks"]) == 4


def test_for_a_student_it_is_recorded_and_what_they_have_seen_is_not_drawn_again(tmp_path):
    stock(exercises=6)
    student = StudentProfileFactory(user__username="zoe", user__full_name="Zoé Martin")
    first = run(tmp_path / "a", student="zoe")
    second = run(tmp_path / "b", student="zoe")
    assert not set(first["student"]["bricks"][1:]) & set(second["student"]["bricks"][1:])
    requests = DocumentRequest.objects.filter(student=student, requester=student.user)
    assert [each.status for each in requests] == ["DONE", "DONE"]
    assert "Zoé Martin" in (tmp_path / "a" / "student.html").read_text()
    html = requests.last().documents.get(variant="STUDENT").html
    assert html in {(tmp_path / each / "student.html").read_text() for each in "ab"}


def test_a_failed_request_of_a_student_says_why(tmp_path, monkeypatch):
    stock()
    StudentProfileFactory(user__username="zoe", user__locale="en")

    def refuse(sheets):
        raise RenderFailed("memory")

    monkeypatch.setattr(generation, "render", refuse)
    with pytest.raises(CommandError, match="memory"):
        run(tmp_path / "out", student="zoe")
    assert DocumentRequest.objects.get().status == "FAILED"


def test_the_language_narrows_the_bricks(tmp_path):
    subject, _template = stock()
    brick(subject, 9, language="en", body="Add.", difficulty=1)
    said = run(tmp_path, language="en")
    assert [ContentBrick.objects.get(pk=pk).language for pk in said["student"]["bricks"]] == ["en"]
    assert 'lang="en"' in (tmp_path / "student.html").read_text()


@pytest.mark.django_db(transaction=True)
def test_two_processes_in_two_time_zones_make_the_same_bytes(tmp_path):
    stock(exercises=12)
    here = run(tmp_path / "here")
    for zone, salt in (("Pacific/Auckland", "1"), ("America/Los_Angeles", "2")):
        out = tmp_path / salt
        environment = os.environ | {
            "DATABASE_URL": database_url(),
            "DATA_DIR": str(settings.DATA_DIR),
            "DJANGO_SETTINGS_MODULE": "config.settings.test",
            "TZ": zone,
            "TIME_ZONE": zone,
            "PYTHONHASHSEED": salt,
        }
        command = [sys.executable, "manage.py", "generate_document", *arguments(out), "--json"]
        done = subprocess.run(command, env=environment, cwd=settings.BASE_DIR, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        there = json.loads(done.stdout)
        assert there["student"]["sha256"] == here["student"]["sha256"]
        assert there["teacher"]["sha256"] == here["teacher"]["sha256"]


def database_url() -> str:
    found = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{found['NAME']}"
    return f"postgres://{found['USER']}:{found['PASSWORD']}@{found['HOST']}:{found['PORT']}/{found['NAME']}"


def test_both_databases_give_the_same_to_the_rendering_which_knows_of_none():
    subject, template = stock(exercises=12)
    request = DocumentRequest(template=template, subject=subject, level="TROISIEME", seed=7)
    moment = datetime(2030, 2, 1, tzinfo=UTC)
    manifest = build_manifest(request=request, selection=generation.picked(request), rendered_at=moment)
    sheets = [sheet_for(manifest, variant).as_payload() for variant in ("STUDENT", "TEACHER")]
    del manifest["engines"]
    canonical = json.dumps([manifest, *sheets], sort_keys=True, ensure_ascii=False)
    assert hashlib.sha256(canonical.encode()).hexdigest() == SHEETS_SHA256


def test_the_demo_makes_one_worksheet_for_its_student():
    subject, _template = stock()
    for kind, number in (("SUMMARY", 21), ("EXERCISE", 22)):
        brick(subject, number, kind, level=demo.LEVEL)
    ContentTemplate.objects.update(slug=demo.TEMPLATE)
    Subject.objects.update(slug=demo.SUBJECT)
    assert "is gone" in demo.make_worksheet(print)
    StudentProfileFactory(user__username=demo.STUDENT, user__full_name="Jane Smith")
    assert demo.make_worksheet(print) == "Jane Smith has a worksheet of 2 bricks, drawn with seed 2030."
    assert demo.make_worksheet(print) == "The worksheet has been made before."
    assert DocumentRequest.objects.get().status == "DONE"
