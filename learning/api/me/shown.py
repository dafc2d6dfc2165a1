"""What people are shown of their own work, their children's and their students'. No keys, no addresses."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import StudentProfile, User
from config.base.serializers import BaseSerializer

from ...models import (
    Enrollment,
    ExerciseAttempt,
    Grade,
    LessonProgress,
    ProgressSnapshot,
    QuizAttempt,
    Review,
    VideoProgress,
)


class StudentField(serializers.IntegerField):
    """The key of the learner, as `?student=` takes it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"read_only": True, "source": "user_id", **kwargs})


class MyEnrollmentSerializer(BaseSerializer):
    student = StudentField()
    course_title = serializers.CharField(source="course.title", read_only=True)

    class Meta:
        model = Enrollment
        fields = (
            "id",
            "student",
            "course",
            "course_title",
            "status",
            "enrolled_at",
            "completed_at",
            "version",
        )
        read_only_fields = fields


class MyProgressSerializer(BaseSerializer):
    """Progress in a course as last computed."""

    student = StudentField()
    course_title = serializers.CharField(source="course.title", read_only=True)

    class Meta:
        model = ProgressSnapshot
        fields = (
            "id",
            "student",
            "course",
            "course_title",
            "current_lesson",
            "lessons_completed",
            "lessons_total",
            "completion_percentage",
            "exercises_attempted",
            "average_score",
            "last_activity_at",
            "version",
        )
        read_only_fields = fields


class MyLessonProgressSerializer(BaseSerializer):
    student = StudentField()

    class Meta:
        model = LessonProgress
        fields = ("id", "student", "lesson", "status", "started_at", "completed_at", "version")
        read_only_fields = fields


class MyVideoProgressSerializer(BaseSerializer):
    student = StudentField()

    class Meta:
        model = VideoProgress
        fields = (
            "id",
            "student",
            "video",
            "position_seconds",
            "furthest_seconds",
            "completed",
            "completed_at",
            "version",
        )
        read_only_fields = fields


class MyQuizAttemptSerializer(BaseSerializer):
    student = StudentField()

    class Meta:
        model = QuizAttempt
        fields = (
            "id",
            "student",
            "quiz",
            "number",
            "pass_percent",
            "started_at",
            "due_at",
            "submitted_at",
            "score",
            "passed",
            "version",
        )
        read_only_fields = fields


class MyAttemptSerializer(BaseSerializer):
    """An attempt with the question as it was, never with its key, whoever asks."""

    student = StudentField()

    class Meta:
        model = ExerciseAttempt
        fields = (
            "id",
            "student",
            "exercise",
            "quiz_attempt",
            "number",
            "status",
            "snapshot_kind",
            "snapshot_prompt",
            "snapshot_options",
            "max_points",
            "answer",
            "submitted_at",
            "version",
        )
        read_only_fields = fields


class MyGradeSerializer(BaseSerializer):
    student = StudentField(source="attempt.user.pk")

    class Meta:
        model = Grade
        fields = (
            "id",
            "student",
            "attempt",
            "score",
            "is_correct",
            "source",
            "feedback",
            "graded_at",
            "version",
        )
        read_only_fields = fields


class MyReviewSerializer(BaseSerializer):
    """A review. Others see its author's first name; only its author changes it, and hides nothing."""

    author_name = serializers.CharField(source="user.get_short_name", read_only=True)
    is_mine = serializers.SerializerMethodField()

    class Meta:
        model = Review
        fields = (
            "id",
            "course",
            "author_name",
            "is_mine",
            "rating",
            "comment",
            "is_visible",
            "created_at",
            "version",
        )
        read_only_fields = ("is_visible",)

    def get_is_mine(self, review: Review) -> bool:
        return review.user_id == self.context["request"].user.pk

    def run_model_validation(self, attrs: dict[str, Any]) -> None:
        """The model judges the review as its author's: enrolled, and with no other review of the course."""
        attrs["user"] = self.context["request"].user
        super().run_model_validation(attrs)


class TaughtCourseSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """A course in which one teaches a student, with their progress as last computed; null before that."""

    id = serializers.IntegerField(source="course.pk")
    title = serializers.CharField(source="course.title")
    completion_percentage = serializers.IntegerField(allow_null=True)


class MyStudentSerializer(BaseSerializer):
    """A student of one's own. `id` is what `?student=` of the other lists takes."""

    level = serializers.SerializerMethodField()
    courses = TaughtCourseSerializer(source="taught_enrollments", many=True, read_only=True)

    class Meta:
        model = User
        fields = ("id", "full_name", "level", "courses", "version")
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(choices=StudentProfile.Level.choices, allow_null=True))
    def get_level(self, student: User) -> str | None:
        return student.student_profile.level if student.student_profile else None
