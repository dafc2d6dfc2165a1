"""Who is signed in, about themselves: the person, the profiles, what they did."""

from __future__ import annotations

from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.db.models import Q
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response

from config.base.api.own import OwnRowView
from config.base.api.pagination import NewestFirstPagination
from config.base.api.parameters import refuse_unknown
from config.base.serializers import BaseSerializer

from ..models import AdminProfile, ParentProfile, StudentProfile, TeacherProfile, User, UserActivity
from ..services import open_own_profile
from .fields import PhoneField

#: What is shown of a row's life to the one whose it is: not which member of staff touched it.
LIFE = ("created_at", "updated_at", "version")


class OwnProfilesSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """The keys of one's profiles; null for what one is not."""

    student = serializers.IntegerField(
        source="student_profile.pk", default=None, read_only=True, allow_null=True
    )
    parent = serializers.IntegerField(  # type: ignore[assignment]
        source="parent_profile.pk", default=None, read_only=True, allow_null=True
    )
    teacher = serializers.IntegerField(
        source="teacher_profile.pk", default=None, read_only=True, allow_null=True
    )
    staff = serializers.IntegerField(source="admin_profile.pk", default=None, read_only=True, allow_null=True)


class MeSerializer(BaseSerializer):
    """The person. The address changes by e-mail, rights by those who may give them."""

    phone = PhoneField(required=False, allow_null=True)
    roles = serializers.SerializerMethodField()
    profiles = OwnProfilesSerializer(source="*", read_only=True)
    has_second_factor = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = (
            "id",
            "username",
            "email",
            "full_name",
            "phone",
            "locale",
            "time_zone",
            "is_staff",
            "is_superuser",
            "roles",
            "profiles",
            "has_second_factor",
            "last_login",
            *LIFE,
        )
        read_only_fields = ("username", "email", "is_staff", "is_superuser", "last_login")
        extra_kwargs: dict[str, Any] = {"time_zone": {"validators": []}}

    @extend_schema_field({"type": "array", "items": {"type": "string"}})
    def get_roles(self, user: User) -> list[str]:
        groups = user.groups.order_by("roles__code").filter(roles__is_deleted=False)
        return list(groups.values_list("roles__code", flat=True))

    def get_has_second_factor(self, user: User) -> bool:
        return is_mfa_enabled(user)


class MeView(OwnRowView):
    """The person who is signed in."""

    serializer_class = MeSerializer

    def get_queryset(self) -> Any:
        return User.objects.filter(pk=self.request.user.pk)

    @extend_schema(summary="Oneself")
    def get(self, request: Any) -> Response:
        """With the ETag to send back for a change."""
        return super().get(request)

    @extend_schema(summary="Change one's name, phone, language or time zone")
    def patch(self, request: Any) -> Response:
        """What else is shown is accepted and ignored."""
        return self.change(request)


class OwnStudentProfileSerializer(BaseSerializer):
    class Meta:
        model = StudentProfile
        fields = ("id", "level", "school", "birth_date", "learning_goals", *LIFE)


class OwnParentProfileSerializer(BaseSerializer):
    class Meta:
        model = ParentProfile
        fields = ("id", "preferred_contact", *LIFE)


class OwnTeacherProfileSerializer(BaseSerializer):
    """The rate is agreed with the school."""

    class Meta:
        model = TeacherProfile
        fields = (
            "id",
            "headline",
            "biography",
            "hourly_rate_amount",
            "hourly_rate_currency",
            "is_accepting_students",
            *LIFE,
        )
        read_only_fields = ("hourly_rate_amount", "hourly_rate_currency")


class OwnStaffProfileSerializer(BaseSerializer):
    class Meta:
        model = AdminProfile
        fields = ("id", "department", "job_title", *LIFE)


class OwnProfileView(OwnRowView):
    """One's profile of one kind. Teachers' and staff's are made by those who may."""

    def get_queryset(self) -> Any:
        serializer: Any = self.get_serializer_class()
        return serializer.Meta.model.objects.filter(user=self.request.user)

    @extend_schema(summary="One's own profile of this kind")
    def get(self, request: Any) -> Response:
        """404 for whoever has none."""
        return super().get(request)

    @extend_schema(summary="Write one's own profile of this kind")
    def put(self, request: Any) -> Response:
        return self.replace(request)

    @extend_schema(summary="Change one's own profile of this kind")
    def patch(self, request: Any) -> Response:
        return self.change(request)


class SelfMadeProfileView(OwnProfileView):
    """Whoever has none of this kind makes one."""

    makes_row = True

    def create(self, serializer: Any) -> None:
        model = serializer.Meta.model
        profile = model(user=self.request.user, **serializer.validated_data)
        serializer.instance = open_own_profile(profile=profile)


class OwnStudentProfileView(SelfMadeProfileView):
    serializer_class = OwnStudentProfileSerializer


class OwnParentProfileView(SelfMadeProfileView):
    serializer_class = OwnParentProfileSerializer


class OwnTeacherProfileView(OwnProfileView):
    serializer_class = OwnTeacherProfileSerializer


class OwnStaffProfileView(OwnProfileView):
    serializer_class = OwnStaffProfileSerializer


class OwnActivitySerializer(BaseSerializer):
    """Something that one did, or that was done to one's account."""

    by_oneself = serializers.SerializerMethodField()

    class Meta:
        model = UserActivity
        fields = ("id", "verb", "by_oneself", "object_type", "object_id", "occurred_at", "detail")
        read_only_fields = fields

    def get_by_oneself(self, activity: UserActivity) -> bool:
        return activity.user_id == self.context["request"].user.pk


class ActivitiesView(ListAPIView[UserActivity]):
    """What one did, and what happened to one's account: wrong sign-ins, new rights."""

    permission_classes = (IsAuthenticated,)
    serializer_class = OwnActivitySerializer
    pagination_class = NewestFirstPagination
    is_personal = True

    def get_queryset(self) -> Any:
        user = self.request.user
        about = Q(object_type=User._meta.label_lower, object_id=user.pk)
        return UserActivity.objects.filter(Q(user_id=user.pk) | about)

    @extend_schema(summary="What one did, newest first")
    def get(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Who else acted is not told."""
        refuse_unknown(request, "cursor", "page_size")
        return super().get(request, *args, **kwargs)
