"""Two documents for one student at the same time: real threads, on PostgreSQL."""

from functools import partial

import pytest

from accounts.tests.factories import StudentProfileFactory
from config.base.tests.helpers import race
from content.models import DocumentRequest
from content.services import generate_document, request_document
from content.tests.making import stock


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


def work(key: int) -> None:
    generate_document(request=DocumentRequest.objects.get(pk=key))
