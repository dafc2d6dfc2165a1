"""Learning over the API: thin doors to the models and the services."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.response import Response

from config.base.api.pagination import NewestFirstPagination
from config.base.api.views import BaseViewSet, ReadOnlyBaseViewSet

from .. import services
from ..models import ChatMessage, Review
from . import serializers
from .figures import FiguresOfNowMixin


class EnrollmentViewSet(BaseViewSet):
    serializer_class = serializers.EnrollmentSerializer
    filterset_fields = {
        "user": ["exact"],
        "course": ["exact"],
        "status": ["exact"],
        "enrolled_at": ["gte", "lt"],
    }
    search_fields = ("user__full_name", "course__title")
    ordering_fields = ("enrolled_at", "completed_at")


class ReviewViewSet(BaseViewSet):
    serializer_class = serializers.ReviewSerializer
    filterset_fields = ("user", "course", "rating", "is_visible")
    search_fields = ("comment", "user__full_name", "course__title")
    ordering_fields = ("rating", "created_at")

    def perform_create(self, serializer: Any) -> None:
        serializer.instance = services.post_review(review=Review(**serializer.validated_data))


class LessonProgressViewSet(ReadOnlyBaseViewSet):
    serializer_class = serializers.LessonProgressSerializer
    filterset_fields = ("user", "lesson", "lesson__course", "status")
    ordering_fields = ("started_at", "completed_at")


class VideoProgressViewSet(ReadOnlyBaseViewSet):
    serializer_class = serializers.VideoProgressSerializer
    filterset_fields = ("user", "video", "completed")
    ordering_fields = ("completed_at",)


class ProgressSnapshotViewSet(FiguresOfNowMixin, ReadOnlyBaseViewSet):
    serializer_class = serializers.ProgressSnapshotSerializer
    filterset_fields = ("user", "course")
    search_fields = ("user__full_name", "course__title")
    ordering_fields = ("last_activity_at",)


class QuizAttemptViewSet(ReadOnlyBaseViewSet):
    serializer_class = serializers.QuizAttemptSerializer
    filterset_fields = ("user", "quiz", "passed")
    ordering_fields = ("score", "started_at", "submitted_at")


class ExerciseAttemptViewSet(ReadOnlyBaseViewSet):
    serializer_class = serializers.ExerciseAttemptSerializer
    filterset_fields = ("user", "exercise", "quiz_attempt", "status", "snapshot_kind")
    ordering_fields = ("submitted_at",)


class GradeViewSet(ReadOnlyBaseViewSet):
    serializer_class = serializers.GradeSerializer
    filterset_fields = ("attempt", "source", "is_correct", "grader")
    ordering_fields = ("graded_at", "score")


class ConversationViewSet(BaseViewSet):
    serializer_class = serializers.ConversationSerializer
    filterset_fields = ("reference", "status", "course", "lesson", "exercise")
    search_fields = ("title",)
    ordering_fields = ("title", "created_at", "closed_at")

    def perform_create(self, serializer: Any) -> None:
        opener: Any = self.request.user  # nobody else gets here
        serializer.instance = services.open_conversation(opener=opener, **serializer.validated_data)

    @extend_schema(
        summary="Say something in a conversation",
        request=serializers.NewMessageSerializer,
        responses={201: serializers.ChatMessageSerializer},
    )
    @action(detail=True, methods=["post"], url_path="post-message", required_right="learning.add_chatmessage")
    def post_message(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """You join the conversation by speaking, and have read what was said before."""
        conversation = self.get_object()
        body = serializers.NewMessageSerializer(data=request.data, context=self.get_serializer_context())
        body.is_valid(raise_exception=True)
        message = services.send_message(
            message=ChatMessage(conversation=conversation, author=request.user, **body.validated_data)
        )
        shown = serializers.ChatMessageSerializer(message, context={"request": request})
        return Response(shown.data, status=status.HTTP_201_CREATED)

    @extend_schema(summary="Note that you have read every message", request=None)
    @action(detail=True, methods=["post"], url_path="mark-read", required_right="learning.view_conversation")
    def mark_read(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Where you take part; elsewhere nothing happens."""
        conversation = self.get_object()
        services.mark_conversation_read(conversation=conversation, user=request.user)
        return self.represent(conversation)

    @extend_schema(summary="Close a conversation", request=None)
    @action(detail=True, methods=["post"])
    def close(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Nothing more is said in it until it is opened again. Twice is once."""
        return self.represent(services.close_conversation(conversation=self.get_object()))

    @extend_schema(summary="Open a closed conversation again", request=None)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Twice is once."""
        return self.represent(services.reopen_conversation(conversation=self.get_object()))


class ConversationParticipantViewSet(BaseViewSet):
    serializer_class = serializers.ConversationParticipantSerializer
    filterset_fields = ("conversation", "user")
    ordering_fields = ("last_read_at",)


class ChatMessageViewSet(BaseViewSet):
    """Messages, the newest first."""

    serializer_class = serializers.ChatMessageSerializer
    filterset_fields = ("conversation", "author", "role")
    search_fields = ("body",)
    pagination_class = NewestFirstPagination

    def perform_create(self, serializer: Any) -> None:
        author: Any = self.request.user  # nobody else gets here
        serializer.instance = services.send_message(
            message=ChatMessage(author=author, **serializer.validated_data)
        )
