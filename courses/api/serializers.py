"""What the API shows and takes of courses."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError as ModelValidationError
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from config.base.serializers import KERNEL, BaseSerializer

from ..models import (
    Booking,
    CalendarFeed,
    Course,
    Exercise,
    Formula,
    FormulaPurchase,
    Lesson,
    Quiz,
    QuizItem,
    Subject,
    TutoringSession,
    Video,
)
from ..validators import check_prerequisites


class SubjectSerializer(BaseSerializer):
    class Meta:
        model = Subject
        fields = ("id", "name", "slug", "teachers", *KERNEL)


class CourseSerializer(BaseSerializer):
    """A course. Published and archived by actions of their own."""

    class Meta:
        model = Course
        fields = (
            "id",
            "subject",
            "title",
            "slug",
            "summary",
            "description",
            "difficulty",
            "status",
            "instructor",
            "price_amount",
            "price_currency",
            "language",
            "estimated_minutes",
            "rating",
            "rating_count",
            "enrollment_count",
            "published_at",
            "structure_version",
            *KERNEL,
        )
        read_only_fields = ("status", "published_at")


class LessonSerializer(BaseSerializer):
    """A lesson. Published and taken back by actions of their own; without a position it comes last."""

    class Meta:
        model = Lesson
        fields = (
            "id",
            "course",
            "title",
            "slug",
            "position",
            "body",
            "estimated_minutes",
            "is_published",
            "is_required",
            "prerequisites",
            *KERNEL,
        )
        read_only_fields = ("is_published",)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        if attrs.get("prerequisites"):
            stored: Any = self.instance  # there is one where no course was sent
            course = attrs.get("course") or stored.course
            try:
                check_prerequisites(self.instance or Lesson(), attrs["prerequisites"], course_id=course.pk)
            except ModelValidationError as error:
                raise ValidationError({"prerequisites": error.messages}) from error
        return attrs


class VideoSerializer(BaseSerializer):
    class Meta:
        model = Video
        fields = ("id", "lesson", "title", "url", "duration_seconds", "position", "captions_url", *KERNEL)


class ExerciseSerializer(BaseSerializer):
    """An exercise. Its answer and explanation are shown to those who may change it, and to nobody else."""

    class Meta:
        model = Exercise
        fields = (
            "id",
            "lesson",
            "title",
            "kind",
            "difficulty",
            "prompt",
            "options",
            "answer",
            "explanation",
            "points",
            "position",
            "max_attempts",
            "revision",
            *KERNEL,
        )
        read_only_fields = ("revision",)


class QuizSerializer(BaseSerializer):
    class Meta:
        model = Quiz
        fields = (
            "id",
            "lesson",
            "course",
            "title",
            "pass_percent",
            "time_limit_minutes",
            "max_attempts",
            *KERNEL,
        )


class QuizItemSerializer(BaseSerializer):
    class Meta:
        model = QuizItem
        fields = ("id", "quiz", "exercise", "position", "points", *KERNEL)


class FormulaSerializer(BaseSerializer):
    class Meta:
        model = Formula
        fields = (
            "id",
            "name",
            "kind",
            "session_count",
            "session_minutes",
            "price_amount",
            "price_currency",
            "courses",
            "is_active",
            *KERNEL,
        )


class TutoringSessionSerializer(BaseSerializer):
    class Meta:
        model = TutoringSession
        fields = (
            "id",
            "teacher",
            "formula",
            "course",
            "starts_at",
            "ends_at",
            "capacity",
            "location",
            "status",
            *KERNEL,
        )
        read_only_fields = ("status",)


class BookingSerializer(BaseSerializer):
    """A seat in a session, whose times it has."""

    class Meta:
        model = Booking
        fields = ("id", "session", "student", "status", "starts_at", "ends_at", *KERNEL)
        read_only_fields = ("starts_at", "ends_at")


class FormulaPurchaseSerializer(BaseSerializer):
    """Sessions bought by or for a student."""

    class Meta:
        model = FormulaPurchase
        fields = (
            "id",
            "student",
            "formula",
            "sessions_bought",
            "price_amount",
            "price_currency",
            "purchased_at",
            "note",
            *KERNEL,
        )


class CalendarFeedSerializer(BaseSerializer):
    """That somebody's calendar is fed; its address is theirs alone."""

    class Meta:
        model = CalendarFeed
        fields = ("id", "user", *KERNEL)
        read_only_fields = ("user",)


class OrderSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """All parts of a whole by key, in the order wanted."""

    ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1), allow_empty=True, max_length=2000
    )
