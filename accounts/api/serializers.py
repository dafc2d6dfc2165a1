"""What the API shows and takes of people."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError as ModelValidationError
from django.utils.translation import gettext_lazy as _
from knox.models import AuthToken
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from config.base.serializers import KERNEL, BaseSerializer

from ..models import (
    AdminProfile,
    BlockedEmailDomain,
    Guardianship,
    ParentProfile,
    Role,
    StudentProfile,
    TeacherProfile,
    User,
    UserActivity,
)
from ..privileges import refused_grants
from ..services.users import registration_errors
from .fields import PhoneField, RawPasswordField
from .strict import StrictSerializer


class UserSerializer(BaseSerializer):
    """A person. Activated and deactivated by actions of their own; the password is given at creation only."""

    phone = PhoneField(required=False, allow_null=True)
    password = RawPasswordField(required=False)

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
            "is_active",
            "is_staff",
            "is_superuser",
            "groups",
            "password",
            "last_login",
            *KERNEL,
        )
        read_only_fields = ("is_active", "last_login")
        # The model's validators run with its other rules, so that one answer names everything that is wrong.
        extra_kwargs: dict[str, Any] = {
            name: {"validators": []} for name in ("username", "email", "time_zone")
        }

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        refused = refused_grants(self.context["request"].user, self.instance, attrs)
        if self.instance is not None and "password" in attrs:
            refused["password"] = _("A password is given at creation; afterwards its person changes it.")
        if refused:
            raise ValidationError(refused)
        return attrs

    def run_model_validation(self, attrs: dict[str, Any]) -> None:
        """A new person is judged as the service judges them: address, password and the model's rules in one answer."""
        if self.instance is not None:
            super().run_model_validation(attrs)
            return
        columns = {name: value for name, value in attrs.items() if name not in ("groups", "password")}
        errors = registration_errors(User(**columns), attrs.get("password"))
        if errors:
            raise ValidationError(self._by_field(ModelValidationError(errors)))


class StudentProfileSerializer(BaseSerializer):
    class Meta:
        model = StudentProfile
        fields = ("id", "user", "level", "school", "birth_date", "learning_goals", *KERNEL)


class ParentProfileSerializer(BaseSerializer):
    class Meta:
        model = ParentProfile
        fields = ("id", "user", "preferred_contact", *KERNEL)


class GuardianshipSerializer(BaseSerializer):
    class Meta:
        model = Guardianship
        fields = (
            "id",
            "parent",
            "student",
            "relationship",
            "is_primary",
            "can_view_progress",
            "can_book",
            *KERNEL,
        )


class TeacherProfileSerializer(BaseSerializer):
    class Meta:
        model = TeacherProfile
        fields = (
            "id",
            "user",
            "headline",
            "biography",
            "hourly_rate_amount",
            "hourly_rate_currency",
            "is_accepting_students",
            *KERNEL,
        )


class AdminProfileSerializer(BaseSerializer):
    class Meta:
        model = AdminProfile
        fields = ("id", "user", "department", "job_title", *KERNEL)


class BlockedEmailDomainSerializer(BaseSerializer):
    class Meta:
        model = BlockedEmailDomain
        fields = ("id", "domain", "reason", *KERNEL)


class RoleSerializer(BaseSerializer):
    """A role as the code declares it; people get it as a member of its group."""

    name = serializers.CharField(source="group.name", read_only=True)

    class Meta:
        model = Role
        fields = ("id", "code", "name", "group", "synchronized_permissions", *KERNEL)
        read_only_fields = fields


class UserActivitySerializer(BaseSerializer):
    class Meta:
        model = UserActivity
        fields = (
            "id",
            "user",
            "verb",
            "object_type",
            "object_id",
            "occurred_at",
            "request_id",
            *KERNEL,
        )
        read_only_fields = fields


class CredentialsSerializer(StrictSerializer):
    """Who signs in: an e-mail address or a user name, the password, and the code of a second factor."""

    username = serializers.CharField(max_length=255, help_text=_("The user name or the e-mail address."))
    password = RawPasswordField(max_length=4096)
    code = serializers.CharField(
        max_length=50,
        required=False,
        allow_blank=True,
        help_text=_("What the authenticator application shows, or a recovery code."),
    )


class NewTokenSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """A token just made: the only time that its text is shown."""

    token = serializers.CharField(read_only=True)
    key = serializers.CharField(read_only=True)
    expiry = serializers.DateTimeField(read_only=True, allow_null=True)
    user = serializers.IntegerField(read_only=True)


class TokenSerializer(serializers.ModelSerializer):  # type: ignore[type-arg]
    """A token of one's own, without its text."""

    key = serializers.CharField(source="token_key", read_only=True)
    is_current = serializers.SerializerMethodField()

    class Meta:
        model = AuthToken
        fields = ("key", "created", "expiry", "is_current")
        read_only_fields = ("created", "expiry")

    def get_is_current(self, token: AuthToken) -> bool:
        return token == self.context["request"].auth
