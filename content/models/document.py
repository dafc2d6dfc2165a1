"""Generated documents, what they are made of, and what people do with them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from config.base.constraints import NamedIndex, alive_unique
from config.base.deletion import KEEP
from config.base.models import BaseModel
from config.base.querysets import AliveManager, AllManager, now_ms
from config.base.rules import at_least_one, one_of

from .. import shapes
from ..choices import InteractionKind, Variant
from ..hashing import Sha256Field, sha256_rule
from ..querysets import DocumentBrickQuerySet, DocumentInteractionQuerySet, GeneratedDocumentQuerySet


def pdf_path(document: GeneratedDocument, file_name: str) -> str:
    """Where the PDF lies below MEDIA_ROOT, which no address serves: documents/<reference>/student.pdf."""
    return f"documents/{document.request.reference}/{document.variant.lower()}.pdf"


class GeneratedDocument(BaseModel):
    """One copy of a document, as HTML and PDF, with the manifest that renders the same bytes again.

    HTML and PDF are `secret_fields`: the teacher's hold the answers, so no door shows them, nor does any history keep
    what an erasure takes out. An erasure empties them; their fingerprints stay.
    """

    Variant = Variant

    json_shapes = {"manifest": shapes.MANIFEST}
    secret_fields = ("html", "pdf")

    request = models.ForeignKey(
        "content.DocumentRequest",
        models.PROTECT,
        related_name="documents",
        db_index=False,
        verbose_name=_("document request"),
    )
    variant = models.CharField(_("copy"), max_length=7, choices=Variant)
    title = models.CharField(_("title"), max_length=255)
    html = models.TextField(_("HTML"), blank=True, default="")
    pdf = models.FileField(_("PDF"), upload_to=pdf_path, max_length=200, blank=True, default="")
    html_sha256 = Sha256Field(_("SHA-256 of the HTML"))
    pdf_sha256 = Sha256Field(_("SHA-256 of the PDF"))
    page_count = models.PositiveIntegerField(_("pages"), validators=[MinValueValidator(1)])
    manifest = models.JSONField(_("manifest"))

    objects = AliveManager.from_queryset(GeneratedDocumentQuerySet)()
    all_objects = AllManager.from_queryset(GeneratedDocumentQuerySet)()

    class Meta(BaseModel.Meta):
        verbose_name = _("generated document")
        verbose_name_plural = _("generated documents")
        ordering = ["-created_at", "id"]
        constraints = [
            *BaseModel.Meta.constraints,
            alive_unique(
                "request",
                "variant",
                name="%(app_label)s_%(class)s_variant",
                message=_("This request has a document of that kind already."),
            ),
            one_of("variant", Variant),
            at_least_one("page_count", message=_("A document has at least a page.")),
            sha256_rule("html_sha256"),
            sha256_rule("pdf_sha256"),
        ]
        indexes = [
            *BaseModel.Meta.indexes,
            NamedIndex(fields=["request", "variant"], name="%(app_label)s_%(class)s_request"),
            NamedIndex(fields=["variant"], name="%(app_label)s_%(class)s_by_variant"),
            NamedIndex(fields=["title", "id"], name="%(app_label)s_%(class)s_by_title"),
            NamedIndex(fields=["page_count"], name="%(app_label)s_%(class)s_by_pages"),
            NamedIndex(fields=["-created_at"], name="%(app_label)s_%(class)s_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.get_variant_display()})"

    def natural_key(self) -> tuple[str, str]:
        return (*self.request.natural_key(), self.variant)

    natural_key.dependencies = ["content.documentrequest"]  # type: ignore[attr-defined]


class DocumentBrick(BaseModel):
    """A brick version in a document, at its place: what the student has seen.

    The version is kept as long as the document is, with the fingerprint that it had.
    """

    document = models.ForeignKey(
        "content.GeneratedDocument",
        models.CASCADE,
        related_name="bricks",
        db_index=False,
        verbose_name=_("document"),
    )
    position = models.PositiveIntegerField(_("position"), validators=[MinValueValidator(1)])
    brick_version = models.ForeignKey(
        "content.BrickVersion", KEEP, related_name="document_bricks", verbose_name=_("brick version")
    )
    slot = models.SlugField(_("slot"), max_length=80, db_index=False)
    sha256 = Sha256Field(_("SHA-256 of the text"))

    objects = AliveManager.from_queryset(DocumentBrickQuerySet)()
    all_objects = AllManager.from_queryset(DocumentBrickQuerySet)()

    class Meta(BaseModel.Meta):
        verbose_name = _("brick in a document")
        verbose_name_plural = _("bricks in documents")
        ordering = ["document", "position", "id"]
        constraints = [
            *BaseModel.Meta.constraints,
            alive_unique(
                "document",
                "position",
                name="%(app_label)s_%(class)s_position",
                message=_("This document already has a brick at that position."),
            ),
            at_least_one("position", message=_("Positions are counted from 1.")),
            sha256_rule("sha256"),
        ]
        indexes = [
            *BaseModel.Meta.indexes,
            NamedIndex(fields=["document", "position"], name="%(app_label)s_%(class)s_document"),
            NamedIndex(fields=["-created_at"], name="%(app_label)s_%(class)s_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.brick_version}"

    def natural_key(self) -> tuple[Any, ...]:
        return (*self.document.natural_key(), self.position)

    natural_key.dependencies = ["content.generateddocument", "content.brickversion"]  # type: ignore[attr-defined]

    def clean(self) -> None:
        super().clean()
        if self.brick_version_id is not None and self.sha256 != self.brick_version.sha256:
            message = _("This is not the fingerprint of that version.")
            raise ValidationError({"sha256": ValidationError(message, code="wrong_sha256")})


class DocumentInteraction(BaseModel):
    """Somebody did something with a document at some time: a fact, recorded once."""

    append_only = True

    Kind = InteractionKind

    document = models.ForeignKey(
        "content.GeneratedDocument",
        models.CASCADE,
        related_name="interactions",
        db_index=False,
        verbose_name=_("document"),
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, KEEP, related_name="document_interactions", verbose_name=_("user")
    )
    kind = models.CharField(_("did"), max_length=8, choices=InteractionKind)
    occurred_at = models.DateTimeField(_("when"), default=now_ms)
    duration_seconds = models.PositiveIntegerField(_("duration in seconds"), null=True, blank=True)

    objects = AliveManager.from_queryset(DocumentInteractionQuerySet)()
    all_objects = AllManager.from_queryset(DocumentInteractionQuerySet)()

    class Meta(BaseModel.Meta):
        verbose_name = _("interaction")
        verbose_name_plural = _("interactions")
        ordering = ["-occurred_at", "id"]
        constraints = [
            *BaseModel.Meta.constraints,
            alive_unique(
                "document",
                "user",
                "kind",
                "occurred_at",
                name="%(app_label)s_%(class)s_once",
                message=_("This has been recorded already."),
            ),
            one_of("kind", InteractionKind),
        ]
        indexes = [
            *BaseModel.Meta.indexes,
            NamedIndex(fields=["document", "-occurred_at"], name="%(app_label)s_%(class)s_document"),
            NamedIndex(fields=["kind", "-occurred_at"], name="%(app_label)s_%(class)s_by_kind"),
            NamedIndex(fields=["-occurred_at"], name="%(app_label)s_%(class)s_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.document} · {self.get_kind_display()}"

    def natural_key(self) -> tuple[Any, ...]:
        return (*self.document.natural_key(), *self.user.natural_key(), self.kind, self.occurred_at)

    natural_key.dependencies = ["content.generateddocument", settings.AUTH_USER_MODEL]  # type: ignore[attr-defined]
