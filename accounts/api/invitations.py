"""Invitations over the API: staff send them, the invited accept them."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError as ModelValidationError
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.views import APIView

from config.base.api.views import AddOnlyBaseViewSet
from config.base.serializers import KERNEL, BaseSerializer

from ..models import Invitation, User
from ..models.invitation import InvitationStatus
from ..models.user import Locale
from ..services import accept_invitation, invitation_for, invite, resend_invitation, withdraw_invitation
from ..services.invitations import invitation_errors
from ..services.registration import unused_username
from ..services.users import registration_errors
from .fields import PhoneField, RawPasswordField
from .strict import Errors, StrictSerializer
from .throttling import StrangersView


class InvitationSerializer(BaseSerializer):
    """Who is asked in, into which role. The link is in the e-mail alone."""

    status = serializers.ChoiceField(choices=InvitationStatus.choices, read_only=True)

    class Meta:
        model = Invitation
        fields = (
            "id",
            "reference",
            "email",
            "full_name",
            "role",
            "locale",
            "status",
            "expires_at",
            "accepted_at",
            "accepted_by",
            "withdrawn_at",
            *KERNEL,
        )
        read_only_fields = ("reference", "expires_at", "accepted_at", "accepted_by", "withdrawn_at")
        extra_kwargs: dict[str, Any] = {"email": {"validators": []}}

    def run_model_validation(self, attrs: dict[str, Any]) -> None:
        """Judged as the service judges it: rights, blocked and known addresses and the model's rules in one answer."""
        errors = invitation_errors(Invitation(**attrs), self.context["request"].user)
        if errors:
            raise ValidationError(self._by_field(ModelValidationError(errors)))


class InvitationViewSet(AddOnlyBaseViewSet):
    serializer_class = InvitationSerializer
    filterset_fields = ("email", "role", "locale", "accepted_by")
    search_fields = ("email", "full_name")
    ordering_fields = ("email", "expires_at", "created_at")

    def perform_create(self, serializer: Any) -> None:
        site = self.request.build_absolute_uri("/")
        serializer.instance = invite(inviter=self._inviter, site=site, **serializer.validated_data)

    @property
    def _inviter(self) -> User:
        inviter = self.request.user
        assert isinstance(inviter, User)  # the permission lets nobody else through
        return inviter

    @extend_schema(summary="Send an invitation again, with a new link", request=None)
    @action(detail=True, methods=["post"], required_right="add")
    def resend(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """The new link is good from now on as long as a first one; the older is worthless."""
        site = request.build_absolute_uri("/")
        row = resend_invitation(inviter=self._inviter, invitation=self.get_object(), site=site)
        return self.represent(row)

    @extend_schema(summary="Withdraw an invitation", request=None)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Its link is worthless at once. Twice is once."""
        return self.represent(withdraw_invitation(invitation=self.get_object()))


class InvitationAcceptance(StrictSerializer):
    """The key of the link, and who comes in."""

    key = serializers.CharField(max_length=500)
    full_name = serializers.CharField(max_length=150)
    password = RawPasswordField()
    password_confirmation = RawPasswordField()
    username = serializers.CharField(max_length=100, required=False)
    phone = PhoneField(required=False, allow_null=True)
    locale = serializers.ChoiceField(choices=Locale.choices, required=False)

    def judge(self, values: dict[str, Any]) -> Errors:
        invitation = invitation_for(values["key"]) if "key" in values else None
        person: dict[str, Any] = {"username": unused_username()}
        person |= {
            name: values[name] for name in ("full_name", "username", "phone", "locale") if name in values
        }
        email = invitation.email if invitation is not None else ""
        errors = registration_errors(User(**person, email=email), values.get("password"))
        errors.pop("email", None)  # not theirs to say; the service refuses what became of it
        if invitation is None:
            message = _("This link is not valid. Use the one in the newest e-mail.")
            errors["key"] = [ModelValidationError(message, code="invalid_key")]
        if values.get("password") != values.get("password_confirmation"):
            message = _("This is not the same password as above: type it again.")
            errors["password_confirmation"] = [ModelValidationError(message, code="mismatch")]
        return errors


class AcceptedSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """The person who came in."""

    user = serializers.IntegerField(read_only=True)
    email = serializers.EmailField(read_only=True)
    username = serializers.CharField(read_only=True)


class AcceptInvitationView(StrangersView, APIView):
    """Whoever has the link becomes the person invited."""

    throttle_scope = "accept"

    @extend_schema(
        summary="Accept an invitation", request=InvitationAcceptance, responses={201: AcceptedSerializer}
    )
    def post(self, request: Any) -> Response:
        """Makes the account, in the role of the invitation; sign in with it then. The link is good once: 409."""
        acceptance = InvitationAcceptance(data=request.data)
        acceptance.is_valid(raise_exception=True)
        values = dict(acceptance.validated_data)
        del values["password_confirmation"]
        user = accept_invitation(**values)
        answer = {"user": user.pk, "email": user.email, "username": user.username}
        return Response(AcceptedSerializer(answer).data, status=status.HTTP_201_CREATED)
