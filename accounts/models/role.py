"""A role: a Django group whose permissions are declared in code."""

from __future__ import annotations

from django.contrib.auth.models import Group
from django.db import models
from django.utils.translation import gettext_lazy as _

from config.base.constraints import alive_unique
from config.base.models import BaseModel
from config.base.querysets import AliveManager, AllManager

from ..querysets import RoleQuerySet
from ..roles import LABELS

#: Names of permissions such as "accounts.view_user", in alphabetical order.
PERMISSIONS_SHAPE = {
    "type": "array",
    "items": {"type": "string", "pattern": r"^[a-z0-9_]+\.[a-z0-9_]+$"},
    "uniqueItems": True,
}


class Role(BaseModel):
    """What the last synchronisation gave a group; see `accounts.roles`.

    A group that holds something else now was changed by hand: it is kept, and reported.
    """

    json_shapes = {"synchronized_permissions": PERMISSIONS_SHAPE}

    code = models.SlugField(_("code"), max_length=50)
    group = models.ForeignKey(Group, models.PROTECT, related_name="roles", verbose_name=_("group"))
    synchronized_permissions = models.JSONField(_("permissions as synchronised"), default=list, blank=True)

    objects = AliveManager.from_queryset(RoleQuerySet)()
    all_objects = AllManager.from_queryset(RoleQuerySet)()

    class Meta(BaseModel.Meta):
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        constraints = [
            *BaseModel.Meta.constraints,
            alive_unique(
                "code", name="%(app_label)s_%(class)s_code", message=_("There is such a role already.")
            ),
            alive_unique(
                "group",
                name="%(app_label)s_%(class)s_group",
                message=_("This group belongs to another role."),
            ),
        ]

    def __str__(self) -> str:
        return str(LABELS.get(self.code, self.group.name))

    def natural_key(self) -> tuple[str]:
        return (self.code,)
