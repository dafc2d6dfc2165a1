"""Who turned out to be one with whom, and who did not, in the back office."""

from __future__ import annotations

from collections import Counter

from django.apps import apps
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base.admin import BaseAdmin, ReadOnlyAdmin, link_from
from config.base.exceptions import DomainError

from .. import services
from ..models import CustomerMerge, DistinctPair

UNMERGE = "admin:crm_customermerge_unmerge"
RIGHT = "crm.change_customermerge"

link_from(CustomerMerge, UNMERGE, gettext_lazy("Undo this merge"), RIGHT)


@admin.register(CustomerMerge)
class CustomerMergeAdmin(ReadOnlyAdmin, BaseAdmin):
    """Merges; each can be undone on a page of its own, which lists what speaks against it."""

    unmerge_template = "admin/crm/customermerge/undo.html"
    icon = "merge"
    menu_order = 90
    search_fields = (
        "survivor__full_name",
        "survivor__customer_code",
        "merged__full_name",
        "merged__customer_code",
    )
    list_display = ("merged_at", "survivor", "merged", "undone_at")
    sortable_by = ("merged_at", "undone_at")
    list_filter = ("survivor",)
    ordering = ("-merged_at",)
    fieldsets = ((None, {"fields": (("survivor", "merged"), ("merged_at", "undone_at"), "what_moved")}),)
    readonly_fields = ("what_moved",)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.unmerge_view)
        return [
            path("<int:merge_id>/unmerge/", view, name=UNMERGE.removeprefix("admin:")),
            *super().get_urls(),
        ]

    @admin.display(description=gettext_lazy("what was moved"), empty_value="–")
    def what_moved(self, merge: CustomerMerge) -> str | None:
        """So many rows of each kind: which, row by row, is in the API."""
        return ", ".join(f"{capfirst(name)}{_(':')} {number}" for name, number in counted(merge)) or None

    def unmerge_view(self, request: HttpRequest, merge_id: int) -> HttpResponse:
        """What goes back to whom, or every reason why it cannot; on POST it is undone."""
        if not request.user.has_perms([RIGHT, "crm.view_customermerge"]):
            raise PermissionDenied
        merge = CustomerMerge.objects.select_related("survivor", "merged").filter(pk=merge_id).first()
        if merge is None:
            raise Http404
        if request.method == "POST":
            try:
                services.unmerge_customers(merge=merge)
            except services.MergeConflict:
                messages.error(request, _("Nothing was undone."))
            except DomainError as error:
                messages.error(request, str(error))
            else:
                text = _("%(merged)s and %(survivor)s are two customers again.")
                messages.success(request, text % {"merged": merge.merged, "survivor": merge.survivor})
                return HttpResponseRedirect(reverse("admin:crm_customer_change", args=[merge.merged_id]))
        is_undone = merge.undone_at is not None
        conflicts = [] if is_undone else services.undo_conflicts(merge=merge)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Undo this merge"),
            "subtitle": str(merge),
            "opts": self.opts,
            "merge": merge,
            "is_undone": is_undone,
            "conflicts": [conflict.message for conflict in conflicts],
            "rows": counted(merge),
            "back_url": reverse("admin:crm_customermerge_change", args=[merge.pk]),
        }
        request.current_app = self.admin_site.name  # type: ignore[attr-defined]
        return TemplateResponse(request, self.unmerge_template, context, status=409 if conflicts else 200)


def counted(merge: CustomerMerge) -> list[tuple[str, int]]:
    """The kinds of rows that a merge handed over, by name, and how many of each."""
    numbers = Counter(entry["model"] for entry in merge.moved if not {"before", "stayed"} & entry.keys())
    return [
        (str(apps.get_model(label)._meta.verbose_name_plural), number)
        for label, number in sorted(numbers.items())
    ]


@admin.register(DistinctPair)
class DistinctPairAdmin(BaseAdmin):
    """Deleting a pair has the two proposed for a merge again."""

    icon = "call_split"
    menu_order = 92
    search_fields = (
        *("first__full_name", "first__customer_code"),
        *("second__full_name", "second__customer_code"),
    )
    list_display = ("first", "second", "created_at")
    list_display_links = ("first", "created_at")
    sortable_by = ("created_at",)
    list_filter = ("first", "second")
    ordering = ("-id",)
    fieldsets = ((None, {"fields": (("first", "second"),)}),)
