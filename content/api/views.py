"""Content over the API: thin doors to the models and the services."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response

from accounts.api.throttling import PersonThrottle
from config.base.api.pagination import NewestFirstPagination
from config.base.api.views import AddAndDeleteBaseViewSet, BaseViewSet, ReadOnlyBaseViewSet

from .. import services
from ..downloads import html_response, pdf_response
from ..models import ContentFigure, GeneratedDocument
from ..responses import figure_response
from . import serializers
from .filters import ContentBrickFilterSet
from .pages import HTML, PDF, PDFRenderer, ReplaySerializer, pages


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


class ContentFigureViewSet(AddAndDeleteBaseViewSet):
    serializer_class = serializers.ContentFigureSerializer
    filterset_fields = ("name", "media_type", "sha256")
    search_fields = ("name", "source")
    ordering_fields = ("name", "created_at")

    def get_rows(self) -> Any:
        """Without the files, which lists do not show."""
        return super().get_rows().defer("data")

    @extend_schema(
        summary="The file of a figure, as it is drawn in documents",
        responses={(200, media_type): OpenApiTypes.BINARY for media_type in ContentFigure.Type.values},
    )
    @action(detail=True, methods=["get"])
    def file(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """To be saved: opened by itself in a browser it may do nothing."""
        return figure_response(self.get_object())


class ContentTemplateViewSet(BaseViewSet):
    serializer_class = serializers.ContentTemplateSerializer
    filterset_fields = ("slug", "document_type")
    search_fields = ("name",)
    ordering_fields = ("name", "created_at")


class DocumentRequestViewSet(BaseViewSet):
    serializer_class = serializers.DocumentRequestSerializer
    filterset_fields = ("reference", "requester", "student", "template", "subject", "level", "status")
    ordering_fields = ("created_at",)

    def perform_create(self, serializer: Any) -> None:
        """A worker makes it."""
        serializer.instance = services.request_document(**serializer.validated_data)

    @extend_schema(summary="Have a request that failed done once more", request=None)
    @action(detail=True, methods=["post"])
    def retry(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """It waits for a worker again, who picks bricks from today's stock."""
        return self.represent(services.retry_document(request=self.get_object()))


class GeneratedDocumentViewSet(ReadOnlyBaseViewSet):
    serializer_class = serializers.GeneratedDocumentSerializer
    filterset_fields = ("request", "variant")
    search_fields = ("title",)
    ordering_fields = ("title", "page_count", "created_at")
    throttle_scope = ""

    def get_rows(self) -> Any:
        """Without the pages themselves, which have addresses of their own."""
        return super().get_rows().defer("html")

    @extend_schema(summary="A document's pages, as one HTML page", responses=HTML)
    @action(detail=True, versioned=False)
    def html(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The teacher's copy is for its owners and who may read answers. What the office looks at is not counted."""
        return pages(self._readable(), html_response)

    @extend_schema(summary="A document's pages, as PDF", responses=PDF)
    @action(
        detail=True, versioned=False, renderer_classes=[*ReadOnlyBaseViewSet.renderer_classes, PDFRenderer]
    )
    def pdf(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Likewise."""
        return pages(self._readable(), pdf_response)

    @extend_schema(
        summary="Make a document again from its manifest and compare",
        responses=ReplaySerializer,
    )
    @action(detail=True, versioned=False, throttle_classes=[PersonThrottle], throttle_scope="replay")
    def replay(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Takes as long as making it did; nothing is written.

        `engines` are those whose version is another one by now, then and now.
        """
        return Response(ReplaySerializer(services.replay_document(document=self._readable())).data)

    def _readable(self) -> GeneratedDocument:
        readable = GeneratedDocument.objects.readable_by(self.request.user)
        document = readable.filter(pk=self.get_object().pk).first()
        if document is None:
            raise Http404
        return document


class DocumentBrickViewSet(ReadOnlyBaseViewSet):
    serializer_class = serializers.DocumentBrickSerializer
    filterset_fields = ("document", "brick_version")
    ordering_fields = ("created_at",)


class DocumentInteractionViewSet(ReadOnlyBaseViewSet):
    serializer_class = serializers.DocumentInteractionSerializer
    pagination_class = NewestFirstPagination
    filterset_fields = ("document", "user", "kind")
