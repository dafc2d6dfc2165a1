"""Making the documents that a request asks for."""

from __future__ import annotations

import base64
import hashlib
import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import StudentProfile
from config.base.clock import now_ms
from config.base.events import emit
from config.base.exceptions import DomainError, StaleObjectError

from .. import files
from ..choices import RequestStatus as Status
from ..events import DocumentFailed, DocumentGenerated
from ..failures import describe
from ..leases import MAX_ATTEMPTS
from ..manifests import build_manifest, sheet_for, versions_of
from ..models import DocumentBrick, DocumentRequest, GeneratedDocument
from ..rendering.contained import RenderFailed, run
from ..rendering.values import Rendered, Sheet
from ..selection import Selection
from ..selectors.picking import pick

logger = logging.getLogger(__name__)

#: Of a failure that is nobody's fault: the process that renders was killed, which another try may not meet.
MACHINERY = "crash"


class _TakenOver(Exception):
    """Somebody else works on this request, or it was changed or deleted meanwhile."""


class NothingMatches(DomainError):
    """No brick matches any slot. `shortage` is how many each slot lacks."""

    code = "nothing_matches"

    def __init__(self, slots: list[dict[str, Any]], shortage: dict[str, int]) -> None:
        self.shortage = shortage
        lacking = [
            f"{slot['title'] or slot['key']} ({shortage[slot['key']]})"
            for slot in slots
            if slot["key"] in shortage
        ]
        super().__init__(_("No brick matches. Missing: %(slots)s.") % {"slots": ", ".join(lacking)})


def generate_document(
    *,
    request: DocumentRequest,
    rendered_at: datetime | None = None,
    progress: Callable[[int], None] | None = None,
) -> DocumentRequest:
    """Make both copies, or those that were asked for: all of them, once, or none.

    A request that somebody else works on, or that has come to its end, is left as it is: twice is once. What was
    authored and cannot be rendered, or takes too much, ends it as FAILED with the reason in the requester's language;
    after a failure of the machinery it waits again, and fails the third time. `rendered_at` is the moment to print
    (aware; now, in the site's time zone, when left out). Not to be called within a transaction: others are to see how
    far it is. Returns the request as it is stored then; raises nothing of these.
    """
    if not _take_up(request):
        return request
    with translation.override(request.requester.locale):
        try:
            _work(request, rendered_at or timezone.localtime(), progress or (lambda percent: None))
        except _TakenOver:
            logger.warning("Request %s was taken over or changed meanwhile.", request.pk)
        except RenderFailed as failure:
            _give_up(request, describe(failure), for_good=failure.code != MACHINERY)
        except DomainError as error:
            _give_up(request, str(error), for_good=True)
        except Exception:
            logger.exception("Request %s could not be finished.", request.pk)
            _give_up(request, _no_reason(), for_good=False)
    request.refresh_from_db()
    return request


def render(sheets: Iterable[Sheet]) -> list[Rendered]:
    """The copies as HTML and PDF, made in a process of their own. Raises RenderFailed."""
    found = run("copies", {"sheets": [sheet.as_payload() for sheet in sheets]})
    return [
        Rendered(copy["html"], base64.b64decode(copy["pdf"]), copy["page_count"]) for copy in found["copies"]
    ]


def picked(request: DocumentRequest) -> Selection:
    """What the request takes from today's stock. Raises NothingMatches when that is not a single brick."""
    selection = pick(
        template=request.template,
        subject=request.subject,
        level=request.level,
        criteria=request.criteria,
        seed=request.seed,
        student=request.student,
    )
    if not selection.picks:
        raise NothingMatches(request.template.slots, selection.shortage)
    return selection


def _take_up(request: DocumentRequest) -> bool:
    """Become the one who works on it; False when it is somebody else's, or at its end."""
    with transaction.atomic():
        rows = DocumentRequest.objects.free().select_for_update(no_key=True).filter(pk=request.pk)
        found = rows.first()
        request.refresh_from_db()
        if found and request.attempts < MAX_ATTEMPTS:
            request.status, request.attempts = Status.RUNNING, request.attempts + 1
            request.progress, request.progress_at = 0, now_ms()
            request.save(update_fields=["status", "attempts", "progress", "progress_at"])
            return True
    if found:
        with translation.override(request.requester.locale):
            _give_up(request, _no_reason(), for_good=True)
        request.refresh_from_db()
    return False


def _work(request: DocumentRequest, rendered_at: datetime, progress: Callable[[int], None]) -> None:
    _fix_manifest(request, rendered_at)
    _show_life(request, 10, progress)
    sheets = {variant: sheet_for(_manifest(request), variant) for variant in request.variants}
    copies = dict(zip(sheets, render(sheets.values()), strict=True))
    _show_life(request, 70, progress)
    _keep(request, copies)
    progress(100)


def _manifest(request: DocumentRequest) -> dict[str, Any]:
    assert request.manifest is not None  # it was fixed before
    return request.manifest


def _fix_manifest(request: DocumentRequest, rendered_at: datetime) -> None:
    """Pick the bricks, unless a worker before this one did. Raises NothingMatches, _TakenOver.

    The student's profile is locked meanwhile: another request of theirs waits, and then counts these bricks as seen.
    """
    if request.manifest is not None:
        return
    with _undoing(request):
        if request.student_id is not None:
            list(StudentProfile.all_objects.select_for_update(no_key=True).filter(pk=request.student_id))
        selection = picked(request)
        request.manifest = build_manifest(request=request, selection=selection, rendered_at=rendered_at)
        _save(request, "manifest")


def _keep(request: DocumentRequest, copies: dict[str, Rendered]) -> None:
    """Write every copy, its bricks and its file, and that the request is done: all of it or nothing.

    Raises _TakenOver when the request is somebody else's by now.
    """
    with _undoing(request):
        _save(request, "status", status=Status.DONE, progress=100, progress_at=now_ms())
        try:
            keys = tuple(_write(request, variant, copy) for variant, copy in copies.items())
        except BaseException:
            files.remove_pdfs(request)
            raise
        emit(DocumentGenerated(request_id=request.pk, document_ids=keys))


def _write(request: DocumentRequest, variant: str, copy: Rendered) -> int:
    manifest = _manifest(request)
    document = GeneratedDocument(
        request=request,
        variant=variant,
        title=manifest["title"],
        html=copy.html,
        html_sha256=hashlib.sha256(copy.html.encode()).hexdigest(),
        pdf_sha256=hashlib.sha256(copy.pdf).hexdigest(),
        page_count=copy.page_count,
        manifest=manifest,
    )
    files.write_pdf(document, copy.pdf)
    document.save()
    pins = zip(manifest["bricks"], versions_of(manifest), strict=True)
    DocumentBrick.objects.bulk_create(
        DocumentBrick(
            document=document,
            position=position,
            brick_version=version,
            slot=pin["slot"],
            sha256=pin["sha256"],
        )
        for position, (pin, version) in enumerate(pins, start=1)
    )
    return document.pk


@contextmanager
def _undoing(request: DocumentRequest) -> Iterator[None]:
    """A transaction; when it is undone, so is what the request at hand was to be."""
    before = request.version, request.manifest
    try:
        with transaction.atomic():
            yield
    except BaseException:
        request.version, request.manifest = before
        raise


def _show_life(request: DocumentRequest, percent: int, progress: Callable[[int], None]) -> None:
    """Say how far it is, and that this worker lives. Raises _TakenOver when the request is not its own any more."""
    mine = DocumentRequest.objects.filter(pk=request.pk, version=request.version)
    if not mine.update(progress=percent, progress_at=now_ms()):
        raise _TakenOver
    progress(percent)


def _give_up(request: DocumentRequest, reason: str, *, for_good: bool) -> None:
    """End the request as FAILED, or let it wait for another try; nothing when it is somebody else's by now."""
    with transaction.atomic(), suppress(_TakenOver):
        if for_good or request.attempts >= MAX_ATTEMPTS:
            _save(request, "status", "error", status=Status.FAILED, error=reason)
            files.remove_pdfs(request)
            emit(DocumentFailed(request_id=request.pk))
        else:
            _save(request, "status", status=Status.QUEUED)


def _save(request: DocumentRequest, *tracked: str, **values: Any) -> None:
    """Save these columns under the version by which the request was taken up. Raises _TakenOver."""
    for name, value in values.items():
        setattr(request, name, value)
    try:
        request.save(update_fields=[*{*tracked, *values}])
    except StaleObjectError as error:
        raise _TakenOver from error


def _no_reason() -> str:
    return _("Making the document was broken off several times. Please tell whoever looks after this site.")
