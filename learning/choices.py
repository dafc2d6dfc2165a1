"""Choices that several models share."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ProgressStatus(models.TextChoices):
    """How far somebody is with a lesson or an attempt. SKIPPED permits going on and does not count as done."""

    NOT_STARTED = "NOT_STARTED", _("not started")
    IN_PROGRESS = "IN_PROGRESS", _("in progress")
    COMPLETED = "COMPLETED", _("completed")
    SKIPPED = "SKIPPED", _("skipped")
