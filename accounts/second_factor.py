"""Staff come in with a second factor: whoever has none sets one up first, whoever has one has used it in this session.

Codes are counted by person, wherever they are tried from: six digits are few.
"""

from __future__ import annotations

import re
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.core import context
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from config.base.api.errors import Problem

from .lockout import lock_after_last, take
from .models import User
from .services.lockout import ANYWHERE, CODES, counted_name, forget_tries

#: In the session: the number of the person who has shown their second factor in it.
SHOWN = "second_factor_shown"
#: In the session: where somebody wanted to go who was sent to set one up.
WANTED = "second_factor_wanted"

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)

#: What staff reach only with their second factor: the back office, and acting as somebody else.
GUARDED = ("/admin/", "/impersonation/acquire/")
#: Below the API, what staff without a second factor still reach: their own account and devices, and the way out.
OPEN_API = re.compile(r"/api/v1/(me/(sessions/.*)?|accounts/logout/)")


class CountedCode:
    """A form with a code in it, before the library's own."""

    user: User

    def clean_code(self) -> str:
        """The code. Wrong ones are counted in the database; the last one locks."""
        name = counted_name(CODES, self.user)
        request: Any = context.request
        if not take(request, name, ANYWHERE):
            request.axes_locked_out = True
            raise get_adapter().validation_error("too_many_login_attempts")
        try:
            code: str = super().clean_code()  # type: ignore[misc]
            if not use_up(self.authenticator, code):  # type: ignore[attr-defined]
                raise get_adapter().validation_error("incorrect_code")
        except BaseException:
            lock_after_last(request)
            raise
        forget_tries(name=name)
        return code


class SignInCodeForm(CountedCode, AuthenticateForm):  # type: ignore[misc]
    """After the password."""


class ConfirmCodeForm(CountedCode, ReauthenticateForm):  # type: ignore[misc]
    """Before something delicate."""


def use_up(authenticator: Authenticator, code: str) -> bool:
    """Is this code of an application shown for the first time, and later than those used before? Remember that it was.

    RFC 6238, 5.2: a code is good once. The library remembers it in the cache for one step, although clocks that differ
    (MFA_TOTP_TOLERANCE) keep it good for three, and every process may have a cache of its own.
    """
    if authenticator.type != Authenticator.Type.TOTP:
        return True
    secret = decrypt(authenticator.data["secret"])
    good = {format_hotp_value(hotp_value(secret, step)): step for step in yield_hotp_counters_from_time()}
    step = good.get(normalize_user_code(code))
    with transaction.atomic():
        stored = Authenticator.objects.select_for_update().get(pk=authenticator.pk)
        if step is None or step <= stored.data.get("last_step", 0):
            return False
        stored.data["last_step"] = step
        stored.save(update_fields=["data"])
    return True


def has_factor(user: Any) -> bool:
    """Has this person set up a second factor? Recovery codes alone are none."""
    return Authenticator.objects.filter(user_id=user.pk, type__in=FACTORS).exists()


def has_shown(request: HttpRequest) -> bool:
    """Was the second factor of who is signed in used, or set up, in this session?"""
    session: Any = getattr(request, "session", {})
    return bool(session.get(SHOWN) == request.user.pk)


def to_second_factor(request: HttpRequest) -> HttpResponse | None:
    """Where a staff member must go before the page asked for in the back office; None for nowhere."""
    if not settings.STAFF_SECOND_FACTOR or not request.path_info.startswith(GUARDED):
        return None
    if request.path_info == reverse("admin:logout") or not request.user.is_authenticated:
        return None
    user: Any = request.user
    if not user.is_staff or has_shown(request):
        return None
    wanted = request.get_full_path() if request.method in ("GET", "HEAD") else reverse("admin:index")
    if has_factor(user):
        return HttpResponseRedirect(f"{reverse('mfa_reauthenticate')}?{urlencode({'next': wanted})}")
    request.session[WANTED] = wanted
    words = _(
        "Whoever works in the back office signs in with a second factor. Set one up now: confirm your password, "
        "then scan the picture with the authenticator application on your telephone."
    )
    messages.warning(request, words)
    return HttpResponseRedirect(reverse("mfa_activate_totp"))


def require_for_api(request: Any, user: Any, token: Any) -> None:
    """The same for a call of the API, by session or token; see `config.base.api.authentication.require`.

    Raises Problem 403 `second_factor_missing`. A token is only given to who has shown their factor, so that it counts
    as shown; what a token costs is one look whether its person still has one.
    """
    if not settings.STAFF_SECOND_FACTOR or not getattr(user, "is_staff", False):
        return
    if OPEN_API.fullmatch(request.path) or not request.path.startswith("/api/v1/"):
        return
    if token is None:
        if has_shown(request._request):
            return
        if has_factor(user):
            words = _("Confirm your second factor first: open {path} in this browser.")
            raise Problem(403, "second_factor_missing", words.format(path=reverse("mfa_reauthenticate")))
    elif has_factor(user):
        return
    words = _("Staff need a second factor: set one up at {path}, then sign in again.")
    raise Problem(403, "second_factor_missing", words.format(path=reverse("mfa_activate_totp")))
