"""Several documents for one person at the same time: real threads, on PostgreSQL."""

import time
from functools import partial
from typing import Any

import pytest

from accounts.tests.factories import StudentProfileFactory, TeacherProfileFactory
from config.base.tests.helpers import race
from content.models import DocumentRequest
from content.services import ask_for_document, asking, generate_document, request_document
from content.tests.factories import ContentTemplateFactory, DocumentRequestFactory
from content.tests.making import stock
from courses.tests.factories import SubjectFactory


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_requests_of_one_student_race_take_different_bricks_while_there_are_enough() -> None:
    subject, template = stock(exercises=9)
    student = StudentProfileFactory()
    requests = [
        request_document(
            requester=student.user,
            template=template,
            subject=subject,
            level="TROISIEME",
            student=student,
            seed=7,
        )
        for _each in range(3)
    ]
    for request in requests:
        assert request.manifest is None

    race(*[partial(work, request.pk) for request in requests])

    taken = []
    for request in DocumentRequest.objects.all():
        assert (request.status, request.error) == ("DONE", None)
        assert request.manifest is not None
        taken += [pin["brick"] for pin in request.manifest["bricks"] if pin["slot"] == "entrainement"]
    assert len(taken) == len(set(taken)) == 9


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_who_asks_many_times_at_once_has_ten_documents_under_way_at_most(monkeypatch) -> None:
    def ask_slowly(**asked: Any) -> DocumentRequest:
        """Nobody has committed yet when the others count."""
        request = request_document(**asked)
        time.sleep(0.2)
        return request

    monkeypatch.setattr(asking, "request_document", ask_slowly)
    teacher = TeacherProfileFactory().user
    template, subject = ContentTemplateFactory(), SubjectFactory()
    DocumentRequestFactory.create_batch(asking.UNDER_WAY - 1, requester=teacher)
    results = race(
        *[
            partial(ask_for_document, user=teacher, template=template, subject=subject, level="TROISIEME")
            for _each in range(5)
        ]
    )
    assert DocumentRequest.objects.filter(requester=teacher).count() == asking.UNDER_WAY, results


def work(key: int) -> None:
    generate_document(request=DocumentRequest.objects.get(pk=key))
