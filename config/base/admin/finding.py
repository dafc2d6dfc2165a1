"""Finding rows: search blind to case and accents, foreign keys by autocomplete, lists of constant cost."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import quote
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import capfirst, smart_split, unescape_string_literal
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter
from unfold.contrib.filters.forms import AutocompleteDropdownForm
from unfold.dataclasses import SearchResult
from unfold.views import ChangeList

from ..introspection import is_kernel_model
from ..models import KERNEL_FIELDS
from ..restricted import leads_to_hidden
from ..rows import rows_for
from ..search import MAX_WORDS, find
from .widgets import LoadedAutocompleteSelect

TRASH_PARAMETER = "trash"


class TrashFilter(admin.SimpleListFilter):
    """Alive rows by default; `?trash=only` shows the trash. The changelist picks the rows (see `BaseAdmin`)."""

    title = _("in the trash")
    parameter_name = TRASH_PARAMETER

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("only", _("Only the trash"))]

    def choices(self, changelist: Any) -> Iterable[dict[str, Any]]:
        labels = [(None, _("Not in the trash")), ("only", _("Only the trash"))]
        for value, label in labels:
            yield {
                "selected": self.value() == value,
                "query_string": changelist.get_query_string(
                    {self.parameter_name: value} if value else {}, [] if value else [self.parameter_name]
                ),
                "display": label,
            }

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset


def shows_trash(request: HttpRequest) -> bool:
    """Does this list show the rows in the trash?"""
    return request.GET.get(TRASH_PARAMETER) == "only"


class OwnSelectForm(AutocompleteDropdownForm):
    """Names what is chosen only to those who may see it, whatever key stands in the address."""

    def __init__(self, request: HttpRequest, name: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, name, *args, **kwargs)
        field = self.fields[name]
        field.queryset = rows_for(request.user, field.queryset.all(), "view", "change")


class OwnSelectFilter(AutocompleteSelectFilter):
    form_class = OwnSelectForm


class FindingChangeList(ChangeList):
    """Joins the foreign keys among the columns, nullable ones too, so that a list costs the same at any length."""

    def apply_select_related(self, queryset: Any) -> Any:
        if isinstance(self.list_select_related, (list, tuple)):
            return queryset.select_related(*self.list_select_related)
        names = [name for name in self.list_display if isinstance(name, str) and self._is_relation(name)]
        return queryset.select_related(*names) if names else queryset

    def get_results(self, request: HttpRequest) -> None:
        """The whole number is counted only where nothing narrows the list: it is the list's own."""
        try:
            super().get_results(request)
        except OverflowError as error:  # a number in the address that no column can hold
            raise IncorrectLookupParameters(error) from error
        if not self.query and not self.has_active_filters:
            self.full_result_count = self.result_count

    def _is_relation(self, name: str) -> bool:
        try:
            field = self.lookup_opts.get_field(name)
        except FieldDoesNotExist:
            return False
        return isinstance(field, models.ForeignKey)


class FindingMixin:
    """What every list shares. Mixed into `BaseAdmin`."""

    list_per_page = 50
    list_max_show_all = 50
    show_full_result_count = False
    list_filter_submit = True

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:
        return FindingChangeList

    def lookup_allowed(self, lookup: str, value: str, request: Any = None) -> bool:
        """Neither what they may not read, nor what makes a database fail: a pattern that is none, a NUL character."""
        if lookup.split("__")[-1] in ("regex", "iregex") or "\x00" in value:
            return False
        if request is not None and leads_to_hidden(request.user, self.model, lookup):
            return False
        return super().lookup_allowed(lookup, value, request)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        """The rows with every word, a quoted phrase being one; what comes after `MAX_WORDS` is not looked for."""
        words = [
            unescape_string_literal(word) if word[0] in "\"'" and word[0] == word[-1] != word else word
            for word in smart_split(search_term.replace("\x00", ""))
        ]
        fields = self.get_search_fields(request)
        return find(queryset, fields, words[:MAX_WORDS]) if fields else queryset, False

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        """The trash first; foreign keys by autocomplete, for a full select does not grow well.

        None by a model that this person may not view: it would offer them nothing.
        """
        filters: list[Any] = []
        for each in super().get_list_filter(request):
            if not isinstance(each, str) or not autocompletes(self.admin_site, self.model, each):
                filters.append(each)
            elif self._related_admin(each).has_view_or_change_permission(request):
                filters.append((each, OwnSelectFilter))
        return [TrashFilter, *filters] if is_kernel_model(self.model) else filters

    def _related_admin(self, name: str) -> Any:
        return self.admin_site._registry[self.model._meta.get_field(name).remote_field.model]


class AutocompleteMixin:
    """Every foreign key and many-to-many to a searchable model is an autocomplete field. For admins and inlines."""

    def get_autocomplete_fields(self, request: HttpRequest) -> tuple[str, ...]:
        chosen = list(super().get_autocomplete_fields(request))
        taken = {
            *chosen,
            *self.raw_id_fields,
            *self.radio_fields,
            *self.filter_horizontal,
            *self.filter_vertical,
        }
        for field in [*self.opts.fields, *self.opts.many_to_many]:
            if field.name not in taken and autocompletes(self.admin_site, self.model, field.name):
                chosen.append(field.name)
        return tuple(chosen)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if "widget" not in kwargs and db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = LoadedAutocompleteSelect(db_field, self.admin_site, using=kwargs.get("using"))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


def autocompletes(site: Any, model: Any, name: str) -> bool:
    """Is this a relation to a model whose admin can be searched?"""
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    if not isinstance(field, (models.ForeignKey, models.ManyToManyField)):
        return False
    related = site._registry.get(field.remote_field.model)
    return related is not None and bool(related.search_fields)


def row_links(model: Any) -> list[str]:
    """What naming a row's foreign keys may need: the keys, and the rows that those hang under in turn."""
    names = []
    for field in _links_of(model):
        names.append(field.name)
        names += [f"{field.name}__{each.name}" for each in _links_of(field.related_model) if not each.null]
    return names


def _links_of(model: Any) -> list[Any]:
    """The foreign keys of a model's own, not those to who created and changed it."""
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey) and field.name not in KERNEL_FIELDS
    ]


SEARCHED_PER_MODEL = 5


def search_records(request: HttpRequest, term: str) -> list[SearchResult]:
    """The rows that the command search offers: a few of each model that this person may view."""
    results = []
    for model, model_admin in admin.site._registry.items():
        if not model_admin.search_fields or not model_admin.has_view_or_change_permission(request):
            continue
        rows, _duplicates = model_admin.get_search_results(request, model_admin.get_queryset(request), term)
        options = model._meta
        results += [
            SearchResult(
                title=str(row),
                description=str(capfirst(options.verbose_name)),
                link=reverse(f"admin:{options.app_label}_{options.model_name}_change", args=[quote(row.pk)]),
                icon=getattr(model_admin, "icon", "table_rows"),
            )
            for row in rows[:SEARCHED_PER_MODEL]
        ]
    return results
