"""The second factors that people have: seen without their secrets, and taken away from whoever has lost theirs."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from config.base.admin import BaseAdmin, ReadOnlyAdmin

from ..models import User
from ..privileges import may_manage_all
from ..services import remove_factors

# The library's own page shows the secret that the codes are made from, to be read and overwritten.
admin.site.unregister(Authenticator)
Authenticator._meta.verbose_name = _("second factor")
Authenticator._meta.verbose_name_plural = _("second factors")


@admin.register(Authenticator)
class FactorAdmin(ReadOnlyAdmin, BaseAdmin):
    icon = "key"
    menu_order = 77
    search_fields = ("user__full_name", "user__username")
    list_display = ("user", "type", "created_at", "last_used_at")
    list_select_related = ("user",)
    sortable_by = ()
    ordering = ("-id",)
    fields = ("user", "type", "created_at", "last_used_at")
    actions = ("remove_selected",)

    def has_remove_permission(self, request: HttpRequest) -> bool:
        """Who may change people takes factors from those whom they may manage."""
        return request.user.has_perm("accounts.change_user")

    @admin.action(description=_("Remove the second factors of the selected people"), permissions=["remove"])
    def remove_selected(self, request: HttpRequest, queryset: Any) -> None:
        """All that each of them has, so that they can set one up anew; make sure first who is asking."""
        people = User.objects.filter(pk__in=queryset.values("user"))
        if not may_manage_all(request.user, people):
            raise PermissionDenied
        done = [remove_factors(user=user) for user in people]
        words = ngettext(
            "%(count)d person has no second factor now.",
            "%(count)d people have no second factor now.",
            len(done),
        )
        self.message_user(request, words % {"count": len(done)}, messages.SUCCESS)
