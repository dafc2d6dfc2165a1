"""Which query parameters each request understands; any other is a 400."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ErrorDetail, ValidationError

from .filters import FilterBackend

_ALWAYS = frozenset({"format"})
_COLUMNS = frozenset({"fields", "omit"})
_LOOKING_BACK = frozenset({"deleted", "as_of"})


def known_parameters(view: Any) -> set[str]:
    """The names of the query parameters that this view's action understands."""
    known = {*_ALWAYS, *view.query_parameters}
    if view.action == "list":
        known |= {*_COLUMNS, "deleted", "ordering", *_paging(view.paginator), *filter_names(view)}
        if view.search_fields:
            known.add("search")
    elif view.action == "retrieve":
        known |= {*_COLUMNS, "deleted", "as_of"}
    elif view.action == "history":
        known |= {"deleted", *_paging(view.paginator)}
    elif view.action != "destroy" and view.versioned:
        known |= _COLUMNS
    return known - _LOOKING_BACK if view.is_personal else known


def filter_names(view: Any) -> list[str]:
    """The parameters of the view's own filters."""
    filterset = FilterBackend().get_filterset_class(view, view.model._default_manager.none())
    return list(filterset.base_filters) if filterset else []


def _paging(paginator: Any) -> set[str]:
    names = {getattr(paginator, name, None) for name in ("page_query_param", "cursor_query_param")}
    return {name for name in names if name} | {"page_size"}


def refuse_unknown(request: Any, *known: str) -> None:
    """400 naming every query parameter that is none of these."""
    unknown = sorted(set(request.query_params) - _ALWAYS - set(known))
    if unknown:
        detail = ErrorDetail(_("There is no such parameter here."), code="unknown")
        raise ValidationError({name: [detail] for name in unknown})
