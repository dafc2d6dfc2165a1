"""Sign-in by e-mail or user name."""

from __future__ import annotations

from typing import Any

from asgiref.sync import sync_to_async
from axes.backends import AxesStandaloneBackend
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest
from rules.permissions import ObjectPermissionBackend

from .models import User


class LockoutBackend(AxesStandaloneBackend):  # type: ignore[misc]
    """First of all: refuses whoever is locked out. The library's own cannot be asked from async code."""

    async def aauthenticate(self, request: HttpRequest | None, **credentials: Any) -> None:
        await sync_to_async(self.authenticate)(request, **credentials)


class RowRightsBackend(ObjectPermissionBackend):  # type: ignore[misc]
    """Rights over one row, by the rules of each app: `user.has_perm("courses.change_course", course)`."""

    async def aauthenticate(self, request: HttpRequest | None, **credentials: Any) -> None:
        """Signs nobody in, in async code either."""


class EmailOrUsernameBackend(ModelBackend):
    """A user name has no @, an address has one. Only the active and alive sign in, or stay signed in."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        identifier = username or kwargs.get("email")
        if not identifier or password is None:
            return None
        people = (
            User.objects.by_email(identifier)
            if "@" in identifier
            else User.objects.filter(username=identifier)
        )
        user = people.first()
        if user is None:
            # Hash all the same, so that the time it takes does not tell whether the person exists.
            User().set_password(password)
            return None
        if user.check_password(password) and self.user_can_authenticate(user):
            return user
        return None

    async def aauthenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        return await sync_to_async(self.authenticate)(request, username, password, **kwargs)
