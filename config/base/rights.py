"""Object permissions, by the library `rules`: `user.has_perm("courses.change_course", course)`.

There is one for each permission of each model: whoever holds the permission has it for the rows that it reaches (see
`rows`). Apps add in their `rules.py` who else may do something with a row because it is theirs:

    declare_rights("courses")
    allow("view", Course, is_visible)

Without a row, permissions are Django's own.
"""

from __future__ import annotations

from typing import Any

import rules
from django.apps import apps
from rules.permissions import permissions as declared

from .introspection import is_kernel_model
from .rows import full_name, reaches


def permissions_of(model: Any) -> list[str]:
    """The full names of all permissions of this model, its own ones too."""
    meta = model._meta
    own = [f"{meta.app_label}.{codename}" for codename, _name in meta.permissions]
    return [full_name(action, model) for action in meta.default_permissions] + own


def declare_rights(app_label: str) -> None:
    """Give each permission of the app's models an object permission; what `allow` added before is forgotten."""
    for model in apps.get_app_config(app_label).get_models():
        if is_kernel_model(model):
            for permission in permissions_of(model):
                rules.set_perm(permission, held_for(permission))


def allow(right: str, model: Any, predicate: Any) -> None:
    """Let those of whom the predicate is true do this with a row too."""
    name = full_name(right, model)
    rules.set_perm(name, declared[name] | predicate)


def held_for(permission: str) -> Any:
    """Does this person hold the permission, and does it reach this row?"""

    @rules.predicate(name=permission)
    def holds(user: Any, row: Any) -> bool:
        return row is not None and user.has_perm(permission) and reaches(user, permission, row)

    return holds


@rules.predicate
def is_visible(user: Any, row: Any) -> bool:
    """Is this one of the rows that the person may read as a learner, parent or teacher?"""
    if row is None or not user.is_authenticated or not user.is_active:
        return False
    return bool(row._meta.model.objects.visible_to(user).filter(pk=row.pk).exists())
