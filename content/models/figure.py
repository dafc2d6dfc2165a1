"""Figures: the drawings that bricks name."""

from __future__ import annotations

import base64
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from config.base.constraints import NamedIndex, UniqueEver
from config.base.constraints_vendor import SearchIndex
from config.base.models import BaseModel
from config.base.querysets import AliveManager, AllManager
from config.base.rules import at_least_one, one_of

from ..choices import MediaType
from ..figures import MAX_BYTES, read_figure
from ..hashing import Sha256Field, sha256_rule
from ..lengths import at_most
from ..querysets import ContentFigureQuerySet

NAME = r"^[a-z0-9]+(-[a-z0-9]+)*\Z"
_NAME_MESSAGE = _("Lower-case letters and digits, in words joined by hyphens: right-triangle.")
#: Base64 takes four characters for three bytes.
MAX_CHARACTERS = (MAX_BYTES + 2) // 3 * 4


class ContentFigure(BaseModel):
    """A drawing that bricks name: `![what is to be seen](figure:NAME)`.

    Written once, and its name is never given out again: so a name pins a file for ever, and a version that names it
    shows the same drawing in two years. A better drawing has another name. A figure in the trash still renders;
    one that a version names is never purged (see `content.invariants`).

    `data` is the file in base64 as `content.figures` left it, made harmless. It is in no history and no list: what
    it is, is in the other columns. They are read from it by `clean()`.
    """

    Type = MediaType

    append_only = True
    secret_fields = ("data",)

    name = models.SlugField(
        _("name"),
        max_length=80,
        db_index=False,
        validators=[RegexValidator(NAME, _NAME_MESSAGE)],
        help_text=_("For ever: a better drawing has another name."),
    )
    media_type = models.CharField(_("kind of file"), max_length=13, choices=MediaType)
    data = models.TextField(_("file in base64"), validators=[MaxLengthValidator(MAX_CHARACTERS)])
    sha256 = Sha256Field(_("SHA-256 of the file"))
    width = models.PositiveIntegerField(_("width in pixels"), validators=[MinValueValidator(1)])
    height = models.PositiveIntegerField(_("height in pixels"), validators=[MinValueValidator(1)])
    source = models.CharField(
        _("source"),
        max_length=500,
        blank=True,
        default="",
        help_text=_("Who drew it, and under which licence."),
    )

    objects = AliveManager.from_queryset(ContentFigureQuerySet)()
    all_objects = AllManager.from_queryset(ContentFigureQuerySet)()

    class Meta(BaseModel.Meta):
        verbose_name = _("figure")
        verbose_name_plural = _("figures")
        ordering = ["name", "id"]
        constraints = [
            *BaseModel.Meta.constraints,
            UniqueEver(
                fields=["name"],
                name="%(app_label)s_%(class)s_name",
                violation_error_message=_("There is, or was, a figure with that name."),
            ),
            models.CheckConstraint(
                condition=Q(name__regex=NAME),
                name="%(app_label)s_%(class)s_name_written",
                violation_error_message=_NAME_MESSAGE,
            ),
            one_of("media_type", MediaType),
            at_least_one("width", message=_("A figure is at least a pixel wide.")),
            at_least_one("height", message=_("A figure is at least a pixel high.")),
            at_most("data", MAX_CHARACTERS),
            sha256_rule("sha256"),
        ]
        indexes = [
            *BaseModel.Meta.indexes,
            NamedIndex(fields=["media_type"], name="%(app_label)s_%(class)s_by_type"),
            NamedIndex(fields=["-created_at"], name="%(app_label)s_%(class)s_newest"),
            SearchIndex(fields=["name", "source"], name="%(app_label)s_%(class)s_search"),
        ]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        return (self.name,)

    @property
    def content(self) -> bytes:
        """The file itself."""
        return base64.b64decode(self.data)

    @property
    def file_name(self) -> str:
        """What the file is called where it is saved: right-triangle.svg."""
        return f"{self.name}.{MediaType(self.media_type).label.lower()}"

    def clean(self) -> None:
        """Keep the file as it is made harmless, and read from it what it is."""
        super().clean()
        if not self._state.adding or not self.data or len(self.data) > MAX_CHARACTERS:
            return  # written once; for the rest clean_fields has its words
        try:
            found = read_figure(base64.b64decode(self.data, validate=True))
        except ValueError as error:
            raise ValidationError({"data": _("This is not base64.")}, code="not_base64") from error
        except ValidationError as error:
            raise ValidationError({"data": error}) from error
        for name, value in found.columns().items():
            setattr(self, name, value)

    def clean_fields(self, exclude: Any = None) -> None:
        """What `clean()` reads from the file is not there to be checked before."""
        read = {"media_type", "sha256", "width", "height"} if self._state.adding else set()
        super().clean_fields(exclude={*(exclude or ()), *read})
