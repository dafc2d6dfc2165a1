"""Asking for a document, and seeing how far it is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from config.base.clock import now_ms
from config.base.exceptions import DomainError

from .. import services
from ..asking import may_ask, students_for
from ..choices import RequestStatus
from ..models import DocumentRequest
from ..offers import offer_for
from ..request_forms import AskForm
from ..request_words import relaxation_words, shortage_words
from ..selectors.mine import requests_of

#: In seconds: how often the page asks how far the work has come.
REFRESH = 2
#: So long a request waits before somebody may wonder whether a worker runs.
PATIENCE = timedelta(seconds=30)


@login_required
@never_cache
def ask(request: HttpRequest) -> HttpResponse:
    """What is to be in it; on POST a worker is asked to make it, or with `look` only said what the stock has for it."""
    user: Any = request.user
    if not may_ask(user):
        raise PermissionDenied
    teaches = user.teacher_profile is not None
    students = students_for(user) if teaches else None
    form = AskForm(request.POST or None, students=students, initial=_first_guess(user))
    offer = None
    if request.method == "POST" and form.is_valid() and "look" in request.POST:
        asked = form.asked()
        del asked["idempotency_key"]
        offer = offer_for(**{**asked, "student": asked["student"] if teaches else user.student_profile})
    elif request.method == "POST" and form.is_valid():
        try:
            made = services.ask_for_document(user=user, **form.asked())
        except ValidationError as error:
            form.add_error(None, error.messages)  # type: ignore[arg-type]
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            return redirect("document_progress", made.pk)
    return render(
        request,
        "content/ask.html",
        {"form": form, "teaches": teaches, "offer": offer},
        status=400 if form.errors else 200,
    )


def _first_guess(user: Any) -> dict[str, Any]:
    """What the person asked for last; a student's own class."""
    last = DocumentRequest.objects.filter(requester=user).order_by("-created_at", "-id").first()
    guess = {"level": user.student_profile.level} if user.student_profile else {}
    if last is None:
        return guess
    return {"template": last.template_id, "subject": last.subject_id, "level": last.level, **guess}


@login_required
@never_cache
@require_safe
def progress(request: HttpRequest, request_id: int) -> HttpResponse:
    """How far it is; once it is done, its copies. The page asks again by itself until then."""
    asked = _asked_by(request, request_id)
    unfinished = asked.status in (RequestStatus.QUEUED, RequestStatus.RUNNING)
    content = {
        "asked": asked,
        "refresh": REFRESH if unfinished else None,
        "is_ignored": asked.status == RequestStatus.QUEUED and now_ms() - asked.updated_at > PATIENCE,
        "is_mine": asked.requester_id == request.user.pk,
        "shortage": shortage_words(asked),
        "relaxed": relaxation_words(asked),
    }
    return render(request, "content/progress.html", content)


@login_required
@require_POST
def retry(request: HttpRequest, request_id: int) -> HttpResponse:
    """Once more, from today's stock."""
    user: Any = request.user
    asked = _asked_by(request, request_id)
    try:
        services.ask_again(user=user, request=asked)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("It is tried once more."))
    return redirect("document_progress", asked.pk)


def _asked_by(request: HttpRequest, request_id: int) -> Any:
    asked = requests_of(request.user).filter(pk=request_id).first()
    if asked is None:
        raise Http404
    return asked
