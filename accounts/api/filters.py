"""Filters that are more than an equality."""

from __future__ import annotations

from typing import Any

import django_filters

from config.base.api.filters import BaseFilterSet

from ..models import User


class UserFilterSet(BaseFilterSet):
    """`email` and `username` find one person, regardless of case."""

    email = django_filters.CharFilter(method="with_email")
    username = django_filters.CharFilter(field_name="username")

    class Meta:
        model = User
        fields = ("email", "username", "is_active", "is_staff", "is_superuser", "locale", "groups")

    def with_email(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.by_email(value)
