"""Somebody registers themselves over the API, and confirms that the address is theirs."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.email_verification import handle_verification_email_rate_limit
from allauth.account.internal.flows.signup import send_unknown_account_mail
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from django.core.exceptions import ValidationError as ModelValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.response import Response
from rest_framework.views import APIView

from config.base.api.writes import in_one_transaction

from ..models import StudentProfile
from ..models.user import Locale
from ..roles import LABELS
from ..services import sign_up, sign_up_errors, tell_about_sign_up
from ..services.registration import OPEN_ROLES
from ..validators import normalize_email
from .fields import RawPasswordField
from .strict import Errors, StrictSerializer
from .throttling import StrangersView

#: Argument of the service → key of the API.
KEYS = {"role": "kind"}


class UserRegistration(StrictSerializer):
    """Who registers, as a learner or a parent. Every key's error is in one answer."""

    full_name = serializers.CharField(max_length=150)
    email = serializers.EmailField(max_length=255)
    username = serializers.CharField(max_length=100, required=False, allow_blank=True)
    password = RawPasswordField()
    password_confirmation = RawPasswordField()
    phone = serializers.CharField(max_length=40, required=False, allow_blank=True, allow_null=True)
    locale = serializers.ChoiceField(choices=Locale.choices, required=False)
    kind = serializers.ChoiceField(choices=[(code, LABELS[code]) for code in OPEN_ROLES])
    level = serializers.ChoiceField(choices=StudentProfile.Level.choices, required=False, allow_blank=True)

    def judge(self, values: dict[str, Any]) -> Errors:
        errors = {KEYS.get(name, name): found for name, found in sign_up_errors(**as_typed(values)).items()}
        for wanted, dependent in (("password", "password_confirmation"), ("kind", "level")):
            if wanted not in values:  # nothing to compare with
                errors.pop(dependent, None)
        return errors


def as_typed(values: dict[str, Any]) -> dict[str, Any]:
    """The arguments of the service, empty where nothing was sent."""
    names = ("full_name", "email", "username", "password", "password_confirmation", "phone", "level")
    return {"role": values.get("kind", ""), **{name: values.get(name) or "" for name in names}}


class AddressSerializer(StrictSerializer):
    """An e-mail address."""

    email = serializers.EmailField(max_length=255)


class ConfirmationKey(StrictSerializer):
    """The key of the link in the e-mail."""

    key = serializers.CharField(max_length=500)


class DetailSerializer(serializers.Serializer):  # type: ignore[type-arg]
    """What to do next, in words."""

    detail = serializers.CharField(read_only=True)


def accepted(words: str) -> Response:
    """The same answer, whoever has or has not an account."""
    return Response({"detail": words}, status=status.HTTP_202_ACCEPTED)


class RegisterView(StrangersView, APIView):
    """Whoever comes registers themselves."""

    throttle_scope = "register"

    @extend_schema(summary="Register", request=UserRegistration, responses={202: DetailSerializer})
    def post(self, request: Any) -> Response:
        """Sends a link to the address. The answer is the same when the address has an account already: its owner
        alone is told, by e-mail."""
        registration = UserRegistration(data=request.data)
        registration.is_valid(raise_exception=True)
        values = registration.validated_data
        user = sign_up(**as_typed(values), locale=values.get("locale"))
        tell_about_sign_up(request=request._request, email=values["email"], user=user)
        return accepted(_("We have sent an e-mail to this address: open the link in it to go on."))


class ConfirmView(StrangersView, APIView):
    """Whoever has the link shows that the address is theirs."""

    throttle_scope = "confirm"

    @extend_schema(summary="Confirm an e-mail address", request=ConfirmationKey, responses={204: None})
    def post(self, request: Any) -> Response:
        """The link is good once, and for some days."""
        confirmation = ConfirmationKey(data=request.data)
        confirmation.is_valid(raise_exception=True)
        found = EmailConfirmationHMAC.from_key(confirmation.validated_data["key"])
        confirm = in_one_transaction(lambda request: found is not None and found.confirm(request))
        if not confirm(request._request):
            message = _("This link is not valid, or was used already. Sign in, or ask for another e-mail.")
            raise ModelValidationError({"key": ModelValidationError(message, code="invalid_key")})
        return Response(status=status.HTTP_204_NO_CONTENT)


class ResendView(StrangersView, APIView):
    """The link once more."""

    throttle_scope = "resend"

    @extend_schema(
        summary="Send the link that confirms an address again",
        request=AddressSerializer,
        responses={202: DetailSerializer},
    )
    def post(self, request: Any) -> Response:
        """The answer is the same whether the address is known, confirmed or neither; its owner alone is told."""
        address = AddressSerializer(data=request.data)
        address.is_valid(raise_exception=True)
        _write_again(request._request, normalize_email(address.validated_data["email"]))
        return accepted(_("We have sent an e-mail to this address: open the link in it to go on."))


def _write_again(request: HttpRequest, email: str) -> None:
    """One mail in any case, so that the time it takes tells nothing; at most one in some minutes to an address."""
    if not handle_verification_email_rate_limit(request, email):
        return
    known = EmailAddress.objects.filter(email=email.lower()).select_related("user").order_by("verified")
    address = known.last()
    if address is None:
        send_unknown_account_mail(request, email)
    elif address.verified:
        get_adapter(request).send_account_already_exists_mail(email)
    else:
        address.send_confirmation(request)
