"""Whose documents are whose, and who gets the copy with the answers."""

from __future__ import annotations

import pytest

from accounts.tests.factories import (
    GuardianshipFactory,
    StudentProfileFactory,
    TeacherFactory,
    TeacherProfileFactory,
    UserFactory,
)
from config.base.testing import api_client, etag
from config.base.tests.admin_helpers import signed_in, url_of
from content.models import ContentBrickRating, DocumentRequest, GeneratedDocument
from courses.tests.factories import BookingFactory

from . import factories as make

pytestmark = pytest.mark.django_db
ME = "/api/v1/me/documents/"
API = "/api/v1/content"


def listed(user, url=ME):
    answer = api_client(user).get(url)
    assert answer.status_code == 200, answer.content
    return {row["id"] for row in answer.json()["results"]}


@pytest.fixture
def copies():
    """Both copies of a document for a student, which somebody in the office asked for."""
    request = make.DocumentRequestFactory(student=StudentProfileFactory())
    return [make.GeneratedDocumentFactory(request=request, variant=each) for each in ("STUDENT", "TEACHER")]


def test_students_and_parents_get_the_students_copy(copies):
    for_student, for_teacher = copies
    child = for_student.request.student
    parent = GuardianshipFactory(student=child).parent.user
    assert listed(child.user) == listed(parent) == {for_student.pk}
    assert listed(GuardianshipFactory(student=child, can_view_progress=False).parent.user) == set()
    assert listed(UserFactory()) == listed(GuardianshipFactory().parent.user) == set()
    client = api_client(child.user)
    assert client.get(f"{ME}{for_teacher.pk}/").status_code == 404
    shown = client.get(f"{ME}{for_student.pk}/").json()
    assert not {"html", "pdf", "manifest"} & set(shown)
    assert shown["student"] == child.user.pk
    assert not child.user.has_perm("content.view_generateddocument", for_teacher)
    child.delete()
    assert listed(child.user) == listed(parent) == set()


def test_who_teaches_the_student_gets_both_copies(copies):
    teacher = TeacherFactory()
    profile = TeacherProfileFactory(user=teacher)
    booking = BookingFactory(session__teacher=profile, student=copies[0].request.student)
    make.GeneratedDocumentFactory()
    both = {copy.pk for copy in copies}
    assert listed(teacher) == listed(teacher, f"{API}/generated-documents/") == both
    type(booking).objects.filter(pk=booking.pk).update(status="CANCELLED")
    assert listed(teacher) == listed(teacher, f"{API}/generated-documents/") == set()


def test_who_asked_gets_the_answers_as_a_teacher_only():
    request = make.DocumentRequestFactory()
    copies = [make.GeneratedDocumentFactory(request=request, variant=each) for each in ("STUDENT", "TEACHER")]
    assert listed(request.requester) == {copies[0].pk}
    TeacherProfileFactory(user=request.requester)
    assert listed(request.requester) == {copy.pk for copy in copies}


def test_a_teacher_asks_for_documents_for_themselves_and_their_students_only():
    teacher = TeacherFactory()
    profile = TeacherProfileFactory(user=teacher)
    mine = BookingFactory(session__teacher=profile).student
    theirs = make.DocumentRequestFactory(student=StudentProfileFactory())
    client, url = api_client(teacher), f"{API}/document-requests/"
    body = {
        "requester": teacher.pk,
        "student": mine.pk,
        "template": theirs.template_id,
        "subject": theirs.subject_id,
        "level": "TROISIEME",
        "criteria": {},
    }
    assert client.post(url, body, format="json").status_code == 201
    for field, key in (("student", theirs.student_id), ("requester", theirs.requester_id)):
        answer = client.post(url, {**body, field: key}, format="json")
        assert [each["field"] for each in answer.json()["errors"]] == [field]
    assert client.get(f"{url}{theirs.pk}/").status_code == 404
    headers = {"If-Match": etag(theirs)}
    assert client.patch(f"{url}{theirs.pk}/", {}, format="json", headers=headers).status_code == 403
    browser = signed_in(permissions=[])
    browser.force_login(teacher)
    found = browser.get(url_of(DocumentRequest, "changelist")).context["cl"].result_list
    assert [row.requester for row in found] == [teacher]


def test_ratings_and_what_is_done_with_documents_are_ones_own(copies):
    rating, interaction = make.ContentBrickRatingFactory(), make.DocumentInteractionFactory()
    assert set(ContentBrickRating.objects.visible_to(rating.user)) == {rating}
    assert not ContentBrickRating.objects.visible_to(interaction.user).exists()
    assert interaction.user.has_perm("content.view_documentinteraction", interaction)
    assert not rating.user.has_perm("content.view_documentinteraction", interaction)
    assert set(GeneratedDocument.objects.visible_to(rating.user)) == {
        part.document for part in rating.brick.versions.get().document_bricks.all()
    }
