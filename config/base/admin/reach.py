"""How far rights reach in the back office: pages, choices and actions keep to a person's own rows (see `rows`)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from ..introspection import is_kernel_model
from ..rows import choices_for, declared_for, full_name, not_yours, reaches, reaches_all, rows_for

#: The right that each action's `permissions` stand for.
RIGHTS = {"add": "add", "change": "change", "view": "view", "delete": "delete", "restore": "delete"}


class OwnChoicesMixin:
    """For admins and inlines: who writes only what is their own links it only to what is their own."""

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        return self._own_choices(super().formfield_for_foreignkey(db_field, request, **kwargs), request)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        return self._own_choices(super().formfield_for_manytomany(db_field, request, **kwargs), request)

    def _own_choices(self, field: Any, request: HttpRequest) -> Any:
        offered = getattr(field, "queryset", None)
        if offered is not None and is_kernel_model(self.model) and declared_for(offered.model) is not None:
            own = choices_for(request.user, offered, self.model, "add", "change")
            if own is not offered:
                field.queryset, field.offers_own = own, True
        return field


class ReachMixin(OwnChoicesMixin):
    """Mixed into `BaseAdmin`, whose `get_queryset` leaves out what is beyond reach."""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_view_permission(request, obj) and (
            self._reaches(request, "view", obj) or self._reaches(request, "change", obj)
        )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and self._reaches(request, "change", obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and self._reaches(request, "delete", obj)

    def _reaches(self, request: HttpRequest, right: str, obj: Any) -> bool:
        """The object permission, asked for once in a request."""
        if obj is None or not is_kernel_model(self.model):
            return True
        known = request.__dict__.setdefault("reached_rows", {})
        key = (right, self.model, obj.pk)
        if key not in known:
            known[key] = request.user.has_perm(full_name(right, self.model), obj)
        return bool(known[key])

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """An action is done to those of the selected rows that the right it needs reaches."""
        actions = super().get_actions(request)
        if not is_kernel_model(self.model) or declared_for(self.model) is None:
            return actions
        return {name: (_within_reach(func), *rest) for name, (func, *rest) in actions.items()}

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """What was saved must be within reach afterwards too: nobody moves a row to, or makes one for, another."""
        super().save_related(request, form, formsets, change)
        _require_reach(request, self.model, [form.instance], "change" if change else "add")
        for formset in formsets:
            _require_reach(request, formset.model, getattr(formset, "new_objects", []), "add")
            changed = [row for row, _fields in getattr(formset, "changed_objects", [])]
            _require_reach(request, formset.model, changed, "change")


class ReachInlineMixin(OwnChoicesMixin):
    """Mixed into the inlines; `obj` is the whole that the rows are parts of."""

    def has_add_permission(self, request: HttpRequest, obj: Any) -> bool:
        return super().has_add_permission(request, obj) and self._reaches_whole(request, "add", obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and self._reaches_whole(request, "change", obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and self._reaches_whole(request, "delete", obj)

    def _reaches_whole(self, request: HttpRequest, right: str, obj: Any) -> bool:
        """Whose right to the parts is for their own only writes parts of their own wholes only."""
        if obj is None or not is_kernel_model(self.model) or not is_kernel_model(obj._meta.model):
            return True
        known = request.__dict__.setdefault("reached_rows", {})
        key = (full_name(right, self.model), obj._meta.model, obj.pk)
        if key not in known:
            known[key] = declared_for(self.model) is None or reaches(request.user, key[0], obj)
        return bool(known[key])


def _within_reach(func: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(func)
    def act(model_admin: Any, request: HttpRequest, queryset: Any, *args: Any, **kwargs: Any) -> Any:
        for permission in getattr(func, "allowed_permissions", ()):
            if permission in RIGHTS:
                queryset = rows_for(request.user, queryset, RIGHTS[permission])
        return func(model_admin, request, queryset, *args, **kwargs)

    return act


def _require_reach(request: HttpRequest, model: Any, rows: list[Any], right: str) -> None:
    """ValidationError unless this right reaches these rows as they are stored now; the page then undoes the save."""
    keys = [row.pk for row in rows]
    if not keys or not is_kernel_model(model):
        return
    if not reaches_all(request.user, right, model._base_manager.filter(pk__any_of=keys)):
        raise ValidationError(not_yours(model))


#: Admins that do not say more about a row than this tell no rows apart but by reach.
PLAIN_DELETE = (admin.ModelAdmin.has_delete_permission, ReachMixin.has_delete_permission)
