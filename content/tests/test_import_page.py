"""The page that imports bricks from Markdown files: looked at first, written once somebody has said yes, as shown."""

from __future__ import annotations

import base64
import hashlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from config.base.tests.admin_helpers import form_of, signed_in, text_of
from content.brick_files import pack, write_brick
from content.figures import read_figure
from content.models import ContentBrick, ContentFigure

from .factories import ContentBrickFactory, ContentFigureFactory

pytestmark = pytest.mark.django_db

URL = "/admin/content/contentbrick/import/"


def upload(name, content):
    return SimpleUploadedFile(name, content if isinstance(content, bytes) else content.encode())


def look(client, **files):
    return client.post(
        URL, {"files_sent": [upload(name.replace("_", "."), each) for name, each in files.items()]}
    )


def confirm(client, page):
    return client.post(URL, form_of(page, "confirm_form") | {"confirm": "1"})


def outcomes(page):
    return {each["path"]: each["outcome"] for each in page.context["files"]}


@pytest.fixture
def files():
    """The files of a brick that is there, changed, of one that is not, and of one with a formula that is none."""
    brick = ContentBrickFactory(title="Old", slug="old")
    text = write_brick(brick)
    new = text.replace("slug: old", "slug: new")
    return {
        "old_md": text.replace("title: Old", "title: Changed"),
        "new_md": new,
        "broken_md": new.replace("slug: new", "slug: broken") + "\n\nAnd $\\frac{1}{2$.\n",
    }


def test_nothing_is_written_before_the_confirmation_and_then_what_was_shown(files):
    boss = signed_in()
    page = look(boss, **files)
    assert outcomes(page) == {"broken.md": "rejected", "old.md": "updated", "new.md": "created"}
    assert list(ContentBrick.objects.values_list("title", flat=True)) == ["Old"]
    assert "Changed" in text_of(page)
    done = confirm(boss, page)
    assert done.context["is_done"]
    assert sorted(ContentBrick.objects.values_list("slug", "title")) == [("new", "Old"), ("old", "Changed")]
    assert set(ContentBrick.objects.values_list("status", flat=True)) == {"DRAFT"}


def test_a_refusal_names_the_line_of_the_file(files):
    page = look(signed_in(), broken_md=files["broken_md"])
    [(reason, label)] = page.context["files"][0]["reasons"]
    number = files["broken_md"].splitlines().index("And $\\frac{1}{2$.") + 1
    assert (reason.line, label) == (number, "Answer")
    assert f"Line {number}" in text_of(page)
    assert "confirm_form" in text_of(page)
    assert 'name="confirm"' not in text_of(page)


def test_an_invalid_value_names_the_line_of_its_key():
    text = write_brick(ContentBrickFactory(slug="old")).replace("difficulty: 2", "difficulty: 9")
    page = look(signed_in(), old_md=text)
    lines = {label: reason.line for reason, label in page.context["files"][0]["reasons"]}
    assert lines["Difficulty"] == text.splitlines().index("difficulty: 9") + 1


def test_a_zip_brings_its_figures_and_what_a_mac_adds_is_left_alone(files):
    ContentFigureFactory(name="square")
    drawing = ContentFigure.objects.get().content
    ContentFigure.objects.all().purge()
    archive = pack(
        {"new.md": files["new_md"].encode(), "figures/square.svg": drawing, "__MACOSX/._new.md": b"\0"}
    )
    boss = signed_in()
    page = look(boss, lot_zip=archive)
    assert outcomes(page) == {"new.md": "created", "figures/square.svg": "created"}
    assert not ContentFigure.objects.exists()
    confirm(boss, page)
    assert ContentFigure.objects.get().name == "square"


def test_what_was_changed_meanwhile_is_shown_again_and_nothing_is_written(files):
    boss = signed_in()
    page = look(boss, old_md=files["old_md"], new_md=files["new_md"])
    brick = ContentBrick.objects.get()
    brick.title = "Somebody else's"
    brick.save()
    again = confirm(boss, page)
    assert not again.context["is_done"]
    assert "Somebody else" in text_of(again)
    assert ContentBrick.objects.get().title == "Somebody else's"
    assert confirm(boss, again).context["is_done"]
    assert ContentBrick.objects.count() == 2


def test_a_confirmation_sent_twice_is_done_once(files):
    boss = signed_in()
    page = look(boss, new_md=files["new_md"])
    confirm(boss, page)
    assert not confirm(boss, page).context["is_done"]
    assert ContentBrick.objects.get(slug="new").version == 1


def test_two_files_of_one_brick_are_not_both_taken(files):
    page = look(
        signed_in(), new_md=files["new_md"], other_md=files["new_md"].replace("title: Old", "title: X")
    )
    assert sorted(outcomes(page).values()) == ["created", "rejected"]


@pytest.mark.parametrize("sent", [{}, {"x_zip": b"no zip"}, {"x_zip": pack({})}])
def test_what_is_no_upload_is_said_so(sent):
    page = look(signed_in(), **sent)
    assert page.status_code == 400
    assert "Nothing was imported" in page.content.decode()


def test_it_needs_a_permission_of_its_own(files):
    writes = ["content.view_contentbrick", "content.add_contentbrick", "content.change_contentbrick"]
    assert signed_in(permissions=writes).get(URL).status_code == 403
    assert signed_in(permissions=["content.import_contentbrick"]).get(URL).status_code == 403
    editor = signed_in(permissions=[*writes, "content.import_contentbrick"])
    assert URL in text_of(editor.get("/admin/content/contentbrick/"))
    assert text_of(editor.get(URL))


def test_a_figure_that_was_stored_as_it_was_written_comes_back_unchanged():
    raw = b'<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"><path d="M0 0h9"/></svg>'
    columns = read_figure(raw).columns()
    assert columns["sha256"] != hashlib.sha256(raw).hexdigest()
    stored = {"data": base64.b64encode(raw).decode(), "sha256": hashlib.sha256(raw).hexdigest()}
    ContentFigureFactory(name="line", **{**columns, **stored})
    assert outcomes(look(signed_in(), line_svg=raw)) == {"figures/line.svg": "unchanged"}
