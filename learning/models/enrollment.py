"""Who learns in which course."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from config.base.constraints import NamedIndex, alive_unique
from config.base.deletion import KEEP
from config.base.models import BaseModel
from config.base.querysets import AliveManager, AllManager, now_ms
from config.base.rules import one_of

from ..querysets import EnrollmentQuerySet


class EnrollmentStatus(models.TextChoices):
    ACTIVE = "ACTIVE", pgettext_lazy("enrolment", "active")
    COMPLETED = "COMPLETED", pgettext_lazy("enrolment", "completed")
    WITHDRAWN = "WITHDRAWN", pgettext_lazy("enrolment", "withdrawn")


class Enrollment(BaseModel):
    """A learner takes part in a course, once.

    `completed_at` is set once: who has completed a course and withdraws keeps it, and lessons added later do not
    clear it. `learning.invariants` keeps `Course.enrollment_count` equal to the enrolments that are not withdrawn.
    """

    Status = EnrollmentStatus

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="enrollments", verbose_name=_("learner")
    )
    course = models.ForeignKey(
        "courses.Course", KEEP, related_name="enrollments", db_index=False, verbose_name=_("course")
    )
    status = models.CharField(_("status"), max_length=9, choices=Status.choices, default=Status.ACTIVE)
    enrolled_at = models.DateTimeField(_("enrolled on"), default=now_ms)
    completed_at = models.DateTimeField(_("completed on"), null=True, blank=True)

    objects = AliveManager.from_queryset(EnrollmentQuerySet)()
    all_objects = AllManager.from_queryset(EnrollmentQuerySet)()

    class Meta(BaseModel.Meta):
        verbose_name = _("enrolment")
        verbose_name_plural = _("enrolments")
        ordering = ["-enrolled_at", "id"]
        constraints = [
            *BaseModel.Meta.constraints,
            alive_unique(
                "user",
                "course",
                name="uq_user_course",
                message=_("This learner is enrolled in this course already."),
            ),
            one_of("status", EnrollmentStatus),
            models.CheckConstraint(
                condition=Q(status="WITHDRAWN")
                | Q(status="ACTIVE", completed_at__isnull=True)
                | Q(status="COMPLETED", completed_at__isnull=False),
                name="%(app_label)s_%(class)s_completion",
                violation_error_message=_(
                    "A completed enrolment has a date of completion, and an active one has none."
                ),
            ),
            models.CheckConstraint(
                condition=Q(completed_at__gte=F("enrolled_at")),
                name="%(app_label)s_%(class)s_times",
                violation_error_message=_("A course is completed after the enrolment."),
            ),
        ]
        indexes = [
            *BaseModel.Meta.indexes,
            NamedIndex(fields=["course", "status"], name="%(app_label)s_%(class)s_by_course"),
            NamedIndex(fields=["status", "-enrolled_at"], name="%(app_label)s_%(class)s_by_status"),
            NamedIndex(fields=["-enrolled_at"], name="%(app_label)s_%(class)s_newest"),
            NamedIndex(fields=["-completed_at"], name="%(app_label)s_%(class)s_completed"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.course}"

    def natural_key(self) -> tuple[Any, ...]:
        return (*self.user.natural_key(), *self.course.natural_key())

    natural_key.dependencies = [settings.AUTH_USER_MODEL, "courses.course"]  # type: ignore[attr-defined]
