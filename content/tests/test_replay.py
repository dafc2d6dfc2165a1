"""Pinned: whatever becomes of a brick, a document can be rendered again, byte for byte."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, models, transaction

from accounts.tests.factories import StudentProfileFactory, UserFactory
from config.base.exceptions import DomainError
from config.base.personal import erase
from content.invariants import documents_are_as_they_were_made, done_requests_have_their_documents
from content.manifests import BrokenManifest, sheet_for
from content.models import BrickVersion, ContentBrick, DocumentRequest, GeneratedDocument
from content.rendering.contained import RenderFailed
from content.request_words import replay_words
from content.services import (
    archive_brick,
    generate_document,
    publish_brick,
    rate_brick,
    replay,
    replay_document,
)

from .factories import BrickVersionFactory, DocumentRequestFactory
from .making import SECRET, ask, made

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)


def replays(request) -> list[bool]:
    """Do both copies come out as they were?"""
    found = [replay_document(document=each) for each in request.documents.all()]
    return [each.matches and not each.engines for each in found]


def pinned(request) -> list[ContentBrick]:
    return [ContentBrick.all_objects.get(slug=pin["brick"]) for pin in request.manifest["bricks"]]


def edit(brick):
    brick.title, brick.body, brick.answer, brick.kind = "Other", "Other text", "42", "TIP"
    brick.save()
    publish_brick(brick=brick)


def rename(brick):
    brick.slug, brick.language = f"{brick.slug}-renamed", "en"
    brick.save()


def rate(brick):
    rate_brick(
        user=brick.versions.first().document_bricks.first().document.request.requester, brick=brick, score=1
    )


@pytest.mark.parametrize(
    "change",
    [edit, rename, rate, lambda brick: archive_brick(brick=brick), lambda brick: brick.delete()],
    ids=["edited", "renamed", "rated", "archived", "deleted"],
)
def test_nothing_that_becomes_of_a_brick_changes_a_byte(change):
    request = made()
    before = {each.variant: (each.html, each.pdf.read()) for each in request.documents.all()}
    assert replays(request) == [True, True]
    for each in pinned(request):
        change(each)
    after = {each.variant: (each.html, each.pdf.read()) for each in request.documents.all()}
    assert after == before and replays(request) == [True, True]


def test_a_changed_template_subject_or_name_changes_no_document():
    request = made()
    request.template.name, request.template.slots = "Other", request.template.slots[:1]
    request.template.save()
    request.subject.name = "Other"
    request.subject.save()
    assert replays(request) == [True, True]


def test_a_pinned_version_is_never_purged():
    request = made()
    version = BrickVersion.objects.filter(document_bricks__document__request=request).first()
    for pinned_row in (version, version.brick):
        with pytest.raises((DomainError, models.ProtectedError, IntegrityError)), transaction.atomic():
            pinned_row.purge()
    assert replays(request) == [True, True]


def test_a_text_that_was_changed_past_the_kernel_is_named():
    request = made()
    pin = request.manifest["bricks"][1]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE content_brickversion SET body = 'Forged' WHERE sha256 = %s", [pin["sha256"]])
    with pytest.raises(BrokenManifest, match=f"{pin['brick']} is gone, or not what was published"):
        sheet_for(request.manifest, "STUDENT")
    found = replay_document(document=request.documents.first())
    assert not found.matches and pin["brick"] in found.problem


def test_a_figure_that_is_not_there_is_named():
    manifest = {**made().manifest, "figures": {"triangle": "0" * 64}}
    version = BrickVersion.objects.get(brick__slug=manifest["bricks"][0]["brick"])
    assert sheet_for(manifest, "STUDENT").images == {}, "no text names it"
    naming = BrickVersionFactory(brick=version.brick, number=2, body="![Un triangle](figure:triangle)")
    manifest["bricks"][0]["sha256"] = naming.sha256
    with pytest.raises(BrokenManifest, match="triangle"):
        sheet_for(manifest, "STUDENT")


def test_the_students_sheet_holds_no_answer_and_the_teachers_does():
    manifest = made().manifest
    student, teacher = (sheet_for(manifest, variant) for variant in ("STUDENT", "TEACHER"))
    assert {part.answer for section in student.sections for part in section.parts} == {""}
    assert all(SECRET in part.answer for section in teacher.sections for part in section.parts)
    assert [section.title for section in student.sections] == ["À retenir", "Je m’entraîne"]


def test_a_sheet_is_read_with_two_queries_at_most(django_assert_max_num_queries):
    manifest = made().manifest
    with django_assert_max_num_queries(2):
        sheet_for(manifest, "TEACHER")


def test_another_engine_is_named_beside_what_comes_out(monkeypatch):
    request = made()
    then = request.manifest["engines"]
    monkeypatch.setattr(replay, "engines", lambda: {**then, "typst": "99", "new": "1"})
    found = replay_document(document=request.documents.first())
    assert found.matches and found.engines == {"typst": (then["typst"], "99"), "new": ("", "1")}


def test_other_bytes_are_a_difference_by_form(monkeypatch):
    document = made().documents.first()
    GeneratedDocument.objects.filter(pk=document.pk).update(pdf_sha256="0" * 64)
    document.refresh_from_db()
    found = replay_document(document=document)
    assert (found.html_matches, found.pdf_matches, found.matches) == (True, False, False)

    def refuse(sheets):
        raise RenderFailed("time", "SIGALRM")

    monkeypatch.setattr(replay, "render", refuse)
    assert replay_document(document=document).problem == "time: SIGALRM"


def command(*arguments: str) -> tuple[int, str]:
    """The exit code of `replay_documents`, and what it printed."""
    printed = StringIO()
    try:
        call_command("replay_documents", *arguments, stdout=printed)
    except SystemExit as stopped:
        return int(stopped.code or 0), printed.getvalue()
    return 0, printed.getvalue()


def test_the_command_replays_all_or_one_and_exits_1_with_what_differs():
    request = made()
    first, second = request.documents.order_by("pk")
    assert command() == (0, "2 the same, 0 not.\n")
    GeneratedDocument.objects.filter(pk=first.pk).update(html_sha256="0" * 64)
    code, said = command("--json")
    told = json.loads(said)
    assert (code, told["ok"], told["same"], told["erased"]) == (1, False, 1, 0)
    assert [(each["document"], each["forms"]) for each in told["differences"]] == [(first.pk, ["html"])]
    assert command(f"--document={second.pk}") == (0, "1 the same, 0 not.\n")
    code, said = command(f"--document={first.pk}")
    assert code == 1 and f"document {first.pk}: other bytes of html" in said
    with pytest.raises(CommandError, match="There is no document 0"):
        call_command("replay_documents", "--document=0")


def test_a_stored_file_that_was_changed_or_is_gone_is_named():
    request = made(variants=["STUDENT"])
    document = request.documents.get()
    path = Path(document.pdf.path)
    for spoil in (lambda: path.write_bytes(b"Forged"), path.unlink):
        spoil()
        found = replay_document(document=document)
        assert (found.pdf_matches, found.damaged, found.matches) == (True, ("pdf",), False)
        code, said = command()
        assert code == 1 and f"document {document.pk}: damaged where it is stored: pdf" in said
        assert "gone: PDF." in replay_words(found)


def test_an_erased_document_has_nothing_to_compare():
    request = made(variants=["STUDENT"])
    GeneratedDocument.objects.update(html="")
    assert replay_document(document=request.documents.get()).is_erased
    assert command() == (0, "0 the same, 1 erased, 0 not.\n")


def test_two_requests_alike_make_the_same_bytes_from_the_same_manifest():
    first = ask(idempotency_key="a")
    generate_document(request=first)
    manifest = first.manifest
    found = {key: replay.render([sheet_for(manifest, key)])[0] for key in ("STUDENT", "TEACHER")}
    stored = {each.variant: (each.html, each.pdf.read(), each.page_count) for each in first.documents.all()}
    assert {key: (each.html, each.pdf, each.page_count) for key, each in found.items()} == stored


def test_check_data_names_documents_that_are_not_as_they_were_made():
    request = made()
    first, second = request.documents.order_by("pk")
    assert not [*documents_are_as_they_were_made("default"), *done_requests_have_their_documents("default")]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE content_generateddocument SET html = 'Forged' WHERE id = %s", [first.pk])
    Path(second.pdf.path).write_bytes(b"Forged")
    assert [each.kind for each in documents_are_as_they_were_made("default")][1:] == [
        "not the fingerprint of the file"
    ]
    Path(second.pdf.path).unlink()
    found = list(documents_are_as_they_were_made("default"))
    assert [(each.object, each.found) for each in found] == [
        ("content_generateddocument.html_sha256", f"document {first.pk}"),
        ("content_generateddocument.pdf", f"document {second.pk}"),
    ]
    other = DocumentRequestFactory(status="DONE")
    lacking = list(done_requests_have_their_documents("default"))
    assert [(each.expected, each.found) for each in lacking] == [("STUDENT, TEACHER", f"request {other.pk}")]


def test_an_erasure_takes_the_student_out_of_the_requests_manifest_too():
    student = StudentProfileFactory(user__full_name="Zéphyrine Quelconque")
    request = made(student=student)
    assert request.manifest["values"]["student_name"] == "Zéphyrine Quelconque"
    erase(student.user_id)
    request.refresh_from_db()
    records = DocumentRequest.history.model._base_manager.filter(id=request.pk)
    kept = [request.manifest, *records.exclude(manifest=None).values_list("manifest", flat=True)]
    assert "Zéphyrine" not in str(kept) and request.manifest["seed"] == 7


def test_pins_of_a_request_follow_a_version_that_was_masked():
    person = UserFactory(email="zephyrine@example.org")
    request = ask()
    each = ContentBrick.objects.filter(kind="SUMMARY").get()
    each.body = "Écrire à zephyrine@example.org."
    each.save()
    publish_brick(brick=each)
    generate_document(request=request)
    before = [pin["sha256"] for pin in request.manifest["bricks"]]
    erase(person.pk)
    request.refresh_from_db()
    after = [pin["sha256"] for pin in request.manifest["bricks"]]
    assert after[0] != before[0] and after[1:] == before[1:]
    assert after == [pin["sha256"] for pin in request.documents.first().manifest["bricks"]]
    assert "zephyrine" not in str(sheet_for(request.manifest, "STUDENT"))
