"""Asking for documents: what is refused, and that a repeated request is one."""

from __future__ import annotations

from threading import Barrier, Thread

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django_tasks_db.models import DBTaskResult

from accounts.tests.factories import StudentProfileFactory, UserFactory
from config.base.events import subscribe, unsubscribe
from config.base.exceptions import DomainError
from content import tasks
from content.events import DocumentRequested
from content.models import DocumentRequest
from content.services import request_document, retry_document
from courses.tests.factories import SubjectFactory

from .factories import ContentTemplateFactory, DocumentRequestFactory

pytestmark = pytest.mark.django_db


def asked(**values):
    """What a request is made of."""
    return {
        "requester": UserFactory(),
        "template": ContentTemplateFactory(),
        "subject": SubjectFactory(),
        "level": "TROISIEME",
        **values,
    }


def enqueued() -> list[int]:
    """The requests that wait for a worker."""
    waiting = DBTaskResult.objects.filter(task_path=tasks.generate.module_path)
    return [each.args_kwargs["kwargs"]["request_id"] for each in waiting.order_by("enqueued_at")]


def test_a_request_waits_for_a_worker_with_what_was_asked():
    student = StudentProfileFactory()
    request = request_document(
        **asked(student=student, criteria={"tags": ["vectors"]}, seed=12, variants=["STUDENT"])
    )
    request.refresh_from_db()
    assert (request.status, request.seed, request.variants) == ("QUEUED", 12, ["STUDENT"])
    assert (request.criteria, request.student) == ({"tags": ["vectors"]}, student)
    assert enqueued() == [request.pk]


def test_what_is_left_out_is_both_copies_and_a_seed_of_its_own():
    request = request_document(**asked())
    assert request.variants == ["STUDENT", "TEACHER"] and 0 <= request.seed < 2**31
    assert request.criteria == {} and request.student is None and request.idempotency_key is None


def test_a_request_that_is_taken_back_leaves_neither_a_row_nor_a_task():
    given = asked()
    with transaction.atomic():
        request_document(**given)
        transaction.set_rollback(True)
    assert not DocumentRequest.all_objects.exists() and not DBTaskResult.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("level", "CM2"),
        ("criteria", {"colour": "blue"}),
        ("criteria", {"difficulty_min": 4, "difficulty_max": 2}),
        ("variants", []),
        ("variants", ["PARENT"]),
        ("seed", -1),
    ],
)
def test_what_makes_no_sense_is_refused_by_field(field, value):
    with pytest.raises(ValidationError) as refused:
        request_document(**asked(**{field: value}))
    assert field in refused.value.message_dict
    assert not DBTaskResult.objects.exists()


def test_a_template_in_the_trash_makes_nothing():
    template = ContentTemplateFactory()
    template.delete()
    with pytest.raises(ValidationError) as refused:
        request_document(**asked(template=template))
    assert "template" in refused.value.message_dict


def test_the_same_key_is_the_same_request_for_the_same_person_only():
    given = asked(idempotency_key="a", seed=3)
    first = request_document(**given)
    assert request_document(**given) == first
    assert request_document(**{**given, "seed": None}) == first, "a seed that is not named may be any"
    other = request_document(**{**given, "requester": UserFactory()})
    assert other != first
    assert enqueued() == [first.pk, other.pk]


@pytest.mark.parametrize("field", ["level", "seed", "criteria", "variants"])
def test_the_same_key_for_something_else_is_refused(field):
    given = asked(idempotency_key="a", seed=3)
    request_document(**given)
    other = {"level": "SECONDE", "seed": 4, "criteria": {"tags": ["x"]}, "variants": ["TEACHER"]}[field]
    with pytest.raises(DomainError) as refused:
        request_document(**{**given, field: other})
    assert refused.value.code == "idempotency_mismatch"


def test_a_request_is_announced_once(django_capture_on_commit_callbacks):
    seen: list[DocumentRequested] = []
    remember = seen.append
    subscribe(DocumentRequested, remember)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            given = asked(idempotency_key="a")
            request = request_document(**given)
            request_document(**given)
    finally:
        unsubscribe(DocumentRequested, remember)
    assert [each.request_id for each in seen] == [request.pk]


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_double_submit_at_once_is_one_request():
    given = asked(idempotency_key="a", seed=3)
    start, made = Barrier(4), []

    def submit() -> None:
        try:
            start.wait()
            made.append(request_document(**given).pk)
        finally:
            connection.close()

    threads = [Thread(target=submit) for _each in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 4 and len(set(made)) == 1
    assert DocumentRequest.objects.count() == 1 and len(enqueued()) == 1


def test_a_request_that_failed_waits_again_and_picks_anew():
    request = DocumentRequestFactory(status="FAILED", error="A formula is wrong.", attempts=3, progress=40)
    retry_document(request=request)
    assert (request.status, request.error, request.manifest) == ("QUEUED", None, None)
    assert (request.attempts, request.progress) == (0, 0)
    assert enqueued() == [request.pk]
    retry_document(request=request)
    assert enqueued() == [request.pk], "it waits already"


@pytest.mark.parametrize("status", ["RUNNING", "DONE"])
def test_a_request_that_did_not_fail_is_not_tried_again(status):
    request = DocumentRequestFactory(status=status)
    with pytest.raises(DomainError) as refused:
        retry_document(request=request)
    assert refused.value.code == "status" and not enqueued()
