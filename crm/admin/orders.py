"""Order lines and contacts in the back office."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from config.base.admin import BaseAdmin

from ..choices import Exclusion
from ..contact_policy import objection_to
from ..models import ContactEvent, OrderLine
from ..recommending.config import default_config


@admin.register(OrderLine)
class OrderLineAdmin(BaseAdmin):
    icon = "receipt_long"
    menu_order = 40
    search_fields = ("order_reference", "customer__full_name", "customer__customer_code", "product__label")
    list_display = (
        *("ordered_at", "order_reference", "line_key", "customer", "product"),
        *("quantity", "amount", "currency", "source"),
    )
    sortable_by = ("ordered_at", "order_reference", "amount")
    list_filter = ("ordered_at", "customer", "product", "batch")
    ordering = ("-ordered_at",)
    readonly_fields = ("batch",)
    fieldsets = (
        (None, {"fields": ("customer", "product", "ordered_at")}),
        (_("The order"), {"fields": (("source", "order_reference", "line_key"), "raw_label", "batch")}),
        (_("Amount"), {"fields": (("quantity", "unit_price"), ("amount", "currency"))}),
    )


@admin.register(ContactEvent)
class ContactEventAdmin(BaseAdmin):
    """Contacts. Saving a bounce or a consent also sets the customer's flags.

    What was sent is recorded whatever spoke against it, because it happened; but it is said.
    """

    icon = "forum"
    menu_order = 50
    search_fields = ("campaign", "customer__full_name", "customer__customer_code")
    list_display = ("occurred_at", "customer", "channel", "kind", "campaign")
    sortable_by = ("occurred_at",)
    list_filter = ("occurred_at", "channel", "kind", "customer", "batch")
    ordering = ("-occurred_at",)
    readonly_fields = ("batch",)
    fieldsets = (
        (None, {"fields": ("customer", ("channel", "kind"), "occurred_at")}),
        (_("Where from"), {"fields": ("campaign", "batch")}),
    )

    def save_model(self, request: HttpRequest, obj: ContactEvent, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        config = default_config()
        asked = {name: config[name] for name in ("silence_days", "time_zone")}
        reason = objection_to(obj, **asked)
        if reason is not None:
            text = _("Recorded. But %(customer)s should not have been contacted: %(reason)s.")
            words = {"customer": obj.customer, "reason": Exclusion(reason).label}
            messages.warning(request, text % words)
