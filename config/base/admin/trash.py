"""Delete means trash: the confirmation lists exactly what goes, and each deletion can be undone."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import quote, unquote
from django.contrib.auth import get_permission_codename
from django.core.exceptions import PermissionDenied
from django.db import OperationalError, transaction
from django.db.models import ProtectedError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ..batch import batch_contents, batch_rows
from ..deletion import preview, restore, soft_delete
from ..exceptions import DomainError, RestoreConflict
from ..faults import is_lost_race
from ..introspection import is_kernel_model
from ..rows import reaches_all
from .finding import shows_trash
from .reach import PLAIN_DELETE
from .saving import explain
from .values import person_label

SHOWN = 50


class TrashMixin:
    """Mixed into `BaseAdmin`."""

    restore_confirmation_template = "admin/restore_confirmation.html"

    def has_restore_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Who may delete may undo; what else comes back with a row is checked by `_checked_restore`."""
        return self.has_delete_permission(request, obj)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Exactly what the soft delete takes, from its own collector: tree, counts, lacking, protecting."""
        if not is_kernel_model(self.model):
            return super().get_deleted_objects(objs, request)
        found = preview(objs, limit=SHOWN)
        lacking = {
            str(model._meta.verbose_name)
            for model in found.counts
            if not self._may_delete_rows(request, model, found.rows[model])
        }
        request.admin_preview = preview_signature(objs, found)  # type: ignore[attr-defined]
        shown = request.POST.get("seen_preview")
        if request.POST.get("post") and shown and shown != request.admin_preview:  # type: ignore[attr-defined]
            raise ChangedMeanwhileError
        tree: list[Any] = []
        for model, rows in found.objects.items():
            tree += [
                capfirst(model._meta.verbose_name_plural),
                [*(self._linked(row) for row in rows), *_more(found, model)],
            ]
        counts = {model._meta.verbose_name_plural: number for model, number in found.counts.items()}
        return tree, counts, lacking, [self._linked(row) for row in found.protected]

    def _may_delete_rows(self, request: HttpRequest, model: Any, rows: Any) -> bool:
        """May this person delete, and so restore, these rows? Row by row where the admin tells them apart."""
        other = self.admin_site._registry.get(model)
        if other is None:
            return True
        if not reaches_all(request.user, "delete", rows):
            return False
        if getattr(other, "owned_by_a_service", False) and model is not self.model:
            options = model._meta  # falls with what it belongs to, though nobody deletes it by itself
            return request.user.has_perm(f"{options.app_label}.{get_permission_codename('delete', options)}")
        if not other.has_delete_permission(request):
            return False
        tells_apart = type(other).has_delete_permission not in PLAIN_DELETE
        return not tells_apart or all(other.has_delete_permission(request, row) for row in rows)

    def _linked(self, row: Any) -> Any:
        kind, url = capfirst(row._meta.verbose_name), self._linked_url(row)
        return format_html('{}: <a href="{}">{}</a>', kind, url, row) if url else f"{kind}: {row}"

    def _linked_url(self, row: Any) -> str:
        """The row's own page, where it has one."""
        options = row._meta
        if type(row) not in self.admin_site._registry:
            return ""
        return reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[quote(row.pk)])

    def trash_notice(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        """Since when a row is in the trash, who moved it there, and the way back for those who may."""
        record = obj.history.select_related("history_user").first()
        allowed = self.has_restore_permission(request, obj)
        url = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_restore", args=[quote(obj.pk)])
        return {"when": obj.deleted_at, "who": person_label(record), "restore_url": url if allowed else ""}

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        if is_kernel_model(self.model):
            request.admin_deletion = soft_delete([obj])  # type: ignore[attr-defined]
        else:
            super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        if is_kernel_model(self.model):
            request.admin_deletion = soft_delete(queryset)  # type: ignore[attr-defined]
        else:
            super().delete_queryset(request, queryset)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """The confirmation; what has changed since it was shown is said, and nothing is deleted unseen."""
        obj = self.get_object(request, unquote(object_id))
        if getattr(obj, "is_deleted", False):
            return HttpResponseRedirect(self._linked_url(obj))
        return self._unless_changed(
            request, lambda: super(TrashMixin, self).delete_view(request, object_id, extra_context)
        )

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The list, and "delete selected" with its confirmation."""
        return self._unless_changed(
            request, lambda: super(TrashMixin, self).changelist_view(request, extra_context)
        )

    def _unless_changed(self, request: HttpRequest, view: Callable[[], HttpResponse]) -> HttpResponse:
        try:
            response = view()
        except (ProtectedError, ChangedMeanwhileError, OperationalError) as error:
            if request.method != "POST" or (isinstance(error, OperationalError) and not is_lost_race(error)):
                raise
            text = _("Nothing was deleted: the rows have changed meanwhile. See what it would take now.")
            self.message_user(request, text, messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())
        except DomainError as error:  # a rule of the app's own, said in its words
            self.message_user(request, str(error), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())
        context = getattr(response, "context_data", None)
        if context is not None:
            context["seen_preview"] = getattr(request, "admin_preview", "")
        return response

    def message_user(self, request: HttpRequest, message: Any, *args: Any, **kwargs: Any) -> None:
        """The message that follows a deletion carries its undo."""
        deletion = getattr(request, "admin_deletion", None)
        if deletion is not None and deletion.id is not None and self.has_restore_permission(request):
            del request.admin_deletion  # type: ignore[attr-defined]
            message = self._undo_message(request, deletion)
        super().message_user(request, message, *args, **kwargs)

    def _undo_message(self, request: HttpRequest, deletion: Any) -> str:
        text = ngettext(
            "%(count)d row was moved to the trash.", "%(count)d rows were moved to the trash.", deletion.total
        ) % {"count": deletion.total}
        return format_html(
            '{} <form method="post" action="{}" class="inline">'
            '<input type="hidden" name="csrfmiddlewaretoken" value="{}">'
            '<button type="submit" class="cursor-pointer font-semibold underline">{}</button></form>',
            text,
            reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_undo", args=[deletion.id]),
            get_token(request),
            _("Undo"),
        )

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """In the trash one can restore and nothing else."""
        actions = super().get_actions(request)
        if not (is_kernel_model(self.model) and shows_trash(request)):
            actions.pop("restore_selected", None)
            return actions
        return {name: action for name, action in actions.items() if name == "restore_selected"}

    @admin.action(
        description=gettext_lazy("Restore selected %(verbose_name_plural)s"), permissions=["restore"]
    )
    def restore_selected(self, request: HttpRequest, queryset: Any) -> None:
        """Bring back the deletions that took these rows, each whole or not at all."""
        for deletion_id in dict.fromkeys(queryset.order_by("pk").values_list("deletion_id", flat=True)):
            self._restore(request, deletion_id)

    def undo_view(self, request: HttpRequest, deletion_id: uuid.UUID) -> HttpResponse:
        """Undo one deletion, by its id; POST only."""
        if request.method == "POST":
            self._restore(request, deletion_id)
        return HttpResponseRedirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"))

    def restore_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What comes back with this row, then, on POST, its return."""
        obj = self.get_object(request, unquote(object_id))
        if not self.has_restore_permission(request, obj):
            raise PermissionDenied
        if obj is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        change_url = reverse(
            f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[quote(obj.pk)]
        )
        if not obj.is_deleted:
            return HttpResponseRedirect(change_url)
        conflicts: list[str] = []
        if request.method == "POST":
            try:
                self._checked_restore(request, obj.deletion_id, root=obj)
            except RestoreConflict as error:
                conflicts = [conflict.message for conflict in error.conflicts]
            except DomainError as error:
                conflicts = [str(error)]
            else:
                return HttpResponseRedirect(change_url)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Restore"),
            "subtitle": None,
            "object": obj,
            "object_name": str(self.opts.verbose_name),
            "opts": self.opts,
            "contents": [
                {"name": capfirst(model._meta.verbose_name_plural), "count": number}
                for model, number in batch_contents(obj.deletion_id).items()
            ],
            "conflicts": conflicts,
            "back_url": change_url,
        }
        request.current_app = self.admin_site.name  # type: ignore[attr-defined]
        return TemplateResponse(request, self.restore_confirmation_template, context)

    def _restore(self, request: HttpRequest, deletion_id: uuid.UUID) -> None:
        try:
            self._checked_restore(request, deletion_id)
        except RestoreConflict as error:
            for conflict in error.conflicts:
                self.message_user(request, conflict.message, messages.ERROR)
        except DomainError as error:
            self.message_user(request, str(error), messages.ERROR)

    def _checked_restore(self, request: HttpRequest, deletion_id: uuid.UUID, root: Any = None) -> None:
        """Restore a whole batch if the person may restore each model in it and this model is among them."""
        contents = batch_rows(deletion_id)
        if not contents:
            raise DomainError(_("There is nothing left to restore."))
        if self.model not in contents:
            raise PermissionDenied
        for model, rows in contents.items():
            if not self._may_delete_rows(request, model, rows):
                raise PermissionDenied
        try:
            with transaction.atomic():
                deletion = root.restore() if root is not None else restore(deletion_id)
        except OperationalError as error:
            if not is_lost_race(error):
                raise
            raise DomainError(str(explain(error)), code="busy") from error
        self.message_user(
            request,
            ngettext("%(count)d row was restored.", "%(count)d rows were restored.", deletion.total)
            % {"count": deletion.total},
            messages.SUCCESS,
        )


class ChangedMeanwhileError(Exception):
    """What a deletion would take is no longer what its confirmation showed."""


def preview_signature(objs: Any, found: Any) -> str:
    """A short text that changes when the rows to be deleted, or what falls with them, do."""
    roots = sorted((row.pk, row.version) for row in objs)
    taken = sorted((model._meta.label, number) for model, number in found.counts.items())
    return hashlib.sha256(repr((roots, taken)).encode()).hexdigest()[:32]


def _more(found: Any, model: Any) -> list[str]:
    rest = found.counts[model] - len(found.objects[model])
    return [ngettext("… and %(count)d more", "… and %(count)d more", rest) % {"count": rest}] if rest else []
