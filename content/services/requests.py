"""Asking for documents, and asking again for one that failed."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import StudentProfile, User
from config.base.events import emit
from config.base.exceptions import DomainError
from courses.models import Subject

from .. import tasks
from ..choices import RequestStatus
from ..events import DocumentRequested
from ..models import ContentTemplate, DocumentRequest


@transaction.atomic
def request_document(
    *,
    requester: User,
    template: ContentTemplate,
    subject: Subject,
    level: str,
    student: StudentProfile | None = None,
    criteria: dict[str, Any] | None = None,
    seed: int | None = None,
    variants: list[str] | None = None,
    idempotency_key: str | None = None,
    in_background: bool = True,
) -> DocumentRequest:
    """Ask for a document; a worker makes it once this is committed.

    `level` is one of `choices.Level`, `criteria` as `shapes.CRITERIA`, `variants` of `choices.Variant` (both without),
    `seed` drawn at random without. With an `idempotency_key` a repeated request of the same person is the first one,
    whatever has become of it, also of two at once. Whoever makes the document at once (`generate_document`) asks for
    it with `in_background` False.

    Raises ValidationError by field; DomainError `idempotency_mismatch` when the key stands for another request.
    """
    asked: dict[str, Any] = {
        "requester": requester,
        "template": template,
        "subject": subject,
        "level": level,
        "student": student,
        "criteria": criteria or {},
        "idempotency_key": idempotency_key or None,
    }
    if seed is not None:
        asked["seed"] = seed
    if variants is not None:
        asked["variants"] = variants
    made = _made_before(asked)
    if made is not None:
        return made
    request = DocumentRequest(**asked)
    try:
        _refuse_trash(request)
        request.full_clean()
        with transaction.atomic():
            request.save()
    except (IntegrityError, ValidationError):
        made = _made_before(asked)  # by somebody who was a moment faster
        if made is None:
            raise
        return made
    if in_background:
        tasks.generate_later(request)
    emit(DocumentRequested(request_id=request.pk))
    return request


@transaction.atomic
def retry_document(*, request: DocumentRequest) -> DocumentRequest:
    """Have a request that failed done once more, with bricks picked from today's stock. One that waits stays.

    Raises DomainError `status` for one that goes on or is done.
    """
    stored = DocumentRequest.objects.select_for_update(no_key=True).get(pk=request.pk)
    if stored.status == RequestStatus.FAILED:
        stored.status, stored.error, stored.manifest = RequestStatus.QUEUED, None, None
        stored.attempts, stored.progress = 0, 0
        stored.save(update_fields=["status", "error", "manifest", "attempts", "progress"])
        tasks.generate_later(stored)
    elif stored.status != RequestStatus.QUEUED:
        raise DomainError(_("Only a request that failed can be tried again."), code="status")
    request.refresh_from_db()
    return request


def _refuse_trash(request: DocumentRequest) -> None:
    """ValidationError for what is in the trash: requests outlive it, but do not begin with it."""
    gone = [
        name
        for name in ("template", "subject", "student")
        if (parent := getattr(request, name)) is not None and parent.is_deleted
    ]
    if gone:
        message = _("This is in the trash. Restore it first.")
        raise ValidationError({name: ValidationError(message, code="deleted_parent") for name in gone})


def _made_before(asked: dict[str, Any]) -> DocumentRequest | None:
    """The same person's request with that key. Raises DomainError when it asks for something else."""
    key = asked["idempotency_key"]
    if key is None:
        return None
    made = DocumentRequest.objects.filter(requester=asked["requester"], idempotency_key=key).first()
    if made is not None and any(getattr(made, name) != value for name, value in asked.items()):
        message = _("That key stands for another request of yours: take a new one.")
        raise DomainError(message, code="idempotency_mismatch")
    return made
