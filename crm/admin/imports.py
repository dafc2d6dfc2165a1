"""Imports and what they and the runs noticed, in the back office."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from config.base.admin import BaseAdmin, Figure, ReadOnlyAdmin, do_for_each

from .. import services
from ..models import AuditItem, Customer, ImportBatch
from .import_reports import ReportPagesMixin
from .importing import ImportPagesMixin
from .links import linked_lists, list_url


@admin.register(ImportBatch)
class ImportBatchAdmin(ImportPagesMixin, ReportPagesMixin, ReadOnlyAdmin, BaseAdmin):
    icon = "upload_file"
    menu_order = 80
    search_fields = ("file_name",)
    list_display = (
        *("started_at", "file_name", "kind", "status", "report", "rows_read"),
        *("rows_created", "rows_updated", "rows_unchanged", "rows_rejected", "imported_by"),
    )
    sortable_by = ("started_at", "rows_read")
    list_filter = ("kind", "status", "imported_by")
    ordering = ("-started_at",)
    readonly_fields = ("belongings",)
    fieldsets = (
        (None, {"fields": ("file_name", ("kind", "status"), "imported_by", ("started_at", "finished_at"))}),
        (
            _("Rows"),
            {"fields": ("rows_read", ("rows_created", "rows_updated", "rows_unchanged", "rows_rejected"))},
        ),
        (_("How it was read"), {"fields": ("sha256", "mapping", "failure")}),
        (_("What there is"), {"fields": ("belongings",)}),
    )

    @admin.display(description=_("report"))
    def report(self, batch: ImportBatch) -> SafeString:
        url = reverse("admin:crm_importbatch_report", args=[batch.pk])
        return format_html('<a class="house-link" href="{}">{}</a>', url, _("Report"))

    @admin.display(description=_("lists"))
    def belongings(self, batch: ImportBatch) -> SafeString:
        return linked_lists(batch, "audit_items", "new_customers", "order_lines", "contact_events")


class OpenFilter(admin.SimpleListFilter):
    """Notes that somebody has dealt with, or nobody yet."""

    title = _("resolved")
    parameter_name = "resolved"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("no", _("Open")), ("yes", _("Resolved"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "no":
            return queryset.open()
        return queryset.filter(resolved_at__isnull=False) if self.value() == "yes" else queryset


@admin.register(AuditItem)
class AuditItemAdmin(ReadOnlyAdmin, BaseAdmin):
    icon = "rule"
    menu_order = 85
    search_fields = ("message", "code")
    list_display = ("severity", "code", "message", "about", "row_number", "batch", "run", "resolved_at")
    sortable_by = ("row_number", "resolved_at")
    list_filter = (OpenFilter, "severity", "code", "batch", "run")
    ordering = ("-id",)
    actions = (*BaseAdmin.actions, "resolve_selected")
    fieldsets = (
        (None, {"fields": (("severity", "code"), "message", "details")}),
        (
            _("About"),
            {"fields": (("batch", "run"), ("number", "row_number"), ("object_type", "object_id"))},
        ),
        (_("Dealt with"), {"fields": ("resolved_at",)}),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        customers = Customer.all_objects.filter(pk=OuterRef("object_id")).values("customer_code")
        return super().get_queryset(request).annotate(customer_code=Subquery(customers))

    @admin.display(description=_("customer"), empty_value="-")
    def about(self, item: Any) -> SafeString | None:
        """Whom a run left out."""
        if item.object_type != Customer._meta.label_lower or not item.customer_code:
            return None
        url = reverse("admin:crm_customer_page", args=[item.object_id])
        return format_html('<a class="house-link" href="{}">{}</a>', url, item.customer_code)

    def has_resolve_permission(self, request: HttpRequest) -> bool:
        """The fields are the services'; who may change notes may say that one is dealt with."""
        return request.user.has_perm("crm.change_audititem")

    @admin.action(description=_("Mark selected audit items as resolved"), permissions=["resolve"])
    def resolve_selected(self, request: HttpRequest, queryset: Any) -> None:
        do_for_each(self, request, queryset, lambda each: services.resolve_audit_item(audit_item=each))

    def figures(self, request: HttpRequest) -> list[Figure]:
        url = list_url(AuditItem, resolved="no")
        return [Figure(str(_("Open audit items")), AuditItem.objects.open().count(), url, "rule")]
