"""What people think of the bricks they received."""

from __future__ import annotations

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

from ..querysets import ContentBrickRatingQuerySet
from .brick import ContentBrick


class ContentBrickRating(BaseModel):
    """One person's rating of one brick, by somebody who received it in a document; `rate_brick` gives it.

    It counts (`ContentBrick.rating`) until it is deleted itself: an account that is closed takes no opinion back, and
    a brick that is deleted and restored has its ratings as before. Erasing a person empties the comment alone.
    """

    brick = models.ForeignKey(
        "content.ContentBrick", KEEP, related_name="ratings", db_index=False, verbose_name=_("brick")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, KEEP, related_name="brick_ratings", verbose_name=_("user")
    )
    score = models.PositiveSmallIntegerField(
        _("score"),
        validators=[MinValueValidator(1), MaxValueValidator(5)],
        help_text=_("From 1 to 5, the best."),
    )
    comment = models.TextField(_("comment"), blank=True, default="", validators=[MaxLengthValidator(2000)])

    objects = AliveManager.from_queryset(ContentBrickRatingQuerySet)()
    all_objects = AllManager.from_queryset(ContentBrickRatingQuerySet)()

    class Meta(BaseModel.Meta):
        verbose_name = _("brick rating")
        verbose_name_plural = _("brick ratings")
        ordering = ["-created_at", "id"]
        constraints = [
            *BaseModel.Meta.constraints,
            alive_unique(
                "brick",
                "user",
                name="%(app_label)s_%(class)s_once",
                message=_("This person has rated this brick already."),
            ),
            models.CheckConstraint(
                condition=Q(score__gte=1, score__lte=5),
                name="%(app_label)s_%(class)s_score",
                violation_error_message=_("A score is between 1 and 5."),
            ),
        ]
        indexes = [
            *BaseModel.Meta.indexes,
            NamedIndex(fields=["brick", "score"], name="%(app_label)s_%(class)s_brick"),
            NamedIndex(fields=["score"], name="%(app_label)s_%(class)s_by_score"),
            NamedIndex(fields=["-created_at"], name="%(app_label)s_%(class)s_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.brick} · {self.score}"

    def natural_key(self) -> tuple[str, str]:
        return (*self.brick.natural_key(), *self.user.natural_key())

    natural_key.dependencies = ["content.contentbrick", settings.AUTH_USER_MODEL]  # type: ignore[attr-defined]

    def clean(self) -> None:
        super().clean()
        if self.brick_id is None or self.user_id is None:
            return
        received = ContentBrick.all_objects.received_by(self.user_id)
        if not received.filter(pk=self.brick_id).exists():
            message = _("Only somebody who received this brick in a document rates it.")
            raise ValidationError({"brick": ValidationError(message, code="not_received")})
