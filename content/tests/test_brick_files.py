"""Bricks as Markdown files: out and in again is the identity, and what is wrong is said with its line."""

from __future__ import annotations

import io
import json
import random
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from content.brick_files import FIELDS, FileRefused, read_brick, read_zip, tidy, write_brick
from content.models import ContentBrick, ContentFigure
from content.selectors.exports import zip_of
from content.services.brick_import import import_bricks
from courses.models import Subject

from .factories import ContentBrickFactory, ContentFigureFactory

FRONT = "---\nslug: new\ntitle: New\nsubject: maths\nlevel: TROISIEME\nkind: TIP\n---\n"
LINES = st.lists(
    st.one_of(
        st.text(st.characters(exclude_categories=("Cs", "Cc"))),
        st.sampled_from(["---", "<!-- answer -->", "<!-- \\answer -->", "<!-- \\\\answer --> ", ""]),
    )
).map("\n".join)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # the first letters take seconds
@given(LINES, LINES, st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=80))
def test_whatever_is_written_is_read_again(body, answer, title):
    brick = ContentBrick(slug="a", title=title, body=body, answer=answer, tags=["x", "1"], source=title)
    brick.subject = Subject(slug="maths")
    read = read_brick(write_brick(brick))
    assert (read.body, read.answer) == (tidy(body), tidy(answer))
    assert (read.values["title"], read.values["source"]) == (title, title)
    assert read.values["tags"] == ["x", "1"]
    assert set(read.values) == set(FIELDS)


@pytest.mark.django_db
def test_out_and_in_again_is_the_same_and_twice_is_unchanged():
    ContentFigureFactory(name="square")
    brick = ContentBrickFactory(body="![A square](figure:square)\n\n<!-- answer -->\n\n---", tags=["1", "no"])
    files = read_zip(zip_of(ContentBrick.objects.all()))
    assert sorted(files) == ["figures/square.svg", f"{brick.slug}.md"]
    assert import_bricks(files=files).as_json()["unchanged"] == 2
    before = brick.to_dict()
    ContentBrick.objects.all().purge()
    ContentFigure.objects.all().purge()
    assert import_bricks(files=files).as_json() | {"rejects": []} == {
        "read": 2,
        "created": 2,
        "updated": 0,
        "unchanged": 0,
        "rejected": 0,
        "rejects": [],
        "batch": None,
    }
    after = ContentBrick.objects.get().to_dict()
    kept = (*FIELDS, "body", "answer")
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    assert import_bricks(files=files).as_json()["unchanged"] == 2


@pytest.mark.django_db
def test_a_dry_run_says_what_would_be_done_and_writes_nothing():
    brick = ContentBrickFactory(title="Old")
    text = write_brick(brick).replace("title: Old", "title: New")
    result = import_bricks(files={"x.md": text.encode()}, dry_run=True)
    assert [each.changes for each in result.files] == [{"title": ("Old", "New")}]
    brick.refresh_from_db()
    assert (brick.title, brick.version) == ("Old", 1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("# No front matter", "front", 1),
        (FRONT.replace("kind: TIP", "kind: TIP\ncolour: red"), "unknown", 7),
        ("---\nslug: &a [x]\ntags: *a\n---\n", "front", 3),
        ("---\nslug: [\n---\n", "front", 3),
        (FRONT, "subject", 4),
        (FRONT + "\nHalf\0way", "character", 9),
        (FRONT.replace("New", '"N\\0"'), "character", 3),
        (FRONT.replace("New", '"N\\ud800"'), "character", 3),
        (FRONT.replace("kind: TIP", 'tags: ["n\\0"]'), "character", 6),
        (FRONT.replace("New", "N\x07"), "front", 3),
        ("---\ntags: " + "[" * 5_000 + "\n---\n", "front", 2),
        (FRONT.replace("kind: TIP", "slug: other"), "twice", 6),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text, code, line):
    result = import_bricks(files={"x.md": text.encode()})
    assert [(each.code, each.line) for each in result.rejects] == [(code, line)]
    assert not ContentBrick.objects.exists()


@pytest.mark.parametrize("name", ["../x.md", "/etc/x.md", "a/../../x.md", "..\\x.md", "C:\\x.md", "."])
def test_a_zip_that_leads_outside_itself_is_refused(name):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(name, "x")
    with pytest.raises(FileRefused) as error:
        read_zip(target.getvalue())
    assert error.value.code == "zip_path"


def test_a_zip_that_unpacks_to_too_much_is_refused():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.md", b"\0" * 20_000_000)
    with pytest.raises(FileRefused) as error:
        read_zip(target.getvalue())
    assert error.value.code == "zip_too_large"


def test_a_zip_that_was_damaged_anywhere_is_refused_and_nothing_else():
    chance = random.Random(7)
    for method in (zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", method) as archive:
            archive.writestr("été.md", "x" * 200)
        for _attempt in range(300):
            damaged = bytearray(target.getvalue())
            for _byte in range(3):
                damaged[chance.randrange(len(damaged))] = chance.randrange(256)
            with suppress(FileRefused):
                read_zip(bytes(damaged))


def test_a_zip_with_two_files_of_one_name_is_refused():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("a/x.md", "one")
        archive.writestr("a\\x.md", "two")
    with pytest.raises(FileRefused) as error:
        read_zip(target.getvalue())
    assert error.value.code == "zip_twice"


@pytest.mark.django_db
def test_the_commands_write_a_zip_and_read_it(tmp_path: Path, capsys):
    ContentBrickFactory()
    path = tmp_path / "bricks.zip"
    call_command("export_bricks", str(path), "--json")
    assert json.loads(capsys.readouterr().out)["written"] == 1
    call_command("import_bricks", str(path), "--json")
    assert json.loads(capsys.readouterr().out)["unchanged"] == 1


@pytest.mark.django_db
def test_a_mistyped_subject_is_said_and_writes_no_empty_zip(tmp_path: Path):
    brick = ContentBrickFactory()
    path = tmp_path / "bricks.zip"
    with pytest.raises(CommandError) as refused:
        call_command("export_bricks", str(path), "--subject", "mahts")
    assert str(refused.value) == f"There is no subject mahts. There are: {brick.subject.slug}."
    assert not path.exists()


def zip_with(name, method=zipfile.ZIP_DEFLATED):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name), b"text" * 50, method)
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (zip_with("."), "zip_path"),
        (zip_with("a.md", zipfile.ZIP_LZMA), "zip"),
        (zip_with("a.md", zipfile.ZIP_BZIP2), "zip"),
        (zip_with("\u00e9.md").replace("\u00e9".encode(), b"\xff\xfe"), "zip"),
        # The directory begins before the file does.
        (zip_with("a.md")[:-8] + b"\xff\xff\xff\x0f" + zip_with("a.md")[-4:], "zip"),
    ],
    ids=["no name", "lzma", "bzip2", "no UTF-8", "offset"],
)
def test_a_zip_that_was_damaged_or_made_to_do_harm_is_refused(content, code):
    with pytest.raises(FileRefused) as refused:
        read_zip(content)
    assert refused.value.code == code


def test_a_path_that_leads_nowhere_is_said_in_words(tmp_path: Path):
    for path in (tmp_path / "none.md", tmp_path / "none", tmp_path / "none.zip"):
        with pytest.raises(CommandError) as refused:
            call_command("import_bricks", str(path))
        assert str(refused.value) == f"There is no file or folder {path}."
    with pytest.raises(CommandError) as refused:
        call_command("import_bricks", str(tmp_path))
    assert str(refused.value) == f"There are no .md files in the folder {tmp_path}."


@pytest.mark.django_db
def test_files_of_one_name_from_two_folders_are_both_read(tmp_path: Path, capsys):
    bricks = [ContentBrickFactory(), ContentBrickFactory()]
    for brick in bricks:
        folder = tmp_path / brick.slug
        folder.mkdir()
        (folder / "._brick.md").write_bytes(b"what a Mac adds")
        (folder / "brick.md").write_text(write_brick(brick), encoding="utf-8")
    folders = sorted(str(each) for each in tmp_path.iterdir())
    call_command("import_bricks", *folders, "--json")
    assert json.loads(capsys.readouterr().out)["unchanged"] == 2
    call_command("import_bricks", *(f"{folder}/brick.md" for folder in folders), "--json")
    assert json.loads(capsys.readouterr().out)["unchanged"] == 2
