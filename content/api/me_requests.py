"""What one asks for, below `/api/v1/me/`: for oneself, or as a teacher for a student."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from accounts.models import StudentProfile
from config.base.api.fields import KeyField
from config.base.api.personal import ActingPersonalViewSet, PersonalViewSet
from config.base.serializers import BaseSerializer
from courses.models import Subject

from .. import services
from ..asking import students_for
from ..models import ContentBrick, ContentTemplate, DocumentRequest, GeneratedDocument
from ..request_words import relaxation_words, shortage_words


class OwnStudentField(KeyField):
    """The profile of somebody for whom one may ask; any other is no profile at all."""

    def get_queryset(self) -> Any:
        request = self.context.get("request")
        return StudentProfile.objects.none() if request is None else students_for(request.user)


class MyTemplateSerializer(BaseSerializer):
    class Meta:
        model = ContentTemplate
        fields = ("id", "slug", "name", "document_type", "version")
        read_only_fields = fields


class MySubjectSerializer(BaseSerializer):
    class Meta:
        model = Subject
        fields = ("id", "slug", "name", "version")
        read_only_fields = fields


class MyDocumentRequestSerializer(BaseSerializer):
    """A request and what came of it: how far it is, why it failed, what the stock lacked, its documents.

    Without a seed one is drawn; a student who names nobody asks for themselves.
    """

    student = OwnStudentField(required=False, allow_null=True, queryset=StudentProfile.objects.none())
    documents = serializers.SerializerMethodField()
    shortage = serializers.SerializerMethodField()
    relaxed = serializers.SerializerMethodField()

    class Meta:
        model = DocumentRequest
        fields = (
            "id",
            "reference",
            "student",
            "template",
            "subject",
            "level",
            "criteria",
            "seed",
            "idempotency_key",
            "status",
            "progress",
            "error",
            "shortage",
            "relaxed",
            "documents",
            "created_at",
            "version",
        )
        read_only_fields = ("status", "error")

    def get_documents(self, request: DocumentRequest) -> list[int]:
        """Those of its copies that one may read; below `me/documents/`."""
        return [copy.pk for copy in getattr(request, "copies", ())]

    def get_shortage(self, request: DocumentRequest) -> list[str]:
        """In words."""
        return shortage_words(request)

    def get_relaxed(self, request: DocumentRequest) -> list[str]:
        """In words."""
        return relaxation_words(request)

    def run_model_validation(self, attrs: dict[str, Any]) -> None:
        """The service knows the requester, whom a client does not name, and validates the whole."""


class MyDocumentRequestViewSet(ActingPersonalViewSet):
    """What one asked for, and what is for oneself, a child, a student. A worker makes it; `status` tells how far it
    is."""

    serializer_class = MyDocumentRequestSerializer
    filterset_fields = ("reference", "status", "template", "subject", "level")
    ordering_fields = ("created_at",)

    def own_rows(self, user: Any) -> Any:
        copies = GeneratedDocument.objects.visible_to(user).only("pk", "request").order_by("variant")
        rows = DocumentRequest.objects.visible_to(user)
        return rows.prefetch_related(Prefetch("documents", queryset=copies, to_attr="copies"))

    def acting_rows(self, user: Any) -> Any:
        return self.own_rows(user)

    def perform_create(self, serializer: Any) -> None:
        user: Any = self.request.user
        serializer.instance = services.ask_for_document(user=user, **serializer.validated_data)

    @extend_schema(summary="Have a request that failed done once more", request=None)
    @action(detail=True, methods=["post"], versioned=False)
    def retry(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """One's own, with bricks from today's stock."""
        asked = self.get_object()
        services.ask_again(user=request.user, request=asked)
        return self.represent(asked)


class MyTemplateViewSet(PersonalViewSet):
    """The templates that one may ask for."""

    serializer_class = MyTemplateSerializer
    filterset_fields = ("slug", "document_type")
    search_fields = ("name",)
    ordering_fields = ("name",)


class MySubjectViewSet(PersonalViewSet):
    """The subjects that one may ask for: there are published bricks on them."""

    serializer_class = MySubjectSerializer
    filterset_fields = ("slug",)
    search_fields = ("name",)
    ordering_fields = ("name",)

    def own_rows(self, user: Any) -> Any:
        bricks = ContentBrick.objects.published().order_by()
        return Subject.objects.visible_to(user).filter(pk__in=bricks.values("subject"))
