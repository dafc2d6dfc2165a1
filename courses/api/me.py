"""What is on offer and what one learns from, below `/api/v1/me/`."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch
from rest_framework import serializers

from config.base.api.personal import PersonalViewSet
from config.base.serializers import BaseSerializer

from ..models import Course, Exercise, Lesson, Quiz, Video


class MyCourseSerializer(BaseSerializer):
    """A course as learners find it."""

    subject_name = serializers.CharField(source="subject.name", read_only=True)
    instructor_name = serializers.CharField(source="instructor.full_name", read_only=True, allow_null=True)

    class Meta:
        model = Course
        fields: tuple[str, ...] = (
            "id",
            "subject",
            "subject_name",
            "title",
            "slug",
            "summary",
            "description",
            "difficulty",
            "status",
            "instructor_name",
            "price_amount",
            "price_currency",
            "language",
            "estimated_minutes",
            "rating",
            "rating_count",
            "enrollment_count",
            "published_at",
            "version",
        )
        read_only_fields: tuple[str, ...] = fields


class MyOutlineSerializer(BaseSerializer):
    """A lesson in the outline of its course: everything but its text."""

    class Meta:
        model = Lesson
        fields = ("id", "title", "slug", "position", "estimated_minutes", "is_required", "version")
        read_only_fields = fields


class MyWholeCourseSerializer(MyCourseSerializer):
    """A course with the outline of its published lessons."""

    lessons = MyOutlineSerializer(source="published_lessons", many=True, read_only=True)

    class Meta(MyCourseSerializer.Meta):
        fields = (*MyCourseSerializer.Meta.fields, "lessons")
        read_only_fields = fields


class MyVideoSerializer(BaseSerializer):
    class Meta:
        model = Video
        fields = (
            "id",
            "lesson",
            "title",
            "url",
            "captions_url",
            "duration_seconds",
            "position",
            "version",
        )
        read_only_fields = fields


class MyLessonSerializer(BaseSerializer):
    """A lesson of a course that one is enrolled in, or instructs."""

    class Meta:
        model = Lesson
        fields: tuple[str, ...] = (
            "id",
            "course",
            "title",
            "slug",
            "position",
            "body",
            "estimated_minutes",
            "is_required",
            "prerequisites",
            "version",
        )
        read_only_fields: tuple[str, ...] = fields


class MyExerciseSerializer(BaseSerializer):
    """A question without its answer and explanation, whoever asks."""

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
            "points",
            "position",
            "max_attempts",
            "version",
        )
        read_only_fields = fields


class MyQuizSerializer(BaseSerializer):
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
            "version",
        )
        read_only_fields = fields


class MyCourseViewSet(PersonalViewSet):
    """Published courses, and those that one is enrolled in; no drafts."""

    serializer_class = MyCourseSerializer
    filterset_fields = ("subject", "slug", "difficulty", "language")
    search_fields = ("title", "summary")
    ordering_fields = ("title", "rating", "enrollment_count", "price_amount", "published_at")

    def get_serializer_class(self) -> Any:
        return MyWholeCourseSerializer if self.action == "retrieve" else MyCourseSerializer

    def own_rows(self, user: Any) -> Any:
        rows = Course.objects.exclude(status=Course.Status.DRAFT).visible_to(user)
        if user.holds_everywhere("courses.view_course"):  # here staff find what everybody finds
            rows = rows.published()
        if self.action != "retrieve":
            return rows
        outline = Lesson.objects.published().in_order().defer("body")
        return rows.prefetch_related(Prefetch("lessons", outline, to_attr="published_lessons"))


class MyLessonViewSet(PersonalViewSet):
    """Published lessons of the courses that one is enrolled in, or instructs."""

    serializer_class = MyLessonSerializer
    filterset_fields = ("course", "slug", "is_required")
    search_fields = ("title",)
    ordering_fields = ("title", "position")

    def own_rows(self, user: Any) -> Any:
        return Lesson.objects.published().visible_to(user)


class MyVideoViewSet(PersonalViewSet):
    """Videos in those lessons."""

    serializer_class = MyVideoSerializer
    filterset_fields = ("lesson",)
    ordering_fields = ("position",)

    def own_rows(self, user: Any) -> Any:
        return Video.objects.filter(lesson__is_published=True).visible_to(user)


class MyExerciseViewSet(PersonalViewSet):
    """Exercises of those lessons."""

    serializer_class = MyExerciseSerializer
    filterset_fields = ("lesson", "kind", "difficulty")
    ordering_fields = ("position", "points")

    def own_rows(self, user: Any) -> Any:
        return Exercise.objects.filter(lesson__is_published=True).visible_to(user)


class MyQuizViewSet(PersonalViewSet):
    """Quizzes of those lessons, and of their courses."""

    serializer_class = MyQuizSerializer
    filterset_fields = ("lesson", "course")
    ordering_fields = ("title",)

    def own_rows(self, user: Any) -> Any:
        return Quiz.objects.exclude(lesson__is_published=False).visible_to(user)
