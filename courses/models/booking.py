"""Seats in tutoring sessions."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from config.base.constraints import ALIVE, NamedIndex, alive_unique
from config.base.constraints_vendor import NoOverlap
from config.base.deletion import KEEP
from config.base.models import BaseModel
from config.base.querysets import AliveManager, AllManager
from config.base.rules import one_of

from ..querysets import LIVE_BOOKINGS, BookingQuerySet
from .tutoring import TutoringSession


class BookingStatus(models.TextChoices):
    REQUESTED = "REQUESTED", _("requested")
    CONFIRMED = "CONFIRMED", _("confirmed")
    DONE = "DONE", _("done")
    CANCELLED = "CANCELLED", _("cancelled")
    NO_SHOW = "NO_SHOW", _("did not come")


class Booking(BaseModel):
    """A student's seat in a session: a record of what was agreed, kept when the student goes.

    Its times are the session's, so that the database can refuse a student in two places; `courses.invariants` keeps
    them equal and the seats within the capacity, whichever path writes.
    """

    Status = BookingStatus

    session = models.ForeignKey(
        "courses.TutoringSession",
        models.PROTECT,
        related_name="bookings",
        verbose_name=pgettext_lazy("tutoring", "session"),
    )
    student = models.ForeignKey(
        "accounts.StudentProfile", KEEP, related_name="bookings", verbose_name=_("student")
    )
    status = models.CharField(_("status"), max_length=9, choices=Status.choices, default=Status.REQUESTED)
    starts_at = models.DateTimeField(_("starts"), editable=False)
    ends_at = models.DateTimeField(_("ends"), editable=False)

    objects = AliveManager.from_queryset(BookingQuerySet)()
    all_objects = AllManager.from_queryset(BookingQuerySet)()

    class Meta(BaseModel.Meta):
        verbose_name = _("booking")
        verbose_name_plural = _("bookings")
        ordering = ["-starts_at", "id"]
        constraints = [
            *BaseModel.Meta.constraints,
            one_of("status", BookingStatus),
            alive_unique(
                "session",
                "student",
                name="%(app_label)s_%(class)s_student",
                message=_("This student has a seat in this session already."),
            ),
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at")),
                name="%(app_label)s_%(class)s_times",
                violation_error_message=_("A session ends after it starts."),
            ),
            NoOverlap(
                name="%(app_label)s_%(class)s_student_once",
                owner="student",
                condition=ALIVE & Q(status__in=LIVE_BOOKINGS),
                violation_error_message=_("This student has another booking at that time."),
            ),
        ]
        indexes = [
            *BaseModel.Meta.indexes,
            NamedIndex(fields=["student", "starts_at"], name="%(app_label)s_%(class)s_by_student"),
            NamedIndex(fields=["status", "starts_at"], name="%(app_label)s_%(class)s_by_status"),
            NamedIndex(fields=["-starts_at"], name="%(app_label)s_%(class)s_by_start"),
            NamedIndex(fields=["-created_at"], name="%(app_label)s_%(class)s_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.student} · {localtime(self.starts_at):%Y-%m-%d %H:%M}"

    def natural_key(self) -> tuple[Any, ...]:
        return (*self.session.natural_key(), *self.student.natural_key())

    natural_key.dependencies = ["courses.tutoringsession", "accounts.studentprofile"]  # type: ignore[attr-defined]

    def clean_fields(self, exclude: Any = None) -> None:
        self.take_times()
        super().clean_fields(exclude)

    def clean(self) -> None:
        super().clean()
        if self.session_id is not None and self.status in LIVE_BOOKINGS:
            taken = Booking.objects.live().filter(session=self.session_id).exclude(pk=self.pk).count()
            if taken >= self.session.capacity:
                raise ValidationError({"session": _("This session has no seat left.")}, code="session_full")

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.take_times()
        if kwargs.get("update_fields") is not None and "session" in kwargs["update_fields"]:
            kwargs["update_fields"] = {*kwargs["update_fields"], "starts_at", "ends_at"}
        super().save(*args, **kwargs)

    def take_times(self) -> None:
        """The session's stored times become the booking's."""
        times = (
            TutoringSession.all_objects.filter(pk=self.session_id).values_list("starts_at", "ends_at").first()
        )
        if times is not None:
            self.starts_at, self.ends_at = times
