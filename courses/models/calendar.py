"""The address at which a person's calendar program reads their sessions."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from config.base.constraints import NamedIndex, UniqueEver, alive_unique
from config.base.models import BaseModel
from config.base.querysets import AliveManager, AllManager

from ..querysets import CalendarFeedQuerySet


class CalendarFeed(BaseModel):
    """A person's calendar, open to whoever knows its address.

    The address carries the reference and a signature of 256 bits over it (see `services.calendar`), so that it can be
    shown again although nothing that opens it is stored: who has read the database alone cannot make it. A new
    reference makes the old address worthless; a feed in the trash has none.
    """

    secret_fields = ("reference",)

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="calendar_feeds", verbose_name=_("person")
    )
    reference = models.UUIDField(_("reference"), default=uuid.uuid4, editable=False)

    objects = AliveManager.from_queryset(CalendarFeedQuerySet)()
    all_objects = AllManager.from_queryset(CalendarFeedQuerySet)()

    class Meta(BaseModel.Meta):
        verbose_name = _("calendar feed")
        verbose_name_plural = _("calendar feeds")
        constraints = [
            *BaseModel.Meta.constraints,
            alive_unique(
                "user",
                name="%(app_label)s_%(class)s_user",
                message=_("This person has a calendar feed already."),
            ),
            UniqueEver(
                fields=["reference"],
                name="%(app_label)s_%(class)s_reference",
                violation_error_message=_("There is such a calendar feed already."),
            ),
        ]
        indexes = [
            *BaseModel.Meta.indexes,
            NamedIndex(fields=["-created_at"], name="%(app_label)s_%(class)s_newest"),
        ]

    def __str__(self) -> str:
        return str(self.user)

    def natural_key(self) -> tuple[str]:
        return (self.user.username,)

    natural_key.dependencies = ["accounts.user"]  # type: ignore[attr-defined]
