"""The classes that an app's admin is built from."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.admin.utils import flatten_fieldsets
from django.http import HttpRequest
from django.urls import URLPattern, path
from unfold.admin import ModelAdmin, StackedInline, TabularInline
from unfold.forms import PaginationInlineFormSet

from ..introspection import is_kernel_model
from ..rows import rows_for
from .dashboard import Figure
from .fields import FormFieldsMixin
from .finding import AutocompleteMixin, FindingMixin, row_links, shows_trash
from .forms import VERSION_FIELD, LockedFormSetMixin, LockedModelForm
from .links import links_of
from .reach import ReachInlineMixin, ReachMixin
from .restricted import RestrictedMixin
from .saving import SavesChangesOnly, SavingInlineMixin, SavingMixin
from .trail import TrailMixin
from .trash import TrashMixin


class BaseAdmin(
    ReachMixin,
    RestrictedMixin,
    FormFieldsMixin,
    TrashMixin,
    TrailMixin,
    SavingMixin,
    FindingMixin,
    AutocompleteMixin,
    ModelAdmin,
    SavesChangesOnly,
):
    """A model's admin. Declare `search_fields`, `list_display`, `list_filter`, `fieldsets`, `inlines`,
    `markdown_fields`.

    `icon` (a Material symbol) and `menu_order` place it in the sidebar; `figures` puts numbers on the dashboard.
    """

    form = LockedModelForm
    icon: ClassVar[str] = "table_rows"
    menu_order: ClassVar[int] = 100
    actions: tuple[Any, ...] = ("restore_selected",)
    warn_unsaved_form = True
    change_form_template = "admin/kernel_change_form.html"

    def get_queryset(self, request: HttpRequest) -> Any:
        """Alive rows; the trash in the trash list; both where one row is looked up by its key.

        Only what this person's rights reach: what lies beyond is not there, for lists, searches and choices alike.
        """
        if not is_kernel_model(self.model):
            return super().get_queryset(request)
        wanted = getattr(request, "admin_rows", "alive")
        rows = self.within_reach(request, self.model.all_objects.get_queryset())
        if wanted != "all":
            rows = rows.dead() if wanted == "trash" else rows.alive()
        ordering = self.get_ordering(request)
        if ordering:
            return rows.order_by(*ordering)
        return rows if rows.ordered else rows.order_by("-pk")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        request.admin_rows = "trash" if shows_trash(request) else "alive"  # type: ignore[attr-defined]
        return super().changelist_view(request, extra_context)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        before = getattr(request, "admin_rows", "alive")
        request.admin_rows = "all"  # type: ignore[attr-defined]
        try:
            return super().get_object(request, object_id, from_field)
        finally:
            request.admin_rows = before  # type: ignore[attr-defined]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A row in the trash is shown read-only; a form posted for one comes back with what was typed, refused."""
        if getattr(obj, "is_deleted", False) and request.method != "POST":
            return False
        return super().has_change_permission(request, obj)

    def get_urls(self) -> list[URLPattern]:
        if not is_kernel_model(self.model):
            return super().get_urls()
        prefix = f"{self.opts.app_label}_{self.opts.model_name}"
        view = self.admin_site.admin_view
        own = [
            path("undo/<uuid:deletion_id>/", view(self.undo_view), name=f"{prefix}_undo"),
            path(
                "<path:object_id>/history/<int:version>/", view(self.version_view), name=f"{prefix}_version"
            ),
            path("<path:object_id>/restore/", view(self.restore_view), name=f"{prefix}_restore"),
        ]
        return own + super().get_urls()

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        """Adds who moved the row to the trash, and what others changed since a refused form was opened."""
        obj = context.get("original")
        if getattr(obj, "is_deleted", False):
            context |= {"trash": self.trash_notice(request, obj), "show_delete": False}
        elif obj is not None:
            context["row_links"] = links_of(request.user, obj)
        forms = [context["adminform"].form]
        for inline in context.get("inline_admin_formsets", ()):
            forms += inline.formset.forms
        context["stale_rows"] = [
            {
                "name": form.stale.name,
                "edits": form.stale.edits,
                "found": form.stale.found,
                "url": self._linked_url(form.stale.instance) or request.path,
                "seen_name": form.seen_version_name,
            }
            for form in forms
            if getattr(form, "stale", None)
        ]
        return super().render_change_form(request, context, *args, **kwargs)

    def within_reach(self, request: HttpRequest, rows: Any) -> Any:
        """Those of these rows that this person sees here."""
        return rows_for(request.user, rows, "view", "change")

    def figures(self, request: HttpRequest) -> list[Figure]:
        """Numbers for the dashboard of those who may view this model; counts what is `within_reach`."""
        return []


class LockedInlineFormSet(LockedFormSetMixin, PaginationInlineFormSet):
    """The formset of every inline."""


class InlineMixin(ReachInlineMixin, RestrictedMixin, FormFieldsMixin, SavingInlineMixin, AutocompleteMixin):
    """What both kinds of inline share."""

    form = LockedModelForm
    formset = LockedInlineFormSet
    extra = 0
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> Any:
        """With the rows that the foreign keys point at: one query, whatever the number of parts."""
        names = [name for name in row_links(self.model) if name.split("__")[0] != self.fk_name]
        rows = rows_for(request.user, super().get_queryset(request), "view", "change")
        return rows.select_related(*names) if names else rows

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The version travels with each row that may be changed."""
        fieldsets = self._with_handle_first(super().get_fieldsets(request, obj))
        if VERSION_FIELD in flatten_fieldsets(fieldsets) or not is_kernel_model(self.model):
            return fieldsets
        whole = self.admin_site._registry.get(self.parent_model)
        editable = whole is None or obj is None or whole.has_change_permission(request, obj)
        if not editable or not self.has_change_permission(request, obj):
            return fieldsets
        *others, (name, options) = fieldsets
        return [*others, (name, {**options, "fields": [*options["fields"], VERSION_FIELD]})]

    def _with_handle_first(self, fieldsets: Any) -> Any:
        """The handle to drag by stands in the first cell, which must not be the hidden position's."""
        (name, options), *others = fieldsets
        fields = list(options["fields"])
        if self.hide_ordering_field and fields[0] == self.ordering_field:
            return [(name, {**options, "fields": [*fields[1:], fields[0]]}), *others]
        return fieldsets


class BaseTabularInline(InlineMixin, TabularInline):
    """Parts in a table. `ordering_field` makes them sortable by dragging."""


class BaseStackedInline(InlineMixin, StackedInline):
    """Parts one below the other. `ordering_field` makes them sortable by dragging."""


class ReadOnlyAdmin:
    """Put before `BaseAdmin` where a service owns the model: rows are seen, and changed by actions only."""

    owned_by_a_service: ClassVar[bool] = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_restore_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
