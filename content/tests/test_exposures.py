"""What a student has been given: documents once a request, and what is reserved for them."""

from typing import Any

import pytest

from accounts.tests.factories import StudentProfileFactory
from content.models import DocumentRequest, GeneratedDocument
from content.selectors.exposures import Exposures, exposures_of
from content.tests.factories import (
    MANIFEST,
    BrickVersionFactory,
    DocumentBrickFactory,
    DocumentRequestFactory,
    GeneratedDocumentFactory,
)

pytestmark = pytest.mark.django_db

Variant = GeneratedDocument.Variant


def version(slug: str, family: str = "") -> Any:
    return BrickVersionFactory(brick__slug=slug, brick__family=family)


def given(student: Any, *versions: Any, variants: Any = (Variant.STUDENT,)) -> DocumentRequest:
    """A request of this student, done, with these bricks in each copy."""
    request = DocumentRequestFactory(student=student, status="DONE")
    for variant in variants:
        document = GeneratedDocumentFactory(request=request, variant=variant)
        for each in versions:
            DocumentBrickFactory(document=document, brick_version=each)
    return request


def reserved(student: Any, *slugs: str, **values: Any) -> DocumentRequest:
    pins = [{**MANIFEST["bricks"][0], "brick": slug} for slug in slugs]
    manifest = {**MANIFEST, "bricks": pins}
    return DocumentRequestFactory(student=student, manifest=manifest, **values)


@pytest.fixture
def student() -> Any:
    return StudentProfileFactory()


def test_a_request_counts_once_whatever_its_copies(student: Any) -> None:
    ladder, roof = version("ladder", "heights"), version("roof", "heights")
    given(student, ladder, variants=Variant)
    given(student, ladder)
    given(student, roof)
    given(StudentProfileFactory(), ladder)
    given(None, ladder)

    assert exposures_of(student=student) == Exposures({"ladder": 2, "roof": 1}, {"heights": 3})
    assert exposures_of(student=None) == Exposures()


def test_every_version_of_a_brick_is_that_brick(student: Any) -> None:
    old = version("ladder")
    given(student, old)
    given(student, BrickVersionFactory(brick=old.brick, number=old.number + 1))

    assert exposures_of(student=student).of("ladder", "") == (2, 2)


def test_what_was_deleted_since_has_been_seen(student: Any) -> None:
    request = given(student, version("ladder"))
    request.documents.get().delete()
    assert exposures_of(student=student).bricks == {"ladder": 1}
    request.delete()
    assert exposures_of(student=student).bricks == {"ladder": 1}


@pytest.mark.parametrize(
    ("status", "counts"), [("QUEUED", True), ("RUNNING", True), ("FAILED", False), ("DONE", False)]
)
def test_bricks_are_reserved_while_their_request_goes_on(student: Any, status: str, counts: bool) -> None:
    version("ladder", "heights")
    version("roof", "heights")
    reserved(student, "ladder", status=status, error="No." if status == "FAILED" else None)

    expected = ((1, 1), (0, 1)) if counts else ((0, 0), (0, 0))
    exposures = exposures_of(student=student)
    assert (exposures.of("ladder", "heights"), exposures.of("roof", "heights")) == expected


def test_a_request_that_is_cancelled_reserves_nothing_and_one_with_documents_counts_once(
    student: Any,
) -> None:
    ladder = version("ladder")
    reserved(student, "ladder", status="QUEUED").delete()
    assert exposures_of(student=student) == Exposures()

    running = reserved(student, "ladder", status="RUNNING")
    document = GeneratedDocumentFactory(request=running)
    DocumentBrickFactory(document=document, brick_version=ladder)
    assert exposures_of(student=student).bricks == {"ladder": 1}


def test_it_takes_three_queries_whatever_there_is(student: Any, django_assert_num_queries: Any) -> None:
    for number in range(4):
        given(student, version(f"brick-{number}"))
        version(f"other-{number}")
        reserved(student, f"other-{number}", status="QUEUED")
    with django_assert_num_queries(3):
        exposures_of(student=student)
