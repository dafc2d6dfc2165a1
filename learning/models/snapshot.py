"""How far a learner is with a course, as last computed."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from config.base.constraints import NamedIndex, alive_unique
from config.base.deletion import KEEP
from config.base.models import BaseModel
from config.base.querysets import AliveManager, AllManager, now_ms

from ..querysets import ProgressSnapshotQuerySet


class ProgressSnapshot(BaseModel):
    """A learner's progress in a course: derived, untracked, and rebuilt from the rows it counts at any time.

    `completion_percentage` is a whole number, rounded down, so that 100 means all; `average_score` is in percent and
    NULL while nothing is graded; `structure_version` is the course's when the figures were computed, so that a
    reader sees that they are out of date. The link to the lesson is SET_NULL, not KEEP: a derived row never stands in
    the way of a purge, and finds its next lesson when it is computed again.
    """

    untracked_fields = (
        "current_lesson",
        "lessons_completed",
        "lessons_total",
        "completion_percentage",
        "exercises_attempted",
        "average_score",
        "structure_version",
        "last_activity_at",
    )

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="progress_snapshots", verbose_name=_("learner")
    )
    course = models.ForeignKey(
        "courses.Course", KEEP, related_name="progress_snapshots", db_index=False, verbose_name=_("course")
    )
    current_lesson = models.ForeignKey(
        "courses.Lesson",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("current lesson"),
    )
    lessons_completed = models.PositiveIntegerField(_("lessons completed"), default=0)
    lessons_total = models.PositiveIntegerField(_("lessons in all"), default=0)
    completion_percentage = models.PositiveSmallIntegerField(
        _("percent completed"), default=0, validators=[MaxValueValidator(100)]
    )
    exercises_attempted = models.PositiveIntegerField(_("exercises attempted"), default=0)
    average_score = models.DecimalField(
        _("average score in percent"),
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    structure_version = models.PositiveIntegerField(_("structure version"), default=1)
    last_activity_at = models.DateTimeField(_("last activity"), default=now_ms)

    objects = AliveManager.from_queryset(ProgressSnapshotQuerySet)()
    all_objects = AllManager.from_queryset(ProgressSnapshotQuerySet)()

    class Meta(BaseModel.Meta):
        verbose_name = _("progress in a course")
        verbose_name_plural = _("progress in courses")
        ordering = ["-last_activity_at", "id"]
        constraints = [
            *BaseModel.Meta.constraints,
            alive_unique(
                "user",
                "course",
                name="%(app_label)s_%(class)s_once",
                message=_("This learner's progress in this course is recorded already."),
            ),
            models.CheckConstraint(
                condition=Q(completion_percentage__gte=0, completion_percentage__lte=100),
                name="%(app_label)s_%(class)s_percentage",
                violation_error_message=_("A percentage is between 0 and 100."),
            ),
            models.CheckConstraint(
                condition=Q(lessons_completed__lte=F("lessons_total")),
                name="%(app_label)s_%(class)s_lessons",
                violation_error_message=_("Nobody completes more lessons than there are."),
            ),
            models.CheckConstraint(
                condition=Q(completion_percentage=100, lessons_total__gte=1)
                & Q(lessons_completed=F("lessons_total"))
                | Q(completion_percentage__lt=100)
                & (Q(lessons_total=0) | Q(lessons_completed__lt=F("lessons_total"))),
                name="%(app_label)s_%(class)s_complete",
                violation_error_message=_(
                    "It is 100 percent exactly when every lesson is completed, and there is one."
                ),
            ),
            models.CheckConstraint(
                condition=Q(average_score__gte=0, average_score__lte=100),
                name="%(app_label)s_%(class)s_score",
                violation_error_message=_("An average is between 0 and 100 percent."),
            ),
        ]
        indexes = [
            *BaseModel.Meta.indexes,
            NamedIndex(fields=["course", "-last_activity_at"], name="%(app_label)s_%(class)s_by_course"),
            NamedIndex(fields=["-last_activity_at"], name="%(app_label)s_%(class)s_newest"),
            NamedIndex(fields=["completion_percentage"], name="%(app_label)s_%(class)s_by_percentage"),
            NamedIndex(fields=["average_score"], name="%(app_label)s_%(class)s_by_score"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.course} · {self.completion_percentage} %"

    def natural_key(self) -> tuple[Any, ...]:
        return (*self.user.natural_key(), *self.course.natural_key())

    natural_key.dependencies = [  # type: ignore[attr-defined]
        settings.AUTH_USER_MODEL,
        "courses.course",
        "courses.lesson",
    ]
