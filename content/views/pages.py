"""A document's own pages, for those whose it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ..choices import InteractionKind
from ..downloads import PagesGoneError, html_response, note, pdf_response
from ..models import GeneratedDocument


@login_required
@require_safe
def html_pages(request: HttpRequest, document_id: int) -> HttpResponseBase:
    """The document to read; counts as a view."""
    return fetched(request, document_id, html_response, InteractionKind.VIEW)


@login_required
@require_safe
def pdf_pages(request: HttpRequest, document_id: int) -> HttpResponseBase:
    """The document to keep; counts as a download."""
    return fetched(request, document_id, pdf_response, InteractionKind.DOWNLOAD)


def fetched(
    request: HttpRequest, document_id: int, answer: Callable[[GeneratedDocument], HttpResponseBase], kind: str
) -> HttpResponseBase:
    """A document of who asks, and a note that they fetched it; 404 alike for others' and for none, 410 once erased."""
    document = document_of(request.user, document_id)
    try:
        response = answer(document)
    except PagesGoneError as error:
        return gone(request, str(error))
    note(request, document, kind)
    return response


def document_of(user: Any, document_id: int) -> GeneratedDocument:
    """One of this person's. Http404."""
    document = GeneratedDocument.objects.visible_to(user).filter(pk=document_id).first()
    if document is None:
        raise Http404
    return document


def gone(request: HttpRequest, words: str) -> HttpResponse:
    """A page that says so, for whoever follows an old link."""
    return render(request, "content/gone.html", {"words": words}, status=410)
