"""The pages of a document at every door: who gets them, with which headers, and what is counted."""

from __future__ import annotations

import hashlib
from urllib.parse import unquote

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from accounts.roles import CONTENT_EDITOR, CRM_MANAGER, SUPPORT, TEACHER
from accounts.tests.factories import (
    GuardianshipFactory,
    StudentProfileFactory,
    TeacherProfileFactory,
    UserFactory,
)
from config.base.testing import api_client
from config.base.tests.helpers import assert_sound
from content.downloads import file_name
from content.models import DocumentInteraction, GeneratedDocument
from courses.tests.factories import BookingFactory

from . import factories as make

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7 of a worksheet"
PAGES = ("html", "pdf")


def browser(user):
    client = Client()
    client.force_login(user)
    return client


def copies(**request):
    """Both copies of a document for a student, with their files."""
    row = make.DocumentRequestFactory(**{"student": StudentProfileFactory(), **request})
    return [
        make.GeneratedDocumentFactory(
            request=row,
            variant=variant,
            html=f"<p>{variant} of Ï€</p>",
            pdf=ContentFile(PDF, name="x.pdf"),
            pdf_sha256=hashlib.sha256(PDF).hexdigest(),
        )
        for variant in ("STUDENT", "TEACHER")
    ]


@pytest.fixture
def both():
    return copies()


def site(document, pages):
    return reverse(f"document_{pages}", args=[document.pk])


def own_api(document, pages):
    return f"/api/v1/me/documents/{document.pk}/{pages}/"


def office_api(document, pages):
    return f"/api/v1/content/generated-documents/{document.pk}/{pages}/"


def office(document, pages):
    return reverse(f"admin:content_generateddocument_{pages}", args=[document.pk])


def statuses(user, document):
    """What this person gets at the doors of their own: the site's pages and the API's."""
    found = {browser(user).get(site(document, pages)).status_code for pages in PAGES}
    found |= {api_client(user).get(own_api(document, pages)).status_code for pages in PAGES}
    assert len(found) == 1
    return found.pop()


def body(response):
    return b"".join(response.streaming_content) if response.streaming else response.content


@pytest.mark.parametrize("door", [site, own_api, office_api, office])
def test_the_html_is_shown_where_nothing_of_it_can_act(both, door, staff_api):
    document = both[0]
    TeacherProfileFactory(user=staff_api.user)
    BookingFactory(session__teacher=staff_api.user.teacher_profile, student=document.request.student)
    client = browser(staff_api.user) if door in (site, office) else staff_api
    response = client.get(door(document, "html"))
    assert (response.status_code, response.content.decode()) == (200, document.html)
    assert response["Content-Type"] == "text/html; charset=utf-8"
    policy = response["Content-Security-Policy"].split("; ")
    assert policy[:4] == ["sandbox", "default-src 'none'", "style-src 'unsafe-inline'", "img-src data:"]
    assert "font-src data:" in policy  # that of the formulas
    assert "script" not in response["Content-Security-Policy"]
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    for name, value in {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store"}.items():
        assert response[name] == value


@pytest.mark.parametrize("door", [site, own_api, office_api, office])
def test_the_pdf_is_kept_and_its_place_not_told(both, door, staff_api):
    document = both[0]
    TeacherProfileFactory(user=staff_api.user)
    BookingFactory(session__teacher=staff_api.user.teacher_profile, student=document.request.student)
    client = browser(staff_api.user) if door in (site, office) else staff_api
    response = client.get(door(document, "pdf"))
    assert (response.status_code, body(response)) == (200, PDF)
    assert response.streaming
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith("attachment;")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, no-store"
    assert document.pdf_sha256 in response["ETag"]
    told = " ".join(f"{name}: {value}" for name, value in response.headers.items())
    assert str(document.request.reference) not in told
    assert "documents/" not in told


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Équations – 3e", "Équations – 3e (student's copy).pdf"),
        ('The "best" sheet', "The best sheet (student's copy).pdf"),
        ("../../etc/passwd", "etc passwd (student's copy).pdf"),
        ("..\\x\r\nSet-Cookie: a=b", "x Set-Cookie a=b (student's copy).pdf"),
        ("a\u202egnp.exe", "a gnp.exe (student's copy).pdf"),
    ],
)
def test_a_file_is_called_by_its_title(both, title, name):
    document = both[0]
    GeneratedDocument.objects.filter(pk=document.pk).update(title=title)
    response = browser(document.request.student.user).get(site(document, "pdf"), HTTP_ACCEPT_LANGUAGE="en")
    document.refresh_from_db()
    assert file_name(document, "pdf") == name
    told = response["Content-Disposition"]
    assert "\n" not in told and "/" not in unquote(told).replace("utf-8''", "")


def test_a_very_long_title_makes_a_name_that_every_disk_takes(both):
    both[0].title = "é" * 255
    assert len(file_name(both[0], "pdf").encode()) < 255


def test_a_student_and_a_parent_open_the_students_copy(both):
    for_student, for_teacher = both
    child = for_student.request.student
    parent = GuardianshipFactory(student=child).parent.user
    for person in (child.user, parent):
        assert (statuses(person, for_student), statuses(person, for_teacher)) == (200, 404)
    kept_out = GuardianshipFactory(student=child, can_view_progress=False).parent.user
    for person in (UserFactory(), kept_out, StudentProfileFactory().user):
        assert (statuses(person, for_student), statuses(person, for_teacher)) == (404, 404)


def test_a_teacher_opens_both_copies_of_their_students_and_of_nobody_else(both):
    profile = TeacherProfileFactory()
    BookingFactory(session__teacher=profile, student=both[0].request.student)
    assert {statuses(profile.user, each) for each in both} == {200}
    assert {statuses(profile.user, each) for each in copies()} == {404}


def test_who_asked_opens_the_students_copy(both):
    assert [statuses(both[0].request.requester, each) for each in both] == [200, 404]


def test_strangers_are_sent_to_sign_in(both):
    response = Client().get(site(both[0], "pdf"))
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))
    assert api_client(None).get(own_api(both[0], "pdf")).status_code == 401


@pytest.mark.parametrize(
    ("role", "expected"),
    [(CONTENT_EDITOR, (200, 200)), (SUPPORT, (200, 404)), (TEACHER, (404, 404)), (CRM_MANAGER, None)],
)
def test_the_office_opens_what_its_rights_reach_and_answers_for_who_may_read_them(both, role, expected):
    from accounts.models import Role

    person = UserFactory(is_staff=True)
    person.groups.add(Role.objects.get(code=role).group)
    seen = tuple(browser(person).get(office(each, "html")).status_code for each in both)
    over_api = tuple(api_client(person).get(office_api(each, "pdf")).status_code for each in both)
    assert (seen, over_api) == ((expected, expected) if expected else ((404, 404), (403, 403)))


def test_others_documents_and_none_are_answered_alike(both):
    client = browser(UserFactory())
    other, none = client.get(site(both[0], "html")), client.get("/documents/987654321/html/")
    assert (other.status_code, other.content) == (none.status_code, none.content)


@pytest.mark.parametrize("door", [site, own_api])
def test_fetching_is_counted_once_each_for_the_person(both, door):
    user = both[0].request.student.user
    client = browser(user) if door is site else api_client(user)
    for pages in PAGES:
        body(client.get(door(both[0], pages)))
    found = DocumentInteraction.objects.order_by("id").values_list("document", "user", "kind")
    assert list(found) == [(both[0].pk, user.pk, "VIEW"), (both[0].pk, user.pk, "DOWNLOAD")]
    assert_sound(DocumentInteraction)


@pytest.mark.parametrize("door", [site, own_api])
def test_what_nobody_looks_at_is_not_counted(both, door):
    user = both[0].request.student.user
    client = browser(user) if door is site else api_client(user)
    for pages in PAGES:
        assert client.head(door(both[0], pages)).status_code == 200
        for headers in (
            {"Sec-Purpose": "prefetch;prerender"},
            {"Purpose": "prefetch"},
            {"X-Moz": "prefetch"},
        ):
            assert client.get(door(both[0], pages), headers=headers).status_code == 200
        assert client.get(door(both[1], pages)).status_code == 404
    assert not DocumentInteraction.objects.exists()


def test_what_the_office_looks_at_is_not_counted(both, staff_api):
    for pages in PAGES:
        assert staff_api.get(office_api(both[1], pages)).status_code == 200
        assert browser(staff_api.user).get(office(both[1], pages)).status_code == 200
    assert not DocumentInteraction.objects.exists()


@pytest.mark.parametrize("pages", PAGES)
def test_an_erased_document_says_that_it_has_no_pages(both, pages, staff_api):
    GeneratedDocument.objects.filter(pk=both[0].pk).update(html="", pdf="")
    user = both[0].request.student.user
    for client, url in (
        (browser(user), site(both[0], pages)),
        (browser(staff_api.user), office(both[0], pages)),
    ):
        response = client.get(url)
        assert response.status_code == 410
        assert "erased" in response.content.decode() or "effacées" in response.content.decode()
    for client, url in ((api_client(user), own_api(both[0], pages)), (staff_api, office_api(both[0], pages))):
        response = client.get(url)
        assert (response.status_code, response.json()["code"]) == (410, "pages_gone")
    assert not DocumentInteraction.objects.exists()


def test_a_file_that_is_lost_is_said_and_logged(both, caplog):
    both[0].pdf.storage.delete(both[0].pdf.name)
    response = browser(both[0].request.student.user).get(site(both[0], "pdf"))
    assert response.status_code == 410
    assert f"The PDF of document {both[0].pk}" in caplog.text


@pytest.mark.parametrize(
    "name", ["../../secret.txt", "..%2F..%2Fsecret.txt", "1/../2", "%2e%2e", "-1", "1.pdf"]
)
def test_no_address_leads_to_another_file(both, name):
    client = browser(both[0].request.student.user)
    for pages in PAGES:
        assert client.get(f"/documents/{name}/{pages}/").status_code == 404
    assert client.get(f"/media/{both[0].pdf.name}").status_code == 404
