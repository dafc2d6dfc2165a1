"""One's documents, below `/api/v1/me/`: what there is, never its pages."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from config.base.api.personal import PersonalViewSet, student_filters
from config.base.serializers import BaseSerializer

from ..choices import Level
from ..models import GeneratedDocument


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


class MyDocumentViewSet(PersonalViewSet):
    """Students' copies; the teacher's, with the answers, for teachers."""

    serializer_class = MyDocumentSerializer
    filterset_class = student_filters(GeneratedDocument, "request__student__user", "variant")
    search_fields = ("title",)
    ordering_fields = ("title", "created_at")

    def own_rows(self, user: Any) -> Any:
        """Without the pages themselves, which nothing here shows."""
        return GeneratedDocument.objects.visible_to(user).defer("html", "manifest")
