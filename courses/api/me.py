"""What is on offer, what one learns from and when one meets one's teacher, below `/api/v1/me/`."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch
from rest_framework import serializers

from config.base.api.personal import PersonalViewSet, student_filters
from config.base.serializers import BaseSerializer

from ..models import Booking, Course, Exercise, Lesson, Quiz, TutoringSession, Video


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
        fields = (
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
        read_only_fields = fields


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


class MySessionSerializer(BaseSerializer):
    """A tutoring session that one has a seat in, or gives."""

    teacher_name = serializers.CharField(source="teacher.user.full_name", read_only=True)
    formula_name = serializers.CharField(source="formula.name", read_only=True)

    class Meta:
        model = TutoringSession
        fields = (
            "id",
            "teacher_name",
            "formula_name",
            "course",
            "starts_at",
            "ends_at",
            "capacity",
            "location",
            "status",
            "version",
        )
        read_only_fields = fields


class MyBookingSerializer(BaseSerializer):
    """A seat: one's own, a child's, or a student's with oneself."""

    student = serializers.IntegerField(source="student.user.pk", read_only=True)
    student_name = serializers.CharField(source="student.user.full_name", read_only=True)
    teacher_name = serializers.CharField(source="session.teacher.user.full_name", read_only=True)
    location = serializers.CharField(source="session.location", read_only=True)

    class Meta:
        model = Booking
        fields = (
            "id",
            "session",
            "student",
            "student_name",
            "teacher_name",
            "location",
            "status",
            "starts_at",
            "ends_at",
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


class MySessionViewSet(PersonalViewSet):
    """Tutoring sessions: those one has a seat in, or a child has, and those one gives."""

    serializer_class = MySessionSerializer
    filterset_fields = {"course": ["exact"], "status": ["exact"], "starts_at": ["gte", "lt"]}
    ordering_fields = ("starts_at",)


class MyBookingViewSet(PersonalViewSet):
    """Seats: one's own, one's children's, and those in the sessions that one gives."""

    serializer_class = MyBookingSerializer
    filterset_class = student_filters(Booking, "student__user", "session", "status")
    ordering_fields = ("starts_at",)
