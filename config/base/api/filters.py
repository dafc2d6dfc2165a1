"""Filters, ordering and search that never ignore what they do not understand."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError as FormError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_filters.filterset import FILTER_FOR_DBFIELD_DEFAULTS
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework import filters
from rest_framework.exceptions import ErrorDetail, ValidationError

from config.base.search import MAX_WORDS, find

from .moments import parse_moment

BIGINT = 2**63 - 1


class StrictBooleanField(forms.Field):
    """true or false; Django's own takes anything else for "unknown" and the filter would do nothing."""

    values = {"true": True, "1": True, "false": False, "0": False}

    def to_python(self, value: Any) -> bool | None:
        if value in (None, ""):
            return None
        if str(value).lower() not in self.values:
            raise FormError(_("Give true or false."), code="invalid")
        return self.values[str(value).lower()]


class MomentField(forms.Field):
    """A date and time in ISO 8601."""

    def to_python(self, value: Any) -> Any:
        return None if value in (None, "") else parse_moment(str(value))


class WholeNumberField(forms.IntegerField):
    """A whole number that fits a bigint, so that no database is asked about another."""

    default_validators = [MinValueValidator(-BIGINT - 1), MaxValueValidator(BIGINT)]


class BooleanFilter(django_filters.Filter):
    field_class = StrictBooleanField


class MomentFilter(django_filters.Filter):
    field_class = MomentField


class NumberFilter(django_filters.Filter):
    field_class = WholeNumberField


class KeyFilter(NumberFilter):
    """Rows whose link is this key; in the browsable page an input, not a <select> of the other table."""


def _decimal_limits(field: Any) -> dict[str, Any]:
    return {"max_digits": field.max_digits, "decimal_places": field.decimal_places}


_WHOLE = (
    models.AutoField,
    models.BigAutoField,
    models.IntegerField,
    models.BigIntegerField,
    models.SmallIntegerField,
    models.PositiveIntegerField,
    models.PositiveSmallIntegerField,
    models.PositiveBigIntegerField,
)
_LINKS = (models.ForeignKey, models.OneToOneField, models.ManyToManyField)


class BaseFilterSet(django_filters.rest_framework.FilterSet):
    """The base of every filter set: links by key, strict values."""

    FILTER_DEFAULTS = {
        **FILTER_FOR_DBFIELD_DEFAULTS,
        **{kind: {"filter_class": NumberFilter} for kind in _WHOLE},
        **{kind: {"filter_class": KeyFilter} for kind in _LINKS},
        models.BooleanField: {"filter_class": BooleanFilter},
        models.DateTimeField: {"filter_class": MomentFilter},
        models.DecimalField: {"filter_class": django_filters.NumberFilter, "extra": _decimal_limits},
    }

    @classmethod
    def filter_for_lookup(cls, field: Any, lookup_type: str) -> Any:
        if lookup_type == "isnull":
            return BooleanFilter, {}
        return super().filter_for_lookup(field, lookup_type)


class FilterBackend(DjangoFilterBackend):
    """`filterset_fields` or `filterset_class` of the view; a bad value is a 400 naming its parameter."""

    filterset_base = BaseFilterSet


class FoldedSearch(filters.SearchFilter):
    """`?search=`: every word in one of the view's `search_fields`, blind to case and accents."""

    search_description: Any = _("Words to look for, blind to case and accents.")

    def filter_queryset(self, request: Any, queryset: Any, view: Any) -> Any:
        return find(queryset, self.get_search_fields(view, request) or (), self.get_search_terms(request))

    def get_search_terms(self, request: Any) -> list[str]:
        try:
            words = list(super().get_search_terms(request))
        except ValidationError as error:
            raise ValidationError({self.search_param: error.detail}) from error
        if len(words) > MAX_WORDS:
            message = _("Look for at most %(limit)s words.") % {"limit": MAX_WORDS}
            raise ValidationError({self.search_param: [ErrorDetail(message, code="invalid")]})
        return words


class StrictOrdering(filters.OrderingFilter):
    """`?ordering=-title,id`: an unknown name is a 400. The key decides last, so that pages never overlap."""

    def get_valid_fields(self, queryset: Any, view: Any, context: Any = None) -> list[Any]:
        names = dict.fromkeys(["id", *(view.ordering_fields or ())])
        return [(name, name) for name in names]

    def get_ordering(self, request: Any, queryset: Any, view: Any) -> Any:
        ordering = tuple(super().get_ordering(request, queryset, view) or ())
        if {"id", "-id", "pk", "-pk"} & set(ordering):
            return ordering
        return (*ordering, "id")

    def remove_invalid_fields(self, queryset: Any, fields: Any, view: Any, request: Any) -> list[str]:
        known = {name for name, _label in self.get_valid_fields(queryset, view)}
        unknown = [name for name in fields if name.removeprefix("-") not in known]
        if unknown:
            message = _("There is no ordering %(names)s.") % {"names": ", ".join(unknown)}
            raise ValidationError({self.ordering_param: [ErrorDetail(message, code="unknown")]})
        return list(fields)
