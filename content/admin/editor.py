"""The editor of bricks: what is being written, printed beside the form as far as it can be, and its problems."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext, ngettext

from config.base.exceptions import DomainError
from courses.choices import Language

from ..checking import BrickProblem
from ..failures import describe
from ..lengths import MAX_TEXT
from ..models import ContentBrick, ContentFigure
from ..rendering.contained import RenderFailed
from ..services import publish_brick, review_brick
from .previewing import TEMPLATE, PreviewLimit, wait_words

#: How many pages the preview shows as images.
PAGES = 4
#: How many figures are offered by name; the others are written by hand.
OFFERED = 500
#: The button that publishes what the form has saved.
PUBLISH = "_publish"


class EditorMixin(PreviewLimit):
    """Mixed into the admin of bricks."""

    change_form_template: Any = TEMPLATE

    class Media:
        css = {"all": ("content/editor.css",)}
        js = ("content/editor.js",)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.live_view)  # type: ignore[attr-defined]
        return [path("live/", view, name="content_contentbrick_live"), *super().get_urls()]  # type: ignore[misc]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        if "body" in context["adminform"].form.fields:
            names = ContentFigure.objects.order_by("name").values_list("name", flat=True)
            context["editor"] = {
                "url": reverse("admin:content_contentbrick_live"),
                "figures": list(names[:OFFERED])
                if request.user.has_perm("content.view_contentfigure")
                else [],
            }
            if self.has_change_permission(request):  # type: ignore[attr-defined]
                button = {"action_name": PUBLISH, "description": gettext("Save and publish")}
                context["actions_submit_line"] = [button]
        return super().render_change_form(request, context, *args, **kwargs)  # type: ignore[misc]

    def response_add(
        self, request: HttpRequest, obj: ContentBrick, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        return self._published(request, obj) or super().response_add(request, obj, *args, **kwargs)  # type: ignore[misc]

    def response_change(self, request: HttpRequest, obj: ContentBrick) -> HttpResponse:
        return self._published(request, obj) or super().response_change(request, obj)  # type: ignore[misc]

    def _published(self, request: HttpRequest, brick: ContentBrick) -> HttpResponse | None:
        """After « Save and publish » the brick's page again, with what came of it; None after any other button."""
        if PUBLISH not in request.POST or not self.has_change_permission(request, brick):  # type: ignore[attr-defined]
            return None
        try:
            version = publish_brick(brick=brick)
        except DomainError as error:
            messages.warning(request, gettext("The brick was saved."))
            messages.error(request, str(error))
        else:
            words = gettext("Saved and published: version %(number)d is what new documents take.")
            messages.success(request, words % {"number": version.number})
        return redirect("admin:content_contentbrick_change", brick.pk)

    def live_view(self, request: HttpRequest) -> HttpResponse:
        """What is being written, as it would be printed: JSON with `html`, `problems`, `words` that sum them up and,
        where `pages` is asked for, `pdf` and `pages` in base64. Nothing is written. 429 with `words` where one person
        asks for too many."""
        if not self.has_add_permission(request) and not self.has_change_permission(request):  # type: ignore[attr-defined]
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        seconds = self.seconds_to_wait(request)
        if seconds is not None:
            answer = _answer({"words": wait_words(seconds)}, status=429)
            answer["Retry-After"] = str(seconds)
            return answer
        brick = _typed(request.POST)
        with_pages = request.POST.get("pages") == "1"
        try:
            review = review_brick(brick=brick, pages=PAGES if with_pages else 0)
        except RenderFailed as failure:
            problem = BrickProblem(f"render_{failure.code}", "body", describe(failure))
            return _found([problem], html="", pdf="", pages=[], page_count=0)
        return _found(
            review.problems,
            html=review.html,
            pdf=review.pdf if with_pages else "",
            pages=list(review.pages),
            page_count=review.page_count,
        )


def _typed(values: Any) -> ContentBrick:
    """The brick of the form, as far as it has been filled in; no longer than what may be saved."""
    kind, language = values.get("kind"), values.get("language")
    return ContentBrick(
        title=values.get("title", "")[:255],
        kind=kind if kind in ContentBrick.Kind.values else ContentBrick.Kind.EXERCISE,
        language=language if language in Language.values else Language.FRENCH,
        body=values.get("body", "")[: MAX_TEXT + 1],
        answer=values.get("answer", "")[: MAX_TEXT + 1],
        source=values.get("source", "")[:500],
    )


def _found(problems: Sequence[BrickProblem], **printed: Any) -> JsonResponse:
    count = len(problems)
    words = ngettext("%(count)d thing to look at.", "%(count)d things to look at.", count) % {"count": count}
    words = words if count else gettext("Nothing to mend.")
    return _answer({**printed, "problems": [each.as_dict() for each in problems], "words": words})


def _answer(content: dict[str, Any], *, status: int = 200) -> JsonResponse:
    return JsonResponse(content, status=status, headers={"Cache-Control": "no-store"})
