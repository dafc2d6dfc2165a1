"""Lessons of a course and the videos in them."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator, URLValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from config.base.constraints import NamedIndex, alive_unique
from config.base.querysets import AliveManager, AllManager
from config.base.rules import at_least_one

from ..querysets import LessonQuerySet, VideoQuerySet
from .ordered import OrderedModel


class Lesson(OrderedModel):
    """A lesson. Its publication is changed by the services `publish_lesson` and `unpublish_lesson`."""

    ordered_within = "course"
    deletion_values = {"is_published": False}
    restored_values = ("is_published",)

    course = models.ForeignKey(
        "courses.Course", models.CASCADE, related_name="lessons", db_index=False, verbose_name=_("course")
    )
    title = models.CharField(_("title"), max_length=255)
    slug = models.SlugField(_("slug"), max_length=80, db_index=False)
    body = models.TextField(
        _("text"), blank=True, default="", help_text=_("Markdown; maths between $ signs.")
    )
    estimated_minutes = models.PositiveIntegerField(_("estimated minutes"), default=0)
    is_published = models.BooleanField(_("published"), default=False)
    is_required = models.BooleanField(
        _("required"), default=True, help_text=_("Counts towards the completion of the course.")
    )
    prerequisites = models.ManyToManyField(
        "self",
        symmetrical=False,
        blank=True,
        related_name="dependents",
        verbose_name=_("prerequisites"),
        help_text=_("Lessons of the same course to be done before this one."),
    )

    objects = AliveManager.from_queryset(LessonQuerySet)()
    all_objects = AllManager.from_queryset(LessonQuerySet)()

    class Meta(OrderedModel.Meta):
        verbose_name = _("lesson")
        verbose_name_plural = _("lessons")
        ordering = ["course", "position", "id"]
        constraints = [
            *OrderedModel.Meta.constraints,
            alive_unique(
                "course",
                "slug",
                name="%(app_label)s_%(class)s_slug",
                message=_("This course already has a lesson with that slug."),
            ),
            alive_unique(
                "course",
                "position",
                name="%(app_label)s_%(class)s_position",
                message=_("This course already has a lesson at that position."),
            ),
        ]
        indexes = [
            *OrderedModel.Meta.indexes,
            NamedIndex(fields=["course", "position"], name="%(app_label)s_%(class)s_course"),
            NamedIndex(fields=["title", "id"], name="%(app_label)s_%(class)s_title"),
            NamedIndex(fields=["is_published", "is_required"], name="%(app_label)s_%(class)s_published"),
            NamedIndex(fields=["-created_at"], name="%(app_label)s_%(class)s_created_at"),
        ]

    def __str__(self) -> str:
        return self.title

    def natural_key(self) -> tuple[str, str]:
        return (self.course.slug, self.slug)

    natural_key.dependencies = ["courses.course"]  # type: ignore[attr-defined]

    def clean(self) -> None:
        super().clean()
        if self.pk is not None and self._linked_elsewhere():
            raise ValidationError(
                {
                    "course": _(
                        "Lessons of one course require each other. Remove the prerequisites before moving it."
                    )
                },
                code="prerequisite_course",
            )

    def _linked_elsewhere(self) -> bool:
        linked = Lesson.objects.filter(Q(dependents=self.pk) | Q(prerequisites=self.pk))
        return linked.exclude(course=self.course_id).exists()


class Video(OrderedModel):
    """A video in a lesson, held elsewhere."""

    ordered_within = "lesson"

    lesson = models.ForeignKey(
        "courses.Lesson", models.CASCADE, related_name="videos", db_index=False, verbose_name=_("lesson")
    )
    title = models.CharField(_("title"), max_length=255)
    url = models.URLField(_("address"), max_length=500, validators=[URLValidator(schemes=["https", "http"])])
    duration_seconds = models.PositiveIntegerField(
        _("duration in seconds"), validators=[MinValueValidator(1)]
    )
    captions_url = models.URLField(
        _("address of the captions"),
        max_length=500,
        null=True,
        blank=True,
        validators=[URLValidator(schemes=["https", "http"])],
    )

    objects = AliveManager.from_queryset(VideoQuerySet)()
    all_objects = AllManager.from_queryset(VideoQuerySet)()

    class Meta(OrderedModel.Meta):
        verbose_name = _("video")
        verbose_name_plural = _("videos")
        ordering = ["lesson", "position", "id"]
        constraints = [
            *OrderedModel.Meta.constraints,
            alive_unique(
                "lesson",
                "position",
                name="%(app_label)s_%(class)s_position",
                message=_("This lesson already has a video at that position."),
            ),
            at_least_one("duration_seconds", message=_("A video lasts at least a second.")),
        ]
        indexes = [
            *OrderedModel.Meta.indexes,
            NamedIndex(fields=["lesson", "position"], name="%(app_label)s_%(class)s_lesson"),
            NamedIndex(fields=["title", "id"], name="%(app_label)s_%(class)s_title"),
            NamedIndex(fields=["duration_seconds"], name="%(app_label)s_%(class)s_length"),
            NamedIndex(fields=["-created_at"], name="%(app_label)s_%(class)s_created_at"),
        ]

    def __str__(self) -> str:
        return self.title

    def natural_key(self) -> tuple[str, str, int]:
        return (*self.lesson.natural_key(), self.position)

    natural_key.dependencies = ["courses.lesson"]  # type: ignore[attr-defined]
