"""Pairs of customers who look alike and are two."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least
from django.utils.translation import gettext_lazy as _

from config.base.constraints import NamedIndex, alive_unique
from config.base.models import BaseModel
from config.base.querysets import AliveManager, AllManager

from ..querysets import DistinctPairQuerySet


class DistinctPair(BaseModel):
    """Somebody looked at these two and said that they are not the same: they are not proposed for a merge again.

    It is said once, whichever of the two is named first. A merge of one of them with a third one leaves the pair as it
    is; whoever reads it follows `merged_into`.
    """

    first = models.ForeignKey(
        "crm.Customer",
        models.CASCADE,
        related_name="distinct_as_first",
        db_index=False,
        verbose_name=_("customer"),
    )
    second = models.ForeignKey(
        "crm.Customer",
        models.CASCADE,
        related_name="distinct_as_second",
        db_index=False,
        verbose_name=_("other customer"),
    )

    objects = AliveManager.from_queryset(DistinctPairQuerySet)()
    all_objects = AllManager.from_queryset(DistinctPairQuerySet)()

    class Meta(BaseModel.Meta):
        verbose_name = _("pair of distinct customers")
        verbose_name_plural = _("pairs of distinct customers")
        ordering = ["-id"]
        constraints = [
            *BaseModel.Meta.constraints,
            alive_unique(
                *(Least("first", "second"), Greatest("first", "second")),
                name="%(app_label)s_%(class)s_once",
                message=_("It has been said already that these two are not the same."),
            ),
            models.CheckConstraint(
                condition=~Q(first=F("second")),
                name="%(app_label)s_%(class)s_two",
                violation_error_message=_("Choose another customer."),
            ),
        ]
        indexes = [
            *BaseModel.Meta.indexes,
            # from whom a customer is distinct
            NamedIndex(fields=["first"], name="%(app_label)s_%(class)s_by_first"),
            # the same from the other side
            NamedIndex(fields=["second"], name="%(app_label)s_%(class)s_by_second"),
            # the newest first
            NamedIndex(fields=["-created_at"], name="%(app_label)s_%(class)s_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.first} ≠ {self.second}"

    def natural_key(self) -> tuple[Any, ...]:
        return (*self.first.natural_key(), *self.second.natural_key())

    natural_key.dependencies = ["crm.customer"]  # type: ignore[attr-defined]
