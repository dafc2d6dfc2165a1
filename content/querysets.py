"""What is asked of bricks, templates, requests and documents: the repository layer."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from config.base.querysets import BaseQuerySet

from . import lookups  # noqa: F401 - importing registers `has_entry`
from .hashing import TEXT_FIELDS

if TYPE_CHECKING:
    from .models import (
        BrickVersion,
        ContentBrick,
        ContentBrickRating,
        ContentTemplate,
        DocumentBrick,
        DocumentInteraction,
        DocumentRequest,
        GeneratedDocument,
    )

#: What decides which bricks a template takes and what it fills in; a change of any is a new revision.
LAYOUT_FIELDS = frozenset({"document_type", "slots", "placeholders"})


class ContentBrickQuerySet(BaseQuerySet["ContentBrick"]):
    def get_by_natural_key(self, slug: str) -> ContentBrick:
        return self.by_natural_key(slug=slug)

    def published(self) -> Self:
        """Bricks that new documents are made of."""
        return self.filter(status="PUBLISHED")

    def tagged(self, tag: str) -> Self:
        """Bricks that have this tag, whole and as it is written."""
        return self.filter(tags__has_entry=tag)

    def with_changes(self) -> Self:
        """With `has_changes`: True for a published brick whose text is not that of its latest version."""
        versions = self._versions()
        newer = versions.filter(brick=OuterRef("brick"), number__gt=OuterRef("number"))
        alike = versions.filter(brick=OuterRef("pk"), **{name: OuterRef(name) for name in TEXT_FIELDS})
        up_to_date = Exists(alike.filter(~Exists(newer)))
        return self.annotate(has_changes=Q(status="PUBLISHED") & ~up_to_date)

    def with_unpublished_changes(self) -> Self:
        """Published bricks that somebody has edited since."""
        return self.with_changes().filter(has_changes=True)

    def received_by(self, user: Any) -> Self:
        """Bricks in a document that this user asked for, or that was made for them as a student."""
        part: Any = self._versions().model._meta.get_field("document_bricks").related_model
        mine = Q(document__request__requester=user) | Q(document__request__student__user=user)
        return self.filter(Exists(part.objects.filter(mine, brick_version__brick=OuterRef("pk"))))

    def _versions(self) -> QuerySet[Any]:
        version: Any = self.model._meta.get_field("versions").related_model
        return version.objects.using(self.db).order_by()


class BrickVersionQuerySet(BaseQuerySet["BrickVersion"]):
    def get_by_natural_key(self, brick: str, number: int) -> BrickVersion:
        return self.by_natural_key(brick__slug=brick, number=number)

    def latest_first(self) -> Self:
        """The newest version of a brick first."""
        return self.order_by("-number")


class ContentBrickRatingQuerySet(BaseQuerySet["ContentBrickRating"]):
    def get_by_natural_key(self, brick: str, user: str) -> ContentBrickRating:
        return self.by_natural_key(brick__slug=brick, user__username=user)


class ContentTemplateQuerySet(BaseQuerySet["ContentTemplate"]):
    def get_by_natural_key(self, slug: str) -> ContentTemplate:
        return self.by_natural_key(slug=slug)

    def update(self, **values: Any) -> int:
        """As everywhere; writing what decides the layout raises the revision."""
        if LAYOUT_FIELDS & set(values):
            values["revision"] = F("revision") + 1
        return super().update(**values)

    update.alters_data = True  # type: ignore[attr-defined]


class DocumentRequestQuerySet(BaseQuerySet["DocumentRequest"]):
    def get_by_natural_key(self, reference: str) -> DocumentRequest:
        return self.by_natural_key(reference=reference)

    def waiting(self) -> Self:
        """Requests that nobody works on yet, the oldest first."""
        return self.filter(status="QUEUED").order_by("created_at", "id")


class GeneratedDocumentQuerySet(BaseQuerySet["GeneratedDocument"]):
    def get_by_natural_key(self, request: str, variant: str) -> GeneratedDocument:
        return self.by_natural_key(request__reference=request, variant=variant)


class DocumentBrickQuerySet(BaseQuerySet["DocumentBrick"]):
    def get_by_natural_key(self, request: str, variant: str, position: int) -> DocumentBrick:
        return self.by_natural_key(
            document__request__reference=request, document__variant=variant, position=position
        )

    def in_order(self) -> Self:
        """As they stand in the document."""
        return self.order_by("position", "id")


class DocumentInteractionQuerySet(BaseQuerySet["DocumentInteraction"]):
    def get_by_natural_key(
        self, request: str, variant: str, user: str, kind: str, occurred_at: datetime | str
    ) -> DocumentInteraction:
        return self.by_natural_key(
            document__request__reference=request,
            document__variant=variant,
            user__username=user,
            kind=kind,
            occurred_at=occurred_at,
        )
