"""Courses over the API: thin doors to the models and the services."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response

from config.base.api.views import BaseViewSet

from .. import services
from . import serializers
from .serializers import OrderSerializer


def wanted_order(request: Any) -> list[int]:
    """The keys that the body lists."""
    body = OrderSerializer(data=request.data)
    body.is_valid(raise_exception=True)
    ids: list[int] = body.validated_data["ids"]
    return ids


class SubjectViewSet(BaseViewSet):
    serializer_class = serializers.SubjectSerializer
    filterset_fields = ("slug", "teachers")
    search_fields = ("name",)
    ordering_fields = ("name",)


class CourseViewSet(BaseViewSet):
    serializer_class = serializers.CourseSerializer
    filterset_fields = ("subject", "slug", "status", "difficulty", "language", "instructor")
    search_fields = ("title", "summary")
    ordering_fields = (
        "title",
        "rating",
        "enrollment_count",
        "price_amount",
        "published_at",
        "created_at",
    )

    @extend_schema(summary="Let learners find a course", request=None)
    @action(detail=True, methods=["post"])
    def publish(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Needs a published lesson. Twice is once."""
        return self.represent(services.publish_course(course=self.get_object()))

    @extend_schema(summary="Take a course off the offer", request=None)
    @action(detail=True, methods=["post"])
    def archive(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """What learners did in it stays. Twice is once."""
        return self.represent(services.archive_course(course=self.get_object()))

    @extend_schema(summary="Put all lessons of a course in this order", request=OrderSerializer)
    @action(detail=True, methods=["post"], url_path="reorder-lessons", required_right="courses.change_lesson")
    def reorder_lessons(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Each lesson is named exactly once."""
        course = self.get_object()
        services.reorder_lessons(course=course, lesson_ids=wanted_order(request))
        return self.represent(course)


class LessonViewSet(BaseViewSet):
    serializer_class = serializers.LessonSerializer
    filterset_fields = ("course", "slug", "is_published", "is_required")
    search_fields = ("title",)
    ordering_fields = ("title", "position", "created_at")

    @extend_schema(summary="Let learners open a lesson", request=None)
    @action(detail=True, methods=["post"])
    def publish(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Twice is once."""
        return self.represent(services.publish_lesson(lesson=self.get_object()))

    @extend_schema(summary="Take a lesson back", request=None)
    @action(detail=True, methods=["post"])
    def unpublish(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Refused for the only published lesson of a published course. Twice is once."""
        return self.represent(services.unpublish_lesson(lesson=self.get_object()))

    @extend_schema(summary="Put all exercises of a lesson in this order", request=OrderSerializer)
    @action(
        detail=True, methods=["post"], url_path="reorder-exercises", required_right="courses.change_exercise"
    )
    def reorder_exercises(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Each exercise is named exactly once."""
        lesson = self.get_object()
        services.reorder_exercises(lesson=lesson, exercise_ids=wanted_order(request))
        return self.represent(lesson)

    @extend_schema(summary="Put all videos of a lesson in this order", request=OrderSerializer)
    @action(detail=True, methods=["post"], url_path="reorder-videos", required_right="courses.change_video")
    def reorder_videos(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Each video is named exactly once."""
        lesson = self.get_object()
        services.reorder_videos(lesson=lesson, video_ids=wanted_order(request))
        return self.represent(lesson)


class VideoViewSet(BaseViewSet):
    serializer_class = serializers.VideoSerializer
    filterset_fields = ("lesson",)
    search_fields = ("title",)
    ordering_fields = ("title", "position", "duration_seconds", "created_at")


class ExerciseViewSet(BaseViewSet):
    serializer_class = serializers.ExerciseSerializer
    filterset_fields = ("lesson", "kind", "difficulty")
    search_fields = ("prompt",)
    ordering_fields = ("position", "points", "created_at")


class QuizViewSet(BaseViewSet):
    serializer_class = serializers.QuizSerializer
    filterset_fields = ("lesson", "course")
    search_fields = ("title",)
    ordering_fields = ("title", "pass_percent", "created_at")

    @extend_schema(summary="Put all items of a quiz in this order", request=OrderSerializer)
    @action(detail=True, methods=["post"], url_path="reorder-items", required_right="courses.change_quizitem")
    def reorder_items(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Each item is named exactly once."""
        quiz = self.get_object()
        services.reorder_quiz_items(quiz=quiz, item_ids=wanted_order(request))
        return self.represent(quiz)


class QuizItemViewSet(BaseViewSet):
    serializer_class = serializers.QuizItemSerializer
    filterset_fields = ("quiz", "exercise")
    ordering_fields = ("position", "points", "created_at")


class FormulaViewSet(BaseViewSet):
    serializer_class = serializers.FormulaSerializer
    filterset_fields = ("kind", "is_active", "courses")
    search_fields = ("name",)
    ordering_fields = ("name", "price_amount", "created_at")
