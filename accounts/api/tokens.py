"""Signing in to the API: hashed tokens that expire, several per person, each revocable."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import authenticate, logout
from django.contrib.auth.signals import user_logged_in
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from knox.models import AuthToken
from knox.settings import knox_settings
from rest_framework import status
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from config.base.api.errors import Problem

from ..models import User
from ..services import create_token, revoke_token
from .second_factor import CHALLENGE, require_confirmed_address, require_second_factor
from .serializers import CredentialsSerializer, NewTokenSerializer, TokenSerializer
from .throttling import StrangersView


class LoginView(StrangersView, APIView):
    """Exchange a user name or an e-mail address and the password for a new token."""

    throttle_scope = "login"

    @extend_schema(summary="Sign in", request=CredentialsSerializer, responses={200: NewTokenSerializer})
    def post(self, request: Any) -> Response:
        """The answer holds the token's text, which is not stored and never shown again.

        Whoever has a second factor sends its `code` as well: without one the answer is 401 `second_factor_required`.
        403 `email_not_confirmed`: open the link in the e-mail first. 429 `locked_out`: too many wrong attempts.
        """
        serializer = CredentialsSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        credentials = dict(serializer.validated_data)
        code = credentials.pop("code", "")
        user = authenticate(request._request, **credentials)
        if not isinstance(user, User):  # where it was one try too many, the lockout's middleware answers
            detail = _("The user name or the password is not right, or the account is not active.")
            raise Problem(401, "invalid_credentials", detail, headers=CHALLENGE)
        require_confirmed_address(user)
        live = AuthToken.objects.filter(user=user, expiry__gt=timezone.now())
        if live.count() >= knox_settings.TOKEN_LIMIT_PER_USER:
            raise Problem(409, "too_many_tokens", _("There are too many tokens already: revoke one first."))
        require_second_factor(user, code)  # last: a code is good once
        token, text = create_token(user=user)
        user_logged_in.send(sender=type(user), request=request._request, user=user)
        answer = {"token": text, "key": token.token_key, "expiry": token.expiry, "user": user.pk}
        return Response(NewTokenSerializer(answer).data)


class LogoutView(APIView):
    """End what this request is signed in with."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(summary="Sign out", request=None, responses={204: None})
    def post(self, request: Any) -> Response:
        """Revokes this request's token, or ends this browser's session."""
        if isinstance(request.auth, AuthToken):
            revoke_token(token=request.auth)
        else:
            logout(request._request)
        return Response(status=status.HTTP_204_NO_CONTENT)


class TokensView(APIView):
    """One's own tokens."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(summary="One's own tokens, newest first", responses={200: TokenSerializer(many=True)})
    def get(self, request: Any) -> Response:
        """At most as many as a person may have: not in pages."""
        tokens = AuthToken.objects.filter(user=request.user).order_by("-created", "token_key")
        return Response(TokenSerializer(tokens, many=True, context={"request": request}).data)


class TokenView(APIView):
    """One of one's own tokens."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(summary="Revoke a token of one's own", responses={204: None})
    def delete(self, request: Any, key: str) -> Response:
        """Programs that use it are signed out at once."""
        own = AuthToken.objects.filter(user=request.user)
        token = own.filter(token_key=key).first() if key.isalnum() else None  # PostgreSQL takes no NUL
        if token is None:
            raise Http404
        revoke_token(token=token)
        return Response(status=status.HTTP_204_NO_CONTENT)
