"""Signing in to the API: hashed tokens that expire and can be revoked one by one, or the site's own session.

The classes are named in settings; REST framework's own look at `is_active` only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from knox.auth import TokenAuthentication as KnoxTokenAuthentication
from rest_framework import authentication
from rest_framework.exceptions import AuthenticationFailed

#: Called with the request, its person, and the token that it is signed in with or None for a session.
Requirement = Callable[[Any, Any, Any], None]

_requirements: list[Requirement] = []


def require(requirement: Requirement) -> None:
    """Ask this of every request that is signed in; it refuses by raising a Problem. An app adds its own when ready."""
    if requirement not in _requirements:
        _requirements.append(requirement)


def _required(request: Any, found: Any) -> Any:
    if found is not None:
        for requirement in _requirements:
            requirement(request, *found)
    return found


class TokenAuthentication(KnoxTokenAuthentication):  # type: ignore[misc]
    """`Authorization: Bearer <token>`, unless its person is inactive or in the trash."""

    def authenticate(self, request: Any) -> Any:
        return _required(request, super().authenticate(request))

    def authenticate_credentials(self, token: bytes) -> Any:
        if not token.isascii():
            raise AuthenticationFailed(_("Invalid token."))
        return super().authenticate_credentials(token)

    def validate_user(self, auth_token: Any) -> Any:
        if getattr(auth_token.user, "is_deleted", False):
            raise AuthenticationFailed(_("User inactive or deleted."))
        return super().validate_user(auth_token)


class SessionAuthentication(authentication.SessionAuthentication):
    """The session of the browsable pages, unless its person is in the trash."""

    def authenticate(self, request: Any) -> Any:
        found = super().authenticate(request)
        if found is not None and getattr(found[0], "is_deleted", False):
            return None
        return _required(request, found)


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """What the OpenAPI description says about the token."""

    target_class = "config.base.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """What the OpenAPI description says about the session."""

    target_class = "config.base.api.authentication.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        from django.conf import settings

        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}
