"""Nobody gives away, or takes over, more than they have themselves.

Permissions say who may change people at all. These rules go on top, at every door: without them, whoever may change
a user could make themselves a superuser, or set a superuser's password and sign in as them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .models import User

ONLY_SUPERUSERS = _("Only a superuser may change this.")
MORE_THAN_YOURS = _("This would give more rights than you have yourself.")

#: Columns that only a superuser changes.
GUARDED_FLAGS = ("is_staff", "is_superuser")


def may_manage(actor: Any, target: User) -> bool:
    """May this person change, deactivate, delete or set the password of that one, if permitted to change anybody?

    Not a superuser's, nor that of anybody with a right that the actor lacks. Oneself, always.
    """
    if actor.is_superuser or actor.pk == target.pk:
        return True
    return not target.is_superuser and not lacking(actor, rights_of(target))


def may_manage_all(actor: Any, targets: Any) -> bool:
    """The same for a queryset of people, in a number of queries that does not grow."""
    if actor.is_superuser:
        return True
    others = targets.exclude(pk=actor.pk).order_by()
    if others.filter(is_superuser=True).exists():
        return False
    keys = list(others.values_list("pk", flat=True))
    return not lacking(actor, Permission.objects.filter(_held_by({"pk__any_of": keys})))


def rights_of(user: User) -> Any:
    """The permissions that somebody holds, themselves or by a group; inactive people's too."""
    return Permission.objects.filter(_held_by({"pk": user.pk}))


def lacking(actor: Any, permissions: Iterable[Permission]) -> set[str]:
    """Which of these permissions the actor does not have."""
    if actor.is_superuser:
        return set()
    names = permissions_names(permissions)
    return names - actor.get_all_permissions()


def permissions_names(permissions: Any) -> set[str]:
    """Full names of a queryset of permissions; one query."""
    rows = permissions.order_by().values_list("content_type__app_label", "codename").distinct()
    return {f"{app_label}.{codename}" for app_label, codename in rows}


def refused_grants(actor: Any, target: User | None, values: dict[str, Any]) -> dict[str, Any]:
    """What of these new values the actor may not give, by field, in words. `target` is None for a new person.

    `values` may hold is_staff, is_superuser, groups and user_permissions; other keys are ignored.
    """
    if actor.is_superuser:
        return {}
    refused: dict[str, Any] = {
        name: ONLY_SUPERUSERS
        for name in GUARDED_FLAGS
        if name in values and bool(values[name]) != bool(target is not None and getattr(target, name))
    }
    if "groups" in values:
        held = set(target.groups.values_list("pk", flat=True)) if target is not None else set()
        new = [group.pk for group in values["groups"] if group.pk not in held]
        if new and lacking(actor, Permission.objects.filter(group__in=Group.objects.filter(pk__in=new))):
            refused["groups"] = MORE_THAN_YOURS
    if "user_permissions" in values:
        new = [permission.pk for permission in values["user_permissions"]]
        if new and lacking(actor, Permission.objects.filter(pk__in=new)):
            refused["user_permissions"] = MORE_THAN_YOURS
    return refused


def _held_by(people: dict[str, Any]) -> Q:
    users = User.all_objects.filter(**people)
    return Q(user__in=users) | Q(group__user__in=users)
