"""Parts in an order: lessons of a course, exercises of a lesson, items of a quiz."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from config.base.models import BaseModel


class OrderedModel(BaseModel):
    """A part with a position among the alive parts of one parent. Without one it is put at the end.

    Positions may have gaps: a deleted part keeps its own, which nobody takes meanwhile, so that it can come back to
    its place. They are at least 1 by validation only, because `services.ordering.reorder` passes through negative
    ones inside its transaction.
    """

    ordered_within: ClassVar[str]

    position = models.IntegerField(_("position"), blank=True, validators=[MinValueValidator(1)])

    class Meta(BaseModel.Meta):
        abstract = True

    def clean(self) -> None:
        super().clean()
        self.take_position()

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.take_position()
        super().save(*args, **kwargs)

    def take_position(self) -> None:
        """Put a part without a position behind all others of its parent, those in the trash included."""
        parent = getattr(self, f"{self.ordered_within}_id")
        if self.position is None and parent is not None:
            siblings = type(self)._base_manager.filter(**{self.ordered_within: parent})
            self.position = (siblings.aggregate(last=Max("position"))["last"] or 0) + 1
