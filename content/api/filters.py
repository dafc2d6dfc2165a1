"""Filters that are more than an equality."""

from __future__ import annotations

from typing import Any

import django_filters

from config.base.api.filters import BaseFilterSet

from ..models import ContentBrick


class ContentBrickFilterSet(BaseFilterSet):
    """`tag` finds the bricks that have it, whole and as it is written."""

    tag = django_filters.CharFilter(method="with_tag")

    class Meta:
        model = ContentBrick
        fields = {
            "slug": ["exact"],
            "subject": ["exact"],
            "level": ["exact"],
            "kind": ["exact"],
            "difficulty": ["exact", "gte", "lte"],
            "audience": ["exact"],
            "language": ["exact"],
            "family": ["exact"],
            "status": ["exact"],
        }

    def with_tag(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.tagged(value)
