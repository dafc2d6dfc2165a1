"""Bricks, the pieces that documents are made of, and their published versions."""

from __future__ import annotations

from typing import Any, Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from config.base.constraints import NamedIndex, UniqueEver
from config.base.constraints_vendor import SearchIndex
from config.base.deletion import KEEP
from config.base.models import BaseModel
from config.base.querysets import AliveManager, AllManager, now_ms
from config.base.rules import at_least_one, one_of
from courses.choices import Language

from .. import shapes
from ..checking import TextError, problems_on_save
from ..choices import Audience, BrickKind, BrickStatus, Level
from ..hashing import Sha256Field, sha256_rule, text_of, text_sha256
from ..lengths import MAX_TEXT, at_most
from ..lookups import EntryIndex
from ..querysets import BrickVersionQuerySet, ContentBrickQuerySet

_MARKDOWN = _("Markdown; maths between $ signs.")


class ContentBrick(BaseModel):
    """A piece of content with the text that editors work on; documents are made of its published versions.

    `status` is changed by the services `publish_brick` and `archive_brick`. Editing a published brick changes neither
    its status nor its versions: the new text waits for the next publication. `rating` and `rating_count` are derived
    (see `content.invariants`).

    The slug is never given out again, not even after a deletion: versions outlive their brick, and fixtures and
    manifests name them by its slug and their number.
    """

    Kind = BrickKind
    Audience = Audience
    Status = BrickStatus

    json_shapes = {"tags": shapes.TAGS}
    untracked_fields = ("rating", "rating_count")
    restricted_fields = {"answer": "content.change_contentbrick"}

    slug = models.SlugField(_("slug"), max_length=80, db_index=False)
    title = models.CharField(_("title"), max_length=255)
    subject = models.ForeignKey(
        "courses.Subject", models.PROTECT, related_name="bricks", db_index=False, verbose_name=_("subject")
    )
    level = models.CharField(_("level"), max_length=20, choices=Level)
    kind = models.CharField(_("kind"), max_length=8, choices=BrickKind)
    difficulty = models.PositiveSmallIntegerField(
        _("difficulty"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(5)],
        help_text=_("From 1, the easiest, to 5."),
    )
    audience = models.CharField(_("audience"), max_length=7, choices=Audience, default=Audience.STUDENT)
    tags = models.JSONField(
        _("tags"), default=list, blank=True, help_text=_('A list of slugs: ["fractions", "addition"].')
    )
    language = models.CharField(
        _("language"), max_length=2, choices=Language.choices, default=Language.FRENCH
    )
    family = models.SlugField(
        _("family"),
        max_length=80,
        blank=True,
        default="",
        db_index=False,
        help_text=_("Bricks that resemble each other share one: a document takes one of them."),
    )
    status = models.CharField(_("status"), max_length=9, choices=BrickStatus, default=BrickStatus.DRAFT)
    estimated_minutes = models.PositiveIntegerField(_("estimated minutes"), default=0)
    body = models.TextField(
        _("text"), blank=True, default="", help_text=_MARKDOWN, validators=[MaxLengthValidator(MAX_TEXT)]
    )
    answer = models.TextField(
        _("answer"),
        blank=True,
        default="",
        help_text=_("For the teacher's copy only. Markdown."),
        validators=[MaxLengthValidator(MAX_TEXT)],
    )
    source = models.CharField(
        _("source"), max_length=500, blank=True, default="", help_text=_("Where the facts come from.")
    )
    rating = models.DecimalField(
        _("rating"),
        max_digits=3,
        decimal_places=2,
        null=True,
        blank=True,
        editable=False,
        validators=[MinValueValidator(1), MaxValueValidator(5)],
    )
    rating_count = models.PositiveIntegerField(_("number of ratings"), default=0, editable=False)

    objects = AliveManager.from_queryset(ContentBrickQuerySet)()
    all_objects = AllManager.from_queryset(ContentBrickQuerySet)()

    class Meta(BaseModel.Meta):
        verbose_name = _("brick")
        verbose_name_plural = _("bricks")
        ordering = ["title", "id"]
        permissions = [("import_contentbrick", _("Can import bricks from files"))]
        constraints = [
            *BaseModel.Meta.constraints,
            UniqueEver(
                fields=["slug"],
                name="%(app_label)s_%(class)s_slug",
                violation_error_message=_("There is, or was, a brick with that slug."),
            ),
            one_of("level", Level),
            one_of("kind", BrickKind),
            one_of("audience", Audience),
            one_of("language", Language),
            one_of("status", BrickStatus),
            models.CheckConstraint(
                condition=Q(difficulty__gte=1, difficulty__lte=5),
                name="%(app_label)s_%(class)s_difficulty",
                violation_error_message=_("A difficulty is between 1 and 5."),
            ),
            at_most("body", MAX_TEXT),
            at_most("answer", MAX_TEXT),
            models.CheckConstraint(
                condition=Q(rating__isnull=True, rating_count=0)
                | Q(rating__isnull=False, rating__gte=1, rating__lte=5, rating_count__gte=1),
                name="%(app_label)s_%(class)s_rating",
                violation_error_message=_(
                    "A rating is between 1 and 5, and there is one where somebody rated."
                ),
            ),
        ]
        indexes = [
            *BaseModel.Meta.indexes,
            # What the engine asks for: bricks of a subject and a level that fit a slot.
            NamedIndex(
                fields=["subject", "level", "kind", "difficulty"], name="%(app_label)s_%(class)s_selection"
            ),
            NamedIndex(fields=["title", "id"], name="%(app_label)s_%(class)s_by_title"),
            NamedIndex(fields=["status"], name="%(app_label)s_%(class)s_by_status"),
            NamedIndex(fields=["level"], name="%(app_label)s_%(class)s_by_level"),
            NamedIndex(fields=["kind"], name="%(app_label)s_%(class)s_by_kind"),
            NamedIndex(fields=["difficulty"], name="%(app_label)s_%(class)s_by_difficulty"),
            NamedIndex(fields=["audience"], name="%(app_label)s_%(class)s_by_audience"),
            NamedIndex(fields=["language"], name="%(app_label)s_%(class)s_by_language"),
            NamedIndex(fields=["family"], name="%(app_label)s_%(class)s_by_family"),
            EntryIndex(fields=["tags"], name="%(app_label)s_%(class)s_by_tag"),
            NamedIndex(fields=["-rating"], name="%(app_label)s_%(class)s_by_rating"),
            NamedIndex(fields=["-created_at"], name="%(app_label)s_%(class)s_newest"),
            SearchIndex(fields=["title", "slug", "body"], name="%(app_label)s_%(class)s_search"),
        ]

    def __str__(self) -> str:
        return self.title

    def natural_key(self) -> tuple[str]:
        return (self.slug,)

    natural_key.dependencies = ["courses.subject"]  # type: ignore[attr-defined]

    @property
    def latest_version(self) -> BrickVersion | None:
        """The version with the highest number; None before the first publication."""
        return None if self.pk is None else self.versions.latest_first().first()

    @property
    def has_unpublished_changes(self) -> bool:
        """Is this a published brick whose text is not that of its latest version?"""
        latest = self.latest_version
        if self.status != BrickStatus.PUBLISHED or latest is None:
            return False
        return latest.sha256 != text_sha256(**text_of(self))

    @classmethod
    def from_db(cls, db: str | None, field_names: Any, values: Any) -> Self:
        """Remembers the texts as they are stored, which have been read already."""
        brick = super().from_db(db, field_names, values)
        brick.__dict__["_stored_texts"] = {name: brick.__dict__.get(name) for name in ("body", "answer")}
        return brick

    def changed_texts(self) -> dict[str, str]:
        """Text and answer, as far as they are not what was loaded: a change of the rest reads no text again."""
        stored = self.__dict__.get("_stored_texts", {})
        return {
            name: getattr(self, name)
            for name in ("body", "answer")
            if name in self.__dict__ and stored.get(name) != getattr(self, name)
        }

    def clean(self) -> None:
        super().clean()
        self._refuse_formulas()
        if self.status == BrickStatus.PUBLISHED and self.latest_version is None:
            # Not on `status`: a service owns it, so forms show it without offering it.
            raise ValidationError(_("A published brick has a version."), code="no_version")

    def _refuse_formulas(self) -> None:
        """A formula that cannot be set is refused with its place, in a draft too."""
        short = {name: text for name, text in self.changed_texts().items() if len(text) <= MAX_TEXT}
        errors: dict[str, list[ValidationError]] = {}
        for each in problems_on_save(short, language=self.language):
            errors.setdefault(each.field, []).append(TextError(each))
        if errors:
            raise ValidationError(errors)


class BrickVersion(BaseModel):
    """A brick as it was published: written once, pinned by documents, fingerprinted (see `content.hashing`).

    It points at its brick by KEEP: a deleted brick leaves its versions alive, so that a document still shows what it
    was made of, and a brick with versions is not purged before them. A version in a document is not purged either.
    """

    append_only = True
    restricted_fields = {"answer": "content.change_contentbrick"}

    brick = models.ForeignKey(
        "content.ContentBrick", KEEP, related_name="versions", db_index=False, verbose_name=_("brick")
    )
    number = models.PositiveIntegerField(_("number"), validators=[MinValueValidator(1)])
    title = models.CharField(_("title"), max_length=255)
    body = models.TextField(_("text"), help_text=_MARKDOWN)
    answer = models.TextField(_("answer"), blank=True, default="")
    source = models.CharField(_("source"), max_length=500, blank=True, default="")
    sha256 = Sha256Field(_("SHA-256 of the text"))
    published_at = models.DateTimeField(_("published on"), default=now_ms)

    objects = AliveManager.from_queryset(BrickVersionQuerySet)()
    all_objects = AllManager.from_queryset(BrickVersionQuerySet)()

    class Meta(BaseModel.Meta):
        verbose_name = _("brick version")
        verbose_name_plural = _("brick versions")
        ordering = ["brick", "-number"]
        constraints = [
            *BaseModel.Meta.constraints,
            UniqueEver(
                fields=["brick", "number"],
                name="%(app_label)s_%(class)s_number",
                violation_error_message=_("This brick has, or had, a version with that number."),
            ),
            at_least_one("number", message=_("Versions are numbered from 1.")),
            at_most("body", MAX_TEXT),
            at_most("answer", MAX_TEXT),
            sha256_rule("sha256"),
        ]
        indexes = [
            *BaseModel.Meta.indexes,
            NamedIndex(fields=["brick", "-number"], name="%(app_label)s_%(class)s_latest"),
            NamedIndex(fields=["sha256"], name="%(app_label)s_%(class)s_by_sha256"),
            NamedIndex(fields=["-published_at"], name="%(app_label)s_%(class)s_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.number})"

    def natural_key(self) -> tuple[str, int]:
        return (*self.brick.natural_key(), self.number)

    natural_key.dependencies = ["content.contentbrick"]  # type: ignore[attr-defined]

    def clean(self) -> None:
        super().clean()
        if self.sha256 != text_sha256(**text_of(self)):
            message = _("This is not the fingerprint of the text.")
            raise ValidationError({"sha256": ValidationError(message, code="wrong_sha256")})
