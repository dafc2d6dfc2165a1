"""Runs, what they recommend and what came of it, in the back office."""

from __future__ import annotations

from django.contrib import admin
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from config.base.admin import BaseAdmin, ReadOnlyAdmin

from ..models import OutcomeEvent, RecoItem, RecoRun
from .links import linked_lists


@admin.register(RecoRun)
class RecoRunAdmin(ReadOnlyAdmin, BaseAdmin):
    icon = "play_circle"
    menu_order = 65
    search_fields = ("config_hash", "input_hash")
    list_display = ("started_at", "as_of", "status", "finished_at", "config_hash", "input_hash")
    sortable_by = ("started_at", "as_of")
    list_filter = ("status", "as_of")
    ordering = ("-started_at",)
    readonly_fields = ("belongings",)
    fieldsets = (
        (None, {"fields": (("as_of", "status"), ("started_at", "finished_at"))}),
        (_("How"), {"fields": ("config", "config_hash", "input_hash")}),
        (_("Figures"), {"fields": ("counts", "timings")}),
        (_("What there is"), {"fields": ("belongings",)}),
    )

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
    fieldsets = (
        (None, {"fields": ("run", "customer", ("rank", "product"), ("scenario", "is_holdout"))}),
        (_("Why"), {"fields": ("score", "reasons_shown", "explanation_fr", "explanation_en")}),
    )

    @admin.display(description=_("reasons"))
    def reasons_shown(self, item: RecoItem) -> SafeString:
        """The components as a sum, the facts below."""
        components = [(f"{each['value']:+.4f}", each["name"]) for each in item.reasons["components"]]
        facts = [(name, value) for name, value in item.reasons.get("facts", {}).items()]
        return format_html(
            "{}<div>= {}</div>{}",
            format_html_join("", "<div><code>{}</code> {}</div>", components),
            f"{item.score:.4f}",
            format_html_join("", "<div>{} : {}</div>", facts),
        )


@admin.register(OutcomeEvent)
class OutcomeEventAdmin(ReadOnlyAdmin, BaseAdmin):
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
