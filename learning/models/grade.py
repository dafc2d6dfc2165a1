"""What attempts were worth."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from config.base.constraints import NamedIndex, alive_unique
from config.base.models import BaseModel
from config.base.querysets import AliveManager, AllManager, now_ms
from config.base.rules import one_of

from ..attempt_querysets import GradeQuerySet


class GradeSource(models.TextChoices):
    AUTO = "AUTO", _("automatic")
    MANUAL = "MANUAL", _("by a person")
    REGRADE = "REGRADE", _("graded again")


class Grade(BaseModel):
    """What an attempt was worth, by somebody or by the program: a fact. Another opinion is another grade.

    `score` is in points, out of the attempt's `max_points`. NULL means that it could not be graded, which is not 0,
    and `is_correct` is NULL then too; it is NULL as well where an answer is neither right nor wrong. The grades of an
    attempt follow each other in time, and the newest counts.

    That a manual grade has a grader is asked when it is given (`clean()`), and not of the database: the grade outlives
    the grader, whose purge empties the link.
    """

    Source = GradeSource

    append_only = True

    attempt = models.ForeignKey(
        "learning.ExerciseAttempt", models.CASCADE, related_name="grades", verbose_name=_("attempt")
    )
    score = models.DecimalField(
        _("score"), max_digits=8, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    is_correct = models.BooleanField(_("correct"), null=True, blank=True)
    source = models.CharField(_("way of grading"), max_length=7, choices=Source.choices)
    feedback = models.TextField(_("feedback"), blank=True, default="", help_text=_("Markdown."))
    grader = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="grades_given",
        verbose_name=_("grader"),
    )
    graded_at = models.DateTimeField(_("graded on"), default=now_ms)

    objects = AliveManager.from_queryset(GradeQuerySet)()
    all_objects = AllManager.from_queryset(GradeQuerySet)()

    class Meta(BaseModel.Meta):
        verbose_name = _("grade")
        verbose_name_plural = _("grades")
        ordering = ["-graded_at", "-id"]
        constraints = [
            *BaseModel.Meta.constraints,
            alive_unique(
                "attempt",
                "graded_at",
                name="%(app_label)s_%(class)s_moment",
                message=_("This attempt was graded at that very moment already."),
            ),
            one_of("source", GradeSource),
            models.CheckConstraint(
                condition=Q(score__gte=0),
                name="%(app_label)s_%(class)s_score",
                violation_error_message=_("A score cannot be negative."),
            ),
            models.CheckConstraint(
                condition=Q(score__isnull=False) | Q(is_correct__isnull=True),
                name="%(app_label)s_%(class)s_ungraded",
                violation_error_message=_("What could not be graded is neither right nor wrong."),
            ),
            models.CheckConstraint(
                condition=~Q(source="AUTO") | Q(grader__isnull=True),
                name="%(app_label)s_%(class)s_automatic",
                violation_error_message=_("Nobody has given an automatic grade."),
            ),
        ]
        indexes = [
            *BaseModel.Meta.indexes,
            NamedIndex(fields=["-graded_at"], name="%(app_label)s_%(class)s_newest"),
            NamedIndex(fields=["source", "-graded_at"], name="%(app_label)s_%(class)s_by_source"),
            NamedIndex(fields=["is_correct", "-graded_at"], name="%(app_label)s_%(class)s_by_result"),
            NamedIndex(fields=["score"], name="%(app_label)s_%(class)s_by_score"),
        ]

    def __str__(self) -> str:
        return f"{self.attempt} · {'–' if self.score is None else f'{self.score:g}'}"

    def natural_key(self) -> tuple[Any, ...]:
        return (*self.attempt.natural_key(), self.graded_at)

    natural_key.dependencies = ["learning.exerciseattempt", settings.AUTH_USER_MODEL]  # type: ignore[attr-defined]

    def clean(self) -> None:
        super().clean()
        if self._state.adding and self.source == self.Source.MANUAL and self.grader_id is None:
            raise ValidationError({"grader": _("A manual grade has a grader.")}, code="grader_missing")
        if self.score is not None and self.attempt_id is not None and self.score > self.attempt.max_points:
            raise ValidationError({"score": _("The exercise was worth fewer points.")}, code="score_too_high")
