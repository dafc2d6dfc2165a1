"""What `demo` does for this app: a worksheet for the seeded student."""

from __future__ import annotations

from collections.abc import Callable

from accounts.models import StudentProfile
from config.base.demo_steps import register
from courses.models import Subject

from .choices import RequestStatus
from .models import ContentTemplate, DocumentRequest
from .services import generate_document, request_document

STUDENT = "jane.smith"
TEMPLATE = "fiche-exercices"
SUBJECT = "mathematiques"
LEVEL = "SECONDE"
SEED = 2030
KEY = "demo"


@register("worksheet")
def make_worksheet(progress: Callable[[str], None]) -> str:
    """Once: whoever deleted it does not get it back."""
    if DocumentRequest.all_objects.filter(requester__username=STUDENT, idempotency_key=KEY).exists():
        return "The worksheet has been made before."
    student = StudentProfile.objects.filter(user__username=STUDENT).first()
    template = ContentTemplate.objects.filter(slug=TEMPLATE).first()
    subject = Subject.objects.filter(slug=SUBJECT).first()
    if student is None or template is None or subject is None:
        return "There is no worksheet: its student, template or subject is gone."
    request = request_document(
        requester=student.user,
        template=template,
        subject=subject,
        level=LEVEL,
        student=student,
        seed=SEED,
        idempotency_key=KEY,
        in_background=False,
    )
    while request.status == RequestStatus.QUEUED:
        request = generate_document(request=request)
    if request.status != RequestStatus.DONE:
        return f"The worksheet could not be made: {request.error}"
    bricks = len((request.manifest or {})["bricks"])
    return f"{student.user.get_full_name()} has a worksheet of {bricks} bricks, drawn with seed {SEED}."
