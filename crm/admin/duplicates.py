"""Customers who may be one, in the back office: pairs side by side, what a merge would do, and its undoing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Max, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from config.base.admin import link_from
from config.base.exceptions import DomainError

from .. import services
from ..models import Customer
from ..selectors.duplicates import Reason, find_duplicates
from ..services.merging import MERGED, PARTS, SURVIVOR, MergePreview

LIST, OF_ONE = "admin:crm_customer_duplicates", "admin:crm_customer_duplicates_of"
MERGE, DISTINCT = "admin:crm_customer_merge", "admin:crm_customer_distinct"
RIGHT = "crm.add_customermerge"
PAGE = 20

#: How many crowds the page names.
CROWDS = 5

link_from(Customer, OF_ONE, gettext_lazy("Possible duplicates"), RIGHT)


@dataclass(frozen=True)
class Side:
    """One of a pair: the customer, the number of their order lines, and when the last one was ordered."""

    customer: Customer
    lines: int
    last: datetime | None


@dataclass(frozen=True)
class Pair:
    """Two who may be one; the one with more orders, or else the older row, would survive."""

    survivor: Side
    merged: Side
    confidence: int
    reasons: list[str]

    @property
    def merge_url(self) -> str:
        return reverse(MERGE, args=[self.survivor.customer.pk, self.merged.customer.pk])


class DuplicatePagesMixin:
    """Mixed into the admin of customers."""

    duplicates_template = "admin/crm/customer/duplicates.html"
    merge_template = "admin/crm/customer/merge.html"
    menu_pages = ((gettext_lazy("Possible duplicates"), "join_inner", LIST, RIGHT),)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view  # type: ignore[attr-defined]
        own = [
            path("duplicates/", view(self.duplicates_view), name=LIST.removeprefix("admin:")),
            path(
                "duplicates/<int:customer_id>/",
                view(self.duplicates_view),
                name=OF_ONE.removeprefix("admin:"),
            ),
            path(
                "distinct/<int:first_id>/<int:second_id>/",
                view(require_POST(self.distinct_view)),
                name=DISTINCT.removeprefix("admin:"),
            ),
            path(
                "merge/<int:survivor_id>/<int:merged_id>/",
                view(self.merge_view),
                name=MERGE.removeprefix("admin:"),
            ),
        ]
        return own + super().get_urls()  # type: ignore[misc,no-any-return]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        """Who was merged says so at the top of the page."""
        customer = context.get("original")
        if customer is not None and customer.merged_into_id is not None and request.method == "GET":
            survivor = Customer.objects.survivors()[customer.pk]
            url = reverse("admin:crm_customer_change", args=[survivor])
            name = Customer.all_objects.get(pk=survivor)
            text = format_html(_("This customer has been merged into {}."), _link(url, name))
            messages.warning(request, text)
        return super().render_change_form(request, context, *args, **kwargs)  # type: ignore[misc]

    def duplicates_view(self, request: HttpRequest, customer_id: int | None = None) -> HttpResponse:
        """Every pair, or those of one customer, the most convincing first, twenty a page."""
        _require_right(request)
        customer = None if customer_id is None else Customer.objects.filter(pk=customer_id).first()
        if customer_id is not None and customer is None:
            raise Http404
        found = find_duplicates()
        rows = found.pairs if customer is None else found.of(customer.pk)
        page = Paginator(range(rows.height), PAGE).get_page(request.GET.get("p"))
        shown = rows.slice(page.start_index() - 1, len(page)) if rows.height else rows
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "title": _("Possible duplicates"),
            "subtitle": None if customer is None else str(customer),
            "opts": self.opts,  # type: ignore[attr-defined]
            "customer": customer,
            "pairs": _pairs(shown.rows()),
            "total": rows.height,
            "crowds": [(Reason(each.reason).label, each) for each in found.crowds[:CROWDS]]
            if customer is None
            else [],
            "page": page,
            "pages": page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1),
        }
        return self._page(request, self.duplicates_template, context)

    def distinct_view(self, request: HttpRequest, first_id: int, second_id: int) -> HttpResponse:
        """Remember that these two are not the same, and go back to where that was said."""
        _require_right(request)
        first, second = _customer(first_id), _customer(second_id)
        try:
            services.distinguish_customers(first=first, second=second)
        except DomainError as error:
            messages.error(request, str(error))
        else:
            text = _("%(first)s and %(second)s will not be proposed again.")
            messages.success(request, text % {"first": first, "second": second})
        back = request.POST.get("next", "")
        is_here = url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())
        return HttpResponseRedirect(back if is_here else reverse(LIST))

    def merge_view(self, request: HttpRequest, survivor_id: int, merged_id: int) -> HttpResponse:
        """What the merge would do, and a choice where the two differ; on POST it is done."""
        _require_right(request)
        survivor, merged = _customer(survivor_id), _customer(merged_id)
        seen = f"{survivor.version}-{merged.version}"
        is_stale = request.method == "POST" and request.POST.get("seen") != seen
        fields = {
            part: side for part in PARTS if (side := request.POST.get(f"part_{part}")) in (SURVIVOR, MERGED)
        }
        try:
            if request.method == "POST" and not is_stale:
                merge = services.merge_customers(survivor=survivor, merged=merged, fields=fields)
                undo = reverse("admin:crm_customermerge_unmerge", args=[merge.pk])
                text = _("{merged} has been merged into {survivor}. {undo}")
                way_back = _link(undo, _("Undo")) if request.user.has_perm("crm.change_customermerge") else ""
                words = {"merged": merged, "survivor": survivor, "undo": way_back}
                messages.success(request, format_html(text, **words))
                return HttpResponseRedirect(reverse("admin:crm_customer_change", args=[survivor.pk]))
            preview = services.preview_merge(survivor=survivor, merged=merged, fields=fields)
        except DomainError as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(reverse(LIST))
        return self._merge_page(request, preview, seen=seen, is_stale=is_stale)

    def _merge_page(
        self, request: HttpRequest, preview: MergePreview, *, seen: str, is_stale: bool
    ) -> HttpResponse:
        names = {name: Customer._meta.get_field(name).verbose_name for name in preview.flags}  # type: ignore[union-attr]
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "title": _("Merge two customers"),
            "subtitle": None,
            "opts": self.opts,  # type: ignore[attr-defined]
            "preview": preview,
            "flags": [(names[name], value) for name, value in preview.flags.items()],
            "rows": [(each.model._meta.verbose_name_plural, each) for each in preview.rows],
            "seen": seen,
            "is_stale": is_stale,
            "swapped_url": reverse(MERGE, args=[preview.merged.pk, preview.survivor.pk]),
            "back_url": reverse(LIST),
        }
        return self._page(request, self.merge_template, context)

    def _page(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        request.current_app = self.admin_site.name  # type: ignore[attr-defined]
        return TemplateResponse(request, template, context, status=409 if context.get("is_stale") else 200)


def _require_right(request: HttpRequest) -> None:
    if not request.user.has_perms([RIGHT, "crm.view_customer"]):
        raise PermissionDenied


def _customer(key: int) -> Customer:
    found = Customer.all_objects.filter(pk=key).first()
    if found is None:
        raise Http404
    return found


def _link(url: str, words: Any) -> str:
    return format_html('<a class="underline font-semibold" href="{}">{}</a>', url, words)


def _pairs(rows: list[tuple[int, int, int, list[str]]]) -> list[Pair]:
    """The pairs with their customers and how much they ordered: one query for all of them."""
    keys = {key for first, second, _sure, _reasons in rows for key in (first, second)}
    alive = Q(order_lines__is_deleted=False)
    people: Any = Customer.objects.filter(pk__any_of=sorted(keys)).annotate(
        lines=Count("order_lines", filter=alive), last=Max("order_lines__ordered_at", filter=alive)
    )
    sides = {each.pk: Side(each, each.lines, each.last) for each in people}
    pairs = []
    for first, second, confidence, reasons in rows:
        if first in sides and second in sides:
            one, other = sorted(
                (sides[first], sides[second]), key=lambda side: (-side.lines, side.customer.pk)
            )
            pairs.append(Pair(one, other, confidence, [str(Reason(each).label) for each in reasons]))
    return pairs
