"""What came of the recommendations, in the back office: the credited lines, and what a run brought."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from config.base.admin import BaseAdmin, ReadOnlyAdmin, link_from
from config.base.exceptions import DomainError

from ..lifts import ENOUGH, Lift
from ..models import OutcomeEvent, RecoRun
from ..models.outcome import Outcome
from ..selectors.lift import lift_of, lifts_of
from ..services import record_outcomes
from . import outcome_words as words
from .links import list_url

RUNS, RUN = "admin:crm_outcome_runs", "admin:crm_outcome_run"
RECORD, RECORD_RUN = "admin:crm_outcome_record", "admin:crm_outcome_record_run"
VIEW, ADD = "crm.view_outcomeevent", "crm.add_outcomeevent"
BY_RUN = "reco_item__run__id__exact"
PAGE = 10

link_from(RecoRun, RUN, gettext_lazy("What came of it"), VIEW)


class LiftPagesMixin:
    """Mixed into the admin of outcomes: all runs, one run, and the button that records."""

    runs_template = "admin/crm/outcomes/runs.html"
    run_template = "admin/crm/outcomes/run.html"
    menu_pages = ((gettext_lazy("Effect of recommendations"), "trending_up", RUNS, VIEW),)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view  # type: ignore[attr-defined]
        own = [
            path("lift/", view(self.runs_view), name=_local(RUNS)),
            path("lift/<int:run_id>/", view(self.run_view), name=_local(RUN)),
            path("record/", view(self.record_view), name=_local(RECORD)),
            path("record/<int:run_id>/", view(self.record_view), name=_local(RECORD_RUN)),
        ]
        return [*own, *super().get_urls()]  # type: ignore[misc]

    def runs_view(self, request: HttpRequest) -> HttpResponse:
        """Every completed run with its difference, the newest first, ten a page."""
        _require(request, VIEW)
        page = Paginator(RecoRun.objects.done(), PAGE).get_page(request.GET.get("p"))
        lifts = lifts_of(list(page.object_list))
        shown = words.rows((str(run), lifts[run.pk].any_purchase, False) for run in page.object_list)
        context = {
            "title": _("What the recommendations bring"),
            "page": page,
            "pages": page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1),
            "rows": [
                (run, row, _credited(lifts[run.pk]), lifts[run.pk].is_open)
                for run, row in zip(page.object_list, shown, strict=True)
            ],
            "record_url": reverse(RECORD),
        }
        return self._page(request, self.runs_template, context)

    def run_view(self, request: HttpRequest, run_id: int) -> HttpResponse:
        """One run: the groups side by side, the difference with its interval, and what was credited."""
        _require(request, VIEW)
        run = get_object_or_404(RecoRun.objects.done(), pk=run_id)
        lift = lift_of(run)
        labels = dict(Outcome.choices)
        context = {
            "title": _("What came of it"),
            "subtitle": str(run),
            "run": run,
            "lift": lift,
            "figures": _figures(lift),
            "sentence": words.sentence(lift.any_purchase),
            "kind": lift.any_purchase.verdict.value.lower(),
            "money": words.amount_sentence(lift),
            "rows": words.rows_of(lift),
            "credits": [
                (labels[each.outcome], each.lines, words.amount(each.cents / 100, lift.currency))
                for each in lift.credits
            ],
            "enough": ENOUGH,
            "record_url": reverse(RECORD_RUN, args=[run.pk]),
            "list_url": list_url(OutcomeEvent, **{BY_RUN: run.pk}),
        }
        return self._page(request, self.run_template, context)

    def record_view(self, request: HttpRequest, run_id: int | None = None) -> HttpResponse:
        """POST: credit what was bought since; then back to where the button was."""
        _require(request, ADD)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        run = get_object_or_404(RecoRun, pk=run_id) if run_id else None
        try:
            result = record_outcomes(run=run)
        except DomainError as error:
            self.message_user(request, str(error), messages.ERROR)  # type: ignore[attr-defined]
            return HttpResponseRedirect(reverse(RUNS))
        said = ngettext("%(count)d line was credited.", "%(count)d lines were credited.", result.credited)
        said %= {"count": result.credited}
        if result.withdrawn:
            gone = ngettext(
                "%(count)d purchase was cancelled and has no credit any more.",
                "%(count)d purchases were cancelled and have no credit any more.",
                result.withdrawn,
            )
            said = f"{said} {gone % {'count': result.withdrawn}}"
        self.message_user(request, said, messages.SUCCESS)  # type: ignore[attr-defined]
        return HttpResponseRedirect(reverse(RUN, args=[run_id]) if run_id else reverse(RUNS))

    def _page(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        common = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "subtitle": None,
            "opts": self.opts,  # type: ignore[attr-defined]
            "may_record": request.user.has_perm(ADD),
        }
        request.current_app = self.admin_site.name  # type: ignore[attr-defined]
        return TemplateResponse(request, template, {**common, **context})


@admin.register(OutcomeEvent)
class OutcomeEventAdmin(LiftPagesMixin, ReadOnlyAdmin, BaseAdmin):
    icon = "paid"
    menu_order = 75
    search_fields = ("order_line__order_reference", "reco_item__customer__full_name")
    list_display = ("occurred_at", "reco_item", "order_line", "outcome", "amount", "currency")
    list_select_related = ("reco_item__product", "order_line")
    sortable_by = ("occurred_at", "amount")
    list_filter = ("outcome", "occurred_at")
    ordering = ("-occurred_at",)
    fieldsets = (
        (None, {"fields": ("reco_item", "order_line", "outcome", ("amount", "currency"), "occurred_at")}),
    )

    def lookup_allowed(self, lookup: str, value: str, request: Any = None) -> bool:
        """The lines of a run too, which the run's page leads to."""
        if lookup == BY_RUN and value.isdecimal():
            return True
        return super().lookup_allowed(lookup, value, request)


def _figures(lift: Lift) -> list[dict[str, Any]]:
    """The numbers at the top of a run's page."""
    contacted = ngettext("%(count)d contacted", "%(count)d contacted", lift.contacted)
    return [
        {
            "label": _("To be contacted"),
            "value": lift.treated.customers,
            "hint": contacted % {"count": lift.contacted},
        },
        {"label": _("Holdout, never contacted"), "value": lift.holdout.customers, "hint": ""},
        {
            "label": _("Bought, of those to be contacted"),
            "value": words.percent(lift.treated.share),
            "hint": words.amount(lift.treated.mean, lift.currency),
        },
        {
            "label": _("Bought, of the holdout"),
            "value": words.percent(lift.holdout.share),
            "hint": words.amount(lift.holdout.mean, lift.currency),
        },
    ]


def _credited(lift: Lift) -> tuple[int, str]:
    lines, cents = (sum(getattr(each, name) for each in lift.credits) for name in ("lines", "cents"))
    return lines, words.amount(cents / 100, lift.currency)


def _local(name: str) -> str:
    return name.removeprefix("admin:")


def _require(request: HttpRequest, right: str) -> None:
    if not request.user.has_perm(right):
        raise PermissionDenied
