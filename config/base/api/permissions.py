"""Who may do what: staff, by the model's permissions, reading included.

| request                                          | right needed |
|--------------------------------------------------|--------------|
| list, retrieve, `history`, any GET               | view         |
| create                                           | add          |
| update, and any other action that changes a row  | change       |
| delete, `restore`, reading the trash             | delete       |

Who may put a row in the trash may look into the trash and take it out again. An action names another right with
`@action(..., required_right="delete")` or `required_right="accounts.some_codename"`.

A right reaches all rows or only a person's own (see `config.base.rows`): the others are not there for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission

from config.base.rows import full_name, reaches_all


class StaffByModelPermission(BasePermission):
    """Staff with the right that the request needs on the viewset's model."""

    def has_permission(self, request: Any, view: Any) -> bool:
        user = request.user
        if not (user and user.is_authenticated and user.is_staff):
            return False
        return user.has_perms([full_name(right, view.model) for right in rights_needed(request, view)])

    def has_object_permission(self, request: Any, view: Any, obj: Any) -> bool:
        """The same rights, over this row; rows out of reach are not found in the first place."""
        return request.user.has_perms(
            [full_name(right, view.model) for right in rights_needed(request, view)], obj
        )


def rights_needed(request: Any, view: Any) -> list[str]:
    """The rights that this request needs, short ("view") or full ("accounts.view_user")."""
    if view.required_right:
        return [view.required_right]
    if request.method in SAFE_METHODS:
        return ["view", "delete"] if "deleted" in request.query_params else ["view"]
    if request.method == "DELETE":
        return ["delete"]
    creates = request.method == "POST" and not view.detail
    return ["add"] if creates else ["change"]


def require_right_to_delete(user: Any, rows: Mapping[Any, Any]) -> None:
    """Who deletes or restores a row needs the right to all that falls or comes back with it: PermissionDenied.

    `rows` holds, for each model, the rows that do, as a queryset.
    """
    lacking = [
        model
        for model, taken in rows.items()
        if not user.has_perm(full_name("delete", model)) or not reaches_all(user, "delete", taken)
    ]
    if lacking:
        names = ", ".join(str(model._meta.verbose_name_plural) for model in lacking)
        raise PermissionDenied(_("You may not delete what belongs to it: %(names)s.") % {"names": names})
