"""Generated documents, to look at: what they are made of and what is done with them; never their bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from config.base.admin import BaseAdmin, BaseTabularInline, ReadOnlyAdmin

from .. import services
from ..downloads import PagesGoneError, html_response, pdf_response
from ..models import DocumentBrick, DocumentInteraction, GeneratedDocument
from ..request_words import replay_words


class DocumentBrickInline(ReadOnlyAdmin, BaseTabularInline):
    """The bricks of a document, in its order."""

    model = DocumentBrick
    fields = ("position", "slot", "brick_version", "sha256")
    ordering = ("position", "id")


@admin.register(GeneratedDocument)
class GeneratedDocumentAdmin(ReadOnlyAdmin, BaseAdmin):
    change_form_template = "admin/content/document/change_form.html"
    icon = "picture_as_pdf"
    menu_order = 60
    search_fields = ("title",)
    list_display = ("title", "variant", "page_count", "pages_shown", "request", "created_at")
    list_select_related = ("request__template", "request__subject")
    sortable_by = ("title", "page_count", "created_at")
    list_filter = ("variant", "request")
    ordering = ("-created_at",)
    inlines = (DocumentBrickInline,)
    fieldsets = (
        (None, {"fields": ("title", ("variant", "page_count"), "request")}),
        (_("Provenance"), {"fields": ("html_sha256", "pdf_sha256", "manifest")}),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        """Without the pages themselves, which have addresses of their own."""
        return super().get_queryset(request).defer("html")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path(
                "<int:document_id>/html/",
                view(self.html_view, cacheable=True),
                name="content_generateddocument_html",
            ),
            path(
                "<int:document_id>/pdf/",
                view(self.pdf_view, cacheable=True),
                name="content_generateddocument_pdf",
            ),
        ]
        again = path(
            "<int:document_id>/replay/",
            view(require_POST(self.replay_view)),
            name="content_generateddocument_replay",
        )
        return [*own, again, *super().get_urls()]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        """Adds the ways to the pages, for who may read them."""
        document = context.get("original")
        if document is not None:
            context["may_read"] = self._readable(request, document.pk) is not None
        return super().render_change_form(request, context, *args, **kwargs)

    def replay_view(self, request: HttpRequest, document_id: int) -> HttpResponseBase:
        """Make the document again from its manifest and say whether the same bytes came out; nothing is written."""
        document = self._readable(request, document_id)
        if document is None:
            raise Http404
        replay = services.replay_document(document=document)
        level = messages.SUCCESS if replay.matches and not replay.is_erased else messages.WARNING
        self.message_user(request, replay_words(replay), level)
        return HttpResponseRedirect(reverse("admin:content_generateddocument_change", args=[document.pk]))

    @staticmethod
    def _readable(request: HttpRequest, document_id: int) -> GeneratedDocument | None:
        return GeneratedDocument.objects.readable_by(request.user).filter(pk=document_id).first()

    def html_view(self, request: HttpRequest, document_id: int) -> HttpResponseBase:
        """The document as one page. What the office looks at is not counted."""
        return self._pages(request, document_id, html_response)

    def pdf_view(self, request: HttpRequest, document_id: int) -> HttpResponseBase:
        """The document as a PDF."""
        return self._pages(request, document_id, pdf_response)

    def _pages(
        self,
        request: HttpRequest,
        document_id: int,
        answer: Callable[[GeneratedDocument], HttpResponseBase],
    ) -> HttpResponseBase:
        document = self._readable(request, document_id)
        if document is None:
            raise Http404
        try:
            return answer(document)
        except PagesGoneError as error:
            context = {
                **self.admin_site.each_context(request),
                "title": gettext("This document has no pages any more"),
                "opts": self.opts,
                "words": str(error),
                "back_url": reverse("admin:content_generateddocument_change", args=[document.pk]),
            }
            request.current_app = self.admin_site.name  # type: ignore[attr-defined]
            return TemplateResponse(request, "admin/content/gone.html", context, status=410)

    @admin.display(description=_("pages to read"))
    def pages_shown(self, document: GeneratedDocument) -> SafeString:
        """The ways to the pages; whether they open is judged there."""
        return format_html(
            '<a class="underline" href="{}" target="_blank">{}</a> · <a class="underline" href="{}">{}</a>',
            reverse("admin:content_generateddocument_html", args=[document.pk]),
            gettext("Open"),
            reverse("admin:content_generateddocument_pdf", args=[document.pk]),
            gettext("Download the PDF"),
        )


@admin.register(DocumentBrick)
class DocumentBrickAdmin(ReadOnlyAdmin, BaseAdmin):
    icon = "stacks"
    menu_order = 70
    search_fields = ("document__title", "brick_version__title", "slot")
    list_display = ("brick_version", "document", "position", "slot", "created_at")
    sortable_by = ("created_at",)
    list_filter = ("document", "brick_version")
    ordering = ("-created_at",)
    fieldsets = ((None, {"fields": ("document", ("position", "slot"), "brick_version", "sha256")}),)


@admin.register(DocumentInteraction)
class DocumentInteractionAdmin(ReadOnlyAdmin, BaseAdmin):
    icon = "touch_app"
    menu_order = 80
    search_fields = ("document__title", "user__full_name", "user__username")
    list_display = ("occurred_at", "document", "user", "kind", "duration_seconds")
    sortable_by = ("occurred_at",)
    list_filter = ("kind", "document", "user")
    ordering = ("-occurred_at",)
    fieldsets = ((None, {"fields": ("document", "user", "kind", ("occurred_at", "duration_seconds"))}),)
