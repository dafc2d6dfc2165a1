"""What is said: conversations about what one learns, or teaches, and their messages."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.response import Response

from config.base.api.pagination import NewestFirstPagination
from config.base.api.personal import ActingPersonalViewSet
from config.base.serializers import BaseSerializer

from ... import services
from ...models import ChatMessage, Conversation, ConversationParticipant
from ...whose import enrolled_courses

SUBJECTS = ("course", "lesson", "exercise")


class MyParticipantSerializer(BaseSerializer):
    full_name = serializers.CharField(source="user.full_name", read_only=True)

    class Meta:
        model = ConversationParticipant
        fields = ("id", "full_name", "version")
        read_only_fields = fields


class MyConversationSerializer(BaseSerializer):
    """A conversation, who takes part, and how many messages by others one has not read.

    It is opened with a first message, `body`, about a course, a lesson or an exercise that one learns or teaches;
    `context` says what one had in front of oneself then.
    """

    default_error_messages = {
        "subject": _("Say what it is about: a course, a lesson or an exercise, and one of them."),
        "elsewhere": _("You neither learn nor teach in this course."),
    }

    unread_count = serializers.IntegerField(read_only=True)
    participants = MyParticipantSerializer(many=True, read_only=True)
    body = serializers.CharField(
        write_only=True, max_length=20_000, help_text=ChatMessage._meta.get_field("body").help_text
    )
    # A field; the serializer's own property of that name stays what it is.
    context: Any = serializers.JSONField(
        write_only=True, required=False, help_text=ChatMessage._meta.get_field("context").help_text
    )

    class Meta:
        model = Conversation
        fields = (
            "id",
            "reference",
            "title",
            "course",
            "lesson",
            "exercise",
            "status",
            "closed_at",
            "created_at",
            "unread_count",
            "participants",
            "body",
            "context",
            "version",
        )
        read_only_fields = ("status", "closed_at")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        named = [name for name in SUBJECTS if attrs.get(name) is not None]
        if len(named) != 1:
            raise ValidationError(ErrorDetail(str(self.error_messages["subject"]), code="subject"))
        if attrs.get("course") is not None and not self._learns_or_teaches(attrs["course"]):
            detail = ErrorDetail(str(self.error_messages["elsewhere"]), code="not_enrolled")
            raise ValidationError({"course": [detail]})
        return attrs

    def _learns_or_teaches(self, course: Any) -> bool:
        user = self.context["request"].user
        return course.instructor_id == user.pk or enrolled_courses(user).filter(course=course).exists()


class MyMessageSerializer(BaseSerializer):
    author_name = serializers.CharField(source="author.full_name", read_only=True, allow_null=True)
    is_mine = serializers.SerializerMethodField()

    class Meta:
        model = ChatMessage
        fields = (
            "id",
            "reference",
            "conversation",
            "author_name",
            "is_mine",
            "role",
            "body",
            "context",
            "created_at",
            "version",
        )
        read_only_fields = ("role",)

    def get_is_mine(self, message: ChatMessage) -> bool:
        return message.author_id == self.context["request"].user.pk


class MyConversationViewSet(ActingPersonalViewSet):
    """Conversations that one takes part in, and those about the courses that one instructs."""

    serializer_class = MyConversationSerializer
    filterset_fields = ("reference", "status", *SUBJECTS)
    search_fields = ("title",)
    ordering_fields = ("title", "created_at", "closed_at")

    def own_rows(self, user: Any) -> Any:
        return Conversation.objects.visible_to(user).with_unread_count(user)

    def perform_create(self, serializer: Any) -> None:
        opener: Any = self.request.user
        serializer.instance = services.open_conversation(opener=opener, **serializer.validated_data)

    @extend_schema(summary="Note that you have read every message", request=None)
    @action(detail=True, methods=["post"], versioned=False)
    def read(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Where you take part; elsewhere nothing happens."""
        conversation = self.get_object()
        services.mark_conversation_read(conversation=conversation, user=request.user)
        return self.represent(conversation)

    @extend_schema(summary="Close a conversation that you take part in", request=None)
    @action(detail=True, methods=["post"])
    def close(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Nothing more is said in it until it is opened again. Twice is once."""
        return self.represent(services.close_conversation(conversation=self.get_object()))

    @extend_schema(summary="Open a closed conversation again", request=None)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Twice is once."""
        return self.represent(services.reopen_conversation(conversation=self.get_object()))


class MyMessageViewSet(ActingPersonalViewSet):
    """What is said in them, the newest first."""

    serializer_class = MyMessageSerializer
    filterset_fields = ("conversation",)
    search_fields = ("body",)
    pagination_class = NewestFirstPagination

    def own_rows(self, user: Any) -> Any:
        return ChatMessage.objects.visible_to(user)

    def perform_create(self, serializer: Any) -> None:
        author: Any = self.request.user
        serializer.instance = services.send_message(
            message=ChatMessage(author=author, **serializer.validated_data)
        )
