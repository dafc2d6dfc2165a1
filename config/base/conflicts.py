"""How often somebody's save was refused because somebody else was faster, per day and model.

The doors count it (the API's 412, the admin's refused save), after the refused transaction is rolled back: a
count inside it would vanish with it. `data_health` reads it.
"""

from __future__ import annotations

import logging
from typing import Any

from django.db import DatabaseError, IntegrityError, models, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

logger = logging.getLogger(__name__)


class VersionConflict(models.Model):
    """A counter. Neither versioned nor recorded: it is about rows, not one of them."""

    day = models.DateField(_("day"))
    model_label = models.CharField(_("model"), max_length=120)
    count = models.PositiveIntegerField(_("count"), default=0)

    class Meta:
        app_label = "base"
        verbose_name = _("version conflict")
        verbose_name_plural = _("version conflicts")
        constraints = [
            models.UniqueConstraint(fields=["day", "model_label"], name="base_versionconflict_day_model")
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.model_label}: {self.count}"


def count_conflict(model: Any) -> None:
    """One more conflict on this model today. A failure to count is logged: the refusal itself must be answered."""
    try:
        _add_one(day=timezone.localdate(), model_label=model._meta.label)
    except DatabaseError:
        logger.exception("A version conflict on %s could not be counted.", model._meta.label)


def _add_one(**key: Any) -> None:
    rows = VersionConflict._base_manager.filter(**key)
    if rows.update(count=F("count") + 1):
        return
    try:
        with transaction.atomic():
            VersionConflict(**key, count=1).save(force_insert=True)
    except IntegrityError:  # another request was the first of the day
        rows.update(count=F("count") + 1)
