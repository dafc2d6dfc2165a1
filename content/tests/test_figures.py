"""Figures: written once, named for ever, harmless, and kept as long as anything shows them."""

from __future__ import annotations

import base64
import hashlib
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError

from config.base.exceptions import DomainError
from config.base.tests.admin_helpers import signed_in, text_of, url_of
from config.base.tests.api_helpers import if_match
from content import invariants
from content.figures import read_figure
from content.models import ContentFigure
from content.selectors.figures import fingerprints_for, images_for

from .factories import SQUARE, BrickVersionFactory, ContentFigureFactory

pytestmark = pytest.mark.django_db

URL = "/api/v1/content/figures/"
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def body(content, **values):
    return {"name": "right-triangle", "data": base64.b64encode(content).decode(), **values}


@pytest.mark.parametrize(
    ("content", "kind", "size"), [(SQUARE, "image/svg+xml", (20, 20)), (PIXEL, "image/png", (1, 1))]
)
def test_what_a_file_is_is_read_from_it(staff_api, content, kind, size):
    answer = staff_api.post(URL, body(content, media_type="image/gif", width=7), format="json")
    assert answer.status_code == 201, answer.content
    figure = ContentFigure.objects.get()
    assert (figure.media_type, (figure.width, figure.height)) == (kind, size)
    assert figure.sha256 == answer.json()["sha256"] == hashlib.sha256(figure.content).hexdigest()
    assert "data" not in answer.json()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("not base64!", "base64"),
        (base64.b64encode(b"GIF89a" + b"\0" * 40).decode(), "SVG"),
        (base64.b64encode(SQUARE.replace(b"<rect", b"<script>alert(1)</script><rect")).decode(), ""),
        (base64.b64encode(PIXEL + b"\0" * 1_000_000).decode(), ""),
    ],
)
def test_a_file_that_is_no_figure_is_refused_with_words(staff_api, data, words):
    answer = staff_api.post(URL, {"name": "triangle", "data": data}, format="json")
    assert answer.status_code == 400, answer.content
    [error] = answer.json()["errors"]
    assert error["field"] == "data"
    assert words in error["message"]
    assert not ContentFigure.objects.exists()


def test_a_name_is_never_given_to_another_file(staff_api):
    figure = ContentFigureFactory(name="square")
    figure.delete()
    answer = staff_api.post(URL, body(SQUARE, name="square"), format="json")
    assert [error["field"] for error in answer.json()["errors"]] == ["name"]
    with pytest.raises(IntegrityError), transaction.atomic():
        ContentFigureFactory(name="square")


def test_a_figure_is_never_changed(staff_api):
    figure = ContentFigureFactory()
    figure.data = base64.b64encode(PIXEL).decode()
    with pytest.raises(DomainError), transaction.atomic():
        figure.save()
    answer = staff_api.patch(f"{URL}{figure.pk}/", {"source": "x"}, format="json", headers=if_match(figure))
    assert answer.status_code == 405


def test_what_a_version_shows_is_not_purged_and_renders_from_the_trash():
    shown, other = ContentFigureFactory(name="square"), ContentFigureFactory(name="square-2")
    version = BrickVersionFactory(body="![A square](figure:square)", answer="![Its half](figure:half)")
    version.delete()
    shown.delete()
    assert images_for(["square", "nobody"])["square"].content == SQUARE
    with pytest.raises(ProtectedError, match="square"), transaction.atomic():
        ContentFigure.all_objects.filter(pk=shown.pk).purge()
    assert ContentFigure.all_objects.filter(pk=shown.pk).exists()
    other.purge()  # `square` is another name than `square-2`
    assert not ContentFigure.all_objects.filter(pk=other.pk).exists()


def test_figures_come_by_name_with_their_fingerprints():
    ContentFigureFactory(name="square")
    assert list(images_for({"square", "circle"})) == ["square"]
    assert fingerprints_for(["square"]) == {"square": hashlib.sha256(SQUARE).hexdigest()}


def test_a_file_changed_past_the_kernel_is_found():
    figure = ContentFigureFactory()
    assert list(invariants.figures_are_as_uploaded("default")) == []
    other = base64.b64encode(PIXEL).decode()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE content_contentfigure SET data = %s WHERE id = %s", [other, figure.pk])
    assert [each.object for each in invariants.figures_are_as_uploaded("default")] == [
        "content_contentfigure.sha256"
    ]


def test_an_upload_in_the_admin_is_read_and_refused_there():
    boss = signed_in()
    url = url_of(ContentFigure, "add")
    wrong = SimpleUploadedFile("x.png", b"GIF89a", content_type="image/png")
    page = boss.post(url, {"name": "triangle", "source": "Me", "file": wrong})
    assert "neither a PNG nor an SVG" in text_of(page)
    right = SimpleUploadedFile("x.svg", SQUARE)
    assert boss.post(url, {"name": "triangle", "source": "Me", "file": right}).status_code == 302
    figure = ContentFigure.objects.get(name="triangle")
    assert (figure.content, figure.source) == (read_figure(SQUARE).content, "Me")
    page = text_of(boss.get(url_of(ContentFigure, "change", figure.pk)))
    assert f"/admin/content/contentfigure/{figure.pk}/file/" in page
    assert "](figure:triangle)" in page


@pytest.mark.parametrize("door", ["/admin/content/contentfigure/{}/file/", URL + "{}/file/"])
def test_a_file_is_sent_with_what_keeps_it_harmless(door, staff_api):
    figure = ContentFigureFactory()
    client = signed_in() if door.startswith("/admin") else staff_api
    answer = client.get(door.format(figure.pk))
    assert (answer.content, answer["Content-Type"]) == (SQUARE, "image/svg+xml")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].startswith("sandbox; default-src 'none'")


def test_lists_hold_no_files(staff_api):
    figure = ContentFigureFactory()
    assert figure.data not in json.dumps(staff_api.get(URL).json())


def test_what_is_left_out_is_said_field_by_field(staff_api):
    answer = staff_api.post(URL, {"name": "Not a name", "data": ""}, format="json")
    assert {error["field"] for error in answer.json()["errors"]} == {"name", "data"}
