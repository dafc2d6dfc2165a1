"""People's own pages about documents: what stands there for whom, asking, rating, completing."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from accounts.tests.factories import (
    GuardianshipFactory,
    StudentProfileFactory,
    TeacherProfileFactory,
    UserFactory,
)
from config.base.tests.admin_helpers import form_of
from content.models import ContentBrickRating, DocumentInteraction, DocumentRequest
from content.services import publish_brick
from courses.tests.factories import BookingFactory

from . import factories as make

pytestmark = pytest.mark.django_db
DOCUMENTS, ASK = "/documents/", "/documents/request/"


def browser(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def student():
    return StudentProfileFactory(user__locale="en")


@pytest.fixture
def teacher(student):
    """Who teaches the student."""
    profile = TeacherProfileFactory(user__locale="en")
    BookingFactory(session__teacher=profile, student=student)
    return profile.user


@pytest.fixture
def copies(student):
    request = make.DocumentRequestFactory(student=student, status="DONE", progress=100)
    found = [make.GeneratedDocumentFactory(request=request, variant=each) for each in ("STUDENT", "TEACHER")]
    for copy in found:
        make.DocumentBrickFactory(document=copy, brick_version__brick__title="Ladders")
    return found


def url(name, row):
    return reverse(name, args=[row.pk])


def test_a_student_finds_their_copy_and_not_the_teachers(student, copies):
    page = browser(student.user).get(DOCUMENTS)
    assertContains(page, url("document", copies[0]))
    assertNotContains(page, url("document", copies[1]))
    page = browser(student.user).get(url("document", copies[0]))
    assertContains(page, url("document_html", copies[0]))
    assertNotContains(page, url("document", copies[1]))
    assert browser(student.user).get(url("document", copies[1])).status_code == 404


def test_a_teacher_finds_both_and_chooses_a_student(teacher, student, copies):
    other = make.GeneratedDocumentFactory(request__requester=teacher, request__student=None)
    client = browser(teacher)
    page = client.get(DOCUMENTS)
    for copy in (*copies, other):
        assertContains(page, url("document", copy))
    page = client.get(DOCUMENTS, {"student": student.pk})
    assertContains(page, url("document", copies[1]))
    assertNotContains(page, url("document", other))
    assertContains(client.get(DOCUMENTS, {"student": "nobody"}), url("document", other))


def test_a_parent_sees_the_childs_documents_and_rates_none(student, copies):
    parent = GuardianshipFactory(student=student, parent__user__locale="en").parent.user
    client = browser(parent)
    assertContains(client.get(DOCUMENTS), url("document", copies[0]))
    page = client.get(url("document", copies[0]))
    assertContains(page, "Ladders")
    assertNotContains(page, url("document_rate", copies[0]))
    assertNotContains(page, url("document_complete", copies[0]))
    brick = copies[0].bricks.get().brick_version.brick
    answer = client.post(url("document_rate", copies[0]), {"brick": brick.pk, "score": 5}, follow=True)
    assertContains(answer, "Only somebody who received this brick")
    assert not ContentBrickRating.objects.exists()


def test_nobody_without_documents_is_left_without_a_word():
    assertContains(browser(UserFactory(locale="en")).get(DOCUMENTS), "There is no document for you yet.")
    assertContains(browser(StudentProfileFactory(user__locale="en").user).get(DOCUMENTS), ASK)


def test_a_student_rates_a_brick_and_changes_their_mind(student, copies):
    client, brick = browser(student.user), copies[0].bricks.get().brick_version.brick
    for score, comment in ((2, "Hard."), (5, "Clear now.")):
        answer = client.post(
            url("document_rate", copies[0]), {"brick": brick.pk, "score": score, "comment": comment}
        )
        thanks = f"{url('document', copies[0])}?rated={brick.pk}"
        assert answer["Location"] == f"{thanks}#brick-{brick.pk}"
    rating = ContentBrickRating.objects.get()
    assert (rating.user, rating.score, rating.comment) == (student.user, 5, "Clear now.")
    assertContains(client.get(url("document", copies[0])), "You gave it 5 stars of 5")
    page = client.get(thanks).content.decode()
    assert page.index(f'id="brick-{brick.pk}"') < page.index("Thank you: your opinion is kept.")
    assertNotContains(client.get(url("document", copies[0])), "Thank you")


@pytest.mark.parametrize(
    "sent", [{}, {"score": 0}, {"score": 6}, {"score": "x"}, {"score": 3, "comment": "x" * 2001}]
)
def test_a_rating_that_is_none_says_so(student, copies, sent):
    brick = copies[0].bricks.get().brick_version.brick
    client = browser(student.user)
    answer = client.post(url("document_rate", copies[0]), {"brick": brick.pk, **sent}, follow=True)
    assertContains(answer, 'class="note error')
    assert not ContentBrickRating.objects.exists()


def test_a_brick_of_another_document_is_not_rated_here(student, copies):
    elsewhere = make.DocumentBrickFactory().brick_version.brick
    client = browser(student.user)
    answer = client.post(url("document_rate", copies[0]), {"brick": elsewhere.pk, "score": 5})
    assert answer.status_code == 404


def test_a_document_is_completed_once(student, copies):
    client = browser(student.user)
    for _time in range(2):
        assert client.post(url("document_complete", copies[0])).status_code == 302
    done = DocumentInteraction.objects.get()
    assert (done.kind, done.user) == ("COMPLETE", student.user)
    assertContains(client.get(url("document", copies[0])), "You completed this document")
    assert client.post(url("document_complete", copies[1])).status_code == 404


def test_who_looks_on_completes_nothing(student, teacher, copies):
    parent = GuardianshipFactory(student=student, parent__user__locale="en").parent.user
    for person in (parent, teacher):
        answer = browser(person).post(url("document_complete", copies[0]), follow=True)
        assertContains(answer, "Only who works through a document completes it.")
    assert not DocumentInteraction.objects.filter(kind="COMPLETE").exists()


def test_who_acts_as_a_student_writes_nothing_in_their_name(student, copies):
    client = Client()
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    client.post(reverse("hijack:acquire"), {"user_pk": student.user.pk})
    assertContains(client.get(url("document", copies[0])), "Ladders")
    brick = copies[0].bricks.get().brick_version.brick
    for name, data in (("document_complete", {}), ("document_rate", {"brick": brick.pk, "score": 1})):
        assert client.post(url(name, copies[0]), data).status_code == 403
    assert client.post(ASK, {}).status_code == 403
    assert not DocumentInteraction.objects.exists()
    assert not ContentBrickRating.objects.exists()


@pytest.fixture
def stock():
    brick = make.ContentBrickFactory()
    publish_brick(brick=brick)
    return {"template": make.ContentTemplateFactory().pk, "subject": brick.subject_id, "level": brick.level}


def test_a_teacher_asks_for_a_student_of_theirs_and_for_nobody_else(teacher, student, stock):
    client = browser(teacher)
    form = form_of(client.get(ASK), "ask") | stock
    sent = {**form, "student": student.pk, "tags": "pythagoras, Geometry", "difficulty_max": "3", "seed": "7"}
    answer = client.post(ASK, sent)
    asked = DocumentRequest.objects.get()
    assert answer["Location"] == url("document_progress", asked)
    assert (asked.requester, asked.student, asked.seed) == (teacher, student, 7)
    assert asked.criteria == {
        "tags": ["pythagoras", "geometry"],
        "difficulty_max": 3,
        "allow_relaxation": True,
    }
    assert client.post(ASK, sent)["Location"] == answer["Location"], "the same page makes one document"
    stranger = StudentProfileFactory()
    refused = client.post(ASK, {**sent, "student": stranger.pk, "idempotency_key": "another"})
    assert (refused.status_code, list(refused.context["form"].errors)) == (400, ["student"])
    assert DocumentRequest.objects.count() == 1


def test_a_student_asks_for_themselves(student, stock):
    client = browser(student.user)
    form = form_of(client.get(ASK), "ask") | stock
    assert "student" not in form
    client.post(ASK, {**form, "student": StudentProfileFactory().pk})
    asked = DocumentRequest.objects.get()
    assert (asked.requester, asked.student, asked.status) == (student.user, student, "QUEUED")


def test_others_do_not_ask(stock):
    client = browser(UserFactory())
    assert client.get(ASK).status_code == client.post(ASK, stock).status_code == 403
    assert Client().get(ASK).status_code == 302


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"tags": "deux mots"}, "tags"),
        ({"tags": "été"}, "tags"),
        ({"tags": ",".join(f"t{n}" for n in range(31))}, "tags"),
        ({"difficulty_min": "4", "difficulty_max": "2"}, "difficulty_max"),
        ({"seed": "-1"}, "seed"),
        ({"level": "NOWHERE"}, "level"),
        ({"template": ""}, "template"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(student, stock, sent, field):
    answer = browser(student.user).post(ASK, {**stock, **sent})
    assert (answer.status_code, list(answer.context["form"].errors)) == (400, [field])


def test_nobody_has_more_than_ten_requests_under_way(student, stock):
    for _each in range(10):
        make.DocumentRequestFactory(requester=student.user)
    answer = browser(student.user).post(ASK, stock)
    assertContains(answer, "Many documents are being made for you already", status_code=400)
    assert DocumentRequest.objects.count() == 10


def test_the_page_of_a_request_asks_again_until_it_is_ready(teacher, student, copies):
    asked = copies[0].request
    client = browser(teacher)
    for status, refreshes in (("QUEUED", True), ("RUNNING", True), ("DONE", False)):
        DocumentRequest.objects.filter(pk=asked.pk).update(status=status, progress=40)
        page = client.get(url("document_progress", asked))
        assert ('http-equiv="refresh"' in page.content.decode()) is refreshes
    for copy in copies:
        assertContains(page, url("document", copy))
    assert browser(UserFactory()).get(url("document_progress", asked)).status_code == 404


def test_what_the_stock_lacked_is_said_in_words(student, copies):
    manifest = {
        **make.MANIFEST,
        "shortage": {"practice": 2},
        "relaxed": [{"slot": "reminder", "criterion": "difficulty"}],
    }
    DocumentRequest.objects.filter(pk=copies[0].request_id).update(manifest=manifest)
    page = browser(student.user).get(url("document_progress", copies[0].request))
    assertContains(page, "“Exercise”: 2 bricks are missing")
    assertContains(page, "“To remember”: too few bricks had the difficulty")


def test_who_asked_tries_a_failed_request_again_and_nobody_else(student, teacher):
    asked = make.DocumentRequestFactory(requester=teacher, student=student, status="FAILED", error="No time.")
    page = browser(student.user).get(url("document_progress", asked))
    assertContains(page, "No time.")
    assertNotContains(page, url("document_retry", asked))
    browser(student.user).post(url("document_retry", asked))
    asked.refresh_from_db()
    assert asked.status == "FAILED"
    assertContains(browser(teacher).get(url("document_progress", asked)), url("document_retry", asked))
    assert browser(teacher).post(url("document_retry", asked)).status_code == 302
    asked.refresh_from_db()
    assert (asked.status, asked.error) == ("QUEUED", None)
    assert browser(UserFactory()).post(url("document_retry", asked)).status_code == 404


def test_the_first_page_shows_the_latest(student, copies):
    assertContains(browser(student.user).get("/accounts/"), url("document", copies[0]))


def test_pages_cost_the_same_whatever_they_show(teacher, student, copies):
    def queries(path):
        client = browser(teacher)
        client.get(path)
        with CaptureQueriesContext(connection) as found:
            assert client.get(path).status_code == 200
        return len(found)

    paths = (DOCUMENTS, url("document", copies[0]), url("document_progress", copies[0].request), "/accounts/")
    before = [queries(path) for path in paths]
    for _each in range(4):
        row = make.DocumentRequestFactory(student=student)
        make.GeneratedDocumentFactory(request=row)
        make.DocumentBrickFactory(document=copies[0])
    assert [queries(path) for path in paths] == before
    assert max(before) <= 20


def test_what_the_stock_has_is_said_before_anything_is_asked_for(student, stock):
    client = browser(student.user)
    data = {**stock, "look": "1"}
    assertContains(client.post(ASK, data), "The stock has 1 brick of ")
    assertContains(client.post(ASK, {**data, "tags": "none"}), "The stock has 0 bricks of ")
    assert not DocumentRequest.objects.exists()
