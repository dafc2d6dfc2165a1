"""What learners say of a course."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from config.base.constraints import NamedIndex, alive_unique
from config.base.deletion import KEEP
from config.base.models import BaseModel
from config.base.querysets import AliveManager, AllManager

from ..querysets import ReviewQuerySet
from .enrollment import Enrollment


class Review(BaseModel):
    """A learner's stars and words for a course they are enrolled in, one each; `services.review_course` writes it.

    Hiding a review takes it out of the course's rating without deleting it. `learning.invariants` keeps
    `Course.rating` the mean of the visible reviews, to two places, and `rating_count` their number.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="reviews", verbose_name=_("learner")
    )
    course = models.ForeignKey(
        "courses.Course", KEEP, related_name="reviews", db_index=False, verbose_name=_("course")
    )
    rating = models.PositiveSmallIntegerField(
        _("rating"),
        validators=[MinValueValidator(1), MaxValueValidator(5)],
        help_text=_("From 1, poor, to 5, excellent."),
    )
    comment = models.TextField(_("comment"), blank=True, default="", validators=[MaxLengthValidator(4000)])
    is_visible = models.BooleanField(
        _("visible"), default=True, help_text=_("Hidden reviews do not count towards the course's rating.")
    )

    objects = AliveManager.from_queryset(ReviewQuerySet)()
    all_objects = AllManager.from_queryset(ReviewQuerySet)()

    class Meta(BaseModel.Meta):
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        ordering = ["-created_at", "id"]
        constraints = [
            *BaseModel.Meta.constraints,
            alive_unique(
                "user",
                "course",
                name="%(app_label)s_%(class)s_once",
                message=_("This learner has reviewed this course already."),
            ),
            models.CheckConstraint(
                condition=Q(rating__gte=1, rating__lte=5),
                name="%(app_label)s_%(class)s_rating",
                violation_error_message=_("A review gives 1 to 5 stars."),
            ),
        ]
        indexes = [
            *BaseModel.Meta.indexes,
            NamedIndex(fields=["course", "is_visible"], name="%(app_label)s_%(class)s_by_course"),
            NamedIndex(fields=["rating", "-created_at"], name="%(app_label)s_%(class)s_by_rating"),
            NamedIndex(fields=["is_visible", "-created_at"], name="%(app_label)s_%(class)s_visible"),
            NamedIndex(fields=["-created_at"], name="%(app_label)s_%(class)s_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.course} · {self.rating}/5"

    def natural_key(self) -> tuple[Any, ...]:
        return (*self.user.natural_key(), *self.course.natural_key())

    natural_key.dependencies = [settings.AUTH_USER_MODEL, "courses.course"]  # type: ignore[attr-defined]

    def clean(self) -> None:
        """Asked of new reviews only: who withdraws later has still been there, and a moderator may correct a word."""
        super().clean()
        if not self._state.adding or self.user_id is None or self.course_id is None:
            return
        if not Enrollment.objects.current().filter(user=self.user_id, course=self.course_id).exists():
            raise ValidationError(
                {"user": _("Only somebody enrolled in this course reviews it.")}, code="not_enrolled"
            )
