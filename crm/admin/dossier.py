"""The page of a customer: profile, tastes, orders and contacts, whether to contact them, what to recommend and why."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.timezone import localdate
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from config.base.admin import link_from

from ..choices import Exclusion, Segment
from ..models import ContactEvent, Customer, OrderLine, OutcomeEvent, RecoItem
from ..selectors.dossier import Axis, Dossier, Order, customer_dossier
from . import profile_words as words
from .links import list_url
from .radar import Radar, radar

PAGE = "admin:crm_customer_page"
VIEW, BUILD = "crm.view_customer", "crm.add_clientmasterprofile"

link_from(Customer, PAGE, _("Customer’s page"), VIEW)

#: Why nobody contacts them now, and what there is to do about it.
REASONS = {
    Exclusion.BOUNCED: _("Messages to them bounce: correct the address and record their consent."),
    Exclusion.OPTED_OUT: _("They asked not to be contacted. Only they can change that."),
    Exclusion.UNCONTACTABLE: _(
        "“May be contacted” is switched off, or they were merged into another customer."
    ),
    Exclusion.SILENCE: _("They were contacted lately."),
}


class CustomerPageMixin:
    """Mixed into the admin of customers."""

    customer_template = "admin/crm/customer/page.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.customer_view)  # type: ignore[attr-defined]
        return [
            path("<path:object_id>/page/", view, name=PAGE.removeprefix("admin:")),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def customer_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What this reader may see of the customer."""
        if not request.user.has_perm(VIEW):
            raise PermissionDenied
        customer = self.get_object(request, unquote(object_id))  # type: ignore[attr-defined]
        if customer is None or not self.has_view_permission(request, customer):  # type: ignore[attr-defined]
            raise Http404
        dossier = customer_dossier(
            customer=customer, today=localdate(), may_view=lambda model: _may_view(request, model)
        )
        site = self.admin_site  # type: ignore[attr-defined]
        request.current_app = site.name  # type: ignore[attr-defined]
        context = {**site.each_context(request), "opts": self.opts, **_shown(request, customer, dossier)}  # type: ignore[attr-defined]
        return TemplateResponse(request, self.customer_template, context)


def _may_view(request: HttpRequest, model: Any) -> bool:
    return request.user.has_perm(f"{model._meta.app_label}.view_{model._meta.model_name}")


def _shown(request: HttpRequest, customer: Customer, dossier: Dossier) -> dict[str, Any]:
    profile, silence = dossier.profile, dossier.silence
    explanation = "explanation_fr" if (get_language() or "").startswith("fr") else "explanation_en"
    mine = {"customer__id__exact": customer.pk}
    return {
        "title": str(customer),
        "subtitle": None,
        "customer": customer,
        "dossier": dossier,
        "advice": words.ADVICE[Segment(profile.segment)] if profile else "",
        "scores": words.scores(profile) if profile else [],
        "favourites": words.favourites(profile) if profile else [],
        "percents": words.percents(profile) if profile else [],
        "radar": _radar(dossier.axes),
        "axes": list(zip(words.axis_labels(), dossier.axes, strict=True)) if dossier.axes else [],
        "why_not": REASONS[silence.reason] if silence and silence.reason else "",
        "steps": [(isinstance(step, Order), step) for step in dossier.steps],
        "items": [(item, getattr(item, explanation), words.parts_of(item)) for item in dossier.items],
        "may": {
            "profile": request.user.has_perm("crm.view_clientmasterprofile"),
            "orders": _may_view(request, OrderLine),
            "contacts": _may_view(request, ContactEvent),
            "items": _may_view(request, RecoItem),
            "outcomes": _may_view(request, OutcomeEvent),
            "build": request.user.has_perm(BUILD),
            "run": request.user.has_perm("crm.add_recorun"),
        },
        "orders_url": list_url(OrderLine, **mine),
        "contacts_url": list_url(ContactEvent, **mine),
        "items_url": list_url(RecoItem, **mine),
        "change_url": reverse("admin:crm_customer_change", args=[customer.pk]),
        "segments_url": reverse("admin:crm_clientmasterprofile_segments"),
    }


def _radar(axes: list[Axis]) -> Radar | None:
    if not axes:
        return None
    return radar(words.axis_labels(), [axis.mine for axis in axes], [axis.catalogue for axis in axes])
