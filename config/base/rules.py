"""Constraints that many models declare alike."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


def one_of(field: str, choices: type[models.TextChoices]) -> models.CheckConstraint:
    """The column holds one of its choices, whoever wrote it."""
    return models.CheckConstraint(
        condition=Q(**{f"{field}__in": choices.values}),
        name=f"%(app_label)s_%(class)s_{field}_known",
        violation_error_message=_("Choose one of the values offered."),
    )


def at_least_one(field: str, *, message: Any) -> models.CheckConstraint:
    """The number is positive, or left empty where the column allows it (a check passes on NULL)."""
    return models.CheckConstraint(
        condition=Q(**{f"{field}__gte": 1}),
        name=f"%(app_label)s_%(class)s_{field}_positive",
        violation_error_message=message,
    )
