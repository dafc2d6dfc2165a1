"""What people do over the API of their own: ask, note what they did, rate."""

from __future__ import annotations

import pytest

from accounts.tests.factories import (
    GuardianshipFactory,
    StudentProfileFactory,
    TeacherProfileFactory,
    UserFactory,
)
from config.base.testing import api_client
from content.models import ContentBrickRating, DocumentInteraction, DocumentRequest
from courses.tests.factories import BookingFactory

from . import factories as make

pytestmark = pytest.mark.django_db
DOCUMENTS, REQUESTS = "/api/v1/me/documents/", "/api/v1/me/document-requests/"


@pytest.fixture
def student():
    return StudentProfileFactory()


@pytest.fixture
def teacher(student):
    profile = TeacherProfileFactory()
    BookingFactory(session__teacher=profile, student=student)
    return profile.user


@pytest.fixture
def part(student):
    """A brick in a document that somebody made for the student."""
    return make.DocumentBrickFactory(document__request__student=student)


@pytest.fixture
def body():
    pattern = make.DocumentRequestFactory()
    return {"template": pattern.template_id, "subject": pattern.subject_id, "level": "TROISIEME"}


def post(user, url, data=None):
    return api_client(user).post(url, data or {}, format="json")


def errors_of(answer):
    assert answer.status_code == 400, answer.content
    return {error["field"]: error["code"] for error in answer.json()["errors"]}


def test_what_one_does_is_noted_once_for_each_time(student, part):
    url = f"{DOCUMENTS}{part.document_id}/interactions/"
    noted = post(student.user, url, {"kind": "PRINT", "duration_seconds": 90})
    assert (noted.status_code, noted.json()["kind"], noted.json()["duration_seconds"]) == (201, "PRINT", 90)
    first, second = (post(student.user, url, {"kind": "COMPLETE"}).json() for _each in range(2))
    assert first == second
    assert DocumentInteraction.objects.count() == 2


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({}, {"kind": "required"}),
        ({"kind": "EAT"}, {"kind": "invalid_choice"}),
        ({"kind": "VIEW", "duration_seconds": -1}, {"duration_seconds": "min_value"}),
        ({"kind": "VIEW", "duration_seconds": 10**9}, {"duration_seconds": "max_value"}),
        ({"kind": "VIEW", "occurred_at": "2020-01-01"}, {"occurred_at": "unknown"}),
    ],
)
def test_what_is_no_interaction_is_refused(student, part, data, expected):
    assert errors_of(post(student.user, f"{DOCUMENTS}{part.document_id}/interactions/", data)) == expected
    assert not DocumentInteraction.objects.exists()


def test_nobody_notes_anything_about_others_documents(part):
    for path in ("interactions", "ratings"):
        assert (
            post(UserFactory(), f"{DOCUMENTS}{part.document_id}/{path}/", {"kind": "VIEW"}).status_code == 404
        )


def test_who_looks_on_completes_nothing(student, teacher, part):
    parent = GuardianshipFactory(student=student).parent.user
    for person in (teacher, parent):
        answer = post(person, f"{DOCUMENTS}{part.document_id}/interactions/", {"kind": "COMPLETE"})
        assert (answer.status_code, answer.json()["code"]) == (409, "not_for_you")
    assert not DocumentInteraction.objects.exists()


def test_the_bricks_of_a_document_are_listed_without_their_texts(student, teacher, part):
    url = f"{DOCUMENTS}{part.document_id}/bricks/"
    answer = api_client(student.user).get(url)
    (shown,) = answer.json()
    assert shown == {
        "position": part.position,
        "brick": part.brick_version.brick_id,
        "title": part.brick_version.title,
        "kind": "EXERCISE",
        "slot": "practice",
        "can_rate": True,
        "score": None,
        "comment": None,
    }
    assert "sqrt" not in answer.content.decode()
    assert [each["can_rate"] for each in api_client(teacher).get(url).json()] == [False]


def test_who_received_a_brick_rates_it_and_changes_their_mind(student, part):
    url = f"{DOCUMENTS}{part.document_id}/ratings/"
    brick = part.brick_version.brick_id
    for score in (2, 5):
        answer = post(student.user, url, {"brick": brick, "score": score, "comment": "Clear."})
        assert (answer.status_code, answer.json()["score"]) == (200, score)
    assert ContentBrickRating.objects.get().score == 5
    listed = api_client(student.user).get(f"{DOCUMENTS}{part.document_id}/bricks/").json()
    assert (listed[0]["score"], listed[0]["comment"]) == (5, "Clear.")


def test_who_did_not_receive_it_rates_nothing(student, teacher, part):
    parent = GuardianshipFactory(student=student).parent.user
    url, data = f"{DOCUMENTS}{part.document_id}/ratings/", {"brick": part.brick_version.brick_id, "score": 5}
    for person in (teacher, parent):
        answer = post(person, url, data)
        assert (answer.status_code, answer.json()["code"]) == (409, "not_received")
    assert errors_of(post(student.user, url, {**data, "brick": 987654321})) == {"brick": "does_not_exist"}
    assert errors_of(post(student.user, url, {**data, "score": 6})) == {"score": "max_value"}
    assert not ContentBrickRating.objects.exists()


def test_a_student_asks_for_themselves_and_nobody_else(student, body):
    made = post(student.user, REQUESTS, {**body, "criteria": {"tags": ["vectors"]}, "seed": 7})
    assert made.status_code == 201, made.content
    asked = DocumentRequest.objects.get(pk=made.json()["id"])
    assert (asked.requester, asked.student, asked.seed, asked.status) == (student.user, student, 7, "QUEUED")
    refused = post(student.user, REQUESTS, {**body, "student": StudentProfileFactory().pk})
    assert errors_of(refused) == {"student": "does_not_exist"}


def test_a_teacher_asks_for_a_student_of_theirs_once_a_key(teacher, student, body):
    sent = {**body, "student": student.pk, "idempotency_key": "monday"}
    first, second = (post(teacher, REQUESTS, sent) for _each in range(2))
    assert (first.status_code, first.json()["id"]) == (second.status_code, second.json()["id"])
    other = post(teacher, REQUESTS, {**sent, "level": "SECONDE"})
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_mismatch")
    assert post(teacher, REQUESTS, body).json()["student"] is None


def test_parents_and_strangers_ask_for_nothing(student, body):
    parent = GuardianshipFactory(student=student).parent.user
    for person in (parent, UserFactory()):
        answer = post(person, REQUESTS, body)
        assert (answer.status_code, answer.json()["code"]) == (409, "not_yours")
    assert DocumentRequest.objects.count() == 1


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"criteria": {"tag": "x"}}, {"criteria": "shape"}),
        ({"criteria": {"difficulty_min": 4, "difficulty_max": 2}}, {"criteria": "difficulty_range"}),
        ({"level": "NOWHERE"}, {"level": "invalid_choice"}),
        ({"template": 987654321}, {"template": "does_not_exist"}),
        ({"seed": -1}, {"seed": "min_value"}),
        ({"requester": 1}, {"requester": "unknown"}),
    ],
)
def test_what_is_wrong_with_a_request_is_named(student, body, sent, expected):
    assert errors_of(post(student.user, REQUESTS, {**body, **sent})) == expected


def test_a_request_tells_how_far_it_is_and_what_came_of_it(student, teacher, part):
    asked = part.document.request
    make.GeneratedDocumentFactory(request=asked, variant="TEACHER")
    manifest = {**make.MANIFEST, "shortage": {"practice": 1}}
    DocumentRequest.objects.filter(pk=asked.pk).update(status="DONE", progress=100, manifest=manifest)
    shown = api_client(student.user).get(f"{REQUESTS}{asked.pk}/").json()
    assert (shown["status"], shown["progress"], shown["documents"]) == ("DONE", 100, [part.document_id])
    assert len(shown["shortage"]) == 1
    assert "manifest" not in shown
    assert len(api_client(teacher).get(f"{REQUESTS}{asked.pk}/").json()["documents"]) == 2
    assert api_client(UserFactory()).get(f"{REQUESTS}{asked.pk}/").status_code == 404


def test_who_asked_has_a_failed_request_tried_again(student, teacher):
    asked = make.DocumentRequestFactory(requester=teacher, student=student, status="FAILED", error="No time.")
    url = f"{REQUESTS}{asked.pk}/retry/"
    refused = post(student.user, url)
    assert (refused.status_code, refused.json()["code"]) == (409, "not_yours")
    again = post(teacher, url)
    assert (again.status_code, again.json()["status"], again.json()["error"]) == (200, "QUEUED", None)


@pytest.mark.parametrize("path", [DOCUMENTS, REQUESTS])
def test_lists_cost_the_same_whatever_their_length(student, path, django_assert_max_num_queries):
    for _each in range(6):
        make.DocumentBrickFactory(document__request__student=student)
    client = api_client(student.user)
    with django_assert_max_num_queries(9):
        assert len(client.get(path).json()["results"]) == 6
