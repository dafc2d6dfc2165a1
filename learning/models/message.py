"""What is said in a conversation."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from config.base.constraints import NamedIndex, UniqueEver
from config.base.constraints_vendor import SearchIndex
from config.base.models import BaseModel
from config.base.querysets import AliveManager, AllManager
from config.base.rules import one_of

from .. import shapes
from ..querysets import ChatMessageQuerySet


class MessageRole(models.TextChoices):
    LEARNER = "LEARNER", _("learner")
    STAFF = "STAFF", _("staff")
    ASSISTANT = "ASSISTANT", _("assistant")
    SYSTEM = "SYSTEM", _("system")


class ChatMessage(BaseModel):
    """One message. It was sent when it was created; `services.post_message` sees to it that no two of a conversation
    were sent in the same millisecond, so that their order is that of their dates.

    `role` says in which capacity its author spoke then: they may join or leave the staff later. What the assistant and
    the program say has no author; a person's message has none once the person is purged. The shape of `context` is
    described in `learning.shapes`.
    """

    Role = MessageRole

    json_shapes = {"context": shapes.CONTEXT}

    reference = models.UUIDField(
        _("reference"),
        default=uuid.uuid4,
        help_text=_("Chosen by the sender or by us; a message sent twice under one is refused."),
    )
    conversation = models.ForeignKey(
        "learning.Conversation",
        models.CASCADE,
        related_name="messages",
        db_index=False,
        verbose_name=_("conversation"),
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="chat_messages",
        verbose_name=_("author"),
    )
    role = models.CharField(_("role"), max_length=9, choices=Role.choices)
    body = models.TextField(
        _("message"), validators=[MaxLengthValidator(20_000)], help_text=_("Markdown; maths between $ signs.")
    )
    context = models.JSONField(
        _("context"),
        default=dict,
        blank=True,
        help_text=_(
            "What the author had in front of them: numbers of a course, lesson, exercise; an excerpt."
        ),
    )

    objects = AliveManager.from_queryset(ChatMessageQuerySet)()
    all_objects = AllManager.from_queryset(ChatMessageQuerySet)()

    class Meta(BaseModel.Meta):
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["-id"]
        constraints = [
            *BaseModel.Meta.constraints,
            UniqueEver(
                fields=["reference"],
                name="%(app_label)s_%(class)s_reference",
                violation_error_message=_("A message with that reference was sent already."),
            ),
            one_of("role", MessageRole),
            models.CheckConstraint(
                condition=Q(role__in=["LEARNER", "STAFF"]) | Q(author__isnull=True),
                name="%(app_label)s_%(class)s_voice",
                violation_error_message=_("Only a learner or staff has a name."),
            ),
            models.CheckConstraint(
                condition=~Q(body=""),
                name="%(app_label)s_%(class)s_body",
                violation_error_message=_("A message says something."),
            ),
        ]
        indexes = [
            *BaseModel.Meta.indexes,
            NamedIndex(fields=["conversation", "-created_at"], name="%(app_label)s_%(class)s_thread"),
            NamedIndex(fields=["role", "-id"], name="%(app_label)s_%(class)s_by_role"),
            NamedIndex(fields=["-created_at"], name="%(app_label)s_%(class)s_newest"),
            SearchIndex(fields=["body"], name="%(app_label)s_%(class)s_search"),
        ]

    def __str__(self) -> str:
        text = " ".join(self.body.split())
        return text if len(text) <= 60 else f"{text[:59]}…"

    def natural_key(self) -> tuple[str]:
        return (str(self.reference),)

    natural_key.dependencies = ["learning.conversation", settings.AUTH_USER_MODEL]  # type: ignore[attr-defined]

    def clean(self) -> None:
        super().clean()
        if self.body and not self.body.strip():
            raise ValidationError({"body": _("A message says something.")}, code="empty")
