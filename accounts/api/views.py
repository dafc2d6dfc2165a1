"""People over the API: thin doors to the models and the services."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.permissions import SAFE_METHODS
from rest_framework.response import Response

from config.base.api.permissions import StaffByModelPermission
from config.base.api.views import BaseViewSet, ReadOnlyBaseViewSet

from ..models import User
from ..privileges import may_manage, may_manage_all
from ..services import activate_user, deactivate_user, register_user
from . import serializers
from .filters import UserFilterSet
from .privacy import PersonalDataMixin


class UserPermission(StaffByModelPermission):
    """Staff by model permission, and nobody over a person with more rights than their own."""

    def has_object_permission(self, request: Any, view: Any, obj: Any) -> bool:
        if not super().has_object_permission(request, view, obj):
            return False
        if view.action == "restore" and obj.is_deleted:  # brings back everybody whom the same deletion took
            return may_manage_all(request.user, User.all_objects.filter(deletion_id=obj.deletion_id))
        return request.method in SAFE_METHODS or may_manage(request.user, obj)


class UserViewSet(PersonalDataMixin, BaseViewSet):
    serializer_class = serializers.UserSerializer
    permission_classes = (UserPermission,)
    filterset_class = UserFilterSet
    search_fields = ("full_name", "username", "email")
    ordering_fields = ("username", "email", "full_name", "created_at")

    def perform_create(self, serializer: Any) -> None:
        data = dict(serializer.validated_data)
        groups = data.pop("groups", [])
        serializer.instance = register_user(**data)
        if groups:
            serializer.instance.groups.set(groups)

    @extend_schema(summary="Let a person sign in again", request=None)
    @action(detail=True, methods=["post"])
    def activate(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Nothing that was open before the deactivation opens again. Twice is once."""
        return self.represent(activate_user(user=self.get_object()))

    @extend_schema(summary="Sign a person out everywhere and keep them out", request=None)
    @action(detail=True, methods=["post"])
    def deactivate(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Ends every session and token at once. Twice is once."""
        return self.represent(deactivate_user(user=self.get_object()))


class StudentProfileViewSet(BaseViewSet):
    serializer_class = serializers.StudentProfileSerializer
    filterset_fields = ("user", "level", "school")
    search_fields = ("user__full_name", "user__username", "school")
    ordering_fields = ("level", "school", "birth_date", "created_at")


class ParentProfileViewSet(BaseViewSet):
    serializer_class = serializers.ParentProfileSerializer
    filterset_fields = ("user", "preferred_contact")
    search_fields = ("user__full_name", "user__username")
    ordering_fields = ("preferred_contact", "created_at")


class GuardianshipViewSet(BaseViewSet):
    serializer_class = serializers.GuardianshipSerializer
    filterset_fields = ("parent", "student", "relationship", "is_primary")
    search_fields = ("parent__user__full_name", "student__user__full_name")
    ordering_fields = ("relationship", "created_at")


class TeacherProfileViewSet(BaseViewSet):
    serializer_class = serializers.TeacherProfileSerializer
    filterset_fields = ("user", "is_accepting_students")
    search_fields = ("user__full_name", "user__username", "headline")
    ordering_fields = ("hourly_rate_amount", "created_at")


class AdminProfileViewSet(BaseViewSet):
    serializer_class = serializers.AdminProfileSerializer
    filterset_fields = ("user", "department")
    search_fields = ("user__full_name", "user__username", "department", "job_title")
    ordering_fields = ("department", "created_at")


class BlockedEmailDomainViewSet(BaseViewSet):
    serializer_class = serializers.BlockedEmailDomainSerializer
    filterset_fields = ("domain",)
    search_fields = ("domain", "reason")
    ordering_fields = ("domain", "created_at")


class RoleViewSet(ReadOnlyBaseViewSet):
    serializer_class = serializers.RoleSerializer
    filterset_fields = ("code", "group")
    search_fields = ("code", "group__name")
    ordering_fields = ("code",)


class UserActivityViewSet(ReadOnlyBaseViewSet):
    serializer_class = serializers.UserActivitySerializer
    filterset_fields = ("user", "verb", "object_type", "object_id")
    ordering_fields = ("occurred_at",)
    ordering = ("-occurred_at", "-id")
