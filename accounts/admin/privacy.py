"""A person's data in the back office: an export to download, and an erasure that is confirmed by typing a name."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.base import personal
from config.base.exceptions import DomainError

from ..models import User, UserActivity
from ..privileges import may_manage
from ..services import erase_person, export_person

ERASE, EXPORT = "accounts.erase_user", "accounts.export_user"


class PersonalDataMixin:
    """Mixed into the admin of people. Both take a right of their own, and nobody reaches above themselves."""

    change_form_template = "admin/person_change_form.html"
    erasure_template = "admin/erasure_confirmation.html"

    def has_erase_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return request.user.has_perm(ERASE) and (obj is None or may_manage(request.user, obj))

    def has_export_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return request.user.has_perm(EXPORT) and (obj is None or may_manage(request.user, obj))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """An erased person is looked at and no more."""
        if obj is not None and obj.is_erased:
            return False
        return super().has_change_permission(request, obj)  # type: ignore[misc,no-any-return]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view  # type: ignore[attr-defined]
        own = [
            path("<path:object_id>/erase/", view(self.erase_view), name="accounts_user_erase"),
            path("<path:object_id>/export/", view(self.export_view), name="accounts_user_export"),
        ]
        return own + super().get_urls()  # type: ignore[misc,no-any-return]

    @admin.action(description=gettext_lazy("Export personal data"), permissions=["export"])
    def export_selected(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        user = self._only(request, queryset)
        return self.export_view(request, str(user.pk)) if user is not None else None

    @admin.action(description=gettext_lazy("Erase personal data…"), permissions=["erase"])
    def erase_selected(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        user = self._only(request, queryset)
        return HttpResponseRedirect(_url("erase", user)) if user is not None else None

    def _only(self, request: HttpRequest, queryset: Any) -> User | None:
        people = list(queryset[:2])
        if len(people) == 1:
            return people[0]  # type: ignore[no-any-return]
        self.message_user(request, _("Select one person: this is done one by one."), messages.ERROR)  # type: ignore[attr-defined]
        return None

    def _found(self, request: HttpRequest, object_id: str) -> User | None:
        return self.get_object(request, unquote(object_id))  # type: ignore[attr-defined,no-any-return]

    def export_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The file; the log says who has had it."""
        user = self._found(request, object_id)
        if user is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined,no-any-return]
        if not self.has_export_permission(request, user):
            raise PermissionDenied
        headers = {
            "Content-Disposition": f'attachment; filename="personal-data-{user.pk}.json"',
            "Cache-Control": "no-store",
        }
        options = {"ensure_ascii": False, "indent": 2}
        return JsonResponse(export_person(user=user), json_dumps_params=options, headers=headers)

    def erase_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What goes and what stays, then, on POST with the user name typed, the erasure."""
        user = self._found(request, object_id)
        if user is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined,no-any-return]
        if not self.has_erase_permission(request, user):
            raise PermissionDenied
        if user.is_erased:
            return HttpResponseRedirect(_url("change", user))
        error = ""
        if request.method == "POST":
            error = self._erase(request, user)
            if not error:
                return HttpResponseRedirect(_url("change", user))
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "title": _("Erase personal data"),
            "subtitle": None,
            "opts": self.opts,  # type: ignore[attr-defined]
            "person": user,
            "error": error,
            "back_url": _url("change", user),
            **_fates(user),
        }
        request.current_app = self.admin_site.name  # type: ignore[attr-defined]
        return TemplateResponse(request, self.erasure_template, context, status=400 if error else 200)

    def _erase(self, request: HttpRequest, user: User) -> str:
        """What stood in the way; nothing once it is done."""
        if request.POST.get("confirmation", "").strip() != user.username:
            return _("This is not the user name. Nothing was erased.")
        try:
            erase_person(user=user)
        except DomainError as error:
            return str(error)
        self.message_user(request, _("The personal data was erased."), messages.SUCCESS)  # type: ignore[attr-defined]
        return ""

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        """Adds the ways to export and erase, or the notice that it was done."""
        user = context.get("original")
        if user is not None and user.is_erased:
            context["erasure"] = (
                UserActivity.objects.about(user)
                .filter(verb=UserActivity.Verb.ERASED)
                .select_related("user")
                .first()
            )
            context["is_erased"] = True
        elif user is not None:
            context["export_url"] = _url("export", user) if self.has_export_permission(request, user) else ""
            context["erase_url"] = _url("erase", user) if self.has_erase_permission(request, user) else ""
        return super().render_change_form(request, context, *args, **kwargs)  # type: ignore[misc]


def _url(name: str, user: User) -> str:
    return reverse(f"admin:accounts_user_{name}", args=[quote(user.pk)])


def _fates(user: User) -> dict[str, list[dict[str, Any]]]:
    """{what becomes of them: [{name, count} of each model]}"""
    found: dict[str, list[dict[str, Any]]] = {"purged": [], "emptied": [], "kept": []}
    for fate in personal.fates(user.pk):
        kind = "purged" if fate.is_purged else "emptied" if fate.is_emptied else "kept"
        name = capfirst(fate.model._meta.verbose_name_plural)
        found[kind].append({"name": name, "count": fate.number})
    return found
