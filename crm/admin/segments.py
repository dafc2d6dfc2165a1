"""Whom there is: the customers by recency and frequency, and the button that builds their profiles."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..models import ClientMasterProfile
from ..profiling import SEGMENTS
from ..selectors.dossier import segment_counts
from ..tasks import build_profiles_task, later
from ..validators import validate_day
from . import profile_words as words
from .links import list_url

SEGMENTS_PAGE, BUILD_PAGE = "admin:crm_clientmasterprofile_segments", "admin:crm_clientmasterprofile_build"
VIEW, BUILD = "crm.view_clientmasterprofile", "crm.add_clientmasterprofile"


class BuildForm(forms.Form):
    """The day at whose beginning things are looked at."""

    as_of = forms.DateField(
        label=gettext_lazy("As of the beginning of"),
        validators=[validate_day],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=gettext_lazy("No order of this day or later is read."),
    )


class SegmentPagesMixin:
    """Mixed into the admin of profiles."""

    segments_template = "admin/crm/profiles/segments.html"
    menu_pages = ((gettext_lazy("Segments"), "grid_view", SEGMENTS_PAGE, VIEW),)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view  # type: ignore[attr-defined]
        own = [
            path("segments/", view(self.segments_view), name=SEGMENTS_PAGE.removeprefix("admin:")),
            path("build/", view(self.build_view), name=BUILD_PAGE.removeprefix("admin:")),
        ]
        return [*own, *super().get_urls()]  # type: ignore[misc]

    def segments_view(self, request: HttpRequest, form: BuildForm | None = None) -> HttpResponse:
        """The map of recency and frequency with its counts, and the segments in words."""
        if not request.user.has_perm(VIEW):
            raise PermissionDenied
        counts = segment_counts()
        total = sum(counts.values())
        newest = ClientMasterProfile.objects.order_by("-as_of").values_list("as_of", flat=True).first()
        site = self.admin_site  # type: ignore[attr-defined]
        request.current_app = site.name  # type: ignore[attr-defined]
        context = {
            **site.each_context(request),
            "opts": self.opts,  # type: ignore[attr-defined]
            "title": _("Segments"),
            "subtitle": None,
            "total": total,
            "as_of": newest,
            "grid": _grid(counts),
            "segments": _segments(counts, total),
            "form": form or BuildForm(initial={"as_of": localdate()}),
            "may_build": request.user.has_perm(BUILD),
            "list_url": list_url(ClientMasterProfile).rstrip("?"),
        }
        return TemplateResponse(request, self.segments_template, context)

    def build_view(self, request: HttpRequest) -> HttpResponse:
        """POST: have the profiles built in the background."""
        if not request.user.has_perm(BUILD):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        form = BuildForm(request.POST)
        if not form.is_valid():
            return self.segments_view(request, form)
        as_of: date = form.cleaned_data["as_of"]
        later(build_profiles_task, as_of=as_of.isoformat(), user_id=request.user.pk)
        self.message_user(  # type: ignore[attr-defined]
            request,
            _("The profiles are being built in the background. Load the page again in a moment."),
            messages.SUCCESS,
        )
        return HttpResponseRedirect(reverse(SEGMENTS_PAGE))


def _grid(counts: dict[tuple[int, int], int]) -> list[tuple[int, list[dict[str, Any]]]]:
    """[(recency score, cells by frequency score)], the highest recency first; a cell leads into the filtered list."""
    highest = max(counts.values(), default=0) or 1
    rows = []
    for recency in range(5, 0, -1):
        cells = []
        for frequency in range(1, 6):
            number = counts.get((recency, frequency), 0)
            scores = {"recency_score": recency, "frequency_score": frequency}
            cells.append(
                {
                    "recency": recency,
                    "frequency": frequency,
                    "segment": SEGMENTS[recency, frequency],
                    "number": number,
                    "shade": -(-9 * number // highest),  # 0 for nobody, up to 9
                    "url": list_url(ClientMasterProfile, **scores) if number else "",
                }
            )
        rows.append((recency, cells))
    return rows


def _segments(counts: dict[tuple[int, int], int], total: int) -> list[tuple[Any, int, int, Any, str]]:
    """[(segment, how many, percent, what to do, their list)], in the order of the segments."""
    found = []
    for segment in ClientMasterProfile.Segment:
        number = sum(counts.get(cell, 0) for cell, each in SEGMENTS.items() if each == segment)
        url = list_url(ClientMasterProfile, segment__exact=segment.value) if number else ""
        found.append(
            (segment, number, round(100 * number / total) if total else 0, words.ADVICE[segment], url)
        )
    return found
