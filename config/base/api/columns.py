"""Which columns a request wants, and how to load them in a constant number of queries."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Prefetch
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError


def chosen_columns(params: Any, known: set[str]) -> set[str] | None:
    """The names that `?fields=` and `?omit=` leave, or None for all. A name that is not a column is a 400."""
    chosen = None
    for parameter in ("fields", "omit"):
        if parameter not in params:
            continue
        names = {name.strip() for value in params.getlist(parameter) for name in value.split(",")}
        unknown = sorted(names - known)
        if unknown:
            message = _("There is no column %(names)s.") % {"names": ", ".join(unknown)}
            raise ValidationError({parameter: [ErrorDetail(message, code="unknown")]})
        chosen = names if parameter == "fields" else (known if chosen is None else chosen) - names
    return chosen


def load_for(queryset: Any, serializer: Any) -> Any:
    """Join or prefetch what the serializer's fields show, so that no row costs a query of its own."""
    joined, prefetched = _relations(serializer, queryset.model, "")
    if joined:
        queryset = queryset.select_related(*joined)
    return queryset.prefetch_related(*prefetched)


def _relations(serializer: Any, model: Any, prefix: str) -> tuple[list[str], list[Any]]:
    joined: list[str] = []
    prefetched: list[Any] = []
    for field in serializer._readable_fields:
        path, target, many = _follow(model, field.source)
        if target is None:
            continue
        path = prefix + path
        only_keys = isinstance(field, (serializers.PrimaryKeyRelatedField, serializers.ManyRelatedField))
        if many and only_keys and "." not in field.source:
            prefetched.append(Prefetch(path, queryset=target._default_manager.only("pk").order_by("pk")))
        elif many:
            prefetched.append(path)
        elif "." in field.source or not isinstance(field, serializers.PrimaryKeyRelatedField):
            joined.append(path)
        child = getattr(field, "child", field)
        if isinstance(child, serializers.ModelSerializer):
            deeper_joined, deeper_prefetched = _relations(child, target, f"{path}__")
            if many:
                prefetched += [*deeper_joined, *deeper_prefetched]
            else:
                joined += deeper_joined
                prefetched += deeper_prefetched
    return joined, prefetched


def _follow(model: Any, source: str) -> tuple[str, Any, bool]:
    """The relations that a dotted source goes through: lookup path, last model (None: no relation), to many?"""
    path: list[str] = []
    target = None
    for name in source.split("."):
        try:
            field = (target or model)._meta.get_field(name)
        except FieldDoesNotExist:
            break
        if not field.is_relation or field.related_model is None or field.name != name:
            break  # a column, be it that of a foreign key
        path.append(name)
        target = field.related_model
        if field.many_to_many or field.one_to_many:
            return "__".join(path), target, True
    return "__".join(path), target, False
