"""What people have of documents: the list, one of them with its bricks, what they think of these."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from config.base.exceptions import DomainError

from .. import services
from ..asking import may_ask
from ..choices import InteractionKind
from ..forms import STARS, RatingForm
from ..models import ContentBrick, DocumentInteraction
from ..selectors.mine import bricks_in, has_received, is_for, requests_of, students_in
from .pages import document_of

#: Requests on a page.
SHOWN = 20


@login_required
@never_cache
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """What was asked for by me or for me, my children, my students; `?student=` of one of them."""
    user: Any = request.user
    students = students_in(user)
    rows = requests_of(user)
    chosen = request.GET.get("student", "")
    if chosen in {str(key) for key, _name in students}:
        rows = rows.filter(student=int(chosen))
    content = {
        "page": Paginator(rows, SHOWN).get_page(request.GET.get("page")),
        "students": students,
        "chosen": chosen,
        "may_ask": may_ask(user),
    }
    return render(request, "content/documents.html", content)


@login_required
@never_cache
@require_safe
def document(request: HttpRequest, document_id: int) -> HttpResponse:
    """One document to read, with its bricks."""
    user: Any = request.user
    found = document_of(user, document_id)
    done = DocumentInteraction.objects.filter(document=found, user=user, kind=InteractionKind.COMPLETE)
    siblings = found.request.documents.visible_to(user).exclude(pk=found.pk).defer("html", "manifest")
    content = {
        "document": found,
        "asked": found.request,
        "siblings": siblings,
        "bricks": bricks_in(found, user=user),
        "stars": STARS,
        "completed": done.first(),
        "can_complete": is_for(user, found),
        "can_rate": has_received(user, found),
        "rated": request.GET.get("rated", ""),
    }
    return render(request, "content/document.html", content)


@login_required
@require_POST
def complete(request: HttpRequest, document_id: int) -> HttpResponse:
    """I have worked through it. Twice is once."""
    user: Any = request.user
    found = document_of(user, document_id)
    try:
        services.record_interaction(user=user, document=found, kind=InteractionKind.COMPLETE)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Well done: this document is noted as completed."))
    return redirect("document", found.pk)


@login_required
@require_POST
def rate(request: HttpRequest, document_id: int) -> HttpResponse:
    """What I think of one of its bricks."""
    user: Any = request.user
    found = document_of(user, document_id)
    form = RatingForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(each) for errors in form.errors.values() for each in errors))
        return redirect("document", found.pk)
    brick = ContentBrick.objects.filter(
        pk=form.cleaned_data["brick"], versions__document_bricks__document=found
    ).first()
    if brick is None:
        raise Http404
    try:
        services.rate_brick(
            user=user, brick=brick, score=form.cleaned_data["score"], comment=form.cleaned_data["comment"]
        )
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("document", found.pk)
    # Thanked where the person was looking: a message stands at the top of the page, out of sight.
    return redirect(f"{reverse('document', args=[found.pk])}?rated={brick.pk}#brick-{brick.pk}")
