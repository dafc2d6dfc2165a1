"""How a class is getting on, for whoever instructs its course."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from config.base.api.personal import PersonalViewSet
from config.base.api.writes import etag_of
from config.base.serializers import BaseSerializer
from courses.models import Course

from ...models.enrollment import EnrollmentStatus
from ...selectors import class_report


class BucketSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """How many learners are at `low` to `high` percent, both included."""

    low = serializers.IntegerField()
    high = serializers.IntegerField()
    learners = serializers.IntegerField()


class ReportLessonSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """A published lesson, and how many of the learners have completed it."""

    id = serializers.IntegerField(source="lesson_id")
    title = serializers.CharField()
    position = serializers.IntegerField()
    is_required = serializers.BooleanField()
    completed = serializers.IntegerField()
    percent = serializers.IntegerField(min_value=0, max_value=100)


class CurrentLessonSerializer(serializers.Serializer):  # type: ignore[type-arg]
    id = serializers.IntegerField(source="lesson_id")
    title = serializers.CharField()
    position = serializers.IntegerField()


class ReportRowSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """A learner, and how far they are; `current_lesson` is null when all is done."""

    student = serializers.IntegerField(source="user_id")
    student_name = serializers.CharField(source="name")
    status = serializers.ChoiceField(choices=EnrollmentStatus.choices)
    enrolled_at = serializers.DateTimeField()
    completed_at = serializers.DateTimeField(allow_null=True)
    last_activity_at = serializers.DateTimeField(allow_null=True)
    completion_percentage = serializers.IntegerField(source="percent", min_value=0, max_value=100)
    lessons_completed = serializers.IntegerField(source="figures.lessons_completed")
    lessons_total = serializers.IntegerField(source="figures.lessons_total")
    exercises_attempted = serializers.IntegerField(source="figures.exercises_attempted")
    average_score = serializers.DecimalField(
        source="figures.average_score", max_digits=5, decimal_places=2, allow_null=True
    )
    current_lesson = CurrentLessonSerializer(source="current", allow_null=True)


class ReportPageSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """A page of the learners, by name; `?page=` and `?page_size=` as in a list."""

    count = serializers.IntegerField()
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = ReportRowSerializer(many=True)


class MyClassSerializer(BaseSerializer):
    """A course that one instructs, and how many take part in it."""

    class Meta:
        model = Course
        fields: tuple[str, ...] = ("id", "title", "slug", "status", "enrollment_count", "version")
        read_only_fields: tuple[str, ...] = fields


class MyClassReportSerializer(MyClassSerializer):
    """The same with how far everybody is, counted now."""

    completed = serializers.IntegerField(source="report.completed", read_only=True)
    average_percent = serializers.DecimalField(
        source="report.average_percent", max_digits=5, decimal_places=2, allow_null=True, read_only=True
    )
    histogram = BucketSerializer(source="report.histogram", many=True, read_only=True)
    lessons = ReportLessonSerializer(source="report.lessons", many=True, read_only=True)
    learners = serializers.SerializerMethodField()

    class Meta(MyClassSerializer.Meta):
        fields = (
            *MyClassSerializer.Meta.fields,
            "completed",
            "average_percent",
            "histogram",
            "lessons",
            "learners",
        )
        read_only_fields = fields

    @extend_schema_field(ReportPageSerializer)
    def get_learners(self, course: Any) -> Any:
        return course.learner_page


class MyClassViewSet(PersonalViewSet):
    """The courses that one instructs, each alone with how its learners are getting on."""

    serializer_class = MyClassSerializer
    filterset_fields = ("status", "slug")
    search_fields = ("title",)
    ordering_fields = ("title", "enrollment_count")
    ordering = ("title", "id")
    query_parameters = ("page", "page_size")

    def get_serializer_class(self) -> Any:
        return MyClassReportSerializer if self.action == "retrieve" else MyClassSerializer

    def own_rows(self, user: Any) -> Any:
        return Course.objects.taught_by(user)

    @extend_schema(parameters=[OpenApiParameter("page", int), OpenApiParameter("page_size", int)])
    def retrieve(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Figures of the whole class, and a page of its learners by name."""
        course = self.get_object()
        course.report = class_report(course)
        page = self.paginate_queryset(course.report.rows)
        rows = ReportRowSerializer(page, many=True).data
        course.learner_page = self.get_paginated_response(rows).data
        return Response(self.get_serializer(course).data, headers={"ETag": etag_of(course)})
