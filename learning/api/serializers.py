"""What the API shows and takes of learners' work."""

from __future__ import annotations

from config.base.serializers import KERNEL, BaseSerializer

from ..models import (
    ChatMessage,
    Conversation,
    ConversationParticipant,
    Enrollment,
    ExerciseAttempt,
    Grade,
    LessonProgress,
    ProgressSnapshot,
    QuizAttempt,
    Review,
    VideoProgress,
)


class EnrollmentSerializer(BaseSerializer):
    class Meta:
        model = Enrollment
        fields = ("id", "user", "course", "status", "enrolled_at", "completed_at", *KERNEL)


class ReviewSerializer(BaseSerializer):
    """A review, by somebody enrolled in the course."""

    class Meta:
        model = Review
        fields = ("id", "user", "course", "rating", "comment", "is_visible", *KERNEL)


class LessonProgressSerializer(BaseSerializer):
    class Meta:
        model = LessonProgress
        fields = ("id", "user", "lesson", "status", "started_at", "completed_at", *KERNEL)


class VideoProgressSerializer(BaseSerializer):
    class Meta:
        model = VideoProgress
        fields = (
            "id",
            "user",
            "video",
            "position_seconds",
            "furthest_seconds",
            "completed",
            "completed_at",
            *KERNEL,
        )


class ProgressSnapshotSerializer(BaseSerializer):
    """Progress in a course, as it is now."""

    class Meta:
        model = ProgressSnapshot
        fields = (
            "id",
            "user",
            "course",
            "current_lesson",
            "lessons_completed",
            "lessons_total",
            "completion_percentage",
            "exercises_attempted",
            "average_score",
            "structure_version",
            "last_activity_at",
            *KERNEL,
        )


class QuizAttemptSerializer(BaseSerializer):
    class Meta:
        model = QuizAttempt
        fields = (
            "id",
            "user",
            "quiz",
            "number",
            "pass_percent",
            "started_at",
            "due_at",
            "submitted_at",
            "score",
            "passed",
            *KERNEL,
        )


class ExerciseAttemptSerializer(BaseSerializer):
    """An attempt, with the exercise as it was. The key is shown to those who may change exercises."""

    class Meta:
        model = ExerciseAttempt
        fields = (
            "id",
            "user",
            "exercise",
            "quiz_attempt",
            "number",
            "status",
            "exercise_revision",
            "snapshot_kind",
            "snapshot_prompt",
            "snapshot_options",
            "snapshot_key",
            "max_points",
            "answer",
            "submitted_at",
            "claimed_by",
            "claimed_at",
            *KERNEL,
        )


class GradeSerializer(BaseSerializer):
    class Meta:
        model = Grade
        fields = (
            "id",
            "attempt",
            "score",
            "is_correct",
            "source",
            "feedback",
            "grader",
            "graded_at",
            *KERNEL,
        )


class ConversationSerializer(BaseSerializer):
    """A conversation. Closed and opened again by actions of their own."""

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
            *KERNEL,
        )
        read_only_fields = ("status", "closed_at")


class ConversationParticipantSerializer(BaseSerializer):
    class Meta:
        model = ConversationParticipant
        fields = ("id", "conversation", "user", "last_read_at", *KERNEL)


class ChatMessageSerializer(BaseSerializer):
    """A message. Its author is who sends it, and speaks as what they are."""

    class Meta:
        model = ChatMessage
        fields = ("id", "reference", "conversation", "author", "role", "body", "context", *KERNEL)
        read_only_fields = ("author", "role")


class NewMessageSerializer(BaseSerializer):
    """What is said in the conversation that the address names."""

    class Meta:
        model = ChatMessage
        fields = ("reference", "body", "context")
