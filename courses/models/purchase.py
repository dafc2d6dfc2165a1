"""Tutoring sessions that a student has bought."""

from __future__ import annotations

from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from config.base.clock import now_ms
from config.base.constraints import NamedIndex, alive_unique
from config.base.deletion import KEEP
from config.base.fields import AmountField, CurrencyField
from config.base.models import BaseModel
from config.base.querysets import AliveManager, AllManager
from config.base.rules import at_least_one
from config.base.values import Money

from ..querysets import FormulaPurchaseQuerySet


class FormulaPurchase(BaseModel):
    """So many sessions of a formula, bought by or for a student: a fact of the accounts, kept when the student goes.

    How many are left is not stored: bookings use them up, see `courses.availability.sessions_left`.
    """

    student = models.ForeignKey(
        "accounts.StudentProfile", KEEP, related_name="formula_purchases", verbose_name=_("student")
    )
    formula = models.ForeignKey(
        "courses.Formula", models.PROTECT, related_name="purchases", verbose_name=_("formula")
    )
    sessions_bought = models.PositiveIntegerField(
        _("sessions bought"), default=1, validators=[MinValueValidator(1)]
    )
    price_amount = AmountField(_("price"), default=0)
    price_currency = CurrencyField(_("currency"))
    purchased_at = models.DateTimeField(_("bought"), default=now_ms)
    note = models.CharField(_("note"), max_length=255, blank=True, default="")

    objects = AliveManager.from_queryset(FormulaPurchaseQuerySet)()
    all_objects = AllManager.from_queryset(FormulaPurchaseQuerySet)()

    class Meta(BaseModel.Meta):
        verbose_name = _("purchase of a formula")
        verbose_name_plural = _("purchases of formulas")
        ordering = ["-purchased_at", "id"]
        constraints = [
            *BaseModel.Meta.constraints,
            alive_unique(
                "student",
                "formula",
                "purchased_at",
                name="%(app_label)s_%(class)s_moment",
                message=_("This purchase has been entered already."),
            ),
            at_least_one("sessions_bought", message=_("At least one session is bought.")),
            models.CheckConstraint(
                condition=Q(price_amount__gte=0),
                name="%(app_label)s_%(class)s_price",
                violation_error_message=_("A price cannot be negative."),
            ),
        ]
        indexes = [
            *BaseModel.Meta.indexes,
            NamedIndex(fields=["student", "formula"], name="%(app_label)s_%(class)s_by_student"),
            NamedIndex(fields=["-purchased_at"], name="%(app_label)s_%(class)s_by_date"),
            NamedIndex(fields=["price_amount"], name="%(app_label)s_%(class)s_by_price"),
            NamedIndex(fields=["sessions_bought"], name="%(app_label)s_%(class)s_by_number"),
            NamedIndex(fields=["-created_at"], name="%(app_label)s_%(class)s_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.student} · {self.formula} · {localtime(self.purchased_at):%Y-%m-%d}"

    @property
    def price(self) -> Money:
        """What was paid as a value object."""
        return Money(self.price_amount, self.price_currency)

    def natural_key(self) -> tuple[Any, ...]:
        return (*self.student.natural_key(), *self.formula.natural_key(), self.purchased_at)

    natural_key.dependencies = ["accounts.studentprofile", "courses.formula"]  # type: ignore[attr-defined]
