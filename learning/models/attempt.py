"""Goes at an exercise."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from config.base.constraints import NamedIndex, alive_unique
from config.base.deletion import KEEP
from config.base.models import BaseModel
from config.base.querysets import AliveManager, AllManager
from config.base.rules import at_least_one, one_of
from config.base.shapes import check_shape
from courses import shapes as courses_shapes
from courses.models.exercise import ExerciseKind

from .. import shapes
from ..attempt_querysets import ExerciseAttemptQuerySet
from ..choices import ProgressStatus


class ExerciseAttempt(BaseModel):
    """A learner's go at an exercise, with the exercise as it was: kind, question, options, key and points.

    It is graded by what it holds, so that editing the exercise changes no score; `exercise_revision` says which one
    that was. The shapes of `answer` are described in `learning.shapes`. An attempt is COMPLETED when it has been
    submitted; how it went is for its grades to say, of which the newest counts.
    """

    Status = ProgressStatus
    Kind = ExerciseKind

    restricted_fields = {"snapshot_key": "courses.change_exercise"}
    json_shapes = {
        "snapshot_options": shapes.OPTIONS,
        "snapshot_key": shapes.KEY,
        "answer": shapes.GIVEN,
    }

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="exercise_attempts", verbose_name=_("learner")
    )
    exercise = models.ForeignKey(
        "courses.Exercise", KEEP, related_name="attempts", verbose_name=_("exercise")
    )
    quiz_attempt = models.ForeignKey(
        "learning.QuizAttempt",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="exercise_attempts",
        verbose_name=_("attempt at a quiz"),
        help_text=_("Where the exercise was answered as part of a quiz."),
    )
    number = models.PositiveIntegerField(_("number of the attempt"), validators=[MinValueValidator(1)])
    status = models.CharField(_("status"), max_length=11, choices=Status.choices, default=Status.NOT_STARTED)
    exercise_revision = models.PositiveIntegerField(
        _("revision of the exercise"), validators=[MinValueValidator(1)]
    )
    snapshot_kind = models.CharField(_("kind as it was"), max_length=15, choices=Kind.choices)
    snapshot_prompt = models.TextField(_("question as it was"))
    snapshot_options = models.JSONField(_("options as they were"), default=list, blank=True)
    snapshot_key = models.JSONField(_("key as it was"), help_text=_("Learners never see it."))
    max_points = models.PositiveIntegerField(_("points in all"), validators=[MinValueValidator(1)])
    answer = models.JSONField(_("answer"), null=True, blank=True)
    submitted_at = models.DateTimeField(_("submitted on"), null=True, blank=True)
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="attempts_claimed",
        verbose_name=_("claimed by"),
        help_text=_("Who is reading the answer, so that nobody else does."),
    )
    claimed_at = models.DateTimeField(_("claimed on"), null=True, blank=True)

    objects = AliveManager.from_queryset(ExerciseAttemptQuerySet)()
    all_objects = AllManager.from_queryset(ExerciseAttemptQuerySet)()

    class Meta(BaseModel.Meta):
        verbose_name = _("attempt at an exercise")
        verbose_name_plural = _("attempts at exercises")
        ordering = ["-id"]
        constraints = [
            *BaseModel.Meta.constraints,
            alive_unique(
                "user",
                "exercise",
                "number",
                name="%(app_label)s_%(class)s_number",
                message=_("This learner has an attempt with that number already."),
            ),
            at_least_one("number", message=_("Attempts are counted from 1.")),
            at_least_one("exercise_revision", message=_("Revisions are counted from 1.")),
            at_least_one("max_points", message=_("An exercise is worth at least a point.")),
            one_of("status", ProgressStatus),
            one_of("snapshot_kind", ExerciseKind),
            models.CheckConstraint(
                condition=Q(status="COMPLETED", submitted_at__isnull=False, answer__isnull=False)
                | (~Q(status="COMPLETED") & Q(submitted_at__isnull=True)),
                name="%(app_label)s_%(class)s_submission",
                violation_error_message=_(
                    "An attempt is completed exactly when an answer was submitted, with its date."
                ),
            ),
            models.CheckConstraint(
                condition=Q(claimed_by__isnull=True) | Q(claimed_at__isnull=False),
                name="%(app_label)s_%(class)s_claim",
                violation_error_message=_("A claim has a date."),
            ),
        ]
        indexes = [
            *BaseModel.Meta.indexes,
            NamedIndex(fields=["-submitted_at"], name="%(app_label)s_%(class)s_newest"),
            NamedIndex(fields=["status", "-submitted_at"], name="%(app_label)s_%(class)s_by_status"),
            NamedIndex(fields=["snapshot_kind", "submitted_at"], name="%(app_label)s_%(class)s_queue"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.exercise} · {self.number}"

    def natural_key(self) -> tuple[Any, ...]:
        return (*self.user.natural_key(), *self.exercise.natural_key(), self.number)

    natural_key.dependencies = [  # type: ignore[attr-defined]
        settings.AUTH_USER_MODEL,
        "courses.exercise",
        "learning.quizattempt",
    ]

    def clean(self) -> None:
        """The copy of the exercise and the answer fit together, each on its own field."""
        super().clean()
        if self.snapshot_kind not in self.Kind.values or not self._has_declared_shapes():
            return  # clean_fields has said so, key by key
        errors: dict[str, Any] = {}
        try:
            courses_shapes.check_options(self.snapshot_kind, self.snapshot_options)
        except ValidationError as error:
            errors["snapshot_options"] = error
        try:
            courses_shapes.check_answer(self.snapshot_kind, self.snapshot_key, self.snapshot_options)
        except ValidationError as error:
            errors["snapshot_key"] = error
        if self.answer is not None and not errors:
            try:
                shapes.check_given(self.snapshot_kind, self.answer, self.snapshot_options, self.snapshot_key)
            except ValidationError as error:
                errors["answer"] = error
        if self.status == self.Status.COMPLETED and self.answer is None:
            # The constraint says so too, but Django asks it whether JSON's null is NULL, which it is not.
            errors["answer"] = ValidationError(_("There is no answer to submit."), code="answer_missing")
        if self.quiz_attempt is not None and self.quiz_attempt.user_id != self.user_id:
            errors["quiz_attempt"] = ValidationError(
                _("This attempt at a quiz is another learner's."), code="another_learner"
            )
        if errors:
            raise ValidationError(errors)

    def _has_declared_shapes(self) -> bool:
        try:
            for name, schema in self.json_shapes.items():
                if name != "answer" or self.answer is not None:
                    check_shape(getattr(self, name), schema)
        except ValidationError:
            return False
        return True
