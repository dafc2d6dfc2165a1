"""Exercises of four kinds, their options and their answer keys."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from config.base.constraints import NamedIndex, alive_unique
from config.base.querysets import AliveManager, AllManager
from config.base.rules import at_least_one, one_of
from config.base.shapes import shape_errors

from .. import shapes
from ..choices import Difficulty
from ..querysets import GRADED_FIELDS, ExerciseQuerySet
from .ordered import OrderedModel


class ExerciseKind(models.TextChoices):
    MULTIPLE_CHOICE = "MULTIPLE_CHOICE", _("multiple choice")
    CODE_COMPLETION = "CODE_COMPLETION", _("code completion")
    FREE_FORM = "FREE_FORM", _("free form")
    TRUE_FALSE = "TRUE_FALSE", _("true or false")


class Exercise(OrderedModel):
    """An exercise of a lesson. The shapes of `options` and `answer` are described in `courses.shapes`.

    `revision` rises with every change that affects grading: kind, prompt, options, answer or points. The prompt is
    one of them, because the same answer to another question is another answer. It never falls.
    """

    Kind = ExerciseKind

    ordered_within = "lesson"
    restricted_fields = {
        "answer": "courses.change_exercise",
        "explanation": "courses.change_exercise",  # it tells the answer
    }
    json_shapes = {"options": shapes.OPTIONS, "answer": shapes.ANSWER}

    lesson = models.ForeignKey(
        "courses.Lesson", models.CASCADE, related_name="exercises", db_index=False, verbose_name=_("lesson")
    )
    title = models.CharField(
        _("title"),
        max_length=255,
        blank=True,
        default="",
        db_default="",
        help_text=_("For whoever looks for it; the question stands for itself."),
    )
    kind = models.CharField(_("kind"), max_length=15, choices=Kind.choices)
    difficulty = models.CharField(
        _("difficulty"), max_length=12, choices=Difficulty.choices, default=Difficulty.BEGINNER
    )
    prompt = models.TextField(_("question"), help_text=_("Markdown; maths between $ signs."))
    options = models.JSONField(
        _("options"),
        default=list,
        blank=True,
        help_text=_("Multiple choice only: a list of objects with a stable id and a text."),
    )
    answer = models.JSONField(_("answer"), help_text=_("The key. Learners never see it."))
    explanation = models.TextField(_("explanation"), blank=True, default="", help_text=_("Markdown."))
    points = models.PositiveIntegerField(_("points"), default=1, validators=[MinValueValidator(1)])
    max_attempts = models.PositiveIntegerField(
        _("attempts allowed"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    revision = models.PositiveIntegerField(_("revision"), default=1, editable=False)

    objects = AliveManager.from_queryset(ExerciseQuerySet)()
    all_objects = AllManager.from_queryset(ExerciseQuerySet)()

    class Meta(OrderedModel.Meta):
        verbose_name = _("exercise")
        verbose_name_plural = _("exercises")
        ordering = ["lesson", "position", "id"]
        constraints = [
            *OrderedModel.Meta.constraints,
            alive_unique(
                "lesson",
                "position",
                name="%(app_label)s_%(class)s_position",
                message=_("This lesson already has an exercise at that position."),
            ),
            one_of("kind", ExerciseKind),
            one_of("difficulty", Difficulty),
            at_least_one("points", message=_("An exercise is worth at least a point.")),
            at_least_one("max_attempts", message=_("At least one attempt is allowed, or leave it empty.")),
        ]
        indexes = [
            *OrderedModel.Meta.indexes,
            NamedIndex(fields=["lesson", "position"], name="%(app_label)s_%(class)s_lesson"),
            NamedIndex(fields=["kind"], name="%(app_label)s_%(class)s_kind"),
            NamedIndex(fields=["difficulty"], name="%(app_label)s_%(class)s_difficulty"),
            NamedIndex(fields=["points"], name="%(app_label)s_%(class)s_worth"),
            NamedIndex(fields=["-created_at"], name="%(app_label)s_%(class)s_created_at"),
        ]

    def __str__(self) -> str:
        text = self.title or " ".join(self.prompt.split())
        return text if len(text) <= 60 else f"{text[:59]}…"

    def natural_key(self) -> tuple[str, str, int]:
        return (*self.lesson.natural_key(), self.position)

    natural_key.dependencies = ["courses.lesson"]  # type: ignore[attr-defined]

    def clean(self) -> None:
        super().clean()
        if self.kind not in self.Kind.values or shape_errors(Exercise, vars(self)):
            return  # clean_fields has said so, key by key
        errors: dict[str, Any] = {}
        try:
            shapes.check_options(self.kind, self.options)
        except ValidationError as error:
            errors["options"] = error
        try:
            shapes.check_answer(self.kind, self.answer, self.options)
        except ValidationError as error:
            errors["answer"] = error
        if errors:
            raise ValidationError(errors)

    def _save_table(
        self,
        raw: bool = False,
        cls: Any = None,
        force_insert: Any = False,
        force_update: bool = False,
        using: str | None = None,
        update_fields: Any = None,
    ) -> bool:
        """Raise the revision when grading changes: here, because a fixture does not pass through `save()`."""
        written = set(GRADED_FIELDS if update_fields is None else GRADED_FIELDS.intersection(update_fields))
        stored = None
        if written and self.pk is not None and not force_insert:
            stored = (
                Exercise.all_objects.using(using)
                .filter(pk=self.pk)
                .values("revision", *GRADED_FIELDS)
                .first()
            )
        if stored is not None:
            changed = any(stored[name] != getattr(self, name) for name in written)
            self.revision = stored["revision"] + changed
            if changed and update_fields is not None:
                update_fields = {*update_fields, "revision"}
        return super()._save_table(raw, cls, force_insert, force_update, using, update_fields)
