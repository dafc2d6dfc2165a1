"""People ask for documents on pages and over the API of their own; the office asks with `request_document`."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import StudentProfile, User
from config.base.exceptions import DomainError
from courses.models import Subject

from ..asking import may_ask, students_for
from ..choices import RequestStatus
from ..models import ContentTemplate, DocumentRequest
from .requests import request_document, retry_document

#: A person has so many requests under way at most, so that nobody keeps the workers from everybody else.
UNDER_WAY = 10


@transaction.atomic
def ask_for_document(
    *,
    user: User,
    template: ContentTemplate,
    subject: Subject,
    level: str,
    student: StudentProfile | None = None,
    criteria: dict[str, Any] | None = None,
    seed: int | None = None,
    idempotency_key: str | None = None,
) -> DocumentRequest:
    """Ask for a document, as a teacher for oneself or a student of one's own, or as a student for oneself.

    A student who names nobody means themselves. Everything else is as `request_document` says.

    Raises DomainError `not_yours` for somebody else, `too_many` with ten requests under way; ValidationError.
    """
    if not may_ask(user):
        raise DomainError(_("Teachers and students ask for documents."), code="not_yours")
    if student is None and user.teacher_profile is None:
        student = user.student_profile
    if student is not None and not students_for(user).filter(pk=student.pk).exists():
        raise DomainError(
            _("You may ask for a document for yourself and for your students."), code="not_yours"
        )
    _wait_for_own(user)
    request = request_document(
        requester=user,
        template=template,
        subject=subject,
        level=level,
        student=student,
        criteria=criteria,
        seed=seed,
        idempotency_key=idempotency_key,
    )
    _refuse_too_many(user)
    return request


@transaction.atomic
def ask_again(*, user: User, request: DocumentRequest) -> DocumentRequest:
    """Have one's own request that failed done once more.

    Raises DomainError `not_yours`, `status`, `too_many`.
    """
    if request.requester_id != user.pk:
        raise DomainError(_("Only who asked for it may try it again."), code="not_yours")
    _wait_for_own(user)
    request = retry_document(request=request)
    _refuse_too_many(user)
    return request


def _wait_for_own(user: User) -> None:
    """Of several requests by one person at once each counts those before it."""
    rows = User.all_objects.select_for_update(no_key=True).filter(pk=user.pk)
    rows.values_list("pk").first()


def _refuse_too_many(user: User) -> None:
    """Judged after the request was made, which an error undoes: one repeated under its key adds none."""
    unfinished = (RequestStatus.QUEUED, RequestStatus.RUNNING)
    if DocumentRequest.objects.filter(requester=user, status__in=unfinished).count() > UNDER_WAY:
        raise DomainError(
            _("Many documents are being made for you already: wait until some are ready."), code="too_many"
        )
