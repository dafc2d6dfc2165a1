"""Roles and their groups in the back office."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from config.base.admin import BaseAdmin, ReadOnlyAdmin

from ..models import Role
from ..roles import LABELS

admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(BaseAdmin, DjangoGroupAdmin):  # type: ignore[misc]
    """What a group may do is a superuser's to say: whoever else could, would say it of their own."""

    icon = "groups"
    menu_order = 10
    search_fields = ("name",)
    ordering = ("name",)
    filter_horizontal = ("permissions",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.is_superuser and super().has_add_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_superuser and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_superuser and super().has_delete_permission(request, obj)


@admin.register(Role)
class RoleAdmin(ReadOnlyAdmin, BaseAdmin):
    """Roles are declared in code; what a group holds is changed on the group's own page."""

    icon = "shield_person"
    menu_order = 70
    search_fields = ("code", "group__name")
    list_display = ("label", "code", "group", "permissions_count")
    sortable_by = ("code",)
    ordering = ("code",)
    fieldsets = ((None, {"fields": ("code", "group", "synchronized_permissions")}),)

    @admin.display(description=_("role"))
    def label(self, role: Role) -> str:
        return str(LABELS.get(role.code, role.code))

    @admin.display(description=_("permissions as synchronised"))
    def permissions_count(self, role: Role) -> int:
        return len(role.synchronized_permissions)
