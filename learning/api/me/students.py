"""What teachers are shown of their students."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import StudentProfile, User
from config.base.serializers import BaseSerializer


class TaughtCourseSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """A course in which one teaches a student, and how far they are with it now."""

    id = serializers.IntegerField(source="course.pk")
    title = serializers.CharField(source="course.title")
    completion_percentage = serializers.IntegerField(min_value=0, max_value=100)


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
