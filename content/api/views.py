"""Content over the API: thin doors to the models and the services."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response

from config.base.api.pagination import NewestFirstPagination
from config.base.api.views import BaseViewSet, ReadOnlyBaseViewSet

from .. import services
from . import serializers
from .filters import ContentBrickFilterSet


class ContentBrickViewSet(BaseViewSet):
    serializer_class = serializers.ContentBrickSerializer
    filterset_class = ContentBrickFilterSet
    search_fields = ("title", "body")
    ordering_fields = ("title", "difficulty", "rating", "created_at")

    @extend_schema(summary="Freeze the text of a brick as its next version", request=None)
    @action(detail=True, methods=["post"])
    def publish(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """New documents are made of it from now on. Publishing an unchanged text makes no other version."""
        brick = self.get_object()
        services.publish_brick(brick=brick)
        return self.represent(brick)

    @extend_schema(summary="Take a brick out of what new documents are made of", request=None)
    @action(detail=True, methods=["post"])
    def archive(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Documents that have it keep it. Twice is once."""
        return self.represent(services.archive_brick(brick=self.get_object()))


class BrickVersionViewSet(ReadOnlyBaseViewSet):
    serializer_class = serializers.BrickVersionSerializer
    filterset_fields = ("brick", "sha256")
    search_fields = ("title",)
    ordering_fields = ("published_at",)


class ContentBrickRatingViewSet(BaseViewSet):
    serializer_class = serializers.ContentBrickRatingSerializer
    filterset_fields = ("brick", "user", "score")
    ordering_fields = ("score", "created_at")


class ContentTemplateViewSet(BaseViewSet):
    serializer_class = serializers.ContentTemplateSerializer
    filterset_fields = ("slug", "document_type")
    search_fields = ("name",)
    ordering_fields = ("name", "created_at")


class DocumentRequestViewSet(BaseViewSet):
    serializer_class = serializers.DocumentRequestSerializer
    filterset_fields = ("reference", "requester", "student", "template", "subject", "level", "status")
    ordering_fields = ("created_at",)


class GeneratedDocumentViewSet(ReadOnlyBaseViewSet):
    serializer_class = serializers.GeneratedDocumentSerializer
    filterset_fields = ("request", "variant")
    search_fields = ("title",)
    ordering_fields = ("title", "page_count", "created_at")

    def get_rows(self) -> Any:
        """Without the pages themselves, which nothing here shows."""
        return super().get_rows().defer("html")


class DocumentBrickViewSet(ReadOnlyBaseViewSet):
    serializer_class = serializers.DocumentBrickSerializer
    filterset_fields = ("document", "brick_version")
    ordering_fields = ("created_at",)


class DocumentInteractionViewSet(ReadOnlyBaseViewSet):
    serializer_class = serializers.DocumentInteractionSerializer
    pagination_class = NewestFirstPagination
    filterset_fields = ("document", "user", "kind")
