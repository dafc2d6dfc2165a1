"""Courses: what is published, for whom, at what price."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from config.base.constraints import NamedIndex, alive_unique
from config.base.fields import AmountField, CurrencyField
from config.base.models import BaseModel
from config.base.querysets import AliveManager, AllManager
from config.base.rules import one_of
from config.base.values import Money

from ..choices import Difficulty, Language
from ..querysets import CourseQuerySet


class CourseStatus(models.TextChoices):
    DRAFT = "DRAFT", _("draft")
    PUBLISHED = "PUBLISHED", _("published")
    ARCHIVED = "ARCHIVED", _("archived")


class Course(BaseModel):
    """A course of ordered lessons.

    `status` and `published_at` are changed by the services `publish_course` and `archive_course`. Rating, counts and
    `structure_version` are derived: the rating from reviews, the structure version from every change to which
    lessons and exercises count and in which order (see `courses.invariants`).
    """

    Status = CourseStatus

    untracked_fields = ("rating", "rating_count", "enrollment_count", "structure_version")
    deletion_values = {"status": CourseStatus.DRAFT.value}
    restored_values = ("status",)

    subject = models.ForeignKey(
        "courses.Subject", models.PROTECT, related_name="courses", verbose_name=_("subject")
    )
    title = models.CharField(_("title"), max_length=255)
    slug = models.SlugField(_("slug"), max_length=80, db_index=False)
    summary = models.CharField(_("summary"), max_length=500, blank=True, default="")
    description = models.TextField(_("description"), blank=True, default="", help_text=_("Markdown."))
    difficulty = models.CharField(
        _("difficulty"), max_length=12, choices=Difficulty.choices, default=Difficulty.BEGINNER
    )
    status = models.CharField(_("status"), max_length=9, choices=Status.choices, default=Status.DRAFT)
    instructor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="taught_courses",
        verbose_name=_("instructor"),
    )
    price_amount = AmountField(_("price"), default=0)
    price_currency = CurrencyField(_("currency"))
    language = models.CharField(
        _("language"), max_length=2, choices=Language.choices, default=Language.FRENCH
    )
    estimated_minutes = models.PositiveIntegerField(_("estimated minutes"), default=0)
    rating = models.DecimalField(
        _("rating"),
        max_digits=3,
        decimal_places=2,
        null=True,
        blank=True,
        editable=False,
        validators=[MinValueValidator(0), MaxValueValidator(5)],
    )
    rating_count = models.PositiveIntegerField(_("number of ratings"), default=0, editable=False)
    enrollment_count = models.PositiveIntegerField(_("enrolments"), default=0, editable=False)
    published_at = models.DateTimeField(_("published on"), null=True, blank=True)
    structure_version = models.PositiveIntegerField(_("structure version"), default=1, editable=False)

    objects = AliveManager.from_queryset(CourseQuerySet)()
    all_objects = AllManager.from_queryset(CourseQuerySet)()

    class Meta(BaseModel.Meta):
        verbose_name = _("course")
        verbose_name_plural = _("courses")
        ordering = ["title", "id"]
        constraints = [
            *BaseModel.Meta.constraints,
            alive_unique(
                "slug",
                name="%(app_label)s_%(class)s_slug",
                message=_("There is a course with that slug already."),
            ),
            one_of("difficulty", Difficulty),
            one_of("language", Language),
            one_of("status", CourseStatus),
            models.CheckConstraint(
                condition=Q(rating__isnull=True) | Q(rating__gte=0, rating__lte=5),
                name="chk_course_rating",
                violation_error_message=_("A rating is between 0 and 5."),
            ),
            models.CheckConstraint(
                condition=Q(price_amount__gte=0),
                name="chk_course_price",
                violation_error_message=_("A price cannot be negative."),
            ),
            models.CheckConstraint(
                condition=~Q(status="PUBLISHED") | Q(published_at__isnull=False),
                name="%(app_label)s_%(class)s_published",
                violation_error_message=_("A published course has a date of publication."),
            ),
        ]
        indexes = [
            *BaseModel.Meta.indexes,
            models.Index(fields=["-rating"], name="idx_course_rating"),
            models.Index(fields=["-enrollment_count"], name="idx_course_enrollment"),
            NamedIndex(fields=["title", "id"], name="%(app_label)s_%(class)s_title"),
            NamedIndex(fields=["status", "-published_at"], name="%(app_label)s_%(class)s_status"),
            NamedIndex(fields=["-published_at"], name="%(app_label)s_%(class)s_published_at"),
            NamedIndex(fields=["difficulty"], name="%(app_label)s_%(class)s_difficulty"),
            NamedIndex(fields=["language"], name="%(app_label)s_%(class)s_language"),
            NamedIndex(fields=["price_amount"], name="%(app_label)s_%(class)s_price"),
            NamedIndex(fields=["-created_at"], name="%(app_label)s_%(class)s_created_at"),
        ]

    def __str__(self) -> str:
        return self.title

    def natural_key(self) -> tuple[str]:
        return (self.slug,)

    natural_key.dependencies = ["courses.subject", settings.AUTH_USER_MODEL]  # type: ignore[attr-defined]

    @property
    def price(self) -> Money:
        """The price as a value object."""
        return Money(self.price_amount, self.price_currency)

    def clean(self) -> None:
        super().clean()
        if self.status == self.Status.PUBLISHED and not self.has_published_lesson():
            # Not on `status`: a service owns it, so forms show it without offering it.
            raise ValidationError(
                _("A published course needs at least one published lesson."), code="no_published_lesson"
            )

    def has_published_lesson(self) -> bool:
        """Is there something to learn in this course?"""
        return self.pk is not None and self.lessons.published().exists()
