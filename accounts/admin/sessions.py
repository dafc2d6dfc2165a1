"""Who is signed in where, and the end of it."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from knox.models import AuthToken

from config.base.admin import BaseAdmin, ReadOnlyAdmin

from ..services import end_session

# The libraries' own pages look like another site, let anybody permitted edit what only code writes, and show hashes.
for _model in (EmailAddress, AuthToken, UserSession):
    if admin.site.is_registered(_model):
        admin.site.unregister(_model)

# The library names its model in English only.
UserSession._meta.verbose_name = _("user session")
UserSession._meta.verbose_name_plural = _("user sessions")


@admin.register(UserSession)
class UserSessionAdmin(ReadOnlyAdmin, BaseAdmin):
    icon = "devices"
    menu_order = 75
    search_fields = ("user__full_name", "user__username", "user_agent")
    list_display = ("user", "ip", "user_agent", "created_at", "last_seen_at")
    list_select_related = ("user",)
    sortable_by = ()
    ordering = ("-id",)
    list_filter = ("user",)
    fields = ("user", "ip", "user_agent", "created_at", "last_seen_at")
    actions = ("end_selected",)

    def has_end_permission(self, request: HttpRequest) -> bool:
        """Who may delete a session may end it."""
        return request.user.has_perm("usersessions.delete_usersession")

    @admin.action(description=_("End selected sessions"), permissions=["end"])
    def end_selected(self, request: HttpRequest, queryset: Any) -> None:
        """Each device's next request is a stranger's."""
        sessions = list(queryset.select_related("user"))
        for session in sessions:
            end_session(session=session)
        words = ngettext("%(count)d session was ended.", "%(count)d sessions were ended.", len(sessions))
        self.message_user(request, words % {"count": len(sessions)}, messages.SUCCESS)
