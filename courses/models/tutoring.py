"""Tutoring: formulas on offer and sessions with a teacher."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from config.base.constraints import ALIVE, NamedIndex, alive_unique
from config.base.constraints_vendor import NoOverlap
from config.base.fields import AmountField, CurrencyField
from config.base.models import BaseModel
from config.base.querysets import AliveManager, AllManager
from config.base.rules import at_least_one, one_of
from config.base.values import Money

from ..querysets import (
    LIVE_SESSIONS,
    FormulaQuerySet,
    TutoringSessionQuerySet,
)


class FormulaKind(models.TextChoices):
    INDIVIDUAL = "INDIVIDUAL", _("individual")
    GROUP = "GROUP", _("group")
    INTENSIVE = "INTENSIVE", _("intensive")
    ONLINE = "ONLINE", _("online")


class SessionStatus(models.TextChoices):
    OPEN = "OPEN", _("open")
    FULL = "FULL", _("full")
    DONE = "DONE", _("done")
    CANCELLED = "CANCELLED", _("cancelled")


class Formula(BaseModel):
    """A tutoring package: so many sessions of so many minutes for a price."""

    Kind = FormulaKind

    name = models.CharField(_("name"), max_length=255)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    session_count = models.PositiveIntegerField(_("sessions"), default=1, validators=[MinValueValidator(1)])
    session_minutes = models.PositiveIntegerField(
        _("minutes a session"), default=60, validators=[MinValueValidator(1)]
    )
    price_amount = AmountField(_("price"), default=0)
    price_currency = CurrencyField(_("currency"))
    courses = models.ManyToManyField(
        "courses.Course", blank=True, related_name="formulas", verbose_name=_("courses")
    )
    is_active = models.BooleanField(_("on offer"), default=True)

    objects = AliveManager.from_queryset(FormulaQuerySet)()
    all_objects = AllManager.from_queryset(FormulaQuerySet)()

    class Meta(BaseModel.Meta):
        verbose_name = _("formula")
        verbose_name_plural = _("formulas")
        ordering = ["name", "id"]
        constraints = [
            *BaseModel.Meta.constraints,
            alive_unique(
                "name",
                name="%(app_label)s_%(class)s_name",
                message=_("There is a formula with that name already."),
            ),
            one_of("kind", FormulaKind),
            at_least_one("session_count", message=_("A formula has at least one session.")),
            at_least_one("session_minutes", message=_("A session lasts at least a minute.")),
            models.CheckConstraint(
                condition=Q(price_amount__gte=0),
                name="%(app_label)s_%(class)s_price",
                violation_error_message=_("A price cannot be negative."),
            ),
        ]
        indexes = [
            *BaseModel.Meta.indexes,
            NamedIndex(fields=["kind"], name="%(app_label)s_%(class)s_by_kind"),
            NamedIndex(fields=["is_active"], name="%(app_label)s_%(class)s_by_activity"),
            NamedIndex(fields=["price_amount"], name="%(app_label)s_%(class)s_by_price"),
            NamedIndex(fields=["-created_at"], name="%(app_label)s_%(class)s_newest"),
        ]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        return (self.name,)

    @property
    def price(self) -> Money:
        """The price as a value object."""
        return Money(self.price_amount, self.price_currency)

    def clean(self) -> None:
        super().clean()
        if self.kind == FormulaKind.INDIVIDUAL and self.pk is not None:
            shared = TutoringSession.objects.live().filter(formula=self.pk, capacity__gt=1)
            if shared.exists():
                raise ValidationError(
                    {"kind": _("Sessions of this formula have several seats, so it is not individual.")},
                    code="individual",
                )


class TutoringSession(BaseModel):
    """A teacher's time, with seats. Sessions are facts: they are cancelled, not deleted, once booked."""

    Status = SessionStatus

    teacher = models.ForeignKey(
        "accounts.TeacherProfile", models.PROTECT, related_name="tutoring_sessions", verbose_name=_("teacher")
    )
    formula = models.ForeignKey(
        "courses.Formula", models.PROTECT, related_name="sessions", verbose_name=_("formula")
    )
    course = models.ForeignKey(
        "courses.Course",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="tutoring_sessions",
        verbose_name=_("course"),
    )
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    capacity = models.PositiveIntegerField(_("seats"), default=1, validators=[MinValueValidator(1)])
    location = models.CharField(_("place"), max_length=255, blank=True, default="")
    status = models.CharField(_("status"), max_length=9, choices=Status.choices, default=Status.OPEN)

    objects = AliveManager.from_queryset(TutoringSessionQuerySet)()
    all_objects = AllManager.from_queryset(TutoringSessionQuerySet)()

    class Meta(BaseModel.Meta):
        verbose_name = _("tutoring session")
        verbose_name_plural = _("tutoring sessions")
        ordering = ["-starts_at", "id"]
        constraints = [
            *BaseModel.Meta.constraints,
            one_of("status", SessionStatus),
            at_least_one("capacity", message=_("A session has at least one seat.")),
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at")),
                name="%(app_label)s_%(class)s_times",
                violation_error_message=_("A session ends after it starts."),
            ),
            NoOverlap(
                name="%(app_label)s_%(class)s_teacher_once",
                owner="teacher",
                condition=ALIVE & Q(status__in=LIVE_SESSIONS),
                violation_error_message=_("This teacher has another session at that time."),
            ),
        ]
        indexes = [
            *BaseModel.Meta.indexes,
            NamedIndex(fields=["teacher", "starts_at"], name="%(app_label)s_%(class)s_by_teacher"),
            NamedIndex(fields=["status", "starts_at"], name="%(app_label)s_%(class)s_by_status"),
            NamedIndex(fields=["-starts_at"], name="%(app_label)s_%(class)s_by_start"),
            NamedIndex(fields=["ends_at"], name="%(app_label)s_%(class)s_by_end"),
            NamedIndex(fields=["capacity"], name="%(app_label)s_%(class)s_by_seats"),
            NamedIndex(fields=["-created_at"], name="%(app_label)s_%(class)s_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.formula} · {localtime(self.starts_at):%Y-%m-%d %H:%M}"

    def natural_key(self) -> tuple[Any, ...]:
        return (*self.teacher.natural_key(), self.starts_at)

    natural_key.dependencies = ["accounts.teacherprofile", "courses.formula"]  # type: ignore[attr-defined]

    def clean(self) -> None:
        super().clean()
        if self.formula_id and self.formula.kind == FormulaKind.INDIVIDUAL and self.capacity != 1:
            raise ValidationError({"capacity": _("An individual session has one seat.")}, code="individual")
        if self.pk is None:
            return
        seats = self.bookings.live().count()
        if self.capacity is not None and seats > self.capacity:
            raise ValidationError(
                {"capacity": _("More seats than that are taken already.")}, code="seats_taken"
            )
        if self.starts_at and self.ends_at and self._student_is_elsewhere():
            raise ValidationError(
                {"starts_at": _("A student of this session has another booking at that time.")},
                code="overlap",
            )

    def _student_is_elsewhere(self) -> bool:
        students = self.bookings.live().values("student")
        bookings: Any = self.bookings.model
        others = bookings.objects.live().filter(
            student__in=students, starts_at__lt=self.ends_at, ends_at__gt=self.starts_at
        )
        return others.exclude(session=self.pk).exists()
