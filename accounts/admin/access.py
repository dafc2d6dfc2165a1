"""On a person's page: ending what they have open, and acting as them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from ..impersonation import may_impersonate
from ..privileges import may_manage_all
from ..services import sign_out_everywhere


class AccessMixin:
    """For `UserAdmin`: buttons that post, each shown to those who may press it."""

    change_form_template = "admin/accounts/user/change_form.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.end_access_view)  # type: ignore[attr-defined]
        own = path("<path:object_id>/end-access/", view, name="accounts_user_end_access")
        return [own, *super().get_urls()]  # type: ignore[misc]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        person = context.get("original")
        if person is not None and not person.is_deleted:
            acting = may_impersonate(hijacker=request.user, hijacked=person)  # type: ignore[arg-type]
            context["act_as"] = reverse("hijack:acquire") if acting else ""
            ending = self._may_end_access(request, person)
            context["end_access"] = (
                reverse("admin:accounts_user_end_access", args=[person.pk]) if ending else ""
            )
        return super().render_change_form(request, context, *args, **kwargs)  # type: ignore[misc]

    def _may_end_access(self, request: HttpRequest, person: Any) -> bool:
        """Who may end sessions ends those of whom they may change."""
        return self.has_end_permission(request) and self.has_change_permission(request, person)  # type: ignore[attr-defined]

    def has_end_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("usersessions.delete_usersession")

    def end_access_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """POST only: every session and token of one person."""
        person = self.get_object(request, object_id)  # type: ignore[attr-defined]
        if person is None:
            raise Http404
        if not self._may_end_access(request, person):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        sign_out_everywhere(user=person)
        words = _("%(person)s is signed out everywhere.") % {"person": person}
        self.message_user(request, words, messages.SUCCESS)  # type: ignore[attr-defined]
        return HttpResponseRedirect(reverse("admin:accounts_user_change", args=[person.pk]))

    @admin.action(description=_("End all sessions and tokens of selected people"), permissions=["end"])
    def end_access_selected(self, request: HttpRequest, queryset: Any) -> None:
        if not may_manage_all(request.user, queryset):
            raise PermissionDenied
        people = list(queryset)
        for person in people:
            sign_out_everywhere(user=person)
        words = ngettext(
            "%(count)d person is signed out everywhere.",
            "%(count)d people are signed out everywhere.",
            len(people),
        )
        self.message_user(request, words % {"count": len(people)}, messages.SUCCESS)  # type: ignore[attr-defined]
