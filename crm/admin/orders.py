"""Order lines and contacts in the back office."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from config.base.admin import BaseAdmin

from ..models import ContactEvent, OrderLine


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
    """Contacts. Saving a bounce or a consent also sets the customer's flags."""

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
