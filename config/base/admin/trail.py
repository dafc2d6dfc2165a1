"""Looking back: every version of a row with who, when, why and what changed; an old one restored as a new one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import flatten_fieldsets, quote, unquote
from django.contrib.admin.views.main import PAGE_VAR
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, OperationalError, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from ..audit import audit_context
from ..exceptions import DomainError, StaleObjectError
from ..history import Change, changes_between, revert
from ..introspection import is_kernel_model
from ..models import KERNEL_FIELDS
from ..restricted import hidden_fields
from .saving import count_stale, explain
from .staleness import staleness_of
from .values import person_label, readable_changes, readable_value

PAGE = 25


class TrailMixin:
    """Mixed into `BaseAdmin`."""

    version_template = "admin/object_version.html"

    def has_revert_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Who may change a row may bring back an old version of it; which columns is checked by `_forbidden`."""
        return obj is not None and not obj.is_deleted and self.has_change_permission(request, obj)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """The versions, newest first; the number of queries grows with the related models, not with the versions."""
        if not is_kernel_model(self.model):
            return super().history_view(request, object_id, extra_context)
        obj = self._viewable(request, object_id)
        if obj is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        paginator = self.get_paginator(request, obj.history.all().select_related("history_user"), PAGE)
        page = paginator.get_page(request.GET.get(PAGE_VAR, 1))
        records = list(page.object_list)
        below = obj.history.filter(version__lt=records[-1].version).first() if records else None
        steps = list(zip(records, [*records[1:], below], strict=True)) if records else []
        hidden = hidden_fields(request.user, self.model)
        changes = readable_changes(
            [(new, _shown_changes(new, old, hidden) if old else []) for new, old in steps]
        )
        context = {
            **self._trail_context(request, obj, _("History")),
            "page": page,
            "page_var": PAGE_VAR,
            "page_range": paginator.get_elided_page_range(page.number),
            "versions": [
                {
                    "record": new,
                    "kind": kind_of(new, old),
                    "who": person_label(new),
                    "changes": shown,
                    "url": self._url("version", obj, new.version),
                }
                for (new, old), shown in zip(steps, changes, strict=True)
            ],
            **(extra_context or {}),
        }
        return TemplateResponse(request, self.object_history_template or "admin/object_history.html", context)

    def version_view(self, request: HttpRequest, object_id: str, version: int) -> HttpResponse:
        """One version beside the current one; POST restores it as a new version."""
        obj = self._viewable(request, object_id)
        if obj is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        newest = obj.history.first()
        record = obj.history.filter(version=version).select_related("history_user").first()
        if record is None or newest is None:
            raise Http404
        errors: list[str] = []
        if request.method == "POST":
            errors = self._revert(request, obj, record, newest)
            if not errors:
                return HttpResponseRedirect(self._url("change", obj))
            obj = self.get_object(request, unquote(object_id))
            newest = obj.history.first()
        hidden = hidden_fields(request.user, self.model)
        (changes,) = readable_changes([(_without_links(record), _shown_changes(record, newest, hidden))])
        differing = {change["field"]: change for change in changes}
        context = {
            **self._trail_context(request, obj, _("Version %(version)s") % {"version": version}),
            "record": record,
            "who": person_label(record),
            "is_current": record.version == newest.version,
            "rows": [
                differing.get(name) or {"label": label, "new": readable_value(self.model, name, value, names)}
                for name, label, value, names in _columns(record)
                if name not in hidden
            ],
            "forbidden": self._forbidden(request, obj, record, newest),
            "can_revert": self.has_revert_permission(request, obj),
            "revert_errors": errors,
        }
        return TemplateResponse(request, self.version_template, context)

    def _revert(self, request: HttpRequest, obj: Any, record: Any, newest: Any) -> list[str]:
        """Restore an old version under the lock; the reasons against it, in words, when nothing was done."""
        if not self.has_revert_permission(request, obj):
            raise PermissionDenied
        forbidden = self._forbidden(request, obj, record, newest)
        if forbidden:
            return [_("You may not change these fields: %(fields)s.") % {"fields": ", ".join(forbidden)}]
        loaded = request.POST.get("loaded_version", "")
        stale = staleness_of(obj, int(loaded) if loaded.isdigit() else None)
        if stale is not None:
            count_stale([stale])
            return [stale.message]
        reason = _("Version %(version)s restored") % {"version": record.version}
        try:
            with audit_context(reason=reason), transaction.atomic():
                revert(obj, record)
        except StaleObjectError as error:
            count_stale([error])
            return [str(error)]
        except ValidationError as error:
            return list(error.messages)
        except (DomainError, IntegrityError, OperationalError) as error:
            return [str(explain(error))]
        self.log_change(request, obj, reason)
        self.message_user(request, f"{reason}.", messages.SUCCESS)
        return []

    def _forbidden(self, request: HttpRequest, obj: Any, record: Any, newest: Any) -> list[str]:
        """What restoring this version would change and this person's form would not: no way round the form.

        A superuser's form is no limit.
        """
        if request.user.is_superuser or not self.has_revert_permission(request, obj):
            return []
        fields = flatten_fieldsets(self.get_fieldsets(request, obj))
        editable = set(self.get_form(request, obj, change=True, fields=fields).base_fields)
        return [change.label for change in changes_between(record, newest) if change.field not in editable]

    def _viewable(self, request: HttpRequest, object_id: str) -> Any:
        obj = self.get_object(request, unquote(object_id))
        if not self.has_view_or_change_permission(request, obj):
            raise PermissionDenied
        return obj

    def _trail_context(self, request: HttpRequest, obj: Any, title: str) -> dict[str, Any]:
        request.current_app = self.admin_site.name  # type: ignore[attr-defined]
        return {
            **self.admin_site.each_context(request),
            "title": title,
            "subtitle": str(obj),
            "module_name": str(capfirst(self.opts.verbose_name_plural)),
            "object": obj,
            "original": obj,
            "opts": self.opts,
            "preserved_filters": self.get_preserved_filters(request),
            "change_url": self._url("change", obj),
            "history_url": self._url("history", obj),
        }

    def _url(self, name: str, obj: Any, *args: Any) -> str:
        return reverse(
            f"admin:{self.opts.app_label}_{self.opts.model_name}_{name}", args=[quote(obj.pk), *args]
        )


def kind_of(new: Any, old: Any | None) -> dict[str, str]:
    """What kind of step a version was, with an icon; a return from the trash is a kind of its own."""
    if new.history_type == "-":
        return {"name": "deleted", "label": _("Deleted"), "icon": "delete"}
    if new.history_type == "+":
        return {"name": "created", "label": _("Created"), "icon": "add"}
    if old is not None and old.history_type == "-":
        return {"name": "restored", "label": _("Restored from the trash"), "icon": "restore_from_trash"}
    return {"name": "changed", "label": _("Changed"), "icon": "edit"}


def _shown_changes(new: Any, old: Any, hidden: frozenset[str]) -> list[Change]:
    return [change for change in changes_between(new, old) if change.field not in hidden]


def _without_links(record: Any) -> Any:
    record.history_links = None  # the difference to the current version is about columns
    return record


def _columns(record: Any) -> list[tuple[str, str, Any, dict[Any, dict[Any, str]]]]:
    """Name, label, value of each recorded column, and the names behind the foreign keys."""
    model = record.instance_type
    fields = [
        field
        for field in model._meta.concrete_fields
        if field.name not in KERNEL_FIELDS and hasattr(record, field.attname)
    ]
    names: dict[Any, dict[Any, str]] = {}
    for field in fields:
        key = getattr(record, field.attname)
        if field.is_relation and key is not None:
            known = names.setdefault(field.related_model, {})
            if key not in known:
                row = field.related_model._base_manager.filter(pk=key).first()
                if row is not None:
                    known[key] = str(row)
    return [
        (field.name, capfirst(field.verbose_name), getattr(record, field.attname), names) for field in fields
    ]
