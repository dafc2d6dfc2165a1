"""Choosing another password over the API: with the current one, or by e-mail."""

from __future__ import annotations

from typing import Any

from allauth.account import signals
from allauth.account.adapter import get_adapter
from allauth.account.forms import ResetPasswordForm, UserTokenForm
from allauth.account.internal.flows.email_verification import verify_email_indirectly
from allauth.account.internal.flows.password_reset import finalize_password_reset
from allauth.core import ratelimit
from allauth.usersessions.models import UserSession
from django.contrib.auth import authenticate, update_session_auth_hash
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError as ModelValidationError
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from knox.models import AuthToken
from rest_framework import serializers, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from config.base.api.writes import in_one_transaction

from ..models import User
from ..services import change_password, reset_password
from ..validators import normalize_email
from .fields import RawPasswordField
from .registration import AddressSerializer, DetailSerializer, accepted
from .strict import Errors, StrictSerializer
from .throttling import AddressThrottle, StrangersView


class NewPassword(StrictSerializer):
    """A new password, twice."""

    password = RawPasswordField()
    password_confirmation = RawPasswordField()


def new_password_errors(values: dict[str, Any], person: User | None) -> dict[str, Any]:
    """What is wrong with the new password of this person, by field."""
    errors: dict[str, Any] = {}
    if "password" not in values:
        return errors
    try:
        validate_password(values["password"], person)
    except ModelValidationError as error:
        errors["password"] = error.error_list
    if values["password"] != values.get("password_confirmation"):
        message = _("This is not the same password as above: type it again.")
        errors["password_confirmation"] = [ModelValidationError(message, code="mismatch")]
    return errors


class PasswordChange(NewPassword):
    """The current password, and a new one."""

    current_password = RawPasswordField(max_length=4096)

    def judge(self, values: dict[str, Any]) -> Errors:
        errors = new_password_errors(values, self.context["request"].user)
        if "current_password" in values and not self._is_current(values["current_password"]):
            message = _("This is not your current password: type it again.")
            errors["current_password"] = [ModelValidationError(message, code="wrong_password")]
        return errors

    def _is_current(self, password: str) -> bool:
        """Asked as a sign-in is: whoever has found somebody's browser open guesses no more often than a stranger."""
        request = self.context["request"]
        return (
            authenticate(request._request, username=request.user.username, password=password) == request.user
        )


class PasswordReset(NewPassword):
    """The key of the link in the e-mail, and a new password."""

    key = serializers.CharField(max_length=200)

    def judge(self, values: dict[str, Any]) -> Errors:
        person = person_of_key(values.get("key", ""))
        errors = new_password_errors(values, person)
        if person is None:
            message = _("This link is not valid, or no longer: ask for another e-mail.")
            errors["key"] = [ModelValidationError(message, code="invalid_key")]
        return errors


def person_of_key(key: str) -> User | None:
    """Whose password this key opens; None for a wrong, used or old one. What the link has after `key/`."""
    uid, _dash, token = key.partition("-")
    if not uid:
        return None
    form: Any = UserTokenForm(data={"uidb36": uid, "key": token})
    try:
        user = form.reset_user if form.is_valid() else None
    except (OverflowError, ValueError):  # a number that no person has
        return None
    return user if user is not None and user.is_active else None


class ChangePasswordView(APIView):
    """Whoever is signed in chooses another password."""

    permission_classes = (IsAuthenticated,)
    throttle_classes = (AddressThrottle,)
    throttle_scope = "password_change"

    @extend_schema(summary="Change one's own password", request=PasswordChange, responses={204: None})
    def post(self, request: Any) -> Response:
        """Every other session and token ends; what this request is signed in with stays. Wrong current passwords
        count as wrong sign-ins do."""
        change = PasswordChange(data=request.data, context={"request": request})
        change.is_valid(raise_exception=True)
        in_one_transaction(_change)(request, change.validated_data["password"])
        return Response(status=status.HTTP_204_NO_CONTENT)


def _change(request: Any, password: str) -> None:
    plain, user = request._request, User.objects.get(pk=request.user.pk)
    if isinstance(request.auth, AuthToken):
        change_password(user=user, password=password, keep_token=request.auth)
    else:
        before = plain.session.session_key
        change_password(user=user, password=password, keep_session_key=before)
        update_session_auth_hash(plain, user)  # which gives the session another key
        UserSession.objects.filter(session_key=before).update(session_key=plain.session.session_key)
        signals.password_changed.send(sender=User, request=plain, user=user)
    get_adapter(plain).send_notification_mail("account/email/password_changed", user)


class ResetPasswordView(StrangersView, APIView):
    """Whoever has forgotten the password."""

    throttle_scope = "reset"

    @extend_schema(
        summary="Ask for a new password by e-mail",
        request=AddressSerializer,
        responses={202: DetailSerializer},
    )
    def post(self, request: Any) -> Response:
        """Sends a link to the address. The answer is the same whether it has an account or not; it alone is told."""
        address = AddressSerializer(data=request.data)
        address.is_valid(raise_exception=True)
        email = normalize_email(address.validated_data["email"])
        form: Any = ResetPasswordForm(data={"email": email})
        if (
            ratelimit.consume(request._request, action="reset_password", key=email.lower())
            and form.is_valid()
        ):
            form.save(request._request)
        return accepted(_("We have sent an e-mail to this address: open the link in it to go on."))


class ConfirmResetView(StrangersView, APIView):
    """Whoever has the link chooses a new password."""

    throttle_scope = "reset_confirm"

    @extend_schema(
        summary="Choose a new password by the link in the e-mail",
        request=PasswordReset,
        responses={204: None},
    )
    def post(self, request: Any) -> Response:
        """`key` is what the link has after `key/`. It is good once, and for an hour. Every session and token ends, and
        the address counts as confirmed."""
        reset = PasswordReset(data=request.data)
        reset.is_valid(raise_exception=True)
        in_one_transaction(_reset)(request._request, **reset.validated_data)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _reset(request: Any, *, key: str, password: str, password_confirmation: str) -> None:
    user = person_of_key(key)
    if user is None:  # used by somebody else since it was looked at
        message = _("This link is not valid, or no longer: ask for another e-mail.")
        raise ModelValidationError({"key": ModelValidationError(message, code="invalid_key")})
    reset_password(user=user, password=password)
    verify_email_indirectly(request, user, user.email.lower())
    finalize_password_reset(request, user)
