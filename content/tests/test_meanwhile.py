"""What happens to the rows of a request while it is made: nothing half made, nobody's name kept, reasons in words."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.db import OperationalError

from accounts.tests.factories import StudentProfileFactory
from config.base.personal import erase
from content import services, tasks
from content.models import ContentTemplate, DocumentRequest, GeneratedDocument
from content.rendering.contained import RenderFailed
from content.services import generate_document, generation
from courses.models import Subject

from .making import SLOTS, ask, brick, made, stock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)


def while_rendering(monkeypatch, act):
    """Have `act` called once, when the copies are rendered."""
    done = []

    def render(sheets):
        if not done:
            done.append(True)
            act()
        return real(sheets)

    real = generation.render
    monkeypatch.setattr(generation, "render", render)


def test_who_is_erased_while_their_document_is_made_is_in_none(monkeypatch, tmp_path):
    student = StudentProfileFactory(user__full_name="Zéphyrine Quelconque")
    request = ask(student=student)
    while_rendering(monkeypatch, lambda: erase(student.user_id))
    generate_document(request=request)
    DocumentRequest.objects.filter(status="RUNNING").update(progress_at=None)
    generate_document(request=request)
    records = DocumentRequest.history.model._base_manager.filter(id=request.pk)
    kept = [*records.values_list("manifest", flat=True)]
    kept += GeneratedDocument.all_objects.values_list("html", "title", "manifest")
    assert "Zéphyrine" not in str(kept) and "Zéphyrine" not in str(DocumentRequest.objects.get().manifest)
    assert DocumentRequest.objects.get().status == "DONE"


def test_a_request_deleted_while_it_is_made_leaves_no_document_and_no_file(monkeypatch, tmp_path):
    request = ask()
    while_rendering(monkeypatch, lambda: DocumentRequest.objects.get(pk=request.pk).delete())
    generate_document(request=request)
    assert not GeneratedDocument.all_objects.exists() and not list(Path(tmp_path).rglob("*.pdf"))


def test_what_a_request_names_may_be_deleted_or_edited_before_it_is_made():
    student = StudentProfileFactory()
    request = ask(student=student)
    template = ContentTemplate.objects.get()
    template.slots = [{**SLOTS[1], "count": 1}]
    template.save()
    template.delete()
    student.delete()
    generate_document(request=request)
    assert (request.status, request.error) == ("DONE", None)
    assert request.manifest["template"]["revision"] == 2 and len(request.manifest["bricks"]) == 1


def test_slugs_with_capitals_and_underscores_are_pinned_too():
    subject, _template = stock(exercises=3)
    brick(subject, 9, slug="Exercice_9", family="Carres_1", difficulty=1)
    ContentTemplate.objects.update(slug="Ma_Fiche")
    Subject.objects.update(slug="Maths_2030")
    requester = StudentProfileFactory().user
    for excluded, expected in (([], True), (["Carres_1"], False)):
        request = services.request_document(
            requester=requester,
            template=ContentTemplate.objects.get(),
            subject=Subject.objects.get(),
            level="TROISIEME",
            seed=7,
            criteria={"exclude_families": excluded, "difficulty_max": 1 if expected else 5},
        )
        generate_document(request=request)
        assert (request.status, request.error) == ("DONE", None)
        assert ("Exercice_9" in str(request.manifest["bricks"])) == expected


def test_what_was_asked_stays_once_its_bricks_are_fixed(monkeypatch):
    first, second = StudentProfileFactory(), StudentProfileFactory()
    request = ask(student=first)

    def die(sheets):
        raise RenderFailed("crash")

    monkeypatch.setattr(generation, "render", die)
    generate_document(request=request)
    assert request.status == "QUEUED" and request.manifest is not None
    request.student = second
    with pytest.raises(ValidationError, match="has been taken up"):
        request.full_clean()


def test_files_go_with_the_documents_that_are_purged(tmp_path, django_capture_on_commit_callbacks):
    request = made()
    assert len(list(tmp_path.rglob("*.pdf"))) == 2
    with django_capture_on_commit_callbacks(execute=True):
        for document in request.documents.all():
            document.purge()
        assert len(list(tmp_path.rglob("*.pdf"))) == 2, "not before it is certain"
    assert not list(tmp_path.rglob("*.pdf"))


def test_the_watch_goes_on_after_one_that_failed(monkeypatch):
    from django_tasks_db.models import DBTaskResult

    ask()
    DBTaskResult.objects.all().delete()

    def locked(request):
        raise OperationalError("database is locked")

    DocumentRequest.objects.update(status="RUNNING")
    monkeypatch.setattr(tasks, "_note_dead_workers", locked)
    with pytest.raises(tasks.TaskFailedError):
        tasks.watch_requests.func()
    waiting = DBTaskResult.objects.filter(task_path=tasks.watch_requests.module_path, status="READY")
    assert waiting.count() == 1
