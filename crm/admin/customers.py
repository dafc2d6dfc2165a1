"""Customers and their profiles in the back office."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from config.base.admin import BaseAdmin, Figure, ReadOnlyAdmin, do_for_each

from .. import services
from ..models import ClientMasterProfile, Customer
from .dossier import CustomerPageMixin
from .duplicates import DuplicatePagesMixin
from .links import linked_lists, list_url
from .segments import SegmentPagesMixin


class MergedFilter(admin.SimpleListFilter):
    """Those who stand under their own number, or who were merged into somebody."""

    title = _("merged")
    parameter_name = "merged"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("no", _("Under their own number")), ("yes", _("Merged into another"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset if self.value() is None else queryset.filter(merged_into__isnull=self.value() == "no")


@admin.register(Customer)
class CustomerAdmin(CustomerPageMixin, DuplicatePagesMixin, BaseAdmin):
    """Customers. What they said about being contacted is changed by actions, which keep the proof."""

    icon = "person"
    menu_order = 10
    search_fields = ("full_name", "customer_code", "email")
    list_display = (
        *("customer_code", "full_name", "email", "city", "country"),
        *("is_contactable", "is_opted_out", "is_bounced", "created_at"),
    )
    sortable_by = ("customer_code", "full_name", "city", "created_at")
    list_filter = ("is_contactable", "is_opted_out", "is_bounced", MergedFilter, "first_batch")
    ordering = ("customer_code",)
    readonly_fields = ("is_opted_out", "is_bounced", "merged_into", "first_batch", "belongings")
    actions = (*BaseAdmin.actions, "opt_out_selected", "opt_in_selected")
    fieldsets = (
        (None, {"fields": ("customer_code", "full_name", ("email", "phone"), "user")}),
        (_("Address"), {"fields": ("address_line", ("postal_code", "city", "country"))}),
        (_("Contact"), {"fields": ("is_contactable", ("is_opted_out", "is_bounced"))}),
        (_("Where from"), {"fields": (("first_batch", "merged_into"),)}),
        (_("What there is"), {"fields": ("belongings",)}),
    )

    @admin.display(description=_("lists"), empty_value="–")
    def belongings(self, customer: Customer) -> SafeString | None:
        if customer.pk is None:
            return None
        return linked_lists(customer, "order_lines", "contact_events", "profiles", "reco_items")

    @admin.action(description=_("Opt selected customers out"), permissions=["change"])
    def opt_out_selected(self, request: HttpRequest, queryset: Any) -> None:
        do_for_each(self, request, queryset, lambda each: services.opt_out_customer(customer=each))

    @admin.action(description=_("Opt selected customers in"), permissions=["change"])
    def opt_in_selected(self, request: HttpRequest, queryset: Any) -> None:
        do_for_each(self, request, queryset, lambda each: services.opt_in_customer(customer=each))

    def figures(self, request: HttpRequest) -> list[Figure]:
        url = list_url(Customer, is_contactable__exact=1, is_opted_out__exact=0, is_bounced__exact=0)
        return [
            Figure(str(_("Customers to be contacted")), Customer.objects.contactable().count(), url, "person")
        ]


@admin.register(ClientMasterProfile)
class ClientMasterProfileAdmin(SegmentPagesMixin, ReadOnlyAdmin, BaseAdmin):
    icon = "monitoring"
    menu_order = 60
    search_fields = ("customer__full_name", "customer__customer_code")
    list_display = (
        *("customer", "segment", "recency_days", "frequency", "monetary_amount", "monetary_currency"),
        *("confidence", "as_of"),
    )
    sortable_by = ("recency_days", "frequency", "monetary_amount", "confidence")
    list_filter = ("segment", "recency_score", "frequency_score", "monetary_score", "customer")
    ordering = ("-monetary_amount",)
    fieldsets = (
        (None, {"fields": ("customer", ("segment", "as_of", "confidence"))}),
        (
            _("Orders"),
            {
                "fields": (
                    ("recency_days", "frequency", "monetary_amount", "monetary_currency"),
                    ("recency_score", "frequency_score", "monetary_score"),
                )
            },
        ),
        (
            _("Tastes"),
            {"fields": ("top_families", "top_grapes", "top_sugars", "top_budgets", "aroma_profile")},
        ),
        (_("Diversity"), {"fields": (("family_diversity", "grape_diversity", "product_diversity"),)}),
    )
