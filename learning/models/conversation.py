"""Conversations between learners and staff, and who takes part."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from config.base.constraints import NamedIndex, UniqueEver, alive_unique
from config.base.deletion import KEEP
from config.base.models import BaseModel
from config.base.querysets import AliveManager, AllManager
from config.base.rules import one_of

from ..querysets import ConversationQuerySet, ParticipantQuerySet


class ConversationStatus(models.TextChoices):
    OPEN = "OPEN", _("open")
    CLOSED = "CLOSED", _("closed")


class Conversation(BaseModel):
    """What some people say to each other about a course, a lesson, an exercise, or nothing in particular.

    `reference` names it in fixtures and addresses without telling how many there are. It is closed and opened again by
    the services in `services.conversations`.
    """

    Status = ConversationStatus

    reference = models.UUIDField(_("reference"), default=uuid.uuid4)
    title = models.CharField(_("subject line"), max_length=255)
    course = models.ForeignKey(
        "courses.Course",
        KEEP,
        null=True,
        blank=True,
        related_name="conversations",
        verbose_name=_("course"),
    )
    lesson = models.ForeignKey(
        "courses.Lesson",
        KEEP,
        null=True,
        blank=True,
        related_name="conversations",
        verbose_name=_("lesson"),
    )
    exercise = models.ForeignKey(
        "courses.Exercise",
        KEEP,
        null=True,
        blank=True,
        related_name="conversations",
        verbose_name=_("exercise"),
    )
    status = models.CharField(_("status"), max_length=6, choices=Status.choices, default=Status.OPEN)
    closed_at = models.DateTimeField(_("closed on"), null=True, blank=True)

    objects = AliveManager.from_queryset(ConversationQuerySet)()
    all_objects = AllManager.from_queryset(ConversationQuerySet)()

    class Meta(BaseModel.Meta):
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        ordering = ["-created_at", "-id"]
        constraints = [
            *BaseModel.Meta.constraints,
            UniqueEver(
                fields=["reference"],
                name="%(app_label)s_%(class)s_reference",
                violation_error_message=_("There is, or was, a conversation with that reference."),
            ),
            one_of("status", ConversationStatus),
            models.CheckConstraint(
                condition=Q(course__isnull=True, lesson__isnull=True)
                | Q(course__isnull=True, exercise__isnull=True)
                | Q(lesson__isnull=True, exercise__isnull=True),
                name="%(app_label)s_%(class)s_subject",
                violation_error_message=_(
                    "A conversation is about a course, a lesson or an exercise: about one of them at most."
                ),
            ),
            models.CheckConstraint(
                condition=Q(status="OPEN", closed_at__isnull=True)
                | Q(status="CLOSED", closed_at__isnull=False),
                name="%(app_label)s_%(class)s_closing",
                violation_error_message=_("A conversation is closed exactly when it has a date of closing."),
            ),
        ]
        indexes = [
            *BaseModel.Meta.indexes,
            NamedIndex(fields=["status", "-created_at"], name="%(app_label)s_%(class)s_by_status"),
            NamedIndex(fields=["-created_at"], name="%(app_label)s_%(class)s_newest"),
            NamedIndex(fields=["-closed_at"], name="%(app_label)s_%(class)s_closed"),
            NamedIndex(fields=["title", "id"], name="%(app_label)s_%(class)s_title"),
        ]

    def __str__(self) -> str:
        return self.title

    def natural_key(self) -> tuple[str]:
        return (str(self.reference),)

    natural_key.dependencies = ["courses.course", "courses.lesson", "courses.exercise"]  # type: ignore[attr-defined]

    @property
    def subject(self) -> Any:
        """The course, lesson or exercise that it is about, or None."""
        return self.course or self.lesson or self.exercise


class ConversationParticipant(BaseModel):
    """Somebody takes part in a conversation, and has read it up to `last_read_at`: a heartbeat."""

    untracked_fields = ("last_read_at",)

    conversation = models.ForeignKey(
        "learning.Conversation",
        models.CASCADE,
        related_name="participants",
        verbose_name=_("conversation"),
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="participations", verbose_name=_("person")
    )
    last_read_at = models.DateTimeField(_("last read"), null=True, blank=True, editable=False)

    objects = AliveManager.from_queryset(ParticipantQuerySet)()
    all_objects = AllManager.from_queryset(ParticipantQuerySet)()

    class Meta(BaseModel.Meta):
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        ordering = ["conversation", "id"]
        constraints = [
            *BaseModel.Meta.constraints,
            alive_unique(
                "conversation",
                "user",
                name="%(app_label)s_%(class)s_once",
                message=_("This person takes part already."),
            ),
        ]
        indexes = [
            *BaseModel.Meta.indexes,
            NamedIndex(fields=["-last_read_at"], name="%(app_label)s_%(class)s_last_read"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.conversation}"

    def natural_key(self) -> tuple[Any, ...]:
        return (*self.conversation.natural_key(), *self.user.natural_key())

    natural_key.dependencies = ["learning.conversation", settings.AUTH_USER_MODEL]  # type: ignore[attr-defined]
