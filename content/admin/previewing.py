"""A brick's text printed on its page, for those who look at it and do not write it; how often previews are made."""

from __future__ import annotations

import math
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.api.throttling import PersonThrottle
from config.base.restricted import hidden_fields

from ..choices import Variant
from ..downloads import page_response
from ..failures import describe
from ..hashing import text_of
from ..models import BrickVersion, ContentBrick
from ..rendering.contained import RenderFailed
from ..services import review_brick

TEMPLATE = "admin/content/contentbrick/change_form.html"
MARKDOWN = ("body", "answer")


class PreviewLimit:
    """How many previews one person has made; each is a process of its own. `preview` is its rate in the settings."""

    throttle_scope = "preview"

    def seconds_to_wait(self, request: HttpRequest) -> int | None:
        """None where one more is made; otherwise after how many seconds the next one will be."""
        throttle = PersonThrottle()
        return None if throttle.allow_request(request, self) else math.ceil(throttle.wait() or 1)


def wait_words(seconds: int) -> str:
    return ngettext(
        "Too many previews in a short time: the next one can be made in %(count)d second.",
        "Too many previews in a short time: the next one can be made in %(count)d seconds.",
        seconds,
    ) % {"count": seconds}


class PreviewMixin(PreviewLimit):
    """Mixed into the admins of bricks and of their versions."""

    change_form_template: Any = TEMPLATE

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.printed_view)  # type: ignore[attr-defined]
        return [path("<int:pk>/printed/", view, name=self._name), *super().get_urls()]  # type: ignore[misc]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Who sees the text printed finds its Markdown folded up."""
        fieldsets = super().get_fieldsets(request, obj)  # type: ignore[misc]
        if obj is None or self.has_change_permission(request, obj):  # type: ignore[attr-defined]
            return fieldsets
        named = [name for _title, options in fieldsets for name in options["fields"] if name in MARKDOWN]
        kept = [
            (title, {**options, "fields": [each for each in options["fields"] if each not in MARKDOWN]})
            for title, options in fieldsets
        ]
        folded = (_("Markdown"), {"fields": named, "classes": ("collapse",)})
        return [*((title, options) for title, options in kept if options["fields"]), folded]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        shown = context.get("original")
        if shown is not None and "body" not in context["adminform"].form.fields:
            context["printed_url"] = reverse(f"admin:{self._name}", args=[shown.pk])
        return super().render_change_form(request, context, *args, **kwargs)  # type: ignore[misc]

    def printed_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The stored text as one page, with the answer for who may read answers."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        shown = self.get_object(request, str(pk))  # type: ignore[attr-defined]
        if shown is None or not self.has_view_permission(request, shown):  # type: ignore[attr-defined]
            raise Http404
        seconds = self.seconds_to_wait(request)
        if seconds is not None:
            answer = _said(wait_words(seconds), status=429)
            answer["Retry-After"] = str(seconds)
            return answer
        try:
            hidden = hidden_fields(request.user, type(shown))
            copy = Variant.STUDENT if "answer" in hidden else Variant.TEACHER
            review = review_brick(brick=_printed(shown, hidden), variant=copy.value)
        except RenderFailed as failure:
            return _said(describe(failure))
        return (
            page_response(review.html) if review.html else _said(gettext("This cannot be printed as it is."))
        )

    @property
    def _name(self) -> str:
        return f"content_{self.opts.model_name}_printed"  # type: ignore[attr-defined]


def _printed(shown: ContentBrick | BrickVersion, hidden: frozenset[str]) -> ContentBrick:
    """What is printed of it, as a brick."""
    brick = shown.brick if isinstance(shown, BrickVersion) else shown
    texts = {name: "" if name in hidden else text for name, text in text_of(shown).items()}
    return ContentBrick(kind=brick.kind, language=brick.language, **texts)


def _said(words: str, *, status: int = 200) -> HttpResponse:
    page = '<!doctype html><html lang="{}"><meta charset="utf-8"><title>{}</title><p>{}</p>'
    return page_response(format_html(page, get_language(), words, words), status=status)
