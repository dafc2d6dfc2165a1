"""Who tries to sign in, and from where: what the lockout counts by."""

from __future__ import annotations

import math
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.core.internal.ratelimit import truncate_ip
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from config.base.api.errors import Problem

from .models import User
from .validators import normalize_email, normalize_username


def person_named(identifier: str) -> User | None:
    """The person whom an e-mail address (it has an @) or a user name names, active or not; None for nobody."""
    people = (
        User.objects.by_email(identifier) if "@" in identifier else User.objects.filter(username=identifier)
    )
    return people.first()


def lockout_name(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """What failures are counted under: the same for the user name and the address of one person.

    A name that is nobody's is hashed: it may be a password typed into the wrong box.
    """
    typed = credentials or {}
    identifier = str(typed.get("username") or typed.get("email") or "")
    person = person_named(identifier) if identifier else None
    if person is not None:
        return f"user:{person.pk}"
    # Its normal form, as a person's would be: the other ways of typing it count as the same name.
    plain = normalize_email(identifier).lower() if "@" in identifier else normalize_username(identifier)
    return "nobody:" + salted_hmac("accounts.lockout", plain).hexdigest()[:24]


def client_address(request: HttpRequest) -> str | None:
    """The address that the request comes from, as the sessions list it; None where no network is between."""
    try:
        return get_adapter().get_client_ip(request)
    except PermissionDenied:
        return None


def counted_address(request: HttpRequest) -> str | None:
    """The same, as failures are counted: of IPv6 the network that one subscriber has, in which addresses are free."""
    address = client_address(request)
    return None if address is None else truncate_ip(address)


def locked_out(request: HttpRequest, response: Any = None, credentials: Any = None) -> HttpResponse:
    """The answer to somebody locked out: 429, until when, and what to do; see AXES_LOCKOUT_CALLABLE.

    (Under ASGI the library leaves the response out, so nothing here depends on it.)
    """
    until = getattr(request, "lockout_until", None)
    seconds = math.ceil((until - timezone.now()).total_seconds()) if until else 0
    wait = max(seconds, 1)
    answer: HttpResponse
    if request.path.startswith("/api/"):
        words = _("Too many wrong attempts. Wait %(minutes)d minutes, or set a new password by e-mail.")
        detail = words % {"minutes": math.ceil(wait / 60)}
        answer = Problem(429, "locked_out", detail).as_response(request.path)
    else:
        answer = HttpResponse(render_to_string("429.html", {"minutes": math.ceil(wait / 60)}), status=429)
    answer["Retry-After"] = str(wait)
    add_never_cache_headers(answer)
    return answer
