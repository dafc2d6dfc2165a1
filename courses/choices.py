"""Choices that several models share."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Difficulty(models.TextChoices):
    BEGINNER = "BEGINNER", _("beginner")
    INTERMEDIATE = "INTERMEDIATE", _("intermediate")
    ADVANCED = "ADVANCED", _("advanced")


class Language(models.TextChoices):
    FRENCH = "fr", _("French")
    ENGLISH = "en", _("English")
