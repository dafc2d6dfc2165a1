"""Runs and what they recommend, in the back office."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from config.base.admin import BaseAdmin, ReadOnlyAdmin
from config.base.exceptions import DomainError

from .. import services
from ..models import RecoItem, RecoRun
from .links import linked_lists
from .profile_words import parts_of
from .run_forms import ContactForm
from .run_words import steps_of
from .runs import CHANGE, RunPagesMixin, tell


@admin.register(RecoRun)
class RecoRunAdmin(RunPagesMixin, ReadOnlyAdmin, BaseAdmin):
    icon = "play_circle"
    menu_order = 65
    search_fields = ("config_hash", "input_hash")
    list_display = ("started_at", "as_of", "status", "customers", "items_made", "finished_at")
    sortable_by = ("started_at", "as_of")
    list_filter = ("status", "as_of")
    ordering = ("-started_at",)
    readonly_fields = ("belongings", "seconds")
    fieldsets = (
        (None, {"fields": (("as_of", "status"), ("started_at", "finished_at"), "seconds")}),
        (_("How"), {"fields": ("config", "config_hash", "input_hash")}),
        (_("What there is"), {"fields": ("belongings",)}),
    )

    @admin.display(description=_("customers"), empty_value="–")
    def customers(self, run: RecoRun) -> int | None:
        return run.counts.get("customers")

    @admin.display(description=_("recommendations"), empty_value="–")
    def items_made(self, run: RecoRun) -> int | None:
        return run.counts.get("items")

    @admin.display(description=_("seconds"), empty_value="–")
    def seconds(self, run: RecoRun) -> str | None:
        """What each step took."""
        return " · ".join(f"{step} {spent}" for step, spent in steps_of(run)) or None

    @admin.display(description=_("lists"))
    def belongings(self, run: RecoRun) -> SafeString:
        return linked_lists(run, "items", "audit_items")


@admin.register(RecoItem)
class RecoItemAdmin(ReadOnlyAdmin, BaseAdmin):
    icon = "recommend"
    menu_order = 70
    search_fields = ("customer__full_name", "customer__customer_code", "product__label")
    list_display = ("customer", "rank", "product", "scenario", "score", "is_holdout", "run")
    sortable_by = ("rank", "score")
    list_filter = ("scenario", "rank", "is_holdout", "run", "customer", "product")
    ordering = ("-run_id", "customer_id", "rank")
    readonly_fields = ("reasons_shown",)
    actions = (*BaseAdmin.actions, "mark_as_contacted")
    fieldsets = (
        (None, {"fields": ("run", "customer", ("rank", "product"), ("scenario", "is_holdout"))}),
        (_("Why"), {"fields": ("score", "reasons_shown", "explanation_fr", "explanation_en")}),
    )

    @admin.display(description=_("reasons"))
    def reasons_shown(self, item: RecoItem) -> SafeString:
        """The components as a sum, in words; below the facts, by the names that exports and the API give them."""
        components = [
            (f"{'−' if value < 0 else '+'}{number_format(abs(value), 4)}", name)
            for name, value, _width in parts_of(item)
        ]
        facts = [(name, gettext(":"), value) for name, value in item.reasons.get("facts", {}).items()]
        return format_html(
            "{}<div>= {}</div>{}",
            format_html_join("", "<div>{} {}</div>", components),
            number_format(item.score, 4),
            format_html_join("", "<div><code>{}</code>{} {}</div>", facts),
        )

    def has_contact_permission(self, request: HttpRequest) -> bool:
        """The fields are the services'; who may say that a run's customers were contacted may say it of some."""
        return request.user.has_perm(CHANGE)

    @admin.action(description=_("Mark the selected customers as contacted"), permissions=["contact"])
    def mark_as_contacted(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        """A page asks by which channel; with the confirmation each run's customers are noted."""
        form = ContactForm(request.POST if "confirm" in request.POST else None)
        runs = RecoRun.objects.filter(pk__in=queryset.order_by().values("run"))
        if form.is_valid():
            for run in runs:
                try:
                    result = services.mark_contacted(
                        run=run, channel=form.cleaned_data["channel"], items=queryset.filter(run=run)
                    )
                except DomainError as error:
                    self.message_user(request, f"{run}: {error}", messages.ERROR)
                else:
                    tell(self, request, result)
            return None
        chosen = request.POST.getlist("_selected_action")
        people = queryset.order_by().values("run", "customer").distinct()
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Mark as contacted"),
            "subtitle": None,
            "opts": self.opts,
            "form": form,
            "media": form.media,
            "count": people.filter(is_holdout=False).count(),
            "holdout": people.filter(is_holdout=True).count(),
            "carried": [
                ("action", "mark_as_contacted"),
                ("select_across", request.POST.get("select_across", "0")),
                *(("_selected_action", each) for each in chosen),
            ],
            "back_url": reverse("admin:crm_recoitem_changelist"),
        }
        return TemplateResponse(request, RunPagesMixin.contact_template, context)
