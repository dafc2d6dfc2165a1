"""A request's pages in the back office: what is asked for, how far it is, what came of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import CheckboxInput, Select
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from config.base.exceptions import DomainError

from .. import services
from ..choices import RequestStatus
from ..models import DocumentBrick, DocumentRequest, GeneratedDocument
from ..offers import offer_for
from ..request_forms import WhatForm
from ..request_words import relaxation_words, shortage_words

#: In seconds: how often a page asks how far the work has come.
REFRESH = 2
UNFINISHED = (RequestStatus.QUEUED, RequestStatus.RUNNING)


class OfficeForm(WhatForm):
    """What the office asks for, with the theme's widgets; the student is found by typing."""

    field_order = ("template", "subject", "level", "student")

    def __init__(self, *args: Any, student: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["student"] = student
        self.order_fields(self.field_order)
        for name, field in self.fields.items():
            if name == "seed":
                field.widget = UnfoldAdminIntegerFieldWidget()
            elif isinstance(field.widget, CheckboxInput):
                field.widget = UnfoldBooleanSwitchWidget()
            elif type(field.widget) is Select:
                field.widget = UnfoldAdminSelectWidget(choices=field.choices)  # type: ignore[attr-defined]
            elif name == "tags":
                field.widget = UnfoldAdminTextInputWidget()

    def asked(self) -> dict[str, Any]:
        return {**super().asked(), "student": self.cleaned_data.get("student")}


class RequestPagesMixin:
    """Mixed into the admin of requests."""

    change_form_template: Any = "admin/content/request/change_form.html"
    ask_template = "admin/content/request/ask.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view  # type: ignore[attr-defined]
        again = path(
            "<int:request_id>/retry/",
            view(require_POST(self.retry_view)),
            name="content_documentrequest_retry",
        )
        return [again, *super().get_urls()]  # type: ignore[misc]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """What is to be in it; on POST a worker is asked to make it, and its page shows how far it is. With `look` it
        is only said what the stock has for it."""
        if not self.has_add_permission(request):  # type: ignore[attr-defined]
            raise PermissionDenied
        field: Any = DocumentRequest._meta.get_field("student")
        student = self.formfield_for_dbfield(field, request)  # type: ignore[attr-defined]
        form = OfficeForm(request.POST or None, student=student, initial=request.GET.dict())
        offer = None
        if request.method == "POST" and form.is_valid() and "look" in request.POST:
            asked = form.asked()
            del asked["idempotency_key"]
            offer = offer_for(**asked)
        elif request.method == "POST" and form.is_valid():
            user: Any = request.user
            try:
                made = services.request_document(requester=user, **form.asked())
            except ValidationError as error:
                form.add_error(None, error.messages)  # type: ignore[arg-type]
            except DomainError as error:
                form.add_error(None, str(error))
            else:
                return HttpResponseRedirect(f"{_url_of(made)}?watch=1")
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "title": _("Ask for a worksheet"),
            "subtitle": None,
            "opts": self.opts,  # type: ignore[attr-defined]
            "form": form,
            "offer": offer,
            "media": self.media + form.media,  # type: ignore[attr-defined]
            "list_url": reverse("admin:content_documentrequest_changelist"),
        }
        request.current_app = self.admin_site.name  # type: ignore[attr-defined]
        return TemplateResponse(request, self.ask_template, context, status=400 if form.errors else 200)

    def retry_view(self, request: HttpRequest, request_id: int) -> HttpResponse:
        """Once more, from today's stock."""
        rows = self.get_queryset(request)  # type: ignore[attr-defined]
        asked = get_object_or_404(rows, pk=request_id)
        if not request.user.has_perm("content.change_documentrequest", asked):
            raise PermissionDenied
        try:
            services.retry_document(request=asked)
        except DomainError as error:
            self.message_user(request, str(error), messages.ERROR)  # type: ignore[attr-defined]
        else:
            self.message_user(request, _("It is tried once more."), messages.SUCCESS)  # type: ignore[attr-defined]
        return HttpResponseRedirect(f"{_url_of(asked)}?watch=1")

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        """Adds how far it is and what came of it, above the fields."""
        asked = context.get("original")
        if asked is not None:
            context |= _came_of(request, asked)
        return super().render_change_form(request, context, *args, **kwargs)  # type: ignore[misc]


def _came_of(request: HttpRequest, asked: DocumentRequest) -> dict[str, Any]:
    readable = set(
        GeneratedDocument.objects.readable_by(request.user).filter(request=asked).values_list("pk", flat=True)
    )
    copies = list(asked.documents.defer("html", "manifest").order_by("variant"))
    parts = DocumentBrick.objects.filter(document=copies[0]) if copies else DocumentBrick.objects.none()
    parts = parts.in_order().select_related("brick_version__brick")
    # Who edits a request that waits is not to lose what they typed: it is watched by who asked just now.
    watched = asked.status == RequestStatus.RUNNING or "watch" in request.GET
    may_retry = request.user.has_perm("content.change_documentrequest", asked)
    return {
        "asked": asked,
        "refresh": REFRESH if asked.status in UNFINISHED and watched else None,
        "copies": [(copy, copy.pk in readable) for copy in copies],
        "parts": parts,
        "shortage": shortage_words(asked),
        "relaxed": relaxation_words(asked),
        "can_retry": asked.status == RequestStatus.FAILED and may_retry and not asked.is_deleted,
    }


def _url_of(asked: DocumentRequest) -> str:
    return reverse("admin:content_documentrequest_change", args=[asked.pk])
