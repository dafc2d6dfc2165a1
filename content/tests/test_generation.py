"""From a request to its documents: all of them, once, or none, and honest about it."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from accounts.tests.factories import StudentProfileFactory, TeacherProfileFactory, UserFactory
from config.base.events import subscribe, unsubscribe
from content.events import DocumentFailed, DocumentGenerated
from content.leases import MAX_ATTEMPTS
from content.models import ContentBrick, DocumentBrick, DocumentRequest, GeneratedDocument
from content.rendering.contained import RenderFailed
from content.services import generate_document, generation, request_document, retry_document

from .making import SECRET, ask, brick, made

pytestmark = pytest.mark.django_db

BOTH = {"STUDENT", "TEACHER"}


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)


def files() -> list[str]:
    """Every file there is, below MEDIA_ROOT."""
    root = Path(settings.MEDIA_ROOT)
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


def fail(monkeypatch, *errors):
    """Let the rendering raise these, one after the other, and then work."""
    waiting, real = list(errors), generation.run

    def run(operation, payload):
        if waiting:
            raise waiting.pop(0)
        return real(operation, payload)

    monkeypatch.setattr(generation, "run", run)


def test_a_request_ends_with_both_copies_their_bricks_and_their_files():
    request = made(student=StudentProfileFactory(user__full_name="Zoé Martin"))
    assert (request.status, request.progress, request.attempts, request.error) == ("DONE", 100, 1, None)
    documents = {each.variant: each for each in request.documents.all()}
    assert documents.keys() == BOTH
    for variant, document in documents.items():
        name = f"documents/{request.reference}/{variant.lower()}.pdf"
        content = Path(settings.MEDIA_ROOT, name).read_bytes()
        assert document.pdf.name == name and content.startswith(b"%PDF-")
        assert document.pdf_sha256 == hashlib.sha256(content).hexdigest()
        assert document.html_sha256 == hashlib.sha256(document.html.encode()).hexdigest()
        assert document.title == "Fiche d’exercices – Mathématiques" and document.page_count >= 1
        assert "Zoé Martin" in document.html and "Je m’entraîne" in document.html
        assert document.manifest == request.manifest
        pinned = [(each.slot, each.brick_version.brick.kind) for each in document.bricks.in_order()]
        assert pinned == [("rappel", "SUMMARY"), *[("entrainement", "EXERCISE")] * 3]
    assert files() == sorted(each.pdf.name for each in documents.values())


def test_the_files_are_the_servers_own():
    request = made(variants=["STUDENT"])
    path = Path(request.documents.get().pdf.path)
    assert path.stat().st_mode & 0o077 == 0


def test_nothing_of_the_answers_is_in_the_students_copy(monkeypatch):
    sheets = {}
    real = generation.run

    def run(operation, payload):
        sheets.update({sheet["variant"]: str(sheet) for sheet in payload["sheets"]})
        return real(operation, payload)

    monkeypatch.setattr(generation, "run", run)
    documents = {each.variant: each for each in made().documents.all()}
    assert SECRET not in sheets["STUDENT"], "what is not there cannot leak"
    assert SECRET not in documents["STUDENT"].html and SECRET in documents["TEACHER"].html


def test_only_the_copies_that_were_asked_for_are_made():
    request = made(variants=["TEACHER"])
    assert [each.variant for each in request.documents.all()] == ["TEACHER"]


def test_the_manifest_says_what_was_asked_and_what_was_filled_in():
    teacher = TeacherProfileFactory(user__full_name="Camille Laurent").user
    request = ask(requester=teacher, criteria={"language": "fr"}, seed=99)
    request.template.placeholders = [
        "title",
        "level",
        "teacher_name",
        "student_name",
        "date",
        "duration",
        "seed",
    ]
    request.template.save()
    moment = datetime(2030, 2, 1, 8, 30, 12, 345, tzinfo=UTC)
    generate_document(request=request, rendered_at=moment)
    manifest = request.manifest
    assert manifest["rendered_at"] == "2030-02-01T08:30:12+00:00"
    assert manifest["template"]["revision"] == 2 and manifest["seed"] == 99
    assert manifest["values"] == {
        "title": "Fiche d’exercices – Mathématiques",
        "level": "Troisième",
        "teacher_name": "Camille Laurent",
        "date": "2030-02-01",
        "duration": "20",
        "seed": "99",
    }
    assert "shortage" not in manifest and "relaxed" not in manifest
    assert "1er\u00a0février\u00a02030" in unescape(request.documents.first().html)


def test_somebody_who_does_not_teach_is_not_named_as_the_teacher():
    request = ask()
    request.template.placeholders = ["teacher_name"]
    request.template.save()
    assert generate_document(request=request).manifest["values"] == {}


def test_the_language_is_that_of_most_bricks_unless_it_is_asked_for():
    request = made()
    assert request.manifest["language"] == "fr"
    for number in (4, 5, 6):
        brick(request.subject, number, language="en", body="Add.", difficulty=1)
    ContentBrick.objects.filter(language="fr", kind="EXERCISE").update(status="ARCHIVED")
    again = {"template": request.template, "subject": request.subject, "level": request.level}
    other = generate_document(request=request_document(requester=request.requester, **again))
    assert other.manifest["language"] == "en" and 'lang="en"' in other.documents.first().html


def test_too_few_bricks_make_a_document_that_says_so():
    request = made(exercises=2)
    assert request.status == "DONE" and request.manifest["shortage"] == {"entrainement": 1}


def test_no_brick_at_all_makes_none_and_says_what_is_missing_where():
    request = ask(requester=UserFactory(locale="fr"), level="TERMINALE")
    assert generate_document(request=request).status == "FAILED"
    assert request.error == "Aucune brique ne convient. Il manque\u00a0: À retenir (1), Je m’entraîne (3)."
    assert not request.documents.exists() and not files() and request.manifest is None


def test_twice_is_once():
    request = made()
    before = list(GeneratedDocument.all_objects.values_list("pk", "version"))
    assert generate_document(request=DocumentRequest.objects.get(pk=request.pk)).attempts == 1
    assert list(GeneratedDocument.all_objects.values_list("pk", "version")) == before


def test_progress_is_told_on_the_way():
    told = []
    request = generate_document(request=ask(), progress=told.append)
    assert told == [10, 70, 100] and request.progress_at is not None


@pytest.mark.parametrize("code", ["refused", "time", "memory", "size"])
def test_what_cannot_be_rendered_fails_at_once_in_the_requesters_language(monkeypatch, code):
    fail(monkeypatch, RenderFailed(code, "detail", {"code": "formula", "part": "Pythagore"}))
    request = ask(requester=UserFactory(locale="fr"))
    with translation.override("en"):
        generate_document(request=request)
    assert (request.status, request.attempts) == ("FAILED", 1)
    assert request.error and "." in request.error and "detail" not in request.error
    assert not request.documents.exists() and not files()


def test_a_failure_of_the_machinery_waits_for_another_try_and_then_ends(monkeypatch):
    fail(monkeypatch, *[RenderFailed("crash", "SIGSEGV")] * MAX_ATTEMPTS)
    request = ask()
    for attempt in range(1, MAX_ATTEMPTS):
        generate_document(request=request)
        assert (request.status, request.attempts, request.error) == ("QUEUED", attempt, None)
    bricks = request.manifest["bricks"]
    generate_document(request=request)
    assert (request.status, request.attempts) == ("FAILED", MAX_ATTEMPTS)
    retry_document(request=request)
    generate_document(request=request)
    assert (request.status, request.attempts, request.manifest["bricks"]) == ("DONE", 1, bricks)


def test_an_error_nobody_foresaw_is_logged_and_tried_again(monkeypatch, caplog):
    fail(monkeypatch, ZeroDivisionError("secret"))
    request = generate_document(request=ask())
    assert (request.status, request.attempts) == ("QUEUED", 1) and "ZeroDivisionError" in caplog.text
    assert generate_document(request=request).status == "DONE"


def test_what_cannot_be_written_leaves_no_file_and_no_document(monkeypatch):
    def refuse(*_rows, **_options):
        raise OSError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(type(DocumentBrick.objects), "bulk_create", refuse)
        request = generate_document(request=ask())
    assert (request.status, files(), GeneratedDocument.all_objects.count()) == ("QUEUED", [], 0)
    generate_document(request=request)
    assert request.status == "DONE" and len(files()) == 2


def test_a_brick_that_was_edited_since_it_was_picked_is_rendered_as_it_was_published(monkeypatch):
    fail(monkeypatch, RenderFailed("crash"))
    request = generate_document(request=ask())
    ContentBrick.objects.filter(kind="EXERCISE").update(body="Changed since.")
    generate_document(request=request)
    assert request.status == "DONE" and "Changed since" not in request.documents.first().html


def test_requests_of_one_student_take_other_bricks_while_there_are_any():
    student = StudentProfileFactory()
    first = made(exercises=6, student=student, seed=1)
    again = {"template": first.template, "subject": first.subject, "level": first.level, "student": student}
    second = generate_document(request=request_document(requester=first.requester, seed=1, **again))
    taken = [{pin["brick"] for pin in each.manifest["bricks"][1:]} for each in (first, second)]
    assert not taken[0] & taken[1]


def test_how_it_ended_is_announced(monkeypatch, django_capture_on_commit_callbacks):
    heard: list[object] = []
    remember = heard.append
    for event in (DocumentGenerated, DocumentFailed):
        subscribe(event, remember)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            request = made()
            fail(monkeypatch, RenderFailed("time"))
            again = {"template": request.template, "subject": request.subject, "level": request.level}
            other = generate_document(request=request_document(requester=request.requester, **again))
    finally:
        for event in (DocumentGenerated, DocumentFailed):
            unsubscribe(event, remember)
    keys = tuple(request.documents.order_by("pk").values_list("pk", flat=True))
    assert [(type(each), each.request_id) for each in heard] == [
        (DocumentGenerated, request.pk),
        (DocumentFailed, other.pk),
    ]
    assert heard[0].document_ids == keys


def test_it_takes_as_many_queries_for_a_long_document_as_for_a_short_one():
    short = ask(exercises=1)
    counts = [queries_of(short)]
    for number in (2, 3):
        brick(short.subject, number)
    again = {"template": short.template, "subject": short.subject, "level": short.level}
    counts.append(queries_of(request_document(requester=short.requester, **again)))
    assert counts[0] == counts[1]


def queries_of(request) -> int:
    """How many it takes to make the documents."""
    with CaptureQueriesContext(connection) as queries:
        generate_document(request=request)
    return len(queries)
