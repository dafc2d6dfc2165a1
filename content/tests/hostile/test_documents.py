"""The same through what people fill in: models, a request, its worker and the files that it writes."""

import base64

import pytest
from django.core.exceptions import ValidationError

from accounts.tests.factories import StudentProfileFactory, TeacherProfileFactory
from content.rendering.contained import Helper, RenderFailed, run
from content.rendering.limits import Limits
from content.services import generate_document, generation, request_document
from content.tests.factories import ContentBrickFactory, ContentTemplateFactory
from content.tests.making import SLOTS, ask, brick
from courses.tests.factories import SubjectFactory

from .inspecting import Trap
from .sheets import check, check_literal, listing

pytestmark = pytest.mark.django_db

PAYLOADS = [
    '"); #read("CANARY") + ("',
    '\\u{22}) + read("CANARY") + (\\u{22}',
    "</title><script src=http://127.0.0.1:PORT/x.js></script>",
    '" onload="alert(1)',
    "{{7*7}} {0.__class__} ${x} {% load static %} %(title)s",
    "\\input{CANARY} \\write18{id}",
    "left\u202etfel\u202c <b>bold</b>",
]


@pytest.fixture
def trap(tmp_path):
    return Trap(tmp_path)


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path / "media")


@pytest.fixture(scope="module")
def misbehaving():
    helper = Helper("content.tests.containment.registry")
    yield helper
    helper.stop()


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_payload_in_every_field_that_people_fill_in(payload, trap):
    payload = trap.arm(payload)
    subject = SubjectFactory(slug="maths", name=payload)
    for number in range(3):
        given = {"title": payload, "body": listing(payload) + payload, "answer": payload, "source": payload}
        level = brick(subject, number, **given).level
    template = ContentTemplateFactory(
        name=payload,
        slots=[{**SLOTS[1], "title": payload}],
        placeholders=["title", "subject", "level", "student_name", "teacher_name", "date"],
    )
    teacher = TeacherProfileFactory(user__full_name=payload)
    student = StudentProfileFactory(user__full_name=payload)
    request = request_document(
        requester=teacher.user, template=template, subject=subject, level=level, student=student, seed=1
    )

    request = generate_document(request=request)

    assert request.status == "DONE", request.error
    assert request.documents.count() == 2
    for document in request.documents.all():
        answer = {"html": document.html, "pdf": base64.b64encode(document.pdf.read())}
        page, pdf = check(answer, trap)
        check_literal(payload, page, pdf, times=7)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_tag_is_a_word_or_refused(payload):
    with pytest.raises(ValidationError):
        ContentBrickFactory(tags=[payload])


@pytest.mark.parametrize(
    ("operation", "payload", "code"),
    [("hoard", {}, "memory"), ("spin", {}, "time"), ("die", {"signal": "SIGSEGV"}, "crash")],
)
def test_a_job_that_misbehaves_ends_the_request_and_the_next_is_made(
    operation, payload, code, misbehaving, monkeypatch
):
    short = Limits(wall=5, cpu=1, memory=128 * 1024 * 1024)

    def misbehave(*_):
        return misbehaving.run(operation, payload, limits=short)

    with pytest.raises(RenderFailed) as caught:
        misbehave()
    assert caught.value.code == code
    request = ask()
    with monkeypatch.context() as patch:
        patch.setattr(generation, "run", misbehave)
        for _ in range(5):  # a crash is tried again, so many times
            request = generate_document(request=request)
    assert (request.status, request.documents.count()) == ("FAILED", 0)
    assert request.error

    other = request_document(
        requester=request.requester, template=request.template, subject=request.subject, level=request.level
    )
    assert generate_document(request=other).status == "DONE"


def test_a_brick_of_ten_megabytes_ends_the_request_with_words(monkeypatch):
    request = ask()

    def enlarged(operation, payload):
        return run(operation, {"sheets": [{**each, "title": "x" * 10_000_000} for each in payload["sheets"]]})

    with monkeypatch.context() as patch:
        patch.setattr(generation, "run", enlarged)
        request = generate_document(request=request)
    assert request.status == "FAILED"
    assert request.error.startswith("The document is too large: its texts hold 2 MB at most.")
