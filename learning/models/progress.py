"""How far learners are with lessons and videos."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from config.base.constraints import NamedIndex, alive_unique
from config.base.deletion import KEEP
from config.base.models import BaseModel
from config.base.querysets import AliveManager, AllManager
from config.base.rules import one_of

from ..choices import ProgressStatus
from ..querysets import LessonProgressQuerySet, VideoProgressQuerySet


class LessonProgress(BaseModel):
    """How far a learner is with a lesson. Completion sticks: `completed_at` is set once."""

    Status = ProgressStatus

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="lesson_progress", verbose_name=_("learner")
    )
    lesson = models.ForeignKey(
        "courses.Lesson", KEEP, related_name="progress", db_index=False, verbose_name=_("lesson")
    )
    status = models.CharField(_("status"), max_length=11, choices=Status.choices, default=Status.NOT_STARTED)
    started_at = models.DateTimeField(_("started on"), null=True, blank=True)
    completed_at = models.DateTimeField(_("completed on"), null=True, blank=True)

    objects = AliveManager.from_queryset(LessonProgressQuerySet)()
    all_objects = AllManager.from_queryset(LessonProgressQuerySet)()

    class Meta(BaseModel.Meta):
        verbose_name = _("progress in a lesson")
        verbose_name_plural = _("progress in lessons")
        ordering = ["-id"]
        constraints = [
            *BaseModel.Meta.constraints,
            alive_unique(
                "user",
                "lesson",
                name="%(app_label)s_%(class)s_once",
                message=_("This learner's progress in this lesson is recorded already."),
            ),
            one_of("status", ProgressStatus),
            models.CheckConstraint(
                condition=Q(status="NOT_STARTED", started_at__isnull=True, completed_at__isnull=True)
                | Q(status="IN_PROGRESS", started_at__isnull=False, completed_at__isnull=True)
                | Q(status="COMPLETED", started_at__isnull=False, completed_at__isnull=False)
                | Q(status="SKIPPED", completed_at__isnull=True),
                name="%(app_label)s_%(class)s_dates",
                violation_error_message=_(
                    "What is in progress has been started, what is completed has a date of completion, and "
                    "nothing else has one."
                ),
            ),
            models.CheckConstraint(
                condition=Q(completed_at__gte=F("started_at")),
                name="%(app_label)s_%(class)s_times",
                violation_error_message=_("What is completed was started before."),
            ),
        ]
        indexes = [
            *BaseModel.Meta.indexes,
            NamedIndex(fields=["lesson", "status"], name="%(app_label)s_%(class)s_by_lesson"),
            NamedIndex(fields=["status"], name="%(app_label)s_%(class)s_by_status"),
            NamedIndex(fields=["-started_at"], name="%(app_label)s_%(class)s_started"),
            NamedIndex(fields=["-completed_at"], name="%(app_label)s_%(class)s_completed"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.lesson}"

    def natural_key(self) -> tuple[Any, ...]:
        return (*self.user.natural_key(), *self.lesson.natural_key())

    natural_key.dependencies = [settings.AUTH_USER_MODEL, "courses.lesson"]  # type: ignore[attr-defined]


class VideoProgress(BaseModel):
    """How much of a video a learner has seen.

    The positions, in whole seconds, are heartbeats: a player sends them every few seconds, so they are untracked.
    That the video was completed is a fact and is tracked; going back in it does not undo it.
    """

    untracked_fields = ("position_seconds", "furthest_seconds")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="video_progress", verbose_name=_("learner")
    )
    video = models.ForeignKey("courses.Video", KEEP, related_name="progress", verbose_name=_("video"))
    position_seconds = models.PositiveIntegerField(_("position in seconds"), default=0)
    furthest_seconds = models.PositiveIntegerField(_("furthest position in seconds"), default=0)
    completed = models.BooleanField(_("completed"), default=False)
    completed_at = models.DateTimeField(_("completed on"), null=True, blank=True)

    objects = AliveManager.from_queryset(VideoProgressQuerySet)()
    all_objects = AllManager.from_queryset(VideoProgressQuerySet)()

    class Meta(BaseModel.Meta):
        verbose_name = _("progress in a video")
        verbose_name_plural = _("progress in videos")
        ordering = ["-id"]
        constraints = [
            *BaseModel.Meta.constraints,
            alive_unique(
                "user",
                "video",
                name="%(app_label)s_%(class)s_once",
                message=_("This learner's progress in this video is recorded already."),
            ),
            models.CheckConstraint(
                condition=Q(furthest_seconds__gte=F("position_seconds")),
                name="%(app_label)s_%(class)s_furthest",
                violation_error_message=_("The furthest position is not before the present one."),
            ),
            models.CheckConstraint(
                condition=Q(completed=True, completed_at__isnull=False)
                | Q(completed=False, completed_at__isnull=True),
                name="%(app_label)s_%(class)s_completion",
                violation_error_message=_("A video is completed exactly when it has a date of completion."),
            ),
        ]
        indexes = [
            *BaseModel.Meta.indexes,
            models.Index(fields=["completed", "user"], name="idx_video_progress_completed"),
            NamedIndex(fields=["-completed_at"], name="%(app_label)s_%(class)s_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.video}"

    def natural_key(self) -> tuple[Any, ...]:
        return (*self.user.natural_key(), *self.video.natural_key())

    natural_key.dependencies = [settings.AUTH_USER_MODEL, "courses.video"]  # type: ignore[attr-defined]
