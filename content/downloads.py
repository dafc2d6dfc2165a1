"""A document's pages as answers, with the headers that keep them private and harmless.

Every door answers with these: the site's pages, the back office, the API. Whose door it is decides whether fetching
counts (`content.services.record_interaction`): what somebody opens as their own does, what the back office looks at
does not.
"""

from __future__ import annotations

import logging
import unicodedata
from typing import Any, TypeVar

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.http import content_disposition_header, quote_etag
from django.utils.translation import gettext as _

from config.base.exceptions import DomainError

from . import services
from .models import GeneratedDocument

logger = logging.getLogger(__name__)

#: The pages are shown, in a frame of ours at most: no script, no address, no form, no origin of their own.
PAGES_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'"
)
#: A file name has at most so many characters before its ending.
NAME_LENGTH = 120

Answer = TypeVar("Answer", bound=HttpResponseBase)


class PagesGoneError(DomainError):
    """The document has no pages any more."""

    code = "pages_gone"

    def __init__(self, message: str = "") -> None:
        super().__init__(
            message or _("The pages of this document were erased, together with somebody's personal data.")
        )


def html_response(document: GeneratedDocument) -> HttpResponse:
    """The document as one page. Raises PagesGoneError."""
    if not document.html:
        raise PagesGoneError
    response = page_response(document.html)
    response["Content-Disposition"] = _disposition(document, "html", as_attachment=False)
    return _private(response, document.html_sha256)


def page_response(html: str, *, status: int = 200) -> HttpResponse:
    """A whole page of authored text, in a frame of ours at most."""
    response = HttpResponse(html, status=status, content_type="text/html; charset=utf-8")
    response["Content-Security-Policy"] = PAGES_POLICY
    response["X-Frame-Options"] = "SAMEORIGIN"
    return _unseen(response)


def pdf_response(document: GeneratedDocument) -> FileResponse:
    """The document as a PDF to keep, read piece by piece. Raises PagesGoneError."""
    if not document.pdf:
        raise PagesGoneError
    try:
        file = document.pdf.open("rb")
    except FileNotFoundError:
        logger.exception("The PDF of document %s is not where it was put.", document.pk)
        raise PagesGoneError(_("The file of this document is not to be found.")) from None
    response = FileResponse(file, content_type="application/pdf")
    response["Content-Disposition"] = _disposition(document, "pdf", as_attachment=True)
    return _private(response, document.pdf_sha256)


def file_name(document: GeneratedDocument, ending: str) -> str:
    """What the document is called on somebody's disk: its title and which copy it is."""
    name = f"{document.title} ({document.get_variant_display()})"
    letters = "".join(each if _is_kept(each) else " " for each in name)
    return f"{' '.join(letters.split())[:NAME_LENGTH].strip(' .')}.{ending}"


def is_looked_at(request: HttpRequest) -> bool:
    """Does a person fetch this, and not a browser that guesses what they will open, or asks for the headers alone?"""
    purposes = {request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Moz")}
    return request.method == "GET" and not any("prefetch" in each or "preview" in each for each in purposes)


def note(request: HttpRequest, document: GeneratedDocument, kind: str) -> None:
    """Record what the person does; who acts as somebody else looks, and does not do it in their name."""
    user: Any = request.user
    if is_looked_at(request) and not getattr(user, "is_hijacked", False):
        services.record_interaction(user=user, document=document, kind=kind)


def _is_kept(letter: str) -> bool:
    """No separator of folders, no sign that some system refuses in a name, nothing invisible."""
    return (letter not in '/\\:*?"<>|' and unicodedata.category(letter)[0] not in "CZ") or letter == " "


def _disposition(document: GeneratedDocument, ending: str, *, as_attachment: bool) -> str:
    return content_disposition_header(as_attachment, file_name(document, ending)) or "inline"


def _private(response: Answer, sha256: str) -> Answer:
    response["ETag"] = quote_etag(sha256)
    return _unseen(response)


def _unseen(response: Answer) -> Answer:
    """No cache keeps it, no browser guesses at its type, no page is told where one came from, nobody searches it."""
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
