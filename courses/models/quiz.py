"""Quizzes: ordered exercises with points, and a share of them to reach."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from config.base.constraints import NamedIndex, alive_unique
from config.base.models import BaseModel
from config.base.querysets import AliveManager, AllManager
from config.base.rules import at_least_one

from ..querysets import QuizItemQuerySet, QuizQuerySet
from .ordered import OrderedModel


class Quiz(BaseModel):
    """A quiz of a lesson or of a whole course: of exactly one of them."""

    lesson = models.ForeignKey(
        "courses.Lesson",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="quizzes",
        verbose_name=_("lesson"),
    )
    course = models.ForeignKey(
        "courses.Course",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="quizzes",
        verbose_name=_("course"),
    )
    title = models.CharField(_("title"), max_length=255)
    pass_percent = models.PositiveSmallIntegerField(
        _("percent to pass"), default=50, validators=[MinValueValidator(0), MaxValueValidator(100)]
    )
    time_limit_minutes = models.PositiveIntegerField(
        _("time limit in minutes"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    max_attempts = models.PositiveIntegerField(
        _("attempts allowed"), null=True, blank=True, validators=[MinValueValidator(1)]
    )

    objects = AliveManager.from_queryset(QuizQuerySet)()
    all_objects = AllManager.from_queryset(QuizQuerySet)()

    class Meta(BaseModel.Meta):
        verbose_name = _("quiz")
        verbose_name_plural = _("quizzes")
        ordering = ["title", "id"]
        constraints = [
            *BaseModel.Meta.constraints,
            alive_unique(
                "lesson",
                "title",
                name="%(app_label)s_%(class)s_lesson_title",
                message=_("This lesson already has a quiz with that title."),
            ),
            alive_unique(
                "course",
                "title",
                name="%(app_label)s_%(class)s_course_title",
                message=_("This course already has a quiz with that title."),
            ),
            models.CheckConstraint(
                condition=Q(lesson__isnull=False, course__isnull=True)
                | Q(lesson__isnull=True, course__isnull=False),
                name="%(app_label)s_%(class)s_one_parent",
                violation_error_message=_(
                    "A quiz belongs to a lesson or to a course, to exactly one of them."
                ),
            ),
            models.CheckConstraint(
                condition=Q(pass_percent__gte=0, pass_percent__lte=100),
                name="%(app_label)s_%(class)s_pass_percent",
                violation_error_message=_("A percentage is between 0 and 100."),
            ),
            at_least_one(
                "time_limit_minutes", message=_("A time limit is at least a minute, or leave it empty.")
            ),
            at_least_one("max_attempts", message=_("At least one attempt is allowed, or leave it empty.")),
        ]
        indexes = [
            *BaseModel.Meta.indexes,
            NamedIndex(fields=["title", "id"], name="%(app_label)s_%(class)s_title"),
            NamedIndex(fields=["pass_percent"], name="%(app_label)s_%(class)s_pass_mark"),
            NamedIndex(fields=["-created_at"], name="%(app_label)s_%(class)s_created_at"),
        ]

    def __str__(self) -> str:
        return self.title

    def natural_key(self) -> tuple[str, str | None, str]:
        if self.lesson is not None:
            return (*self.lesson.natural_key(), self.title)
        assert self.course is not None
        return (self.course.slug, None, self.title)

    natural_key.dependencies = ["courses.course", "courses.lesson"]  # type: ignore[attr-defined]

    @property
    def in_course_id(self) -> int | None:
        """The course that this quiz is part of, directly or through its lesson."""
        return self.lesson.course_id if self.lesson is not None else self.course_id


class QuizItem(OrderedModel):
    """An exercise in a quiz, with the points it is worth there."""

    ordered_within = "quiz"

    quiz = models.ForeignKey(
        "courses.Quiz", models.CASCADE, related_name="items", db_index=False, verbose_name=_("quiz")
    )
    exercise = models.ForeignKey(
        "courses.Exercise", models.CASCADE, related_name="quiz_items", verbose_name=_("exercise")
    )
    points = models.PositiveIntegerField(_("points"), default=1, validators=[MinValueValidator(1)])

    objects = AliveManager.from_queryset(QuizItemQuerySet)()
    all_objects = AllManager.from_queryset(QuizItemQuerySet)()

    class Meta(OrderedModel.Meta):
        verbose_name = _("quiz item")
        verbose_name_plural = _("quiz items")
        ordering = ["quiz", "position", "id"]
        constraints = [
            *OrderedModel.Meta.constraints,
            alive_unique(
                "quiz",
                "exercise",
                name="%(app_label)s_%(class)s_exercise_once",
                message=_("This exercise is in the quiz already."),
            ),
            alive_unique(
                "quiz",
                "position",
                name="%(app_label)s_%(class)s_position",
                message=_("This quiz already has an exercise at that position."),
            ),
            at_least_one("points", message=_("An exercise is worth at least a point.")),
        ]
        indexes = [
            *OrderedModel.Meta.indexes,
            NamedIndex(fields=["quiz", "position"], name="%(app_label)s_%(class)s_quiz"),
            NamedIndex(fields=["points"], name="%(app_label)s_%(class)s_worth"),
            NamedIndex(fields=["-created_at"], name="%(app_label)s_%(class)s_created_at"),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.exercise}"

    def natural_key(self) -> tuple[str, str | None, str, int]:
        return (*self.quiz.natural_key(), self.position)

    natural_key.dependencies = ["courses.quiz"]  # type: ignore[attr-defined]

    def clean(self) -> None:
        super().clean()
        if self.quiz_id is None or self.exercise_id is None:
            return
        if self.exercise.lesson.course_id != self.quiz.in_course_id:
            raise ValidationError(
                {"exercise": _("This exercise belongs to another course.")}, code="exercise_course"
            )
