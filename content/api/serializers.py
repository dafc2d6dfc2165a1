"""What the API shows and takes of content."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from config.base.serializers import KERNEL, BaseSerializer

from ..models import (
    BrickVersion,
    ContentBrick,
    ContentBrickRating,
    ContentFigure,
    ContentTemplate,
    DocumentBrick,
    DocumentInteraction,
    DocumentRequest,
    GeneratedDocument,
)
from ..models.figure import MAX_CHARACTERS


class ContentBrickSerializer(BaseSerializer):
    """A brick with its working text. Published and archived by actions of their own."""

    class Meta:
        model = ContentBrick
        fields = (
            "id",
            "slug",
            "title",
            "subject",
            "level",
            "kind",
            "difficulty",
            "audience",
            "tags",
            "language",
            "family",
            "status",
            "estimated_minutes",
            "body",
            "answer",
            "source",
            "rating",
            "rating_count",
            *KERNEL,
        )
        read_only_fields = ("status",)


class BrickVersionSerializer(BaseSerializer):
    """A brick as it was published; written once."""

    class Meta:
        model = BrickVersion
        fields = (
            "id",
            "brick",
            "number",
            "title",
            "body",
            "answer",
            "source",
            "sha256",
            "published_at",
            *KERNEL,
        )


class ContentBrickRatingSerializer(BaseSerializer):
    """A rating by somebody who received the brick."""

    class Meta:
        model = ContentBrickRating
        fields = ("id", "brick", "user", "score", "comment", *KERNEL)


class ContentFigureSerializer(BaseSerializer):
    """A figure. `data` is its file, a PNG or an SVG, in base64; it is read at `file/`."""

    data = serializers.CharField(  # type: ignore[assignment]
        write_only=True, max_length=MAX_CHARACTERS, label=_("file in base64")
    )

    class Meta:
        model = ContentFigure
        fields = ("id", "name", "media_type", "data", "sha256", "width", "height", "source", *KERNEL)
        read_only_fields = ("media_type", "sha256", "width", "height")


class ContentTemplateSerializer(BaseSerializer):
    class Meta:
        model = ContentTemplate
        fields = ("id", "slug", "name", "document_type", "slots", "placeholders", "revision", *KERNEL)


class DocumentRequestSerializer(BaseSerializer):
    """A request, which waits in the queue until the engine takes it up. Without a seed it draws one."""

    class Meta:
        model = DocumentRequest
        fields = (
            "id",
            "reference",
            "requester",
            "student",
            "template",
            "subject",
            "level",
            "criteria",
            "seed",
            "variants",
            "idempotency_key",
            "status",
            "progress",
            "error",
            *KERNEL,
        )
        read_only_fields = ("status", "error")


class GeneratedDocumentSerializer(BaseSerializer):
    """A document's fingerprints and manifest, not its pages: the teacher's hold the answers."""

    class Meta:
        model = GeneratedDocument
        fields = (
            "id",
            "request",
            "variant",
            "title",
            "html_sha256",
            "pdf_sha256",
            "page_count",
            "manifest",
            *KERNEL,
        )


class DocumentBrickSerializer(BaseSerializer):
    class Meta:
        model = DocumentBrick
        fields = ("id", "document", "position", "brick_version", "slot", "sha256", *KERNEL)


class DocumentInteractionSerializer(BaseSerializer):
    class Meta:
        model = DocumentInteraction
        fields = ("id", "document", "user", "kind", "occurred_at", "duration_seconds", *KERNEL)
