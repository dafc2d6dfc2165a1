"""django-axes counts through here: before the password is looked at, and without keeping what was typed."""

from __future__ import annotations

from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.signals import user_locked_out
from django.conf import settings
from django.http import HttpRequest

from .services.lockout import ANYWHERE, give_back_try, take_try
from .sign_in import lockout_name


class LockoutHandler(AxesDatabaseHandler):  # type: ignore[misc]
    """See AXES_HANDLER. The library's own counts after the password was found wrong, so that any number of parallel
    tries pass its check, and keeps the form that was posted."""

    def is_allowed(self, request: Any, credentials: dict[str, Any] | None = None) -> bool:
        """Asked once by the first backend: take a try, or say that none is left."""
        return take(request, lockout_name(request, credentials), request.axes_ip_address or ANYWHERE)

    def user_login_failed(
        self, sender: Any, credentials: dict[str, Any], request: Any = None, **kwargs: Any
    ) -> None:
        """The try was taken already. The last one locks, and says so."""
        if request is None or request.axes_locked_out:
            return
        if not hasattr(request, "lockout_tries"):
            self.is_allowed(request, credentials)
        self.clean_expired_user_attempts(request, credentials)
        lock_after_last(request)

    def user_logged_in(self, sender: Any, request: Any, user: Any, **kwargs: Any) -> None:
        """Acting as somebody is no sign-in of theirs: their tries stay counted."""
        if request is not None and not is_switching(request):
            super().user_logged_in(sender, request, user, **kwargs)

    def user_logged_out(self, sender: Any, request: Any, user: Any, **kwargs: Any) -> None:
        """Nothing is kept of who was signed in when: the activities say."""


def take(request: HttpRequest, name: str, address: str) -> bool:
    """Take a try for this request; False when there is none left."""
    taken: Any = request
    taken.lockout_key = {"name": name, "address": address}
    taken.lockout_tries, taken.lockout_until = take_try(**taken.lockout_key)
    return bool(taken.lockout_tries <= settings.AXES_FAILURE_LIMIT)


def give_back(request: HttpRequest | None) -> None:
    """The password was right."""
    key = request.__dict__.pop("lockout_key", None) if request is not None else None
    if key is not None:
        give_back_try(**key)


def lock_after_last(request: Any) -> None:
    """A wrong try that was the last one: this answer says so already, and whoever listens is told once."""
    if request.lockout_tries < settings.AXES_FAILURE_LIMIT:
        return
    request.axes_locked_out = True
    if request.lockout_tries == settings.AXES_FAILURE_LIMIT:
        key = request.lockout_key
        user_locked_out.send("axes", request=request, username=key["name"], ip_address=key["address"])


def is_switching(request: HttpRequest) -> bool:
    """Does this request begin or end an impersonation? Then the signals of a sign-in are not about one."""
    match = getattr(request, "resolver_match", None)
    return match is not None and match.namespace == "hijack"
