"""The children of a parent, below `/api/v1/me/`."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from config.base.api.personal import PersonalViewSet
from config.base.serializers import BaseSerializer

from ..models import Guardianship, StudentProfile


class MyChildSerializer(BaseSerializer):
    """A child, and what the parent may do for them. `student` is what `?student=` of the other lists takes."""

    student = serializers.IntegerField(source="student.user.pk", read_only=True)
    full_name = serializers.CharField(source="student.user.full_name", read_only=True)
    level = serializers.ChoiceField(
        source="student.level", choices=StudentProfile.Level.choices, read_only=True
    )
    school = serializers.CharField(source="student.school", read_only=True)

    class Meta:
        model = Guardianship
        fields = (
            "id",
            "student",
            "full_name",
            "level",
            "school",
            "relationship",
            "is_primary",
            "can_view_progress",
            "can_book",
            "version",
        )
        read_only_fields = fields


class MyChildViewSet(PersonalViewSet):
    """The children whom this person answers for."""

    serializer_class = MyChildSerializer
    search_fields = ("student__user__full_name",)

    def own_rows(self, user: Any) -> Any:
        return Guardianship.objects.held_by(user)
