"""One's documents, below `/api/v1/me/`: what there is, its pages, what one does with it and thinks of it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.response import Response

from config.base.api.personal import PersonalViewSet, student_filters
from config.base.serializers import BaseSerializer

from .. import services
from ..choices import BrickKind, InteractionKind, Level
from ..downloads import html_response, note, pdf_response
from ..models import ContentBrick, ContentBrickRating, DocumentInteraction, GeneratedDocument
from ..selectors.mine import bricks_in
from .bodies import InteractionBody, RatingBody
from .pages import HTML, PDF, PDFRenderer, pages


class MyDocumentSerializer(BaseSerializer):
    """A document that one asked for, or that is for oneself, a child or a student."""

    reference = serializers.UUIDField(source="request.reference", read_only=True)
    student = serializers.IntegerField(source="request.student.user.pk", read_only=True, allow_null=True)
    subject_name = serializers.CharField(source="request.subject.name", read_only=True)
    level = serializers.ChoiceField(source="request.level", choices=Level.choices, read_only=True)

    class Meta:
        model = GeneratedDocument
        fields = (
            "id",
            "reference",
            "student",
            "variant",
            "title",
            "subject_name",
            "level",
            "page_count",
            "created_at",
            "version",
        )
        read_only_fields = fields


class MyInteractionSerializer(BaseSerializer):
    class Meta:
        model = DocumentInteraction
        fields = ("id", "document", "kind", "occurred_at", "duration_seconds", "version")
        read_only_fields = fields


class MyBrickRatingSerializer(BaseSerializer):
    class Meta:
        model = ContentBrickRating
        fields = ("id", "brick", "score", "comment", "version")
        read_only_fields = fields


class MyBrickSerializer(serializers.Serializer[Any]):
    """A brick at its place, without its texts, which are in the pages; `score` and `comment` are one's own."""

    position = serializers.IntegerField(source="part.position")
    brick = serializers.IntegerField(source="part.brick_version.brick_id")
    title = serializers.CharField(source="part.brick_version.title")
    kind = serializers.ChoiceField(source="part.brick_version.brick.kind", choices=BrickKind.choices)
    slot = serializers.CharField(source="part.slot")
    can_rate = serializers.BooleanField()
    score = serializers.IntegerField(source="rating.score", default=None, allow_null=True)
    comment = serializers.CharField(source="rating.comment", default=None, allow_null=True)


class MyDocumentViewSet(PersonalViewSet):
    """Students' copies; the teacher's, with the answers, for teachers."""

    serializer_class = MyDocumentSerializer
    filterset_class = student_filters(GeneratedDocument, "request__student__user", "variant")
    search_fields = ("title",)
    ordering_fields = ("title", "created_at")

    def own_rows(self, user: Any) -> Any:
        """Without the pages themselves where nothing shows them."""
        shown = () if self.action == "html" else ("html",)
        return GeneratedDocument.objects.visible_to(user).defer("manifest", *shown)

    @extend_schema(summary="A document's pages, as one HTML page", responses=HTML)
    @action(detail=True, versioned=False)
    def html(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Counts as a view. 410 once the pages were erased."""
        document = self.get_object()
        response = pages(document, html_response)
        note(request, document, InteractionKind.VIEW)
        return response

    @extend_schema(summary="A document's pages, as PDF", responses=PDF)
    @action(detail=True, versioned=False, renderer_classes=[*PersonalViewSet.renderer_classes, PDFRenderer])
    def pdf(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Counts as a download. 410 once the pages were erased."""
        document = self.get_object()
        response = pages(document, pdf_response)
        note(request, document, InteractionKind.DOWNLOAD)
        return response

    @extend_schema(
        summary="Note what one did with a document",
        request=InteractionBody,
        responses={201: MyInteractionSerializer},
    )
    @action(detail=True, methods=["post"], versioned=False)
    def interactions(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """A fact, written once. A document is completed once: again answers the first time."""
        document = self.get_object()
        body = InteractionBody(data=request.data)
        body.is_valid(raise_exception=True)
        recorded = services.record_interaction(user=request.user, document=document, **body.validated_data)
        context = {"request": request}
        return Response(
            MyInteractionSerializer(recorded, context=context).data, status=status.HTTP_201_CREATED
        )

    @extend_schema(summary="The bricks of a document, in its order", responses=MyBrickSerializer(many=True))
    @action(detail=True, versioned=False, pagination_class=None, filterset_class=None)
    def bricks(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """`can_rate` where one received the document: it was made for oneself, or one asked for it."""
        found = bricks_in(self.get_object(), user=request.user)
        return Response(MyBrickSerializer(found, many=True).data)

    @extend_schema(
        summary="Rate a brick of a document", request=RatingBody, responses={200: MyBrickRatingSerializer}
    )
    @action(detail=True, methods=["post"], versioned=False)
    def ratings(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """From 1 to 5, the best; rating it again changes the first rating. Only who received the document."""
        document = self.get_object()
        body = RatingBody(data=request.data)
        body.is_valid(raise_exception=True)
        given = body.validated_data
        within = ContentBrick.objects.filter(versions__document_bricks__document=document)
        brick = within.filter(pk=given["brick"]).first()
        if brick is None:
            raise ValidationError(
                {"brick": [ErrorDetail(_("This document has no such brick."), "does_not_exist")]}
            )
        rating = services.rate_brick(
            user=request.user, brick=brick, score=given["score"], comment=given["comment"]
        )
        return Response(MyBrickRatingSerializer(rating, context={"request": request}).data)
