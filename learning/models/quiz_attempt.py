"""Goes at a quiz."""

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
from config.base.rules import at_least_one

from ..attempt_querysets import QuizAttemptQuerySet


class QuizAttempt(BaseModel):
    """A learner's go at a quiz; its exercise attempts point here.

    `score` is in points, out of the sum of its exercise attempts' `max_points`. `pass_percent` is the quiz's when the
    attempt was begun: editing the quiz later changes nobody's result.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="quiz_attempts", verbose_name=_("learner")
    )
    quiz = models.ForeignKey("courses.Quiz", KEEP, related_name="attempts", verbose_name=_("quiz"))
    number = models.PositiveIntegerField(_("number of the attempt"), validators=[MinValueValidator(1)])
    pass_percent = models.PositiveSmallIntegerField(
        _("percent to pass"), default=50, validators=[MaxValueValidator(100)]
    )
    started_at = models.DateTimeField(_("started on"), default=now_ms)
    due_at = models.DateTimeField(
        _("to be submitted by"),
        null=True,
        blank=True,
        help_text=_("The quiz's time limit when the attempt was begun; empty without one."),
    )
    submitted_at = models.DateTimeField(_("submitted on"), null=True, blank=True)
    score = models.DecimalField(
        _("score"), max_digits=8, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    passed = models.BooleanField(_("passed"), null=True, blank=True)

    objects = AliveManager.from_queryset(QuizAttemptQuerySet)()
    all_objects = AllManager.from_queryset(QuizAttemptQuerySet)()

    class Meta(BaseModel.Meta):
        verbose_name = _("attempt at a quiz")
        verbose_name_plural = _("attempts at quizzes")
        ordering = ["-started_at", "id"]
        constraints = [
            *BaseModel.Meta.constraints,
            alive_unique(
                "user",
                "quiz",
                "number",
                name="%(app_label)s_%(class)s_number",
                message=_("This learner has an attempt with that number already."),
            ),
            at_least_one("number", message=_("Attempts are counted from 1.")),
            models.CheckConstraint(
                condition=Q(pass_percent__gte=0, pass_percent__lte=100),
                name="%(app_label)s_%(class)s_pass_percent",
                violation_error_message=_("A percentage is between 0 and 100."),
            ),
            models.CheckConstraint(
                condition=Q(submitted_at__gte=F("started_at")),
                name="%(app_label)s_%(class)s_times",
                violation_error_message=_("An attempt is submitted after it was started."),
            ),
            models.CheckConstraint(
                condition=Q(due_at__gt=F("started_at")),
                name="%(app_label)s_%(class)s_due",
                violation_error_message=_("The time ends after the attempt was begun."),
            ),
            models.CheckConstraint(
                condition=Q(score__gte=0),
                name="%(app_label)s_%(class)s_score",
                violation_error_message=_("A score cannot be negative."),
            ),
            models.CheckConstraint(
                condition=Q(score__isnull=True, passed__isnull=True)
                | Q(score__isnull=False, passed__isnull=False, submitted_at__isnull=False),
                name="%(app_label)s_%(class)s_result",
                violation_error_message=_(
                    "A result is a score and whether it was enough, of an attempt that was submitted."
                ),
            ),
        ]
        indexes = [
            *BaseModel.Meta.indexes,
            NamedIndex(fields=["-started_at"], name="%(app_label)s_%(class)s_newest"),
            NamedIndex(fields=["-submitted_at"], name="%(app_label)s_%(class)s_submitted"),
            NamedIndex(fields=["passed", "-started_at"], name="%(app_label)s_%(class)s_by_result"),
            NamedIndex(fields=["score"], name="%(app_label)s_%(class)s_by_score"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.quiz} · {self.number}"

    def natural_key(self) -> tuple[Any, ...]:
        return (*self.user.natural_key(), *self.quiz.natural_key(), self.number)

    natural_key.dependencies = [settings.AUTH_USER_MODEL, "courses.quiz"]  # type: ignore[attr-defined]
