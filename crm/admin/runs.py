"""A run's pages in the back office: what it brought to whom, the day and settings of a new one, who was contacted."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from config.base.exceptions import DomainError

from .. import services, tasks
from ..models import RecoRun
from ..recommending.export import contacts_response
from ..services.contacting import ContactedResult
from . import run_words as words
from .run_forms import ContactForm, RecommendForm

NEW = "admin:crm_recorun_recommend"
EXPORT, CONTACT = "admin:crm_recorun_export", "admin:crm_recorun_contact"
VIEW, ADD, CHANGE = "crm.view_recorun", "crm.add_recorun", "crm.change_recorun"

#: The right to what the download holds.
ITEMS = "crm.view_recoitem"


class RunPagesMixin:
    """Mixed into the admin of runs."""

    change_form_template: Any = "admin/crm/runs/change_form.html"
    new_template = "admin/crm/runs/new.html"
    contact_template = "admin/crm/runs/contact.html"
    menu_pages = ((gettext_lazy("Recommend…"), "magic_button", NEW, ADD),)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view  # type: ignore[attr-defined]
        own = [
            path("recommend/", view(self.new_view), name=_local(NEW)),
            path("<int:run_id>/export/", view(self.export_view), name=_local(EXPORT)),
            path("<int:run_id>/contact/", view(self.contact_view), name=_local(CONTACT)),
        ]
        return [*own, *super().get_urls()]  # type: ignore[misc]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        """Adds what the run brought, above its fields."""
        run = context.get("original")
        if run is not None:
            context["run"] = run
            context["is_done"] = run.status == RecoRun.Status.DONE and not run.is_deleted
            if context["is_done"]:
                context |= words.shown(run)
                context["holdout"] = run.counts.get("holdout", 0)
                if request.user.has_perm(ITEMS):
                    context["export_url"] = reverse(EXPORT, args=[run.pk])
                if request.user.has_perm(CHANGE):
                    context["contact_url"] = reverse(CONTACT, args=[run.pk])
        return super().render_change_form(request, context, *args, **kwargs)  # type: ignore[misc]

    def new_view(self, request: HttpRequest) -> HttpResponse:
        """The day and the settings; on POST a worker is asked to make the run."""
        _require(request, ADD)
        form = RecommendForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            as_of, config = form.cleaned_data["as_of"].isoformat(), form.cleaned_data["config"]
            tasks.later(tasks.recommend_task, as_of=as_of, config=config, user_id=request.user.pk)
            said = _(
                "The recommendations are made in the background; the run shows up here when it has begun."
            )
            self.message_user(request, said, messages.SUCCESS)  # type: ignore[attr-defined]
            return HttpResponseRedirect(_runs_url())
        context = {"title": _("Recommend"), "form": form, "media": form.media, "list_url": _runs_url()}
        return self._page(request, self.new_template, context, status=400 if form.errors else 200)

    def export_view(self, request: HttpRequest, run_id: int) -> HttpResponse:
        """Whom to contact about what, for a spreadsheet."""
        _require(request, VIEW, ITEMS)
        run = get_object_or_404(RecoRun, pk=run_id)
        return contacts_response(run)  # type: ignore[return-value]

    def contact_view(self, request: HttpRequest, run_id: int) -> HttpResponse:
        """Who would be noted as contacted; on POST they are."""
        _require(request, CHANGE)
        run = get_object_or_404(RecoRun.objects.done(), pk=run_id)
        form = ContactForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                result = services.mark_contacted(run=run, channel=form.cleaned_data["channel"])
            except DomainError as error:
                self.message_user(request, str(error), messages.ERROR)  # type: ignore[attr-defined]
            else:
                tell(self, request, result)
            return HttpResponseRedirect(reverse("admin:crm_recorun_change", args=[run.pk]))
        counts = run.counts
        context = {
            "title": _("Mark as contacted"),
            "subtitle": str(run),
            "run": run,
            "form": form,
            "media": form.media,
            "count": counts.get("customers", 0) - counts.get("holdout", 0),
            "holdout": counts.get("holdout", 0),
            "back_url": reverse("admin:crm_recorun_change", args=[run.pk]),
        }
        return self._page(request, self.contact_template, context, status=400 if form.errors else 200)

    def _page(
        self, request: HttpRequest, template: str, context: dict[str, Any], *, status: int
    ) -> HttpResponse:
        common = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "subtitle": None,
            "opts": self.opts,  # type: ignore[attr-defined]
        }
        request.current_app = self.admin_site.name  # type: ignore[attr-defined]
        return TemplateResponse(request, template, {**common, **context}, status=status)


def tell(model_admin: Any, request: HttpRequest, result: ContactedResult) -> None:
    """Say how many were noted as contacted, and how many were passed over and why."""
    said = ngettext(
        "%(count)d customer was noted as contacted.",
        "%(count)d customers were noted as contacted.",
        result.contacted,
    ) % {"count": result.contacted}
    if result.already:
        before = ngettext("%(count)d had been before.", "%(count)d had been before.", result.already)
        said = f"{said} {before % {'count': result.already}}"
    level = messages.SUCCESS if result.contacted or result.already else messages.WARNING
    model_admin.message_user(request, said, level)
    if result.skipped:
        model_admin.message_user(request, words.passed_over(result.skipped), messages.INFO)


def _runs_url() -> str:
    return reverse("admin:crm_recorun_changelist")


def _local(name: str) -> str:
    return name.removeprefix("admin:")


def _require(request: HttpRequest, *rights: str) -> None:
    if not request.user.has_perms(rights):
        raise PermissionDenied
